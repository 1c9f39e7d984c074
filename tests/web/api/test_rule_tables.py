"""Tables of rules out and in: the same again, dry runs, mistakes by line, and nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
from io import StringIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from callmanager.domain.rule_table import INBOUND_SAMPLE, OUTBOUND_SAMPLE
from callmanager.selectors.snapshot import snapshot_get
from tenants.models import AuditEntry, Job, Tenant
from tenants.scope import across_tenants
from tenants.services.job import job_run
from tests.web.api.conftest import Answer, Rest
from tests.web.rules import lent_trunk

IN, OUT = "/api/inbound_rules", "/api/outbound_rules"


@pytest.fixture(autouse=True)
def telco(acme: Tenant) -> None:
    lent_trunk(acme, pool="442012345670-442012345699", name="Telco")


def imported(rest: Rest, path: str, table: str, **options: Any) -> dict[str, Any]:
    """The job as it ended."""
    file = SimpleUploadedFile("rules.csv", table.encode(), "text/csv")
    answer: Any = Client().post(
        f"{path}/import",
        {"file": file, "is_dry_run": "false", **options},
        headers={"Authorization": f"Bearer {rest.token}"},
    )
    assert answer.status_code == 202, answer.content
    with across_tenants():
        tenant_id = Job.objects.get(pk=answer.json()["id"]).tenant_id
    job_run(tenant_id=tenant_id, job_id=answer.json()["id"])
    ended: dict[str, Any] = rest.get(f"/api/jobs/{answer.json()['id']}").body
    return ended


def exported(rest: Rest, path: str) -> str:
    answer = Client().get(f"{path}/export", headers={"Authorization": f"Bearer {rest.token}"})
    assert answer.status_code == 200
    return str(answer.content.decode())


def without_ids(listed: Answer) -> list[dict[str, Any]]:
    return [
        {name: value for name, value in one.items() if name not in ("id", "created_at", "updated_at")}
        for one in listed.body["results"]
    ]


def test_the_samples_are_good(acme_user: Rest, acme: Tenant) -> None:
    assert imported(acme_user, IN, INBOUND_SAMPLE)["result"]["created"] == 2
    assert imported(acme_user, OUT, OUTBOUND_SAMPLE.replace("200-220", "102"))["result"]["created"] == 2
    snapshot = snapshot_get(tenant=acme)
    assert [rule.name for rule in snapshot.outbound_rules] == ["Abroad", "Town"]
    sales = snapshot.inbound.find_exact(snapshot.trunks[0].trunk_id, "442012345670", "004412345678")
    assert sales is not None
    assert sales.outside_office_hours.target == "0044201234567"
    everybody = snapshot.inbound.find_any(snapshot.trunks[0].trunk_id, "0033")
    assert everybody is not None
    assert everybody.outside_office_hours == everybody.in_office_hours
    assert everybody.own_intervals is not None
    assert AuditEntry.objects.filter(action="inbound_rule.import").exists()


@pytest.mark.parametrize(("path", "sample"), [(IN, INBOUND_SAMPLE), (OUT, OUTBOUND_SAMPLE)])
def test_an_export_can_be_imported_again(acme_user: Rest, globex_user: Rest, path: str, sample: str) -> None:
    imported(acme_user, path, sample)
    before = without_ids(acme_user.get(path))
    table = exported(acme_user, path)
    changed = imported(acme_user, path, table, existing="update")
    assert (changed["state"], changed["result"]["updated"]) == ("done", 2)
    assert without_ids(acme_user.get(path)) == before
    assert imported(acme_user, path, table, existing="skip")["result"]["skipped"] == 2
    for one in acme_user.get(path).body["results"]:
        acme_user.delete(f"{path}/{one['id']}")
    assert imported(acme_user, path, table)["result"]["created"] == 2
    assert without_ids(acme_user.get(path)) == before
    assert len(list(csv.reader(StringIO(exported(globex_user, path))))) == 1


def test_a_dry_run_tells_and_changes_nothing(acme_user: Rest) -> None:
    job = imported(acme_user, IN, INBOUND_SAMPLE, is_dry_run="true")
    assert (job["state"], job["result"]["created"]) == ("done", 2)
    assert acme_user.get(IN).body["count"] == 0


def test_mistakes_are_told_by_line_and_nothing_is_imported(acme_user: Rest) -> None:
    table = (
        "name,trunk,did,caller_mask,in_office_hours,hours\n"
        "Good,Telco,442012345671,,extension 101,\n"
        "Good,Telco,442012345672,,extension 101,\n"
        "No trunk,Nobody,442012345673,,extension 101,\n"
        "Far,Telco,999,,extension 101,\n"
        "Where,Telco,442012345674,,carrier_pigeon 8000,\n"
        "When,Telco,442012345674,,extension 101,someday 9-5\n"
        "Same,Telco,442012345671,,extension 999,\n"
    )
    job = imported(acme_user, IN, table)
    assert (job["state"], acme_user.get(IN).body["count"]) == ("failed", 0)
    assert {(one["line"], one["field"], one["code"]) for one in job["errors"]} == {
        (3, "name", "duplicate"),
        (4, "trunk", "not_found"),
        (5, "did", "did_outside_pool"),
        (6, "in_office_hours", "invalid"),
        (7, "hours", "invalid"),
        (8, "caller_mask", "conflict"),
        (8, "in_office_hours", "not_found"),
    }
    others = imported(acme_user, IN, table, on_errors="skip_rows")
    assert (others["result"]["created"], others["result"]["with_errors"]) == (1, 6)


def test_mistakes_of_outbound_rules_are_told_by_column(acme_user: Rest) -> None:
    table = (
        "name,route_1,prefixes,callers,groups,strip_1,prepend_1,hours,also_next_on,is_enabled\n"
        "A,Telco,x,,,,,,,\n"
        "B,Telco,,999,,,,,,\n"
        "C,Telco,,,Nobody,,,,,\n"
        "D,Telco,,,,two,,,,\n"
        "E,Telco,,,,2,a b,,,\n"
        "F,Telco,,,,,,sometimes,,\n"
        "G,Telco,,,,,,,200,\n"
        "H,Telco,,,,,,,,perhaps\n"
        "I,,,,,,,,,\n"
    )
    job = imported(acme_user, OUT, table)
    assert {(one["line"], one["field"]) for one in job["errors"]} == {
        (2, "prefixes"),
        (3, "callers"),
        (4, "groups"),
        (5, "strip_1"),
        (6, "route_1"),
        (7, "hours"),
        (8, "also_next_on"),
        (9, "is_enabled"),
        (10, "route_1"),
    }


def test_what_people_wrote_is_no_formula(acme_user: Rest) -> None:
    table = 'name,trunk,did,in_office_hours\n"=HYPERLINK(""x"")",Telco,+442012345671,extension 101\n'
    imported(acme_user, IN, table)
    (row,) = csv.DictReader(StringIO(exported(acme_user, IN).removeprefix("\ufeff")))
    assert row["name"] == '\'=HYPERLINK("x")'
    imported(acme_user, IN, exported(acme_user, IN), existing="update")
    assert [one["name"] for one in acme_user.get(IN).body["results"]] == ['=HYPERLINK("x")']


def test_rows_cost_no_query(acme_user: Rest) -> None:
    def queries(first: int, count: int) -> int:
        table = "name,trunk,did,in_office_hours\n" + "".join(
            f"Rule {number},Telco,4420123456{number},extension 101\n"
            for number in range(first, first + count)
        )
        with CaptureQueriesContext(connection) as captured:
            assert imported(acme_user, IN, table)["state"] == "done"
        return len(captured)

    queries(70, 1)  # what is remembered
    assert queries(71, 2) == queries(73, 20)


@pytest.mark.parametrize(("table", "code"), [("", "empty"), ("did\n1\n", "missing_column")])
def test_what_is_no_table_is_refused(acme_user: Rest, table: str, code: str) -> None:
    file = SimpleUploadedFile("rules.csv", table.encode(), "text/csv")
    answer = Client().post(
        f"{IN}/import", {"file": file}, headers={"Authorization": f"Bearer {acme_user.token}"}
    )
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "file"
