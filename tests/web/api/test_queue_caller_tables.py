"""VIP callers, harass numbers and exclusive agents as tables: out and in again, tried, refused by line and column."""

from __future__ import annotations

import csv
from io import StringIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from callmanager.domain.queue_caller_table import EXCLUSIVE_SAMPLE, HARASS_SAMPLE, VIP_SAMPLE
from callmanager.domain.queue_callers import HarassLevel
from callmanager.selectors.snapshot import snapshot_get
from tenants.models import AuditEntry, Tenant
from tests.web.api.conftest import Rest
from tests.web.api.test_rule_tables import exported, imported, without_ids

VIPS, HARASS, EXCLUSIVE = "/api/vip_callers", "/api/harass_numbers", "/api/exclusive_agents"
SAMPLES = [(VIPS, VIP_SAMPLE, 2), (HARASS, HARASS_SAMPLE, 2), (EXCLUSIVE, EXCLUSIVE_SAMPLE, 1)]


@pytest.fixture(autouse=True)
def queue(acme_user: Rest, globex_user: Rest) -> None:
    """Both companies have one of this number, with different agents."""
    for rest, agents in ((acme_user, ("101", "102")), (globex_user, ("101",))):
        members = [{"number": one} for one in agents]
        made = rest.post("/api/call_queues", {"number": "8000", "name": "Sales", "members": members})
        assert made.status == 201, made.body


def mistakes(job: dict[str, Any]) -> set[tuple[int, str, str]]:
    return {(one["line"], one["field"], one["code"]) for one in job["errors"]}


def test_the_samples_are_good_and_reach_the_workers(acme_user: Rest, acme: Tenant) -> None:
    for path, sample, rows in SAMPLES:
        assert imported(acme_user, path, sample)["result"]["created"] == rows
    callers = snapshot_get(tenant=acme).queue_callers
    assert callers.harass_level("1150") is HarassLevel.REFUSED
    assert callers.harass_level("442012345678") is HarassLevel.WARNED
    assert callers.exclusive_agents("49305550123", "8000") == {"101", "102"}
    assert {one.number for one in callers.vips} == {"442012345678", "44201*******"}
    for name in ("vip_caller", "harass_number", "exclusive_agent"):
        assert AuditEntry.objects.filter(action=f"{name}.import").exists()


@pytest.mark.parametrize(("path", "sample", "rows"), SAMPLES)
def test_an_export_can_be_imported_again(
    acme_user: Rest, globex_user: Rest, path: str, sample: str, rows: int
) -> None:
    imported(acme_user, path, sample)
    before = without_ids(acme_user.get(path))
    table = exported(acme_user, path)
    assert imported(acme_user, path, table, existing="update")["result"]["updated"] == rows
    assert without_ids(acme_user.get(path)) == before
    assert imported(acme_user, path, table, existing="skip")["result"]["skipped"] == rows
    refused = imported(acme_user, path, table)
    assert (refused["state"], {code for _, _, code in mistakes(refused)}) == ("failed", {"unique"})
    for one in acme_user.get(path).body["results"]:
        acme_user.delete(f"{path}/{one['id']}")
    assert imported(acme_user, path, table)["result"]["created"] == rows
    assert without_ids(acme_user.get(path)) == before
    assert len(list(csv.reader(StringIO(exported(globex_user, path))))) == 1, "nothing of another company"


@pytest.mark.parametrize(("path", "sample", "rows"), SAMPLES)
def test_a_dry_run_tells_and_changes_nothing(acme_user: Rest, path: str, sample: str, rows: int) -> None:
    job = imported(acme_user, path, sample, is_dry_run="true")
    assert (job["state"], job["result"]["created"]) == ("done", rows)
    assert acme_user.get(path).body["count"] == 0


def test_mistakes_of_vips_are_told_by_line_and_column_and_nothing_is_imported(acme_user: Rest) -> None:
    table = (
        "number,description,last_day,is_enabled\n"
        "4420,Good,,\n"
        "44 20,Twice,,\n"
        "boss,Not a number,,\n"
        "1200-1100,Backwards,,\n"
        "***,Everybody,,\n"
        "4421,Day,someday,\n"
        "4422,Switch,,perhaps\n"
        f"4423,{'x' * 201},,\n"
        ",Nobody,,\n"
    )
    job = imported(acme_user, VIPS, table)
    assert (job["state"], acme_user.get(VIPS).body["count"]) == ("failed", 0)
    found = mistakes(job)
    assert (3, "number", "duplicate") in found
    assert {(line, column) for line, column, _ in found} == {
        (3, "number"),
        (4, "number"),
        (5, "number"),
        (6, "number"),
        (7, "last_day"),
        (8, "is_enabled"),
        (9, "description"),
        (10, "number"),
    }
    others = imported(acme_user, VIPS, table, on_errors="skip_rows")
    assert (others["result"]["created"], others["result"]["with_errors"]) == (1, 8)


def test_mistakes_of_harass_numbers_and_exclusive_agents_are_told_likewise(
    acme_user: Rest, globex_user: Rest
) -> None:
    job = imported(acme_user, HARASS, "number,level\n4420,3\n4421,\n4422,level 2\n")
    assert mistakes(job) == {(2, "level", "invalid"), (3, "level", "invalid")}
    table = (
        "description,callers,agents\n"
        "Bank,4930,8000 102\n"
        "Bank,4931,8000 102\n"
        "Nobody,,8000 102\n"
        "Twice,4930; 4930,8000 102\n"
        "Words,bank,8000 102\n"
        "Stranger,4932,8000 199\n"
        "Where,4933,102\n"
        "Alone,4934,\n"
    )
    job = imported(acme_user, EXCLUSIVE, table)
    assert {(line, column) for line, column, _ in mistakes(job)} == {
        (3, "description"),
        (4, "callers"),
        (5, "callers"),
        (6, "callers"),
        (7, "agents"),
        (8, "agents"),
        (9, "agents"),
    }
    assert acme_user.get(EXCLUSIVE).body["count"] == 0
    theirs = imported(globex_user, EXCLUSIVE, "description,callers,agents\nBank,4930,8000 102\n")
    assert mistakes(theirs) == {(2, "agents", "not_found")}, "102 is an agent of the other company"


def test_what_a_column_left_out_says_stays(acme_user: Rest) -> None:
    imported(acme_user, VIPS, "number,description,last_day,is_enabled\n4420,Microsoft team,2099-12-31,no\n")
    imported(acme_user, VIPS, "number,description\n4420,Other team\n", existing="update")
    (row,) = acme_user.get(VIPS).body["results"]
    assert (row["description"], row["last_day"], row["is_enabled"]) == ("Other team", "2099-12-31", False)


def test_what_a_spreadsheet_would_calculate_is_text(acme_user: Rest) -> None:
    table = 'number,description\n+442012345678,"=HYPERLINK(""x"")"\n'
    imported(acme_user, VIPS, table)
    (row,) = csv.DictReader(StringIO(exported(acme_user, VIPS).removeprefix("\ufeff")))
    assert (row["number"], row["description"]) == ("'+442012345678", '\'=HYPERLINK("x")')
    assert imported(acme_user, VIPS, exported(acme_user, VIPS), existing="update")["result"]["updated"] == 1
    (stored,) = acme_user.get(VIPS).body["results"]
    assert (stored["number"], stored["description"]) == ("+442012345678", '=HYPERLINK("x")')


def test_the_list_is_exported_as_it_is_filtered(acme_user: Rest) -> None:
    imported(acme_user, HARASS, HARASS_SAMPLE)
    answer = Client().get(f"{HARASS}/export?level=2", headers={"Authorization": f"Bearer {acme_user.token}"})
    rows = list(csv.DictReader(StringIO(answer.content.decode().removeprefix("\ufeff"))))
    assert [one["level"] for one in rows] == ["2"]


@pytest.mark.parametrize(
    ("path", "row"),
    [(VIPS, "44{}"), (HARASS, "44{}"), (EXCLUSIVE, "Bank {},44{},8000 102")],
)
def test_rows_cost_no_query(acme_user: Rest, path: str, row: str) -> None:
    head = "description,callers,agents" if path == EXCLUSIVE else "number"

    def queries(first: int, count: int) -> int:
        rows = "".join(f"{row.replace('{}', str(number))}\n" for number in range(first, first + count))
        with CaptureQueriesContext(connection) as captured:
            assert imported(acme_user, path, f"{head}\n{rows}")["state"] == "done"
        return len(captured)

    queries(70, 1)  # what is remembered
    assert queries(71, 2) == queries(73, 20)


def test_who_may_not_change_the_lists_may_not_import_them(alice: Rest) -> None:
    file = SimpleUploadedFile("vips.csv", VIP_SAMPLE.encode(), "text/csv")
    answer = Client().post(
        f"{VIPS}/import", {"file": file}, headers={"Authorization": f"Bearer {alice.token}"}
    )
    assert answer.status_code == 403
