"""Conference rooms by REST."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from django.db.models.functions import Length, Lower
from rest_framework import serializers

from callmanager.api.call_control import Unavailable
from callmanager.api.conference_actions import ConferenceActions
from callmanager.live_redis import LiveCallsUnavailable
from callmanager.models import Conference
from callmanager.selectors.conference import conference_list, participant_counts
from callmanager.services.conference import (
    CONFERENCE_FIELDS,
    conference_create,
    conference_delete,
    conference_update,
)
from tenants.api.access import tenant_of
from tenants.api.serviced import ServicedViewSet
from tenants.capabilities import Verb
from tenants.scoped_models import ScopedQuerySet

_PINS = ("room_pin", "admin_pin")


class ConferenceSerializer(serializers.ModelSerializer[Conference]):
    """Whoever dials `number` joins, with `room_pin` if there is one; `admin_pin` makes its owner the host, who
    locks the room and opens it again with `*2`, mutes it with `*4`, sends out who came last with `*3`, ends it with
    `*0` and gets into a locked one. Who may not change rooms reads PINs as null. `notice` says what a room can't
    do yet: of a video room, that it serves audio. `participant_count` is how many are in at this moment; null while
    that is not known."""

    notice = serializers.CharField(read_only=True)
    participant_count = serializers.SerializerMethodField()

    class Meta:
        model = Conference
        fields = (
            "id",
            *CONFERENCE_FIELDS,
            "has_room_pin",
            "has_admin_pin",
            "notice",
            "participant_count",
            "created_at",
            "updated_at",
        )
        read_only_fields = ("id", "has_room_pin", "has_admin_pin", "created_at", "updated_at")
        # What the service refuses, it refuses with everything else that is wrong.
        extra_kwargs: ClassVar[Mapping[str, Any]] = {"number": {"validators": []}}

    def get_participant_count(self, room: Conference) -> int | None:
        counts: Mapping[str, int] | None = self.context["participant_counts"]()
        return counts.get(room.number, 0) if counts is not None else None

    def to_representation(self, instance: Conference) -> dict[str, Any]:
        shown = dict(super().to_representation(instance))
        if not self.context.get("may_read_pins"):
            shown |= dict.fromkeys(_PINS)
        return shown


class ConferenceFilter(django_filters.FilterSet):
    number = django_filters.CharFilter()
    mode = django_filters.CharFilter()
    is_in_use = django_filters.BooleanFilter(method="filter_in_use", label="Somebody is in.")

    def filter_in_use(self, rooms: QuerySet[Conference], name: str, is_wanted: bool) -> QuerySet[Conference]:
        counts = self.request.parser_context["view"].participant_counts
        if counts is None:
            raise Unavailable("Who is in which room is not known at the moment.")
        return rooms.filter(number__in=counts) if is_wanted else rooms.exclude(number__in=counts)


class ConferenceViewSet(ConferenceActions, ServicedViewSet):
    audit_name = "conference"
    serializer_class = ConferenceSerializer
    queryset = ScopedQuerySet(Conference)  # names the model; without a scope it answers nothing
    lookup_value_regex = r"[0-9]{1,18}"
    ordering_fields = {
        "number": (Length("number"), "number"),
        "subject": (Lower("subject"),),
        "mode": ("mode", Lower("subject")),
        "max_participants": ("max_participants",),
        "created_at": ("created_at",),
        "updated_at": ("updated_at",),
    }
    search_fields = ("number", "subject")
    filterset_class = ConferenceFilter

    def get_queryset(self) -> QuerySet[Conference]:
        tenant_of(self.request)
        return conference_list()

    def get_serializer_context(self) -> dict[str, Any]:
        actor = getattr(self.request, "actor", None)
        may_read = actor is not None and actor.may("callmanager.conference", Verb.CHANGE)
        return {
            **super().get_serializer_context(),
            "may_read_pins": may_read,
            "participant_counts": lambda: self.participant_counts,
        }

    @cached_property
    def participant_counts(self) -> Mapping[str, int] | None:
        """Of all rooms, read once for a request; None while nobody can tell."""
        try:
            return participant_counts(tenant_id=tenant_of(self.request).pk)
        except LiveCallsUnavailable:
            return None

    def make(self, fields: dict[str, Any]) -> Conference:
        return conference_create(**fields)

    def change(self, row: Conference, changes: dict[str, Any], *, is_partial: bool) -> Conference:
        return conference_update(room=row, **changes)

    def remove(self, row: Conference) -> None:
        conference_delete(room=row)
