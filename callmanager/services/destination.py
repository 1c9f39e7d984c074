"""Destinations as people name them, made into columns: only what is there and built can be chosen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from callmanager.domain.destination import Destination, DestinationKind
from callmanager.models import CallQueue, Conference, Extension, Receptionist, RingGroup
from callmanager.models.destination import validate_external_number

_OF_EXTENSIONS = frozenset({DestinationKind.EXTENSION, DestinationKind.VOICEMAIL})


@dataclass(frozen=True, slots=True)
class TargetIds:
    """By number."""

    extensions: Mapping[str, int] = field(default_factory=dict)
    ring_groups: Mapping[str, int] = field(default_factory=dict)
    receptionists: Mapping[str, int] = field(default_factory=dict)
    queues: Mapping[str, int] = field(default_factory=dict)
    conferences: Mapping[str, int] = field(default_factory=dict)


def target_ids(destinations: Iterable[Destination | None]) -> TargetIds:
    """Of those that the destinations name, in a query for each kind at most."""
    wanted = [one for one in destinations if one is not None]

    def ids(rows: QuerySet[Any], *kinds: DestinationKind) -> dict[str, int]:
        numbers = {one.target for one in wanted if one.kind in kinds}
        return dict(rows.filter(number__in=numbers).values_list("number", "pk")) if numbers else {}

    return TargetIds(
        ids(Extension.objects.all(), *_OF_EXTENSIONS),
        ids(RingGroup.objects.all(), DestinationKind.RING_GROUP),
        ids(Receptionist.objects.all(), DestinationKind.RECEPTIONIST),
        ids(CallQueue.objects.all(), DestinationKind.CALL_QUEUE),
        ids(Conference.objects.all(), DestinationKind.CONFERENCE),
    )


def destination_columns(destination: Destination, ids: TargetIds, *, own_number: str = "") -> dict[str, Any]:
    """What a row with `DestinationColumns` is filled with. `own_number` is whoever sends the call away."""
    target = destination.target
    match destination.kind:
        case DestinationKind.END_CALL:
            if target:
                raise ValidationError("Ending the call needs no number.", code="not_allowed")
        case DestinationKind.EXTENSION | DestinationKind.VOICEMAIL:
            _require(target, ids.extensions, "extension")
            if target == own_number and destination.kind is DestinationKind.EXTENSION:
                raise ValidationError("That is this extension itself.", code="not_allowed")
        case DestinationKind.RING_GROUP:
            _require(target, ids.ring_groups, "ring group")
            if target == own_number:
                raise ValidationError("That is this group itself.", code="not_allowed")
        case DestinationKind.RECEPTIONIST:
            _require(target, ids.receptionists, "virtual receptionist")
        case DestinationKind.CALL_QUEUE:
            _require(target, ids.queues, "call queue")
            if target == own_number:
                raise ValidationError("That is this queue itself.", code="not_allowed")
        case DestinationKind.CONFERENCE:
            _require(target, ids.conferences, "conference room")
        case DestinationKind.EXTERNAL_NUMBER:
            if not target:
                raise ValidationError("Name the number to call.", code="required")
            validate_external_number(target)
        case _:
            raise ValidationError("There is no such kind of destination.", code="invalid_choice")
    kind = destination.kind
    return {
        "action": kind.value,
        "target_id": ids.extensions[target] if kind in _OF_EXTENSIONS else None,
        "ring_group_id": ids.ring_groups[target] if kind is DestinationKind.RING_GROUP else None,
        "to_receptionist_id": ids.receptionists[target] if kind is DestinationKind.RECEPTIONIST else None,
        "to_queue_id": ids.queues[target] if kind is DestinationKind.CALL_QUEUE else None,
        "to_conference_id": ids.conferences[target] if kind is DestinationKind.CONFERENCE else None,
        "external_number": target if kind is DestinationKind.EXTERNAL_NUMBER else "",
    }


def _require(target: str, ids: Mapping[str, int], what: str) -> None:
    if not target:
        raise ValidationError(f"Name the {what}.", code="required")
    if target not in ids:
        raise ValidationError(f"There is no {what} {target[:20]}.", code="not_found")
