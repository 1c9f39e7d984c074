"""Conference rooms by REST."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from django.db.models.functions import Length, Lower
from rest_framework import serializers

from callmanager.api.conference_actions import ConferenceActions
from callmanager.models import Conference
from callmanager.selectors.conference import conference_list
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
    do yet: of a video room, that it serves audio."""

    notice = serializers.CharField(read_only=True)

    class Meta:
        model = Conference
        fields = (
            "id",
            *CONFERENCE_FIELDS,
            "has_room_pin",
            "has_admin_pin",
            "notice",
            "created_at",
            "updated_at",
        )
        read_only_fields = ("id", "has_room_pin", "has_admin_pin", "created_at", "updated_at")
        # What the service refuses, it refuses with everything else that is wrong.
        extra_kwargs: ClassVar[Mapping[str, Any]] = {"number": {"validators": []}}

    def to_representation(self, instance: Conference) -> dict[str, Any]:
        shown = dict(super().to_representation(instance))
        if not self.context.get("may_read_pins"):
            shown |= dict.fromkeys(_PINS)
        return shown


class ConferenceFilter(django_filters.FilterSet):
    number = django_filters.CharFilter()
    mode = django_filters.CharFilter()


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
        return {**super().get_serializer_context(), "may_read_pins": may_read}

    def make(self, fields: dict[str, Any]) -> Conference:
        return conference_create(**fields)

    def change(self, row: Conference, changes: dict[str, Any], *, is_partial: bool) -> Conference:
        return conference_update(room=row, **changes)

    def remove(self, row: Conference) -> None:
        conference_delete(room=row)
