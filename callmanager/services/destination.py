"""Destinations as people name them, made into columns: only what is there and built can be chosen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError

from callmanager.domain.destination import Destination, DestinationKind
from callmanager.models import Extension
from callmanager.models.destination import validate_external_number

_OF_EXTENSIONS = frozenset({DestinationKind.EXTENSION, DestinationKind.VOICEMAIL})


def extension_ids(destinations: Iterable[Destination | None]) -> dict[str, int]:
    """Of those that the destinations name, in one query."""
    numbers = {one.target for one in destinations if one is not None and one.kind in _OF_EXTENSIONS}
    if not numbers:
        return {}
    return dict(Extension.objects.filter(number__in=numbers).values_list("number", "pk"))


def destination_columns(
    destination: Destination, ids: Mapping[str, int], *, own_number: str = ""
) -> dict[str, Any]:
    """What a row with `DestinationColumns` is filled with. `own_number` is whoever sends the call away."""
    target = destination.target
    match destination.kind:
        case DestinationKind.END_CALL:
            if target:
                raise ValidationError("Ending the call needs no number.", code="not_allowed")
        case DestinationKind.EXTENSION | DestinationKind.VOICEMAIL:
            if not target:
                raise ValidationError("Name the extension.", code="required")
            if target not in ids:
                raise ValidationError(f"There is no extension {target[:20]}.", code="not_found")
            if target == own_number and destination.kind is DestinationKind.EXTENSION:
                raise ValidationError("That is this extension itself.", code="not_allowed")
        case DestinationKind.EXTERNAL_NUMBER:
            if not target:
                raise ValidationError("Name the number to call.", code="required")
            validate_external_number(target)
        case _:
            raise ValidationError("There is no such kind of destination.", code="invalid_choice")
    is_extension = destination.kind in _OF_EXTENSIONS
    return {
        "action": destination.kind.value,
        "target_id": ids[target] if is_extension else None,
        "external_number": target if destination.kind is DestinationKind.EXTERNAL_NUMBER else "",
    }
