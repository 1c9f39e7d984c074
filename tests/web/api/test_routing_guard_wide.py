"""Routing tests hold against what comes in bulk and from above: imports, and administrators' changes of trunks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from callmanager.fleet.models import Trunk, TrunkAssignment
from callmanager.models import Extension, InboundRule, OutboundRule
from callmanager.services.routing_test import routing_test_create
from callmanager.services.trunk import trunk_assign
from tenants.models import Job, Tenant
from tenants.scope import across_tenants, tenant_scope
from tenants.services.job import job_run
from tests.web.api.conftest import Answer, Rest
from tests.web.simulated_company import DID, simulated_company_make

IN, OUT, EXTENSIONS = "/api/inbound_rules", "/api/outbound_rules", "/api/extensions"
# Each breaks the test of inbound or outbound calls.
BREAKING = {
    "inbound rules": (IN, f"name,trunk,did,in_office_hours\nMain number,First line,{DID},extension 101\n"),
    "outbound rules": (OUT, "name,prefixes,route_1\nGermany,0;+49,Second line\n"),
    "extensions": (EXTENSIONS, "number,is_enabled\n102,no\n"),
}
HARMLESS = {
    "inbound rules": (IN, "name,trunk,did,in_office_hours\nNew,First line,493055577,extension 101\n"),
    "outbound rules": (OUT, "name,prefixes,route_1\nNew,99,Second line\n"),
    "extensions": (EXTENSIONS, "number,display_name\n102,Robert\n105,New\n"),
}


@pytest.fixture
def trunk(acme: Tenant) -> Trunk:
    line = simulated_company_make(acme)
    with tenant_scope(acme):
        routing_test_create(
            name="Monday rings Bob",
            caller="+34911234567",
            trunk_id=line.pk,
            called=DID,
            when="weekday",
            weekday=0,
            expected_end="extension",
            expected_number="102",
        )
        routing_test_create(
            name="Out over the first line",
            caller="101",
            called="030123456",
            expected_end="outside",
            expected_trunk_id=line.pk,
        )
    return line


def begun(rest: Rest, path: str, table: str, query: str = "", **options: Any) -> int:
    answer: Any = Client().post(
        f"{path}/import{query}",
        {
            "file": SimpleUploadedFile("table.csv", table.encode(), "text/csv"),
            "is_dry_run": "false",
            "existing": "update",
            **options,
        },
        headers={"Authorization": f"Bearer {rest.token}"},
    )
    assert answer.status_code == 202, answer.content
    return int(answer.json()["id"])


def ended(rest: Rest, job_id: int) -> dict[str, Any]:
    with across_tenants():
        tenant_id = Job.objects.get(pk=job_id).tenant_id
    job_run(tenant_id=tenant_id, job_id=job_id)
    body: dict[str, Any] = rest.get(f"/api/jobs/{job_id}").body
    return body


def state_of(acme: Tenant) -> list[Any]:
    with tenant_scope(acme):
        return [
            list(
                InboundRule.objects.order_by("name").values_list(
                    "name", "did", "destinations__target__number"
                )
            ),
            list(OutboundRule.objects.order_by("name").values_list("name", "routes__trunk_id")),
            list(Extension.objects.order_by("number").values_list("number", "is_enabled", "display_name")),
        ]


@pytest.mark.parametrize("things", BREAKING)
def test_an_import_that_breaks_a_test_writes_nothing_until_it_is_confirmed(
    acme_user: Rest, globex_user: Rest, acme: Tenant, trunk: Trunk, things: str
) -> None:
    path, table = BREAKING[things]
    before = state_of(acme)
    job_id = begun(acme_user, path, table)
    job = ended(acme_user, job_id)
    assert (job["state"], job["needs_confirmation"]) == ("failed", True), job
    assert job["failure"].startswith("The change breaks 1 routing test. Nothing was imported.")
    (broken,) = job["result"]["broken"]
    assert broken["name"] in ("Monday rings Bob", "Out over the first line")
    assert broken["before"]
    assert broken["differences"]
    assert state_of(acme) == before
    assert globex_user.get(f"/api/jobs/{job_id}").status == 404
    assert globex_user.post(f"/api/jobs/{job_id}/repeat?confirm=true").status == 404

    assert acme_user.post(f"/api/jobs/{job_id}/repeat").status == 202
    assert ended(acme_user, job_id)["needs_confirmation"] is True, "repeating is no confirmation"
    assert acme_user.post(f"/api/jobs/{job_id}/repeat?confirm=true").status == 202
    job = ended(acme_user, job_id)
    assert (job["state"], job["needs_confirmation"], job["result"]["updated"]) == ("done", False, 1), job
    assert state_of(acme) != before


@pytest.mark.parametrize("things", BREAKING)
def test_a_dry_run_tells_what_would_break_and_leaves_all_as_it_was(
    acme_user: Rest, acme: Tenant, trunk: Trunk, things: str
) -> None:
    before = state_of(acme)
    job = ended(acme_user, begun(acme_user, *BREAKING[things], is_dry_run="true"))
    assert (job["state"], job["needs_confirmation"]) == ("done", False), job
    assert (job["result"]["breaks_routing_tests"], len(job["result"]["broken"])) == (1, 1)
    assert state_of(acme) == before
    job = ended(acme_user, begun(acme_user, *HARMLESS[things], is_dry_run="true"))
    assert (job["state"], job["result"]["breaks_routing_tests"]) == ("done", 0), job
    assert state_of(acme) == before


@pytest.mark.parametrize("things", HARMLESS)
def test_what_breaks_nothing_is_imported_at_once(
    acme_user: Rest, acme: Tenant, trunk: Trunk, things: str
) -> None:
    job = ended(acme_user, begun(acme_user, *HARMLESS[things]))
    assert (job["state"], job["result"]["created"]) == ("done", 1), job
    assert "broken" not in job["result"]


def test_an_import_may_be_confirmed_before_it_begins(acme_user: Rest, trunk: Trunk) -> None:
    job = ended(acme_user, begun(acme_user, *BREAKING["inbound rules"], query="?confirm=true"))
    assert (job["state"], job["result"]["updated"]) == ("done", 1), job


def test_rows_with_errors_are_told_before_any_test_is_asked(acme_user: Rest, trunk: Trunk) -> None:
    path, table = BREAKING["inbound rules"]
    job = ended(acme_user, begun(acme_user, path, f"{table}Bad,Nobody's line,1,\n"))
    assert (job["state"], job["needs_confirmation"], job["error_count"]) == ("failed", False, 1)
    job = ended(acme_user, begun(acme_user, path, f"{table}Bad,Nobody's line,1,\n", on_errors="skip_rows"))
    assert (job["state"], job["needs_confirmation"], job["error_count"]) == ("failed", True, 1)


def assignment(acme: Tenant, trunk: Trunk) -> int:
    with tenant_scope(acme):
        return int(TrunkAssignment.objects.get(trunk=trunk).pk)


TRUNK_CHANGES: dict[str, Callable[[Rest, Tenant, Trunk, str], Answer]] = {
    "switched off": lambda rest, acme, trunk, q: rest.patch(f"/api/trunks/{trunk.pk}{q}", {"is_enabled": False}),
    "deleted": lambda rest, acme, trunk, q: rest.delete(f"/api/trunks/{trunk.pk}?force=true&{q[1:]}"),
    "taken away": lambda rest, acme, trunk, q: rest.delete(
        f"/api/did_pools/{assignment(acme, trunk)}?force=true&{q[1:]}"
    ),
    "with fewer numbers": lambda rest, acme, trunk, q: rest.patch(
        f"/api/did_pools/{assignment(acme, trunk)}?force=true&{q[1:]}", {"did_pool": "4930555011"}
    ),
    "lent again with other numbers": lambda rest, acme, trunk, q: rest.post(
        f"/api/did_pools?force=true&{q[1:]}", {"trunk": trunk.pk, "tenant": "acme", "did_pool": ""}
    ),
}  # fmt: skip


@pytest.mark.parametrize("change", TRUNK_CHANGES)
def test_an_administrators_change_of_a_trunk_asks_every_tenant_that_has_it(
    administrator: Rest, acme: Tenant, globex: Tenant, trunk: Trunk, change: str
) -> None:
    trunk_assign(trunk=trunk, tenant=globex, did_pool="4989")
    with tenant_scope(globex):
        routing_test_create(name="Echo", caller="101", called="*43", expected_end="service")
    answer = TRUNK_CHANGES[change](administrator, acme, trunk, "?")
    assert (answer.status, answer.problems) == (409, {(None, "breaks_routing_tests")}), answer.body
    assert {one["tenant"] for one in answer.body["broken"]} == {"acme"}
    assert "Monday rings Bob" in {one["name"] for one in answer.body["broken"]}
    with tenant_scope(acme):
        assert InboundRule.objects.filter(is_enabled=True, trunk_id=trunk.pk).count() == 3
    trunk.refresh_from_db()
    assert trunk.is_enabled
    answer = TRUNK_CHANGES[change](administrator, acme, trunk, "?confirm=true")
    assert answer.status in (200, 201, 204), answer.body


def test_rules_that_need_a_trunk_are_told_before_tests(
    administrator: Rest, acme: Tenant, trunk: Trunk
) -> None:
    answer = administrator.delete(f"/api/trunks/{trunk.pk}?confirm=true")
    assert (answer.status, answer.problems) == (409, {(None, "in_use")})


def test_what_only_the_edge_knows_of_a_trunk_asks_nobody(
    administrator: Rest, acme: Tenant, trunk: Trunk
) -> None:
    def queries(changes: dict[str, Any]) -> list[str]:
        with CaptureQueriesContext(
            connection,
        ) as caught:
            assert administrator.patch(f"/api/trunks/{trunk.pk}", changes).status == 200
        return [one["sql"] for one in caught if "routingtest" in one["sql"]]

    assert not queries({"max_calls": 7, "is_enabled": True})
    assert queries({"name": "Renamed"})
    mapping = [{"part": "number", "field": "from_user"}]
    assert queries({"caller_mappings": mapping})
    assert not queries({"caller_mappings": mapping})


def test_a_trunk_of_many_tenants_costs_one_question_who_has_tests(
    administrator: Rest, acme: Tenant, globex: Tenant, trunk: Trunk
) -> None:
    def queries(name: str) -> int:
        with CaptureQueriesContext(connection) as caught:
            assert administrator.patch(f"/api/trunks/{trunk.pk}", {"name": name}).status == 200
        return len(caught)

    queries("Before anything is looked up for the first time")
    alone = queries("One")
    trunk_assign(trunk=trunk, tenant=globex)
    assert queries("Two") == alone
