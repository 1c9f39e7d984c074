"""Setting hours and holidays of the tenant in scope."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError

from callmanager.domain.week_hours import document_of, parse_intervals
from callmanager.models import Holiday, OfficeHours
from callmanager.models.office_hours import HOLIDAYS_MAX
from callmanager.selectors.office_hours import office_hours_get
from callmanager.services.routing_guard import routing_guarded
from tenants.integrity import refusing_duplicates

_HOLIDAY_FIELDS = frozenset({"name", "first_day", "last_day", "starts_at", "ends_at", "is_every_year"})


@routing_guarded
def office_hours_set(*, is_always_open: bool | None = None, week: Any = None) -> OfficeHours:
    """None leaves as it is. The week is kept while always open is on, for when it is switched off again."""
    hours = office_hours_get()
    if is_always_open is not None:
        hours.is_always_open = is_always_open
    if week is not None:
        hours.week = week
    hours.full_clean()
    hours.week = document_of(parse_intervals(hours.week))
    hours.save()
    return hours


@routing_guarded
def holiday_create(**fields: Any) -> Holiday:
    _require(fields)
    holiday = Holiday(**fields)
    with refusing_duplicates():
        _require_room_for(1)
        holiday.full_clean()
        holiday.save()
    return holiday


@routing_guarded
def holiday_update(*, holiday: Holiday, **changes: Any) -> Holiday:
    _require(changes)
    for field, value in changes.items():
        setattr(holiday, field, value)
    with refusing_duplicates():
        holiday.full_clean()
        holiday.save()
    return holiday


@routing_guarded
def holiday_delete(*, holiday: Holiday) -> None:
    holiday.delete()


@routing_guarded
def holidays_add(*, holidays: Iterable[Holiday]) -> list[Holiday]:
    """All or none; one of the same name and first day is there already and stays."""
    wanted = list(holidays)
    for holiday in wanted:
        holiday.full_clean(validate_unique=False, validate_constraints=False)
    with refusing_duplicates():
        known = set(Holiday.objects.values_list("name", "first_day"))
        new = list(
            {
                (one.name, one.first_day): one for one in wanted if (one.name, one.first_day) not in known
            }.values()
        )
        _require_room_for(len(new))
        return Holiday.objects.bulk_create(new)


def _require(fields: dict[str, Any]) -> None:
    if unknown := fields.keys() - _HOLIDAY_FIELDS:
        raise TypeError(f"A holiday has no {', '.join(sorted(unknown))} to set.")


def _require_room_for(more: int) -> None:
    if Holiday.objects.count() + more > HOLIDAYS_MAX:
        raise ValidationError(f"There can be {HOLIDAYS_MAX} holidays. Delete old ones first.", code="limit")
