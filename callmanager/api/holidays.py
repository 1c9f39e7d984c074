"""Holidays one by one, a country's public holidays, and those of a calendar file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import django_filters
from django.db import transaction
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from callmanager.models import Holiday
from callmanager.selectors.office_hours import holiday_list
from callmanager.services.holiday_calendar import CALENDAR_BYTES_MAX, calendar_read
from callmanager.services.office_hours import (
    holiday_create,
    holiday_delete,
    holiday_update,
    holidays_add,
)
from callmanager.services.public_holidays import country_find, country_list, public_holidays_find
from tenants.api.access import ResourceAccess, tenant_of
from tenants.api.filters import TrueFalseFilter
from tenants.audit_trail import audit_request
from tenants.capabilities import Verb
from tenants.scoped_models import ScopedQuerySet


class HolidaySerializer(serializers.ModelSerializer[Holiday]):
    """`starts_at` is on the first day, `ends_at` on the last; null is the beginning and the end of that day."""

    class Meta:
        model = Holiday
        fields = (
            "id",
            "name",
            "first_day",
            "last_day",
            "starts_at",
            "ends_at",
            "is_every_year",
            "created_at",
            "updated_at",
        )
        read_only_fields = ("id", "created_at", "updated_at")
        # Uniqueness is the service's word: it answers a lost race too.
        validators = ()


class FoundHolidaySerializer(HolidaySerializer):
    class Meta(HolidaySerializer.Meta):
        fields = ("name", "first_day", "last_day", "starts_at", "ends_at", "is_every_year")  # type: ignore[assignment]


class CountryImportSerializer(serializers.Serializer[Any]):
    """With `is_preview` nothing is stored."""

    country = serializers.CharField(max_length=2, help_text="ISO 3166-1, such as DE.")
    region = serializers.CharField(max_length=10, required=False, allow_blank=True, default="")
    first_year = serializers.IntegerField()
    last_year = serializers.IntegerField()
    is_preview = serializers.BooleanField(default=False)


class CalendarImportSerializer(serializers.Serializer[Any]):
    """`calendar` is the text of an .ics file. With `is_preview` nothing is stored."""

    calendar = serializers.CharField(max_length=CALENDAR_BYTES_MAX, trim_whitespace=False)
    is_preview = serializers.BooleanField(default=False)


class ImportedSerializer(serializers.Serializer[Any]):
    """What was found, how many of it are new, and of what was left out, why."""

    found = FoundHolidaySerializer(many=True)
    added = serializers.IntegerField()
    left_out = serializers.ListField(child=serializers.CharField())


class RegionSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    name = serializers.CharField()


class CountrySerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    name = serializers.CharField()
    regions = RegionSerializer(many=True)


class HolidayFilter(django_filters.FilterSet):
    """Written out: derived from the model, it would ask the database outside any scope."""

    is_every_year = TrueFalseFilter()
    from_day = django_filters.DateFilter(field_name="last_day", lookup_expr="gte")
    to_day = django_filters.DateFilter(field_name="first_day", lookup_expr="lte")


class HolidayViewSet(
    ResourceAccess, mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Holiday]
):
    verbs = {"import_country": Verb.ADD, "import_calendar": Verb.ADD}
    serializer_class = HolidaySerializer
    queryset = ScopedQuerySet(Holiday)  # names the model for the schema; without a scope it answers nothing
    lookup_value_regex = r"[0-9]{1,18}"
    ordering_fields = {
        "first_day": ("first_day", "starts_at"),
        "last_day": ("last_day", "ends_at"),
        "name": ("name", "first_day"),
        "created_at": ("created_at",),
    }
    search_fields = ("name",)
    filterset_class = HolidayFilter

    def get_queryset(self) -> QuerySet[Holiday]:
        tenant_of(self.request)
        return holiday_list()

    @extend_schema(request=HolidaySerializer, responses={201: HolidaySerializer})
    def create(self, request: Request) -> Response:
        tenant_of(request)
        form = HolidaySerializer(data=request.data)
        form.is_valid(raise_exception=True)
        with transaction.atomic():
            holiday = holiday_create(**form.validated_data)
            audit_request(request._request, action="holiday.create", target=holiday)
        return Response(HolidaySerializer(holiday).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=HolidaySerializer, responses=HolidaySerializer)
    def update(self, request: Request, pk: str) -> Response:
        return self._change(request, partial=False)

    @extend_schema(request=HolidaySerializer, responses=HolidaySerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        return self._change(request, partial=True)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        holiday = self.get_object()
        with transaction.atomic():
            audit_request(request._request, action="holiday.delete", target=holiday)
            holiday_delete(holiday=holiday)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses=CountrySerializer(many=True), filters=False)
    @action(detail=False, pagination_class=None)
    def countries(self, request: Request) -> Response:
        """Whose public holidays are known."""
        return Response([_country(country_find(country.code) or country) for country in country_list()])

    @extend_schema(request=CountryImportSerializer, responses=ImportedSerializer)
    @action(detail=False, methods=["post"])
    def import_country(self, request: Request) -> Response:
        tenant_of(request)
        form = CountryImportSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        wanted = dict(form.validated_data)
        is_preview = wanted.pop("is_preview")
        return self._import(request, public_holidays_find(**wanted), [], is_preview=is_preview)

    @extend_schema(request=CalendarImportSerializer, responses=ImportedSerializer)
    @action(detail=False, methods=["post"])
    def import_calendar(self, request: Request) -> Response:
        form = CalendarImportSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        read = calendar_read(
            content=form.validated_data["calendar"].encode(), time_zone=tenant_of(request).time_zone
        )
        return self._import(
            request, read.holidays, read.left_out, is_preview=form.validated_data["is_preview"]
        )

    def _import(
        self, request: Request, found: Sequence[Holiday], left_out: Sequence[str], *, is_preview: bool
    ) -> Response:
        added = 0
        with transaction.atomic():
            if not is_preview:
                added = len(holidays_add(holidays=found))
                audit_request(request._request, action="holiday.import", target=tenant_of(request))
        answer = {"found": found, "added": added, "left_out": left_out}
        return Response(ImportedSerializer(answer).data)

    def _change(self, request: Request, *, partial: bool) -> Response:
        holiday = self.get_object()
        form = HolidaySerializer(holiday, data=request.data, partial=partial)
        form.is_valid(raise_exception=True)
        with transaction.atomic():
            holiday = holiday_update(holiday=holiday, **form.validated_data)
            audit_request(request._request, action="holiday.update", target=holiday)
        return Response(HolidaySerializer(holiday).data)


def _country(country: Any) -> dict[str, Any]:
    regions = [{"code": code, "name": name} for code, name in country.regions]
    return {"code": country.code, "name": country.name, "regions": regions}
