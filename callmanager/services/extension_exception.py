"""The exceptions of an extension: set as one list, in the order in which they are asked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction

from callmanager.domain.call_exceptions import check_caller_mask
from callmanager.domain.destination import END_CALL, Destination
from callmanager.models import Extension, ExtensionException
from callmanager.models.extension_exception import EXCEPTIONS_MAX
from callmanager.selectors.extension import exception_list
from callmanager.services.destination import TargetIds, destination_columns, target_ids
from tenants.audit_changes import audit_note


@dataclass(frozen=True, slots=True)
class WantedException:
    caller_mask: str = ""
    received_during: str = "always"
    destination: Destination = END_CALL


def exceptions_set(*, extension: Extension, wanted: Iterable[WantedException]) -> None:
    """All of them or none; ValidationError names the one that is wrong by its place."""
    rows = list(wanted)
    if len(rows) > EXCEPTIONS_MAX:
        raise _invalid(f"At most {EXCEPTIONS_MAX} exceptions.", "max_length")
    ids = target_ids(row.destination for row in rows)
    made = [_made(extension, place, row, ids) for place, row in enumerate(rows, start=1)]
    with transaction.atomic():
        before = [str(one) for one in exception_list(extension=extension)]
        if not before and not made:
            return
        ExtensionException.objects.filter(extension=extension).delete()
        ExtensionException.objects.bulk_create(made)
        after = [str(one) for one in exception_list(extension=extension)]
        audit_note(target=extension, name="exceptions", before=before, after=after)
    extension.__dict__.get("_prefetched_objects_cache", {}).pop("exceptions", None)


def _made(extension: Extension, place: int, row: WantedException, ids: TargetIds) -> ExtensionException:
    made = ExtensionException(
        extension=extension,
        position=place,
        caller_mask=row.caller_mask,
        received_during=row.received_during,
    )
    try:
        columns = destination_columns(row.destination, ids, own_number=extension.number)
    except ValidationError as error:
        raise _invalid(f"Exception {place}: {' '.join(error.messages)}", error.code or "invalid") from error
    for name, value in columns.items():
        setattr(made, name, value)
    try:
        made.clean_fields(exclude=["extension", "target"])
    except ValidationError as error:
        raise _invalid(f"Exception {place}: {' '.join(error.messages)}", "invalid") from error
    made.caller_mask = check_caller_mask(made.caller_mask)
    return made


def _invalid(message: str, code: str) -> ValidationError:
    return ValidationError({"exceptions": ValidationError(message, code=code)})
