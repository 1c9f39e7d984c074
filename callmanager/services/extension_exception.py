"""The exceptions of an extension: set as one list, in the order in which they are asked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction

from callmanager.domain.call_exceptions import check_caller_mask
from callmanager.domain.destination import DestinationKind
from callmanager.models import Extension, ExtensionException
from callmanager.models.extension_exception import EXCEPTIONS_MAX
from callmanager.selectors.extension import exception_list
from tenants.audit_changes import audit_note


@dataclass(frozen=True, slots=True)
class WantedException:
    """`extension` is the other extension's number, for that action only."""

    caller_mask: str = ""
    received_during: str = "always"
    action: str = "end_call"
    extension: str = ""


def exceptions_set(*, extension: Extension, wanted: Iterable[WantedException]) -> None:
    """All of them or none; ValidationError names the one that is wrong by its place."""
    rows = list(wanted)
    if len(rows) > EXCEPTIONS_MAX:
        raise _invalid(f"At most {EXCEPTIONS_MAX} exceptions.", "max_length")
    targets = dict(
        Extension.objects.filter(number__in={row.extension for row in rows if row.extension}).values_list(
            "number", "pk"
        )
    )
    made = [_made(extension, place, row, targets) for place, row in enumerate(rows, start=1)]
    with transaction.atomic():
        before = [str(one) for one in exception_list(extension=extension)]
        if before == [str(one) for one in made] and not made:
            return
        ExtensionException.objects.filter(extension=extension).delete()
        ExtensionException.objects.bulk_create(made)
        audit_note(target=extension, name="exceptions", before=before, after=[str(one) for one in made])
    extension.__dict__.get("_prefetched_objects_cache", {}).pop("exceptions", None)


def _made(
    extension: Extension, place: int, row: WantedException, targets: dict[str, int]
) -> ExtensionException:
    is_other = row.action == DestinationKind.EXTENSION
    if is_other and not row.extension:
        raise _invalid(f"Exception {place}: name the other extension.", "required")
    if not is_other and row.extension:
        raise _invalid(f"Exception {place}: ending the call needs no other extension.", "not_allowed")
    if is_other and row.extension not in targets:
        raise _invalid(f"Exception {place}: there is no extension {row.extension[:20]}.", "not_found")
    if is_other and row.extension == extension.number:
        raise _invalid(f"Exception {place}: that is this extension itself.", "not_allowed")
    made = ExtensionException(
        extension=extension,
        position=place,
        caller_mask=row.caller_mask,
        received_during=row.received_during,
        action=row.action,
        target_id=targets[row.extension] if is_other else None,
    )
    try:
        made.clean_fields(exclude=["extension", "target"])
    except ValidationError as error:
        raise _invalid(f"Exception {place}: {' '.join(error.messages)}", "invalid") from error
    made.caller_mask = check_caller_mask(made.caller_mask)
    return made


def _invalid(message: str, code: str) -> ValidationError:
    return ValidationError({"exceptions": ValidationError(message, code=code)})
