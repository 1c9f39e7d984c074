"""An administrator enters a tenant and leaves it; nobody else does."""

from __future__ import annotations

from django.test import Client

from tenants.models import AuditEntry, Tenant
from tests.web.console.conftest import SignedIn


def test_an_administrator_enters_works_and_leaves(administrator_browser: Client, acme: Tenant) -> None:
    client = administrator_browser
    assert client.get("/admin/callmanager/extension/").status_code == 404
    before = client.session.session_key
    client.post(f"/console/manage/{acme.pk}/")
    assert client.session.session_key != before
    page = client.get("/admin/callmanager/extension/").content.decode()
    assert "Alice" in page
    assert "Mallory" not in page
    assert "You are managing" in page
    client.post("/console/leave/")
    assert client.get("/admin/callmanager/extension/").status_code == 404
    actions = list(AuditEntry.objects.filter(tenant=acme, username="root").values_list("action", flat=True))
    assert sorted(actions) == ["tenant.leave", "tenant.manage"]


def test_what_an_administrator_does_inside_is_the_administrators(
    administrator_browser: Client, acme: Tenant
) -> None:
    administrator_browser.post(f"/console/manage/{acme.pk}/")
    administrator_browser.post(
        "/admin/callmanager/extension/add/",
        {
            "number": "103",
            "ring_timeout_s": "30",
            "status": "available",
            "max_external_calls": "0",
            "max_external_minutes_per_day": "0",
            "is_enabled": "on",
            "sip_password": "k8sd7Fjw92kXq",
        },
    )
    entry = AuditEntry.objects.get(action="extension.create")
    assert (entry.username, entry.tenant) == ("root", acme)


def test_a_link_cannot_make_anybody_switch(administrator_browser: Client, acme: Tenant) -> None:
    assert administrator_browser.get(f"/console/manage/{acme.pk}/").status_code == 405
    assert administrator_browser.get("/console/leave/").status_code == 405


def test_nobody_else_can_switch(signed_in: SignedIn, acme: Tenant, globex: Tenant) -> None:
    for username in ("globex", "101@globex"):
        client = signed_in(username)
        assert client.post(f"/console/manage/{acme.pk}/").status_code == 403
        assert client.post("/console/leave/").status_code == 403
    assert "Alice" not in signed_in("globex").get("/admin/callmanager/extension/").content.decode()
    assert Client().post(f"/console/manage/{acme.pk}/").status_code == 302


def test_a_tenant_that_is_gone_cannot_be_entered(administrator_browser: Client) -> None:
    assert administrator_browser.post("/console/manage/999999/").status_code == 404
