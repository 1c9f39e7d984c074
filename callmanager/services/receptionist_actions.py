"""Action URLs of a virtual receptionist: checked and written as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError

from callmanager.domain.menu_action import MAX_ACTIONS, first_shared, matches_words, parse_matches
from callmanager.domain.number_range import NumberRange
from callmanager.domain.outbound_rules import is_dialable
from callmanager.domain.telephone_number import is_emergency_number
from callmanager.models import Receptionist, ReceptionistAction
from callmanager.services.extension_numbers import more_emergency_numbers
from tenants.audit_changes import audit_note
from tenants.models.event_url import refuse_inside
from tenants.scope import current_tenant_id
from tenants.selectors.tenant import tenant_get

# As it is written; `target` is an address or a number, `password` None the one that is stored.
Written = Mapping[str, Any]
ACTION_FIELDS = (
    *("name", "trigger", "matches", "method", "target", "username", "password"),
    *("connect_timeout_s", "answer_timeout_s"),
)


def actions_read(
    receptionist: Receptionist, written: Sequence[Written]
) -> tuple[list[ReceptionistAction], list[ValidationError]]:
    """The rows that are wanted, not stored yet, and all that is wrong with them."""
    if len(written) > MAX_ACTIONS:
        return [], [ValidationError(f"At most {MAX_ACTIONS} Action URLs.", code="max_length")]
    stored = list(ReceptionistAction.objects.filter(receptionist=receptionist)) if receptionist.pk else []
    kept = {row.name.lower(): row for row in stored}
    rows = [_row(receptionist, place, one, kept) for place, one in enumerate(written, start=1)]
    # Those who wrote a row are told what is wrong with it by its name.
    problems = [
        ValidationError(f"{row.name or f'Action URL {row.position}'}: {error.messages[0]}", code=error.code)
        for row, one in zip(rows, written, strict=True)
        for error in _row_problems(row, one, kept)
    ]
    return rows, problems or list(_shared_problems(rows))


def actions_write(receptionist: Receptionist, rows: Sequence[ReceptionistAction]) -> None:
    before = list(ReceptionistAction.objects.filter(receptionist=receptionist))
    told = [_words(row) for row in before], [_words(row) for row in rows]
    ReceptionistAction.objects.filter(receptionist=receptionist).delete()
    for row in rows:
        row.receptionist = receptionist
    ReceptionistAction.objects.bulk_create(rows)
    receptionist.__dict__.get("_prefetched_objects_cache", {}).pop("actions", None)
    if told[0] != told[1]:
        audit_note(target=receptionist, name="actions", before=told[0], after=told[1])


def _row(
    receptionist: Receptionist, place: int, one: Written, kept: Mapping[str, ReceptionistAction]
) -> ReceptionistAction:
    """Without a new password the stored one stays; without a user name there is none."""
    target = str(one.get("target") or "").strip()
    is_url = "://" in target
    name = str(one.get("name") or "").strip()
    row = ReceptionistAction(
        receptionist=receptionist if receptionist.pk else None,
        position=place,
        name=name,
        url=target if is_url else "",
        number="" if is_url else target,
        **{
            field: one[field]
            for field in ("trigger", "matches", "method", "username", "connect_timeout_s", "answer_timeout_s")
            if field in one
        },
    )
    before = kept.get(name.lower())
    password = one.get("password")
    if password is None and before is not None:
        password = before.password
    row.password = (password or "") if row.username and is_url else ""
    if not is_url:
        row.username = ""
    return row


def _row_problems(
    row: ReceptionistAction, one: Written, kept: Mapping[str, ReceptionistAction]
) -> Iterator[ValidationError]:
    try:
        row.clean_fields(exclude=["receptionist"])
    except ValidationError as error:
        yield from (found for problems in error.error_dict.values() for found in problems)
        return
    row.matches = matches_words(parse_matches(row.matches))
    if not row.url and not row.number:
        yield ValidationError("Give an address (https://…) or a number.", code="required")
    elif row.number and not is_dialable(row.number):
        yield ValidationError("Neither an address (https://…) nor a number.", code="target")
    elif row.number and _is_emergency(row.number):
        message = f"{row.number} calls for help in an emergency: no caller from outside is sent there."
        yield ValidationError(message, code="emergency_number")
    elif row.url:
        yield from _url_problems(row, one, kept.get(row.name.lower()))


def _is_emergency(number: str) -> bool:
    country = tenant_get(tenant_id=current_tenant_id()).country
    return number in more_emergency_numbers() or is_emergency_number(number, country)


def _url_problems(
    row: ReceptionistAction, one: Written, before: ReceptionistAction | None
) -> Iterator[ValidationError]:
    try:
        refuse_inside(row.url)
    except ValidationError as error:
        yield error
    if ":" in row.username:
        yield ValidationError("No colon in the user name (RFC 7617).", code="invalid")
    if not row.username:
        return
    is_kept = one.get("password") is None and before is not None
    if is_kept and before is not None and _server(before.url) != _server(row.url):
        # A stored password is not to be sent to whoever is named next.
        yield ValidationError("Enter the password again for the other server.", code="password_again")
    elif not row.password:
        yield ValidationError("With which password does the user sign in?", code="password_required")


def _server(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.lower()


def _shared_problems(rows: Sequence[ReceptionistAction]) -> Iterator[ValidationError]:
    names: set[str] = set()
    taken: dict[str, list[NumberRange]] = {}
    for row in rows:
        if row.name.lower() in names:
            yield ValidationError(f"{row.name} stands there twice.", code="duplicate")
        names.add(row.name.lower())
        matches = parse_matches(row.matches)
        others = taken.setdefault(row.trigger, [])
        if twice := first_shared(matches, others):
            yield ValidationError(
                f"{row.name}: {twice} is in the match list of another action.", code="duplicate"
            )
        others.extend(matches)


def _words(row: ReceptionistAction) -> str:
    asked = f"{row.method.upper()} {row.url}" if row.url else f"call {row.number}"
    return f"{row.name}: {row.trigger} {row.matches}, {asked}{f' as {row.username}' if row.username else ''}"
