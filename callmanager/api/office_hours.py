"""The company's hours, and whether it is open now or at any other moment."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from callmanager.domain.schedule import ScheduleState
from callmanager.domain.week_hours import WEEKDAYS
from callmanager.models import OfficeHours
from callmanager.selectors.office_hours import office_hours_get, office_schedule_get, office_state
from callmanager.services.office_hours import office_hours_set
from tenants.api.access import ResourceAccess, tenant_of
from tenants.audit_trail import audit_request

AT = OpenApiParameter("at", str, description="A moment (RFC 3339) to ask about instead of now.")

SCHEDULE_STATES = [(state.value, state.value) for state in ScheduleState]


class HoursSerializer(serializers.Serializer[Any]):
    """`to` at or before `from` is on the next day; `24:00` is midnight."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {"from": serializers.CharField(), "to": serializers.CharField()}


class WeekSerializer(serializers.Serializer[Any]):
    """A weekday that is left out is a day without hours."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {weekday: HoursSerializer(many=True, required=False) for weekday in WEEKDAYS}


@extend_schema_field(WeekSerializer)
class WeekField(serializers.JSONField):
    """The model's own validation names the weekday that is wrong."""


class ChangeSerializer(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    state = serializers.ChoiceField(choices=SCHEDULE_STATES)
    holiday = serializers.CharField(source="holiday_name", allow_blank=True)


class OfficeHoursSerializer(serializers.ModelSerializer[OfficeHours]):
    week = WeekField(required=False)
    updated_at = serializers.DateTimeField(
        read_only=True, allow_null=True, help_text="null as long as nobody has set anything."
    )

    class Meta:
        model = OfficeHours
        fields = ("is_always_open", "week", "updated_at")


class OfficeHoursAnswerSerializer(OfficeHoursSerializer):
    """`state`, `holiday` and `next_change` are those of `at`; `next_change` is null if nothing ever changes."""

    time_zone = serializers.CharField()
    at = serializers.DateTimeField()
    is_open = serializers.BooleanField()
    state = serializers.ChoiceField(choices=SCHEDULE_STATES)
    holiday = serializers.CharField(allow_blank=True)
    next_change = ChangeSerializer(allow_null=True)

    class Meta(OfficeHoursSerializer.Meta):
        fields = (  # type: ignore[assignment]
            *OfficeHoursSerializer.Meta.fields,
            "time_zone",
            "at",
            "is_open",
            "state",
            "holiday",
            "next_change",
        )


class OfficeHoursView(ResourceAccess, APIView):
    subject = "callmanager.officehours"

    @extend_schema(operation_id="office_hours_read", parameters=[AT], responses=OfficeHoursAnswerSerializer)
    def get(self, request: Request) -> Response:
        return Response(self._answer(request))

    @extend_schema(
        operation_id="office_hours_set", request=OfficeHoursSerializer, responses=OfficeHoursAnswerSerializer
    )
    def put(self, request: Request) -> Response:
        return self._change(request, partial=False)

    @extend_schema(
        operation_id="office_hours_change",
        request=OfficeHoursSerializer,
        responses=OfficeHoursAnswerSerializer,
    )
    def patch(self, request: Request) -> Response:
        return self._change(request, partial=True)

    def _change(self, request: Request, *, partial: bool) -> Response:
        tenant_of(request)
        form = OfficeHoursSerializer(office_hours_get(), data=request.data, partial=partial)
        form.is_valid(raise_exception=True)
        with transaction.atomic():
            hours = office_hours_set(**form.validated_data)
            audit_request(request._request, action="office_hours.update", target=hours)
        return Response(self._answer(request))

    def _answer(self, request: Request) -> dict[str, Any]:
        zone = tenant_of(request).time_zone
        asked = request.query_params.get("at")
        at = serializers.DateTimeField().run_validation(asked) if asked else timezone.now()
        now = office_state(office_schedule_get(time_zone=zone), at=at)
        hours = office_hours_get()
        return {
            **OfficeHoursSerializer(hours).data,
            "time_zone": zone,
            "at": serializers.DateTimeField().to_representation(at),
            "is_open": now.is_open,
            "state": now.state.value,
            "holiday": now.holiday,
            "next_change": ChangeSerializer(now.next_change).data if now.next_change is not None else None,
        }
