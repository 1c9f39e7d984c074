"""What was kept of a deleted tenant: read and downloaded by administrators alone, and purged by its typed name."""

from __future__ import annotations

import csv
from io import StringIO

import pytest
from django.test import Client

from callmanager.fleet.models import Cdr, DeletedTenant, StoredCallEvent
from callmanager.services.deleted_tenant import kept_records_purge_continue
from tenants.models import AuditEntry, EventLogEntry, Tenant
from tenants.scope import across_tenants
from tenants.services.tenant_deletion import tenant_deletion_begin, tenant_deletion_continue
from tests.web.api.conftest import Rest, rest_as
from tests.web.calls import call_events_make, cdr_make
from tests.web.matrix.test_pages import signed_in

LIST = "/admin/fleet/deletedtenant/"
RECORDS = "/admin/fleet/keptcdr/"


def delete(tenant: Tenant, *, are_cdrs_kept: bool = True) -> int:
    tenant_id: int = tenant.pk
    tenant_deletion_begin(tenant=tenant, confirmed_name=tenant.name, are_cdrs_kept=are_cdrs_kept)
    assert tenant_deletion_continue(tenant=tenant)
    return tenant_id


@pytest.fixture
def gone(acme: Tenant, globex: Tenant) -> int:
    """Acme is deleted, two of its calls are kept; Globex is alive and has one of its own."""
    call_events_make(cdr_make(acme, "kept-1"), acme)
    cdr_make(acme, "kept-2", callee="=cmd", status="busy")
    cdr_make(globex, "alive")
    return delete(acme)


@pytest.fixture
def root(gone: int) -> Rest:
    return rest_as("root")


def sessions(rest: Rest, path: str, **query: str) -> set[str]:
    return {row["session_id"] for row in rest.get(path, **query).body["results"]}


def test_a_deleted_tenant_is_listed_with_its_records(gone: int, root: Rest) -> None:
    (row,) = root.get("/api/deleted_tenants").body["results"]
    assert (row["id"], row["name"], row["call_record_count"]) == (gone, "acme", 2)
    assert row["first_call_at"] <= row["last_call_at"] <= row["deleted_at"]
    assert root.get(f"/api/deleted_tenants/{gone}").body == row


def test_whose_records_went_with_it_is_not_listed(acme: Tenant, globex: Tenant) -> None:
    cdr_make(acme, "gone")
    delete(acme, are_cdrs_kept=False)
    delete(globex)
    with across_tenants():
        assert not DeletedTenant.objects.exists()


def test_its_records_are_read_filtered_and_downloaded_and_no_living_tenants(gone: int, root: Rest) -> None:
    path = f"/api/deleted_tenants/{gone}/cdrs"
    assert sessions(root, path) == {"kept-1", "kept-2"}
    assert sessions(root, path, status="busy") == {"kept-2"}
    ids = [row["id"] for row in root.get(path).body["results"]]
    assert root.get(f"{path}/{ids[0]}").status == 200
    answer = Client().get(f"{path}/csv", headers={"Authorization": f"Bearer {root.token}"})
    rows = list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"))))
    assert {row["session"] for row in rows} == {"kept-1", "kept-2"}
    assert {row["dialled"] for row in rows} == {"102", "'=cmd"}


def test_a_living_tenants_records_are_not_to_be_had_this_way(gone: int, root: Rest, globex: Tenant) -> None:
    assert root.get(f"/api/deleted_tenants/{globex.pk}/cdrs").status == 404
    assert root.delete(f"/api/deleted_tenants/{globex.pk}?confirm=globex").status == 404


def test_a_new_tenant_of_the_same_name_sees_none_of_them(gone: int, globex: Tenant) -> None:
    Tenant.objects.filter(pk=globex.pk).update(name="acme")
    stranger = rest_as("globex")
    assert sessions(stranger, "/api/cdrs") == {"alive"}
    assert stranger.get("/api/deleted_tenants").status == 403
    assert stranger.get(f"/api/deleted_tenants/{gone}/cdrs").status == 403
    for path in (LIST, RECORDS, f"{LIST}{gone}/change/"):
        assert b"kept-1" not in signed_in("globex").get(path).content


def test_the_purge_asks_for_the_name(gone: int, root: Rest) -> None:
    answer = root.delete(f"/api/deleted_tenants/{gone}?confirm=globex")
    assert (answer.status, answer.body["errors"][0]["field"]) == (400, "confirm")
    assert kept_records_purge_continue() == 0
    assert sessions(root, f"/api/deleted_tenants/{gone}/cdrs") == {"kept-1", "kept-2"}


def test_the_purge_takes_records_and_events_and_nobody_elses(gone: int, root: Rest, globex: Tenant) -> None:
    answer = root.delete(f"/api/deleted_tenants/{gone}?confirm=acme")
    assert answer.status == 202
    assert answer.body["purge_began_at"]
    assert kept_records_purge_continue() == 1
    assert kept_records_purge_continue() == 0
    assert root.get(f"/api/deleted_tenants/{gone}").status == 404
    with across_tenants():
        assert set(Cdr.objects.values_list("tenant_id", flat=True)) == {globex.pk}
        assert not StoredCallEvent.objects.filter(tenant_id=gone).exists()
        assert EventLogEntry.objects.get(kind="tenant.records_purged").data["call_records"] == 2
    assert AuditEntry.objects.filter(action="deleted_tenant.purge").count() == 1


def test_the_console_shows_the_list_the_records_and_a_call(gone: int) -> None:
    browser = signed_in("root")
    assert b"acme" in browser.get(LIST).content
    page = browser.get(f"{LIST}{gone}/change/").content.decode()
    assert f"{RECORDS}?tenant_id={gone}" in page
    listed = browser.get(RECORDS, {"tenant_id": gone})
    assert listed.content.decode().count("acme") >= 2
    assert browser.get(RECORDS, {"tenant_id": gone + 1000}).content.decode().count("acme") == 0
    with across_tenants():
        record = Cdr.objects.get(session_id="kept-1")
    assert "What happened" in browser.get(f"{RECORDS}{record.pk}/change/").content.decode()
    assert b"kept-2" in browser.get(f"{RECORDS}csv/", {"tenant_id": gone}).content
    assert b"alive" not in browser.get(f"{RECORDS}csv/").content


def test_the_console_purges_by_the_typed_name_only(gone: int) -> None:
    browser = signed_in("root")
    refused = browser.post(f"{LIST}{gone}/delete/", {"confirm": "ACME"})
    assert refused.status_code == 400
    assert "not the tenant" in refused.content.decode()
    assert browser.post(f"{LIST}{gone}/delete/", {"confirm": "acme"}).status_code == 302
    assert "Being deleted" in browser.get(LIST).content.decode()
    assert kept_records_purge_continue() == 1
