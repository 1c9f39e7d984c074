"""Call records. An extension sees the calls it took part in, and those its groups let it see."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import django_filters
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.db.models.functions import Length
from django_filters.fields import IsoDateTimeField
from rest_framework import mixins, serializers, viewsets

from callmanager.api.cdr_story import StoryField
from callmanager.domain.call_parties import EXTENSION, FROM_OUTSIDE, TO_OUTSIDE
from callmanager.fleet.models import Cdr, CdrStatus
from callmanager.selectors.call import cdr_list
from callmanager.selectors.person import visible_cdr_list
from callmanager.selectors.recording import recording_ids_by_call
from tenants.api.access import actor_of
from tenants.models import Role
from tenants.scoped_models import ScopedQuerySet


class MomentField(IsoDateTimeField):
    """In UTC: Python reads offsets and years that the database refuses."""

    def to_python(self, value: Any) -> datetime | None:
        moment: datetime | None = super().to_python(value)
        try:
            return moment.astimezone(UTC) if moment is not None else None
        except OverflowError as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error


class MomentFilter(django_filters.IsoDateTimeFilter):
    field_class = MomentField


class CdrFilter(django_filters.FilterSet):
    """`from` is inclusive, `to` exclusive, both by the start of the call."""

    status = django_filters.ChoiceFilter(choices=CdrStatus.choices)
    caller = django_filters.CharFilter()
    callee = django_filters.CharFilter()
    direction = django_filters.ChoiceFilter(
        choices=[(way, way) for way in (EXTENSION, FROM_OUTSIDE, TO_OUTSIDE)]
    )
    did = django_filters.CharFilter()
    trunk_name = django_filters.CharFilter()
    outbound_trunk_name = django_filters.CharFilter()
    ring_group = django_filters.CharFilter()
    session_id = django_filters.CharFilter()
    tenant_name = django_filters.CharFilter()


# `from` is a word of Python's own and can't be written as a class attribute.
CdrFilter.base_filters["from"] = MomentFilter(field_name="started_at", lookup_expr="gte")
CdrFilter.base_filters["to"] = MomentFilter(field_name="started_at", lookup_expr="lt")


class CdrListSerializer(serializers.ListSerializer[Cdr]):
    """Asks once for the recordings of all calls of a page."""

    def to_representation(self, data: Any) -> Any:
        rows = list(data)
        known = _recordings(self.context, [cdr.session_id for cdr in rows])
        documents = super().to_representation(rows)
        return [
            {**document, "recordings": list(known.get(cdr.session_id, ()))}
            for cdr, document in zip(rows, documents, strict=True)
        ]


class CdrSerializer(serializers.ModelSerializer[Cdr]):
    """With the voice quality of both sides and every phone that was rung. `recordings` are the ids of those that you
    may hear."""

    recordings = serializers.SerializerMethodField()

    def get_recordings(self, cdr: Cdr) -> list[str]:
        if isinstance(self.parent, CdrListSerializer):
            return []  # the list fills them in
        return list(_recordings(self.context, [cdr.session_id]).get(cdr.session_id, ()))

    class Meta:
        model = Cdr
        list_serializer_class = CdrListSerializer
        fields = (
            "id",
            "tenant_id",
            "tenant_name",
            "session_id",
            "call_id",
            "status",
            "direction",
            "caller",
            "caller_domain",
            "caller_display_name",
            "callee",
            "callee_domain",
            "answered_by",
            "answered_number",
            "final_destination",
            "started_at",
            "ringing_at",
            "answered_at",
            "ended_at",
            "post_dial_delay_ms",
            "ring_duration_ms",
            "talk_duration_ms",
            "ended_by",
            "ended_reason",
            "sip_code",
            "is_worker_lost",
            "source",
            "caller_user_agent",
            "callee_user_agent",
            "caller_codec",
            "callee_codec",
            "caller_mos",
            "callee_mos",
            "caller_media",
            "callee_media",
            "call_targets",
            "trunk_id",
            "trunk_name",
            "did",
            "outbound_trunk_id",
            "outbound_trunk_name",
            "outbound_caller_id",
            "on_behalf_of",
            "ring_group",
            "rung_extensions",
            "worker",
            "recordings",
        )
        read_only_fields = fields


def _recordings(context: Mapping[str, Any], session_ids: list[str]) -> Mapping[str, list[str]]:
    request = context.get("request")
    actor = getattr(getattr(request, "_request", None), "actor", None)
    return recording_ids_by_call(actor=actor, session_ids=session_ids) if actor is not None else {}


class CdrDetailSerializer(CdrSerializer):
    """And the whole story of the call."""

    story = StoryField()

    class Meta:
        model = Cdr
        fields = (*CdrSerializer.Meta.fields, "story")
        read_only_fields = fields


class CdrViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Cdr]):
    serializer_class = CdrSerializer
    queryset = ScopedQuerySet(Cdr)  # names the model for the schema; without a scope it answers nothing
    lookup_value_regex = r"[0-9]{1,18}"
    filterset_class = CdrFilter
    ordering_fields = {
        "started_at": ("started_at", "id"),
        "talk_duration_ms": ("talk_duration_ms",),
        "caller": (Length("caller"), "caller"),
        "callee": (Length("callee"), "callee"),
        "status": ("status",),
    }
    search_fields = ("caller", "caller_display_name", "callee", "answered_number")

    def get_serializer_class(self) -> type[CdrSerializer]:
        return CdrDetailSerializer if self.action == "retrieve" else CdrSerializer

    def get_queryset(self) -> QuerySet[Cdr]:
        """An administrator who names no tenant sees the records of all, also of those that are gone."""
        actor = actor_of(self.request)
        if actor.role == Role.EXTENSION:
            return visible_cdr_list(number=actor.user.extension_number)
        return cdr_list()
