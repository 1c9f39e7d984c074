"""Hours and holidays by REST."""

from __future__ import annotations

from typing import Any

import pytest

from tenants.models import AuditEntry, Tenant
from tests.web.api.conftest import Rest

HOURS, HOLIDAYS = "/api/office_hours", "/api/holidays"
WEEK = {"monday": [{"from": "09:00", "to": "12:00"}, {"from": "13:00", "to": "17:00"}]}
MAY_DAY = {"name": "May Day", "first_day": "2026-05-01", "last_day": "2026-05-01", "is_every_year": True}
CALENDAR = (
    "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nBEGIN:VEVENT\nSUMMARY:Closed for stock-taking\n"
    "DTSTART;VALUE=DATE:20260105\nEND:VEVENT\nBEGIN:VEVENT\nSUMMARY:Lunch\nDTSTART;VALUE=DATE:20260105\n"
    "RRULE:FREQ=WEEKLY\nEND:VEVENT\nEND:VCALENDAR\n"
)


def test_hours_are_set_read_and_answer_whether_the_company_is_open(
    acme_user: Rest, globex_user: Rest
) -> None:
    assert acme_user.patch(HOURS, {"is_always_open": False, "week": WEEK}).status == 200
    answer = acme_user.get(HOURS, at="2026-06-01T12:30:00Z").body
    assert answer["week"]["monday"] == WEEK["monday"]
    assert answer["week"]["sunday"] == []
    assert (answer["is_open"], answer["state"], answer["time_zone"]) == (False, "closed", "UTC")
    assert answer["next_change"] == {"at": "2026-06-01T13:00:00Z", "state": "open", "holiday": ""}
    assert globex_user.get(HOURS).body["is_always_open"] is True
    assert AuditEntry.objects.filter(action="office_hours.update").count() == 1


def test_a_holiday_goes_through_its_life(acme_user: Rest, globex_user: Rest) -> None:
    made = acme_user.post(HOLIDAYS, MAY_DAY)
    assert made.status == 201
    path = f"{HOLIDAYS}/{made.body['id']}"
    assert globex_user.get(path).status == 404
    assert globex_user.patch(path, {"name": "x"}).status == 404
    assert globex_user.delete(path).status == 404
    assert globex_user.get(HOLIDAYS).body["count"] == 0
    assert acme_user.patch(path, {"starts_at": "12:00"}).body["starts_at"] == "12:00:00"
    state = acme_user.get(HOURS, at="2030-05-01T13:00:00Z").body
    assert (state["state"], state["holiday"]) == ("holiday", "May Day")
    assert acme_user.delete(path).status == 204


def test_a_holiday_exists_once(acme_user: Rest) -> None:
    acme_user.post(HOLIDAYS, MAY_DAY)
    assert acme_user.post(HOLIDAYS, MAY_DAY).status == 400


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"search": "day"}, ["May Day"]),
        ({"is_every_year": "false"}, ["Break"]),
        ({"from_day": "2026-12-31"}, ["Break"]),
        ({"to_day": "2026-06-01"}, ["May Day"]),
        ({"ordering": "-first_day"}, ["Break", "May Day"]),
    ],
)
def test_holidays_are_found(acme_user: Rest, query: dict[str, str], names: list[str]) -> None:
    acme_user.post(HOLIDAYS, MAY_DAY)
    acme_user.post(HOLIDAYS, {"name": "Break", "first_day": "2026-12-24", "last_day": "2027-01-02"})
    assert [one["name"] for one in acme_user.get(HOLIDAYS, **query).body["results"]] == names


def test_a_countrys_holidays_are_previewed_and_added_once(acme_user: Rest) -> None:
    wanted = {"country": "DE", "region": "BY", "first_year": 2026, "last_year": 2026}
    preview = acme_user.post(f"{HOLIDAYS}/import_country", {**wanted, "is_preview": True}).body
    assert (preview["added"], acme_user.get(HOLIDAYS).body["count"]) == (0, 0)
    added = acme_user.post(f"{HOLIDAYS}/import_country", wanted).body
    assert added["added"] == len(preview["found"]) == acme_user.get(HOLIDAYS).body["count"]
    assert acme_user.post(f"{HOLIDAYS}/import_country", wanted).body["added"] == 0
    germany = next(one for one in acme_user.get(f"{HOLIDAYS}/countries").body if one["code"] == "DE")
    assert {"code": "BY", "name": "Bayern"} in germany["regions"]


def test_a_calendar_is_added_and_says_what_it_left_out(acme_user: Rest) -> None:
    answer = acme_user.post(f"{HOLIDAYS}/import_calendar", {"calendar": CALENDAR}).body
    assert (answer["added"], [one["name"] for one in answer["found"]]) == (1, ["Closed for stock-taking"])
    assert answer["left_out"][0].startswith("Lunch: ")


@pytest.mark.parametrize(
    ("path", "body", "problem"),
    [
        (HOURS, {"week": {"monday": [{"from": "9", "to": "17:00"}]}}, ("week", "week_hours")),
        (HOURS, {"week": []}, ("week", "week_hours")),
        (HOURS, {"is_always_open": "perhaps"}, ("is_always_open", "invalid")),
        (HOLIDAYS, {**MAY_DAY, "last_day": "2026-04-30"}, ("last_day", "order")),
        (HOLIDAYS, {**MAY_DAY, "first_day": "soon"}, ("first_day", "invalid")),
        (
            HOLIDAYS,
            {**MAY_DAY, "last_day": "2200-01-01", "is_every_year": False},
            ("last_day", "out_of_range"),
        ),
        (
            f"{HOLIDAYS}/import_country",
            {"country": "XX", "first_year": 2026, "last_year": 2026},
            ("country", "unknown"),
        ),
        (f"{HOLIDAYS}/import_calendar", {"calendar": "no"}, (None, "invalid")),
    ],
)
def test_what_is_wrong_is_named(
    acme_user: Rest, path: str, body: dict[str, Any], problem: tuple[str | None, str]
) -> None:
    answer = acme_user.patch(path, body) if path == HOURS else acme_user.post(path, body)
    assert (answer.status, answer.problems) == (400, {problem})


def test_only_who_manages_may_change(alice: Rest, nobody: Rest, administrator: Rest, acme: Tenant) -> None:
    assert alice.get(HOURS).status == alice.get(HOLIDAYS).status == 200
    assert alice.patch(HOURS, {"is_always_open": True}).status == 403
    assert alice.post(HOLIDAYS, MAY_DAY).status == 403
    assert alice.post(f"{HOLIDAYS}/import_calendar", {"calendar": CALENDAR}).status == 403
    assert nobody.get(HOURS).status == nobody.get(HOLIDAYS).status == 401
    assert administrator.get(HOURS).status == 400
