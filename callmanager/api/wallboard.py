"""The wallboard by REST: read it, and again after each event of `queue_events`."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from callmanager.domain.wallboard import AgentShown
from callmanager.selectors.wallboard import wallboard, wallboard_numbers
from tenants.api.access import ResourceAccess, actor_of, tenant_of

AGENT_STATES = [(state.value, state.value) for state in AgentShown]
QUEUE = OpenApiParameter(
    "queue", str, description="The number of a queue, or several separated by commas; empty: all."
)


class WaitingCallerSerializer(serializers.Serializer[Any]):
    """`ringing`: extensions that ring for this caller. In the order in which they came."""

    session_id = serializers.CharField()
    caller = serializers.CharField()
    caller_name = serializers.CharField()
    entered_at = serializers.DateTimeField()
    is_sla_breached = serializers.BooleanField()
    ringing = serializers.ListField(child=serializers.CharField())


class WallAgentSerializer(serializers.Serializer[Any]):
    """`offline`: signed in without a phone that is registered. `wrap_up`: left in peace after a call, until
    `rests_until`. `since`: when the agent signed in, out or paused."""

    number = serializers.CharField()
    display_name = serializers.CharField()
    state = serializers.ChoiceField(choices=AGENT_STATES)
    is_signed_in = serializers.BooleanField()
    is_paused = serializers.BooleanField()
    pause_reason = serializers.CharField()
    since = serializers.DateTimeField(allow_null=True)
    rests_until = serializers.DateTimeField(allow_null=True)


class DayFiguresSerializer(serializers.Serializer[Any]):
    """Of callers who came since midnight of the company and wait no longer. `sla_percent`: for how many the service
    level was kept; null before the first one, and where the queue has none."""

    calls = serializers.IntegerField()
    answered = serializers.IntegerField()
    lost = serializers.IntegerField()
    sla_percent = serializers.IntegerField(allow_null=True)
    mean_wait_s = serializers.IntegerField()
    longest_wait_s = serializers.IntegerField()


class WallQueueSerializer(serializers.Serializer[Any]):
    number = serializers.CharField()
    name = serializers.CharField()
    sla_s = serializers.IntegerField()
    waiting = WaitingCallerSerializer(many=True)
    agents = WallAgentSerializer(many=True)
    today = DayFiguresSerializer()


class WallboardSerializer(serializers.Serializer[Any]):
    """`are_calls_known`: false while nobody can tell who talks."""

    at = serializers.DateTimeField()
    are_calls_known = serializers.BooleanField()
    queues = WallQueueSerializer(many=True)


class WallboardView(ResourceAccess, APIView):
    subject = "callmanager.wallboard"

    @extend_schema(operation_id="wallboard", parameters=[QUEUE], responses=WallboardSerializer)
    def get(self, request: Request) -> Response:
        """An extension sees the queues that it manages."""
        tenant = tenant_of(request)
        asked = frozenset(filter(None, request.query_params.get("queue", "").split(",")))
        numbers = wallboard_numbers(actor_of(request), asked)
        shown = wallboard(tenant=tenant, now=timezone.now(), numbers=numbers)
        return Response(WallboardSerializer(shown).data)
