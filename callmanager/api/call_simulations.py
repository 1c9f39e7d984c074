"""The call simulator: what would become of a call. Nothing is changed and nobody is rung."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from callmanager.domain.call_assumptions import PhoneState
from callmanager.domain.call_simulation import EndKind
from callmanager.domain.simulation_document import simulation_document
from callmanager.domain.simulation_request import (
    MAX_RUNNING_CALLS,
    Problem,
    SimulationInvalid,
    SimulationWish,
)
from callmanager.selectors.call_simulation import call_simulation_get
from tenants.api.access import ResourceAccess, tenant_of
from tenants.capabilities import Verb

SUBJECT = "callmanager.callsimulation"
PHONE_STATES = [(state.value, state.value) for state in PhoneState]
END_KINDS = [(kind.value, kind.value) for kind in EndKind]
# A hostile number is refused by its own rule; a body of megabytes before that.
TEXT_MAX = 2000


class AssumptionsSerializer(serializers.Serializer[Any]):
    """`phones`: what the phones of an extension do, by its number; those not named answer. `trunks`: what a trunk does,
    by its id: `answers`, `rings`, `down`, `full`, `silent`, or the SIP code it answers, such as `486`. `keys`: what the
    caller presses at the first prompt of a virtual receptionist, at the next one, and so on; then nothing. Behind `=`
    stands what a server answers to an Action URL (`22=222`, `22=hangup`, `22=repeat`); without, it does not answer."""

    phones = serializers.DictField(child=serializers.CharField(max_length=20), required=False, default=dict)
    trunks = serializers.DictField(child=serializers.CharField(max_length=20), required=False, default=dict)
    keys = serializers.ListField(
        child=serializers.CharField(max_length=90, allow_blank=True), required=False, default=list
    )
    running_calls = serializers.IntegerField(
        required=False, min_value=0, max_value=MAX_RUNNING_CALLS, default=0
    )
    external_calls = serializers.IntegerField(
        required=False, min_value=0, max_value=MAX_RUNNING_CALLS, default=0
    )
    external_minutes = serializers.IntegerField(
        required=False, min_value=0, max_value=MAX_RUNNING_CALLS, default=0
    )


class CallQuestionSerializer(serializers.Serializer[Any]):
    """Without `trunk`, `caller` is an extension; with the id of one of the tenant's trunks it is an outside number,
    empty for an anonymous caller, and `called` one of the tenant's numbers. `at`: now, if nothing is said.
    `running_calls` are the tenant's, `external_calls` and `external_minutes` (of today) the calling extension's."""

    caller = serializers.CharField(allow_blank=True, required=False, default="", max_length=TEXT_MAX)
    trunk = serializers.IntegerField(
        required=False, allow_null=True, default=None, min_value=1, max_value=2**62
    )
    called = serializers.CharField(allow_blank=True, required=False, default="", max_length=TEXT_MAX)
    at = serializers.DateTimeField(required=False, allow_null=True, default=None)
    assume = AssumptionsSerializer(required=False)


class ConsideredSerializer(serializers.Serializer[Any]):
    """One thing that was asked, such as a rule, and if it did not get the call, why."""

    what = serializers.CharField()
    name = serializers.CharField()
    is_taken = serializers.BooleanField()
    reason = serializers.CharField(allow_blank=True)


class CallEndSerializer(serializers.Serializer[Any]):
    """`answered_by` is an extension, an outside number (over `trunk`) or a service number; empty where the caller hears
    `sip_code`."""

    kind = serializers.ChoiceField(choices=END_KINDS)
    answered_by = serializers.CharField(allow_blank=True)
    trunk = serializers.IntegerField(allow_null=True)
    trunk_name = serializers.CharField(allow_blank=True)
    status = serializers.CharField()
    sip_code = serializers.IntegerField()
    reason = serializers.CharField()
    text = serializers.CharField()


class SimulatedRingSerializer(serializers.Serializer[Any]):
    number = serializers.CharField()
    display_name = serializers.CharField(allow_blank=True)
    ring_timeout_s = serializers.IntegerField()
    phones = serializers.ChoiceField(choices=PHONE_STATES)


class SentHeaderSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    value = serializers.CharField()


class SimulatedAttemptSerializer(serializers.Serializer[Any]):
    """`number` is what is sent, stripped and prepended; `goes_on`: after this answer the next trunk is tried."""

    trunk = serializers.IntegerField()
    trunk_name = serializers.CharField()
    number = serializers.CharField()
    headers = SentHeaderSerializer(many=True)
    is_tried = serializers.BooleanField()
    answer = serializers.CharField(allow_null=True)
    sip_code = serializers.IntegerField(allow_null=True)
    goes_on = serializers.BooleanField()


class SimulatedDialSerializer(serializers.Serializer[Any]):
    """`on_behalf_of` is the extension whose rights and minutes the call uses."""

    number = serializers.CharField()
    on_behalf_of = serializers.CharField(allow_blank=True)
    is_emergency = serializers.BooleanField()
    ring_timeout_s = serializers.IntegerField()
    attempts = SimulatedAttemptSerializer(many=True)


class SimulatedMemberSerializer(serializers.Serializer[Any]):
    """`phones` is null of somebody outside, who is dialled by `attempts`; `begins_s` seconds after the group."""

    number = serializers.CharField()
    is_outside = serializers.BooleanField()
    begins_s = serializers.IntegerField()
    phones = serializers.ChoiceField(choices=PHONE_STATES, allow_null=True)
    attempts = SimulatedAttemptSerializer(many=True)
    has_answered = serializers.BooleanField()


class SimulatedGroupSerializer(serializers.Serializer[Any]):
    """`rounds`: who rings together, round after round; `members` are those whose turn came."""

    number = serializers.CharField()
    name = serializers.CharField()
    ring_timeout_s = serializers.IntegerField()
    rounds = serializers.ListField(child=serializers.ListField(child=serializers.CharField()))
    members = SimulatedMemberSerializer(many=True)


class SimulatedPressSerializer(serializers.Serializer[Any]):
    """One prompt heard: `keys` is empty where nothing was pressed in time."""

    keys = serializers.CharField(allow_blank=True)
    read_as = serializers.CharField()
    leads_to = serializers.CharField()


class SimulatedOptionSerializer(serializers.Serializer[Any]):
    keys = serializers.CharField()
    leads_to = serializers.CharField()


class SimulatedMenuSerializer(serializers.Serializer[Any]):
    """A virtual receptionist; `is_closed`: with its menu for the time outside of office hours."""

    number = serializers.CharField()
    name = serializers.CharField(allow_blank=True)
    is_closed = serializers.BooleanField()
    pressed = SimulatedPressSerializer(many=True)
    options = SimulatedOptionSerializer(many=True)


class SimulatedAlternativeSerializer(serializers.Serializer[Any]):
    """What would follow if the phones did this instead."""

    because = serializers.CharField()
    steps = serializers.ListField(child=serializers.CharField())
    end = CallEndSerializer()


class SimulatedStepSerializer(serializers.Serializer[Any]):
    """`because` is what the phones of the step before did; `begins_s` seconds after the call."""

    kind = serializers.CharField()
    because = serializers.CharField(allow_null=True)
    begins_s = serializers.IntegerField()
    considered = ConsideredSerializer(many=True)
    ring = SimulatedRingSerializer(allow_null=True)
    group = SimulatedGroupSerializer(allow_null=True)
    menu = SimulatedMenuSerializer(allow_null=True)
    dial = SimulatedDialSerializer(allow_null=True)
    alternatives = SimulatedAlternativeSerializer(many=True)


class CallSimulationSerializer(serializers.Serializer[Any]):
    """`rules` are those that the call went through, `rung` the extensions whose phones rang, in order; `text` is all of
    it in plain lines."""

    caller = serializers.CharField(allow_blank=True)
    trunk = serializers.IntegerField(allow_null=True)
    called = serializers.CharField()
    at = serializers.DateTimeField()
    time_zone = serializers.CharField()
    end = CallEndSerializer()
    rules = serializers.ListField(child=serializers.CharField())
    rung = serializers.ListField(child=serializers.CharField())
    steps = SimulatedStepSerializer(many=True)
    text = serializers.ListField(child=serializers.CharField())


class CallSimulationsView(ResourceAccess, APIView):
    subject = SUBJECT
    # A question that is too long for an address.
    verbs = {"post": Verb.VIEW}

    @extend_schema(
        operation_id="call_simulate", request=CallQuestionSerializer, responses=CallSimulationSerializer
    )
    def post(self, request: Request) -> Response:
        tenant = tenant_of(request)
        form = CallQuestionSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        asked = form.validated_data
        try:
            call = call_simulation_get(tenant=tenant, wish=wish_of(asked), at=asked["at"] or timezone.now())
        except SimulationInvalid as error:
            raise ValidationError(problems_detail(error.problems)) from error
        document = simulation_document(call.simulation, call.snapshot)
        return Response(CallSimulationSerializer(document).data)


def wish_of(asked: dict[str, Any]) -> SimulationWish:
    return SimulationWish(
        caller=asked["caller"], called=asked["called"], trunk_id=asked["trunk"], **asked.get("assume", {})
    )


def problems_detail(problems: Iterable[Problem]) -> dict[str, Any]:
    """By field, as DRF wants it; assumptions stand one level deeper."""
    detail: dict[str, Any] = {}
    for problem in problems:
        is_assumed = problem.field.startswith(("phones", "trunks", "keys"))
        name = f"assume.{problem.field}" if is_assumed else problem.field
        detail.setdefault(name, []).append(ErrorDetail(problem.message, code=problem.code))
    return detail
