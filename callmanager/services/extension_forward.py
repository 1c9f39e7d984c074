"""The forwarding rules of an extension: set as one table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction

from callmanager.domain.destination import Destination
from callmanager.domain.forwarding import ForwardStatus, ForwardWhen
from callmanager.models import Extension, ExtensionForward
from callmanager.models.extension import RING_TIMEOUT_S
from callmanager.selectors.extension import forward_list
from callmanager.services.destination import TargetIds, destination_columns, target_ids
from tenants.audit_changes import audit_note


@dataclass(frozen=True, slots=True)
class WantedForward:
    """One cell of the table. `ring_timeout_s` is for `no_answer` alone; 0: as the extension says."""

    status: str
    during: str
    when: str
    destination: Destination
    ring_timeout_s: int = 0

    @property
    def cell(self) -> str:
        return f"{self.status}, {self.during}, {self.when}"


def forwards_set(*, extension: Extension, wanted: Iterable[WantedForward]) -> None:
    """All of them or none; ValidationError names the cell that is wrong."""
    rows = list(wanted)
    twice = len({row.cell for row in rows}) != len(rows)
    if twice:
        raise _invalid("A status, its hours and a reason can stand in one rule only.", "unique")
    ids = target_ids(row.destination for row in rows)
    made = [_made(extension, row, ids) for row in rows]
    with transaction.atomic():
        before = sorted(str(one) for one in forward_list(extension=extension))
        if not before and not made:
            return
        ExtensionForward.objects.filter(extension=extension).delete()
        ExtensionForward.objects.bulk_create(made)
        after = sorted(str(one) for one in forward_list(extension=extension))
        audit_note(target=extension, name="forwards", before=before, after=after)
    extension.__dict__.get("_prefetched_objects_cache", {}).pop("forwards", None)


def _made(extension: Extension, row: WantedForward, ids: TargetIds) -> ExtensionForward:
    made = ExtensionForward(
        extension=extension,
        status=row.status,
        during=row.during,
        when=row.when,
        ring_timeout_s=row.ring_timeout_s,
    )
    if row.status == ForwardStatus.OFFLINE and row.when != ForwardWhen.ALWAYS:
        raise _invalid(f"{row.cell}: when no phone is registered, calls are always forwarded.", "not_allowed")
    if row.ring_timeout_s and row.when != ForwardWhen.NO_ANSWER:
        raise _invalid(f"{row.cell}: a ring time is for calls that nobody answers.", "not_allowed")
    if row.ring_timeout_s and not RING_TIMEOUT_S[0] <= row.ring_timeout_s <= RING_TIMEOUT_S[1]:
        raise _invalid(
            f"{row.cell}: {RING_TIMEOUT_S[0]} to {RING_TIMEOUT_S[1]} seconds, or 0.", "ring_timeout_s"
        )
    try:
        columns = destination_columns(row.destination, ids, own_number=extension.number)
        for name, value in columns.items():
            setattr(made, name, value)
        made.clean_fields(exclude=["extension", "target"])
    except ValidationError as error:
        code = getattr(error, "code", None) or "invalid"
        raise _invalid(f"{row.cell}: {' '.join(error.messages)}", code) from error
    return made


def _invalid(message: str, code: str) -> ValidationError:
    return ValidationError({"forwards": ValidationError(message, code=code)})
