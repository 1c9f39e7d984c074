"""Conference rooms of the tenant in scope: made, changed and deleted."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError

from callmanager.models import Conference
from callmanager.models.extension import lock_tenant
from callmanager.selectors.usage import conference_usage
from callmanager.services.company_number import company_number_problems
from callmanager.services.extension_numbers import ExtensionNumberChecks
from callmanager.services.in_use import refuse_if_used
from callmanager.services.routing_guard import routing_guarded
from tenants.capacity import refuse_above_limit
from tenants.integrity import refusing_duplicates

CONFERENCE_FIELDS = (
    *("mode", "number", "subject", "room_pin", "admin_pin", "outbound_caller_id"),
    "max_participants",
    *("grids", "bitrate_kbps", "frame_rate", "resolution", "language", "is_prompt_silent"),
)


@routing_guarded
def conference_create(**fields: Any) -> Conference:
    """LimitReached where the company has as many as it may."""
    _require(fields)
    room = Conference(**fields)
    with refusing_duplicates():
        tenant = lock_tenant()
        refuse_above_limit(
            limit=tenant.max_conference_rooms,
            present=Conference.objects.count(),
            added=1,
            what="conference rooms",
        )
        conference_check(room=room, number_before="")
        room.save()
    return room


@routing_guarded
def conference_update(*, room: Conference, **changes: Any) -> Conference:
    """What is left out stays."""
    _require(changes)
    number_before = room.number
    for name, value in changes.items():
        setattr(room, name, value)
    with refusing_duplicates():
        lock_tenant()
        conference_check(room=room, number_before=number_before)
        room.save()
    return room


@routing_guarded
def conference_delete(*, room: Conference) -> None:
    """InUse while others send calls to it. Who is in it is hung up."""
    with refusing_duplicates():
        lock_tenant()
        refuse_if_used(conference_usage(ids=[room.pk]))
        room.delete()


def conference_check(*, room: Conference, number_before: str) -> None:
    """Raises ValidationError with all that is wrong."""
    problems: dict[str, list[ValidationError]] = {}
    room.subject = (room.subject or "").strip()
    try:
        room.clean_fields()
    except ValidationError as error:
        problems.update(error.error_dict)
    if room.number != number_before:
        checks = ExtensionNumberChecks.read()
        for problem in company_number_problems(room.number, checks, what="conference room"):
            problems.setdefault("number", []).append(problem)
    if room.admin_pin and room.admin_pin == room.room_pin:
        message = "Not the room PIN: whoever knows that would host the conference."
        problems.setdefault("admin_pin", []).append(ValidationError(message, code="pins_are_equal"))
    if problems:
        raise ValidationError(problems)


def _require(fields: dict[str, Any]) -> None:
    if unknown := fields.keys() - set(CONFERENCE_FIELDS):
        raise TypeError(f"A conference room has no {', '.join(sorted(unknown))} to set.")
