"""When the tenant in scope is open, and what its next change is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from callmanager.domain.schedule import Change, Schedule, ScheduleState, find_holiday, next_change, state
from callmanager.domain.schedule_rows import holiday_of, office_intervals
from callmanager.models import Holiday, OfficeHours
from callmanager.models.office_hours import THE_ONLY_ONE


@dataclass(frozen=True, slots=True)
class OfficeState:
    """At one moment; `holiday` is the name of the holiday in force."""

    state: ScheduleState
    holiday: str
    next_change: Change | None

    @property
    def is_open(self) -> bool:
        return self.state is ScheduleState.OPEN


def office_hours_get() -> OfficeHours:
    """As set, or as they are before anybody has set them."""
    return OfficeHours.objects.filter(pk=THE_ONLY_ONE).first() or OfficeHours()


def holiday_list() -> QuerySet[Holiday]:
    return Holiday.objects.all()


def office_schedule_get(*, time_zone: str) -> Schedule:
    hours = office_hours_get()
    rows = holiday_list().values_list(
        "name", "first_day", "last_day", "starts_at", "ends_at", "is_every_year"
    )
    return Schedule(
        time_zone,
        office_intervals(is_always_open=hours.is_always_open, week=hours.week),
        tuple(holiday_of(*row) for row in rows),
    )


def office_state(schedule: Schedule, *, at: datetime) -> OfficeState:
    holiday = find_holiday(schedule, at)
    return OfficeState(
        state(schedule, at), holiday.name if holiday is not None else "", next_change(schedule, at)
    )
