"""Rows of a table of extensions against what there is: what each would do, and what is wrong with it.

Everything is read once for the whole table; a row costs no query.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db.models.functions import Lower

from callmanager.domain.extension_table import (
    COLUMNS,
    GROUPS,
    MAILBOX_COLUMNS,
    CellError,
    group_names,
    read_cell,
)
from callmanager.domain.passwords import find_weakness
from callmanager.models import Extension, ExtensionGroup
from callmanager.services.extension_numbers import ExtensionNumberChecks
from callmanager.services.mailbox_columns import mailbox_problems
from callmanager.services.sip_password import sip_password_generate
from tenants.csv_reading import CsvRow, RowError
from tenants.models import Role, Tenant, User
from tenants.services.extension_user import EMAIL_TAKEN

# A phone must be able to send it, even if our rules find it weak.
_WEAK_LENGTH_MAX = 64


class Existing(StrEnum):
    """What a row does whose number there is already."""

    REFUSE = "refuse"
    UPDATE = "update"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class RowRules:
    existing: Existing
    accepts_weak_passwords: bool = False


@dataclass(slots=True)
class ReadyRow:
    """`extension` has its new values; `changed` names them if it was there before."""

    line: int
    extension: Extension
    is_new: bool
    changed: frozenset[str] = frozenset()
    group_ids: tuple[int, ...] = ()
    # New values of its mailbox, by field.
    mailbox: Mapping[str, Any] = field(default_factory=dict)
    web_password: str = ""
    is_sip_password_generated: bool = False


@dataclass(slots=True)
class RowReader:
    """One for a whole table: it remembers what earlier rows have taken."""

    tenant: Tenant
    rules: RowRules
    known: dict[str, Extension]
    groups: dict[str, int]
    email_owners: dict[str, tuple[int | None, str]]
    did_owners: dict[str, str]
    numbers: ExtensionNumberChecks
    lines: dict[str, int] = field(default_factory=dict)

    @classmethod
    def for_rows(cls, tenant: Tenant, rules: RowRules, rows: Iterable[CsvRow]) -> RowReader:
        emails = {row.values.get("email", "").lower() for row in rows} - {""}
        owners = User.objects.alias(lower=Lower("email")).filter(lower__in=emails)
        known = {one.number: one for one in Extension.objects.all()}
        return cls(
            tenant=tenant,
            rules=rules,
            known=known,
            groups={name.lower(): pk for name, pk in ExtensionGroup.objects.values_list("name", "pk")},
            email_owners={
                email.lower(): (tenant_id, number if role == Role.EXTENSION else "")
                for email, tenant_id, number, role in owners.values_list(
                    "email", "tenant_id", "extension_number", "role"
                )
            },
            did_owners={one.did.removeprefix("+"): one.number for one in known.values() if one.did},
            numbers=ExtensionNumberChecks.read(tenant),
        )

    def read(self, row: CsvRow) -> ReadyRow | list[RowError] | None:
        """None for a row that is passed over."""
        errors: list[RowError] = []
        values = self._values(row, errors)
        number = row.values.get("number", "")
        present = self.known.get(number)
        errors += self._number_errors(row, number, present)
        if present is not None and self.rules.existing is Existing.SKIP:
            return errors or None
        if errors:
            return errors
        ready = self._ready(row, number, present, values)
        errors = [*self._field_errors(ready), *self._shared_errors(ready, row)]
        if errors:
            return errors
        self._take(ready)
        return ready

    def _values(self, row: CsvRow, errors: list[RowError]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for column, text in row.values.items():
            if column in (GROUPS, "number"):
                continue
            value = read_cell(column, text)
            if isinstance(value, CellError):
                errors.append(RowError(row.line, column, value.code, value.message))
            elif value is not None:
                values[column] = value
        return values

    def _number_errors(self, row: CsvRow, number: str, present: Extension | None) -> Iterator[RowError]:
        if number in self.lines:
            yield _error(row, "number", "duplicate", f"Line {self.lines[number]} has this number, too.")
        self.lines.setdefault(number, row.line)
        if present is not None and self.rules.existing is Existing.REFUSE:
            yield _error(row, "number", "unique", "There is an extension with this number.")
        for name in group_names(row.values.get(GROUPS, "")):
            if name.lower() not in self.groups:
                yield _error(row, GROUPS, "not_found", f"There is no group {name[:64]}.")

    def _ready(self, row: CsvRow, number: str, present: Extension | None, values: dict[str, Any]) -> ReadyRow:
        web_password = values.pop("web_password", "")
        mailbox = {name: values.pop(column) for column, name in MAILBOX_COLUMNS.items() if column in values}
        extension = present or Extension(number=number)
        is_generated = present is None and "sip_password" not in values
        if is_generated:
            values["sip_password"] = sip_password_generate(number=number)
        former = {name: getattr(extension, name) for name in values}
        if "email" in values:
            values["email"] = values["email"].lower()
        name_before = extension.full_name[:100]
        for name, value in values.items():
            setattr(extension, name, value)
        if "display_name" not in former and extension.display_name in ("", name_before):
            former["display_name"] = extension.display_name
            extension.display_name = extension.full_name[:100]
        return ReadyRow(
            line=row.line,
            extension=extension,
            is_new=present is None,
            changed=frozenset(name for name, value in former.items() if value != getattr(extension, name)),
            group_ids=tuple(self.groups[name.lower()] for name in group_names(row.values.get(GROUPS, ""))),
            mailbox=mailbox,
            web_password=web_password,
            is_sip_password_generated=is_generated,
        )

    def _field_errors(self, ready: ReadyRow) -> Iterator[RowError]:
        extension = ready.extension
        try:
            extension.clean_fields(
                exclude=["ha1"] if ready.is_new else {"ha1", "sip_password"} - ready.changed
            )
        except ValidationError as error:
            for name, problems in error.error_dict.items():
                yield from (
                    _error(ready, name, one.code or "invalid", " ".join(one.messages)) for one in problems
                )
        for column, problem in mailbox_problems(ready.mailbox):
            yield _error(ready, column, problem.code or "invalid", " ".join(problem.messages))
        if (ready.is_new or "sip_password" in ready.changed) and (weakness := self._weakness(extension)):
            yield _error(ready, "sip_password", "weak_password", weakness)
        if ready.web_password:
            try:
                validate_password(ready.web_password)
            except ValidationError as error:
                yield _error(ready, "web_password", "weak_password", " ".join(error.messages))

    def _weakness(self, extension: Extension) -> str | None:
        password = extension.sip_password
        if not self.rules.accepts_weak_passwords:
            return find_weakness(password, extension.number)
        if not password.isascii() or not password.isprintable() or len(password) > _WEAK_LENGTH_MAX:
            return f"A SIP password consists of ASCII characters, {_WEAK_LENGTH_MAX} at most."
        return None

    def _shared_errors(self, ready: ReadyRow, row: CsvRow) -> Iterator[RowError]:
        extension = ready.extension
        owner = self.email_owners.get(extension.email) if row.values.get("email") else None
        if owner is not None and owner != (self.tenant.pk, extension.number):
            yield _error(ready, "email", "unique", EMAIL_TAKEN)
        did = extension.did.removeprefix("+")
        if did and self.did_owners.get(did, extension.number) != extension.number:
            yield _error(ready, "did", "unique", "Another extension has this number.")
        is_did_new = ready.is_new or "did" in ready.changed
        for name, problem in self.numbers.problems(
            number=extension.number if ready.is_new else None, did=extension.did if is_did_new else None
        ):
            yield _error(ready, name, problem.code or "invalid", " ".join(problem.messages))

    def _take(self, ready: ReadyRow) -> None:
        extension = ready.extension
        if extension.email:
            self.email_owners[extension.email] = (self.tenant.pk, extension.number)
        if extension.did:
            self.did_owners[extension.did.removeprefix("+")] = extension.number


def _error(row: CsvRow | ReadyRow, column: str, code: str, message: str) -> RowError:
    return RowError(row.line, column if column in COLUMNS else "", code, message)
