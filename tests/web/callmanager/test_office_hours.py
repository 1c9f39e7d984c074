"""Hours and holidays of a tenant: stored, in the snapshot, imported; and nobody else's."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callmanager.domain.schedule import ALL_WEEK, Interval, is_open
from callmanager.domain.snapshot import TenantSnapshot
from callmanager.models import Holiday, OfficeHours
from callmanager.models.office_hours import HOLIDAYS_MAX
from callmanager.selectors.office_hours import office_hours_get, office_schedule_get, office_state
from callmanager.selectors.snapshot import snapshot_get
from callmanager.services.holiday_calendar import CALENDAR_BYTES_MAX, calendar_read
from callmanager.services.office_hours import holiday_create, holidays_add, office_hours_set
from callmanager.services.public_holidays import country_list, public_holidays_find
from tenants.models import Tenant
from tenants.scope import tenant_scope
from tenants.services.tenant import tenant_update

NINE_TO_FIVE = {"monday": [{"from": "09:00", "to": "17:00"}]}
NEW_YEAR = date(2026, 1, 1)


def test_a_company_is_always_open_until_somebody_says_otherwise(acme_scope: Tenant) -> None:
    assert office_hours_get().is_always_open
    assert snapshot_get(tenant=acme_scope).office_intervals == ALL_WEEK
    now = office_state(office_schedule_get(time_zone="UTC"), at=datetime(2026, 6, 7, 3, tzinfo=UTC))
    assert (now.is_open, now.next_change) == (True, None)


def test_hours_and_holidays_reach_the_snapshot_with_the_tenants_time_zone(
    acme: Tenant, globex: Tenant
) -> None:
    tenant_update(tenant=acme, time_zone="Europe/Berlin")
    before = snapshot_get(tenant=acme).config_rev
    with tenant_scope(acme):
        office_hours_set(is_always_open=False, week=NINE_TO_FIVE)
        holiday_create(
            name="Party", first_day=date(2026, 6, 8), last_day=date(2026, 6, 8), starts_at=time(15)
        )
    snapshot = snapshot_get(tenant=acme)
    assert snapshot.config_rev > before
    assert snapshot.office_intervals == (Interval(0, 540, 1020),)
    assert is_open(snapshot.office_hours, datetime(2026, 6, 8, 12, 59, tzinfo=UTC))
    assert not is_open(snapshot.office_hours, datetime(2026, 6, 8, 13, 0, tzinfo=UTC))
    assert TenantSnapshot.from_json(snapshot.to_json()) == snapshot
    theirs = snapshot_get(tenant=globex)
    assert (theirs.office_intervals, theirs.holidays) == (ALL_WEEK, ())


def test_somebodys_own_hours_have_the_companys_holidays(acme_scope: Tenant) -> None:
    holiday_create(name="New Year", first_day=NEW_YEAR, last_day=NEW_YEAR)
    own = snapshot_get(tenant=acme_scope).schedule((Interval(3, 0, 600),), "Asia/Tokyo")
    assert not is_open(own, datetime(2025, 12, 31, 16, tzinfo=UTC))
    assert is_open(own, datetime(2026, 1, 7, 16, tzinfo=UTC))


def test_the_database_refuses_a_second_row_and_impossible_holidays(acme_scope: Tenant) -> None:
    office_hours_set(is_always_open=False)
    with pytest.raises(IntegrityError), transaction.atomic():
        OfficeHours.objects.bulk_create([OfficeHours(id=2)])
    for wrong in (
        {"last_day": date(2025, 12, 31)},
        {"last_day": date(2027, 1, 1), "is_every_year": True},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Holiday.objects.bulk_create(
                [Holiday(**{"name": "x", "first_day": NEW_YEAR, "last_day": NEW_YEAR, **wrong})]
            )


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"last_day": date(2025, 12, 31)}, "last_day"),
        ({"starts_at": time(12), "ends_at": time(12)}, "ends_at"),
        ({"ends_at": time(0)}, "ends_at"),
        ({"first_day": date(1999, 12, 31)}, "first_day"),
        ({"last_day": date(2027, 1, 1), "is_every_year": True}, "is_every_year"),
    ],
)
def test_an_impossible_holiday_is_refused_by_field(
    acme_scope: Tenant, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(ValidationError) as refusal:
        holiday_create(**{"name": "New Year", "first_day": NEW_YEAR, "last_day": NEW_YEAR, **changes})
    assert set(refusal.value.message_dict) == {field}


def test_there_is_an_end_to_holidays(acme_scope: Tenant) -> None:
    many = [Holiday(name=f"Day {n}", first_day=NEW_YEAR, last_day=NEW_YEAR) for n in range(HOLIDAYS_MAX)]
    assert len(holidays_add(holidays=many)) == HOLIDAYS_MAX
    assert holidays_add(holidays=many[:5]) == []
    with pytest.raises(ValidationError, match="1000 holidays"):
        holiday_create(name="One more", first_day=NEW_YEAR, last_day=NEW_YEAR)


class TestCountries:
    def test_a_region_has_more_holidays_than_its_country(self) -> None:
        def days(region: str) -> set[date]:
            found = public_holidays_find(country="DE", region=region, first_year=2026, last_year=2026)
            return {holiday.first_day for holiday in found}

        assert date(2026, 1, 6) in days("BY") - days("")

    def test_holidays_have_english_names_where_there_are_some(self) -> None:
        found = public_holidays_find(country="DE", first_year=2026, last_year=2027)
        assert [holiday.name for holiday in found if holiday.first_day.month == 1] == ["New Year's Day"] * 2

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"country": "XX"}, "country"),
            ({"region": "XX"}, "region"),
            ({"first_year": 1999}, "first_year"),
            ({"last_year": 2025}, "last_year"),
            ({"last_year": 2036}, "last_year"),
        ],
    )
    def test_what_is_not_known_is_refused_by_field(self, wrong: dict[str, Any], field: str) -> None:
        with pytest.raises(ValidationError) as refusal:
            public_holidays_find(**{"country": "DE", "first_year": 2026, "last_year": 2026, **wrong})
        assert set(refusal.value.message_dict) == {field}

    def test_every_country_can_be_asked(self) -> None:
        assert len(country_list()) > 200
        for country in country_list():
            for holiday in public_holidays_find(country=country.code, first_year=2026, last_year=2026):
                holiday.full_clean(validate_unique=False, validate_constraints=False)


def calendar(*events: str) -> bytes:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x"]
    for event in events:
        lines += ["BEGIN:VEVENT", *event.split("|"), "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


class TestCalendars:
    @pytest.mark.parametrize(
        ("event", "expected"),
        [
            pytest.param(
                "SUMMARY:Labour Day|DTSTART;VALUE=DATE:20260501|DTEND;VALUE=DATE:20260502",
                ("Labour Day", date(2026, 5, 1), date(2026, 5, 1), None, None, False),
                id="a whole day",
            ),
            pytest.param(
                "SUMMARY:Break|DTSTART;VALUE=DATE:20261224|DTEND;VALUE=DATE:20270102",
                ("Break", date(2026, 12, 24), date(2027, 1, 1), None, None, False),
                id="several days",
            ),
            pytest.param(
                "SUMMARY:Day|DTSTART;VALUE=DATE:20260501",
                ("Day", date(2026, 5, 1), date(2026, 5, 1), None, None, False),
                id="without an end",
            ),
            pytest.param(
                "SUMMARY:Xmas|DTSTART;VALUE=DATE:20261225|RRULE:FREQ=YEARLY",
                ("Xmas", date(2026, 12, 25), date(2026, 12, 25), None, None, True),
                id="every year",
            ),
            pytest.param(
                "SUMMARY:Xmas|DTSTART;VALUE=DATE:20261225|RRULE:FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=25",
                ("Xmas", date(2026, 12, 25), date(2026, 12, 25), None, None, True),
                id="every year, said at length",
            ),
            pytest.param(
                "SUMMARY:Noon|DTSTART:20260601T100000Z|DURATION:PT2H30M",
                ("Noon", date(2026, 6, 1), date(2026, 6, 1), time(12), time(14, 30), False),
                id="in another time zone",
            ),
            pytest.param(
                "SUMMARY:Late|DTSTART:20260601T220000|DTEND:20260602T000000",
                ("Late", date(2026, 6, 1), date(2026, 6, 1), time(22), None, False),
                id="floating, until midnight",
            ),
            pytest.param(
                "DTSTART;VALUE=DATE:20260501",
                ("Closed", date(2026, 5, 1), date(2026, 5, 1), None, None, False),
                id="without a name",
            ),
        ],
    )
    def test_an_event_becomes_a_holiday(self, event: str, expected: tuple[Any, ...]) -> None:
        read = calendar_read(content=calendar(event), time_zone="Europe/Berlin")
        assert read.left_out == []
        (one,) = read.holidays
        assert (
            one.name,
            one.first_day,
            one.last_day,
            one.starts_at,
            one.ends_at,
            one.is_every_year,
        ) == expected

    @pytest.mark.parametrize(
        ("event", "reason"),
        [
            ("DTSTART;VALUE=DATE:20260501|RRULE:FREQ=WEEKLY", "another way"),
            ("DTSTART;VALUE=DATE:20260501|RRULE:FREQ=YEARLY;COUNT=3", "another way"),
            ("DTSTART;VALUE=DATE:20261126|RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH", "another way"),
            ("DTSTART;VALUE=DATE:20260501|RRULE:FREQ=YEARLY;INTERVAL=2", "another way"),
            ("DTSTART;VALUE=DATE:20260501|RRULE:FREQ=YEARLY|EXDATE;VALUE=DATE:20270501", "with exceptions"),
            ("DTSTART;VALUE=DATE:20260501|RRULE:FREQ=YEARLY|RRULE:FREQ=DAILY", "another way"),
            ("DTSTART;VALUE=DATE:20260501|STATUS:CANCELLED", "cancelled"),
            ("DTSTART;VALUE=DATE:19990501", "2000 to 2199"),
            ("DTSTART:20260601T120000Z|DTEND:20260601T120000Z", "ends before it begins"),
            ("DTSTART;VALUE=DATE:20260501|DTEND:20260601T120000Z", "ends with a time"),
            ("DTSTART:yesterday", "can't be read"),
            ("SUMMARY:x", "can't be read"),
        ],
    )
    def test_what_is_not_understood_is_left_out_with_its_reason(self, event: str, reason: str) -> None:
        read = calendar_read(content=calendar(event, "DTSTART;VALUE=DATE:20260501"), time_zone="UTC")
        assert len(read.holidays) == 1
        (sentence,) = read.left_out
        assert reason in sentence

    @pytest.mark.parametrize("content", [b"", b"\x00\xff", b"PK\x03\x04", b"BEGIN:VCALENDAR", b"[1,2]"])
    def test_what_is_no_calendar_is_refused(self, content: bytes) -> None:
        with pytest.raises(ValidationError, match="no calendar file"):
            calendar_read(content=content, time_zone="UTC")

    def test_what_is_too_much_is_refused(self) -> None:
        with pytest.raises(ValidationError, match="larger than 1 MB"):
            calendar_read(content=bytes(CALENDAR_BYTES_MAX + 1), time_zone="UTC")
        events = ["DTSTART;VALUE=DATE:20260501"] * (HOLIDAYS_MAX + 1)
        with pytest.raises(ValidationError, match="more than 1000"):
            calendar_read(content=calendar(*events), time_zone="UTC")

    @settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(
        st.lists(
            st.text(st.characters(codec="utf-8", exclude_characters="|"), max_size=40)
            | st.sampled_from(
                [
                    "DTSTART:20260601T120000Z",
                    "RRULE:",
                    "RRULE:FREQ=;",
                    "DTEND;TZID=Nowhere:20260601T120000",
                    "X;Y=:1",
                ]
            ),
            max_size=6,
        )
    )
    def test_no_text_breaks_the_reader(self, lines: list[str]) -> None:
        try:
            read = calendar_read(content=calendar("|".join(lines)), time_zone="Europe/Berlin")
        except ValidationError:
            return
        assert len(read.holidays) + len(read.left_out) <= 10


def test_the_snapshot_asks_as_often_for_a_thousand_holidays(acme_scope: Tenant) -> None:
    def queries() -> int:
        with connection.execute_wrapper(count):
            before = len(asked)
            snapshot_get(tenant=acme_scope)
            return len(asked) - before

    asked: list[str] = []

    def count(execute: Any, sql: str, *rest: Any) -> Any:
        asked.append(sql)
        return execute(sql, *rest)

    few = queries()
    holidays_add(
        holidays=[Holiday(name=f"Day {n}", first_day=NEW_YEAR, last_day=NEW_YEAR) for n in range(1000)]
    )
    assert queries() == few
