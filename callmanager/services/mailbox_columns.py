"""The columns of a table of extensions that are of their mailboxes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import ValidationError

from callmanager.domain.extension_table import MAILBOX_COLUMNS, write_cell
from callmanager.models import Mailbox
from callmanager.services.mailbox import mailbox_language_check

# What an export tells; a PIN is nobody's to read.
SHOWN = tuple(column for column in MAILBOX_COLUMNS if column != "voicemail_pin")
_COLUMN_OF = {name: column for column, name in MAILBOX_COLUMNS.items()}
_BATCH = 500


def mailbox_problems(values: Mapping[str, Any]) -> Iterator[tuple[str, ValidationError]]:
    """The column and what is wrong with it."""
    if not values:
        return
    others = {one.name for one in Mailbox._meta.get_fields()} - values.keys()
    try:
        Mailbox(**values).clean_fields(exclude=others)
        mailbox_language_check(values.get("language"))
    except ValidationError as error:
        for name, problems in error.error_dict.items():
            yield from ((_COLUMN_OF.get(name, name), one) for one in problems)


def mailboxes_write(*, changes: Mapping[int, Mapping[str, Any]]) -> None:
    """By the extension; what is not named stays."""
    if not changes:
        return
    boxes = list(Mailbox.objects.filter(extension_id__in=changes))
    for box in boxes:
        for name, value in changes[box.extension_id].items():
            setattr(box, name, value)
        box.has_pin = bool(box.pin)
    names = frozenset().union(*(one.keys() for one in changes.values())) | {"has_pin"}
    Mailbox.objects.bulk_update(boxes, sorted(names), batch_size=_BATCH)


def mailbox_cells() -> Mapping[int, list[str]]:
    """Of every extension, for an export."""
    return {
        box.extension_id: [write_cell(getattr(box, MAILBOX_COLUMNS[column])) for column in SHOWN]
        for box in Mailbox.objects.defer("pin")
    }
