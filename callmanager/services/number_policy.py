"""Setting which numbers may be called: countries and emergency numbers, and lists of a tenant or the platform."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model

from callmanager.domain.number_lists import parse_blocked, parse_code, parse_emergency
from callmanager.domain.number_range import NumberPatternError
from callmanager.fleet.models import SystemBlockedNumber, SystemDisallowedCode
from callmanager.models import BlockedNumber, DisallowedCode, Extension, NumberSettings
from callmanager.models.number_policy import LIST_ROWS_MAX
from callmanager.selectors.company_number import service_numbers
from callmanager.selectors.dial_codes import code_names, dial_code_settings_get, dial_codes_of
from callmanager.selectors.number_policy import number_settings_get
from callmanager.services.routing_guard import routing_guarded
from tenants.integrity import refusing_duplicates

_MISTAKES_TOLD = 10
_SEPARATORS = (";", ",", "\t")


@dataclass(frozen=True, slots=True)
class NumberList:
    """One kind of list: its two tables, its field, and how an entry is read."""

    field: str
    read: Callable[[str], str]
    words: str
    of_tenant: type[DisallowedCode] | type[BlockedNumber]
    of_platform: type[SystemDisallowedCode] | type[SystemBlockedNumber]

    def model(self, *, is_platform: bool) -> Any:
        return self.of_platform if is_platform else self.of_tenant


CODES = NumberList("code", parse_code, "beginnings of numbers", DisallowedCode, SystemDisallowedCode)
BLOCKED = NumberList("number", parse_blocked, "blocked numbers", BlockedNumber, SystemBlockedNumber)


@routing_guarded
def number_settings_set(
    *,
    allowed_countries: Collection[str] | object | None = ...,
    more_emergency_numbers: Sequence[str] | None = None,
) -> NumberSettings:
    """Countries None: the own one alone. What is left out stays."""
    settings = number_settings_get()
    if allowed_countries is not ...:
        chosen: Any = allowed_countries
        settings.allowed_countries = (
            None if chosen is None else sorted({str(code).upper() for code in chosen})
        )
    if more_emergency_numbers is not None:
        settings.more_emergency_numbers = _emergency_numbers(more_emergency_numbers)
    settings.full_clean()
    settings.save()
    return settings


@routing_guarded
def number_entry_create(*, kind: NumberList, is_platform: bool, text: str, description: str = "") -> Model:
    entry = kind.model(is_platform=is_platform)(description=description.strip())
    return _stored(kind, entry, text, added=1)


@routing_guarded
def number_entry_update(*, kind: NumberList, entry: Any, **changes: str) -> Model:
    """`text` and `description`."""
    if "description" in changes:
        entry.description = changes["description"].strip()
    return _stored(kind, entry, changes.get("text", getattr(entry, kind.field)), added=0)


@routing_guarded
def number_entry_delete(*, entry: Model) -> None:
    entry.delete()


@routing_guarded
def number_entries_add(*, kind: NumberList, is_platform: bool, text: str) -> tuple[int, int]:
    """One entry a line, a description behind ; or , or a tab. All or none; (added, there already)."""
    model = kind.model(is_platform=is_platform)
    wanted: dict[str, str] = {}
    mistakes: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        written, description = _split(line)
        if not written:
            continue
        try:
            entry = model(**{kind.field: kind.read(written), "description": description})
            entry.clean_fields()
            wanted.setdefault(getattr(entry, kind.field), description)
        except (NumberPatternError, ValidationError) as error:
            words = " ".join(error.messages) if isinstance(error, ValidationError) else str(error)
            mistakes.append(f"Line {number}: {words}")
    if mistakes:
        raise ValidationError(
            {"text": [ValidationError(mistake, code="lines") for mistake in mistakes[:_MISTAKES_TOLD]]}
        )
    if not wanted:
        raise ValidationError({"text": ValidationError("There is no number in it.", code="required")})
    with refusing_duplicates():
        known = set(model.objects.filter(**{f"{kind.field}__in": wanted}).values_list(kind.field, flat=True))
        new = [
            model(**{kind.field: value, "description": description})
            for value, description in wanted.items()
            if value not in known
        ]
        _require_room(kind, model, len(new), "text")
        model.objects.bulk_create(new, batch_size=1000)
    return len(new), len(wanted) - len(new)


def _stored(kind: NumberList, entry: Any, text: str, *, added: int) -> Model:
    try:
        setattr(entry, kind.field, kind.read(text))
    except NumberPatternError as error:
        raise ValidationError({kind.field: ValidationError(str(error), code=error.code)}) from error
    with refusing_duplicates():
        entry.full_clean()
        _require_room(kind, type(entry), added, kind.field)
        entry.save()
    result: Model = entry
    return result


def _require_room(kind: NumberList, model: Any, added: int, field: str) -> None:
    if added and model.objects.count() + added > LIST_ROWS_MAX:
        message = f"There can be {LIST_ROWS_MAX:,} {kind.words}: a mask or a range stands for many."
        raise ValidationError({field: ValidationError(message, code="limit")})


def _split(line: str) -> tuple[str, str]:
    for separator in _SEPARATORS:
        if separator in line:
            written, _, description = line.partition(separator)
            return written.strip(), description.strip()
    return line.strip(), ""


def _emergency_numbers(texts: Sequence[str]) -> list[str]:
    try:
        numbers = list(dict.fromkeys(parse_emergency(text) for text in texts))
    except NumberPatternError as error:
        message = ValidationError(str(error), code=error.code)
        raise ValidationError({"more_emergency_numbers": message}) from error
    extension = Extension.objects.filter(number__in=numbers).values_list("number", flat=True).first()
    services = service_numbers()
    service = next((one for one in numbers if one in services), None)
    if taken := extension or service:
        what = "an extension" if extension else services[taken]
        message = ValidationError(f"{taken} is {what}: give it another number first.", code="taken")
        raise ValidationError({"more_emergency_numbers": message})
    names = code_names(dial_codes_of(dial_code_settings_get()))
    if dialled := next((one for one in numbers if one in names), None):
        text = f"{dialled} is dialled for “{names[dialled]}”: give that another code first."
        raise ValidationError({"more_emergency_numbers": ValidationError(text, code="dial_code")})
    return numbers
