"""The console of an extension whose groups allow it: what REST shows it, its own page, and no configuration."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.test import Client

from callmanager.models import Extension, ExtensionGroup
from callmanager.selectors.extension import extension_get
from callmanager.services.extension import extension_create
from callmanager.services.extension_group import (
    extension_group_create,
    extension_group_update,
    group_members_add,
    group_members_remove,
)
from tenants.models import AuditEntry, Tenant
from tenants.scope import tenant_scope
from tests.web.api.conftest import rest_as
from tests.web.calls import FakeWorker, cdr_make, registration_make
from tests.web.conftest import ACME_DOMAIN, GLOBEX_DOMAIN, WEB_PASSWORD, sip_password
from tests.web.console.conftest import SignedIn

CONFIGURATION = (
    "/admin/callmanager/extensiongroup/",
    "/admin/callmanager/holiday/",
    "/admin/callmanager/extension/add/",
    "/admin/callmanager/extension/import/",
    "/admin/callmanager/extension/export.csv",
    "/admin/tenants/user/",
    "/admin/tenants/auditentry/",
    "/admin/tenants/eventlogentry/",
    "/admin/tenants/job/",
    "/admin/tenants/tenantprofile/",
    "/admin/tenants/tenant/",
    "/admin/office-hours/",
    "/admin/music/",
    "/admin/mail-server/",
    "/admin/event-urls/",
    "/admin/network/",
    "/admin/system-extensions/",
    "/admin/sign-in-rules/",
    "/admin/services/",
    "/admin/log-files/",
)

MakeGroup = Callable[..., ExtensionGroup]


@pytest.fixture
def group(acme: Tenant, globex: Tenant) -> MakeGroup:
    """Alice and Bob in a group that opens the console; Carol is outside, Mallory has a console of her own."""

    def make(*, manager: str = "", **rights: bool) -> ExtensionGroup:
        with tenant_scope(acme):
            extension_create(number="103", display_name="Carol", sip_password=sip_password("Carol"))
            made = extension_group_create(name="Sales", **{"may_use_console": True, **rights})
            group_members_add(group=made, extensions=Extension.objects.filter(number__in=["101", "102"]))
            if manager:
                group_members_add(group=made, extensions=[extension_get(number=manager)], is_manager=True)
        with tenant_scope(globex):
            theirs = extension_group_create(name="Theirs", may_use_console=True, may_see_members=True)
            group_members_add(group=theirs, extensions=Extension.objects.all())
        return made

    return make


@pytest.fixture
def worker(redis_url: str, db: None) -> Iterator[FakeWorker]:
    worker = FakeWorker(redis_url)
    worker.register()
    yield worker
    worker.close()


def make_calls(acme: Tenant, globex: Tenant, worker: FakeWorker) -> None:
    for session_id, caller, callee in (
        ("own", "101", "103"), ("bobs", "103", "102"), ("carols", "103", "104"),
    ):  # fmt: skip
        cdr_make(acme, session_id, caller=caller, callee=callee, answered_number=callee)
        worker.begin_call(acme, session_id, caller=caller, callee=callee, answered_number=callee)
    cdr_make(globex, "strangers", caller="101", callee="102")
    worker.begin_call(globex, "strangers", caller="101", callee="102")


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def numbers_listed(client: Client) -> set[str]:
    page = text(client, "/admin/callmanager/extension/")
    return {number for number in ("101", "102", "103", "104") if f">{number}</a>" in page}


def pk_of(acme: Tenant, number: str) -> int:
    with tenant_scope(acme):
        return extension_get(number=number).pk


def sign_in(number: str, domain: str) -> Client:
    client = Client()
    body = {
        "sign_in_as": "extension",
        "extension_number": number,
        "sip_domain": domain,
        "password": WEB_PASSWORD,
    }
    client.post("/sign-in/", body)
    return client


def test_who_has_the_right_lands_in_the_console_and_reaches_the_own_page(group: MakeGroup) -> None:
    made = group()
    client = Client()
    body = {
        "sign_in_as": "extension",
        "extension_number": "101",
        "sip_domain": ACME_DOMAIN,
        "password": WEB_PASSWORD,
    }
    assert client.post("/sign-in/", body).headers["Location"] == "/admin/"
    dashboard = text(client, "/admin/")
    for words in ("/my-extension/", f"101@{ACME_DOMAIN}", made.name, "/admin/live-calls/"):
        assert words in dashboard
    assert 'href="/admin/"' in text(client, "/my-extension/")
    for own in ("profile", "forwarding", "mailbox"):
        assert dashboard.count(f'href="/my-extension/{own}/"') == 1
        assert 'href="/admin/"' in text(client, f"/my-extension/{own}/")
    assert "/admin/live-calls/" in text(client, "/account/")
    wanted = Client().post("/sign-in/", {**body, "next": "/admin/fleet/cdr/"})
    assert wanted.headers["Location"] == "/admin/fleet/cdr/"


def test_without_the_right_there_is_the_own_page_alone(signed_in: SignedIn, group: MakeGroup) -> None:
    group(may_use_console=False, may_see_members=True, may_see_member_calls=True)
    client = signed_in("101@acme")
    for path in ("/admin/", "/admin/live-calls/", "/admin/callmanager/extension/", "/admin/fleet/cdr/"):
        assert client.get(path).status_code == 302
    assert client.get("/admin/live-calls/list/").status_code == 302
    page = text(client, "/my-extension/")
    assert 'href="/admin/"' not in page


@pytest.mark.parametrize("way", ["the group", "the membership", "the extension", "the tenant"])
def test_the_right_taken_away_ends_the_console_at_the_next_request(
    signed_in: SignedIn, group: MakeGroup, acme: Tenant, way: str
) -> None:
    made = group()
    client = signed_in("101@acme")
    assert client.get("/admin/fleet/cdr/").status_code == 200
    with tenant_scope(acme):
        if way == "the group":
            extension_group_update(group=made, may_use_console=False)
        elif way == "the membership":
            group_members_remove(group=made, extensions=[extension_get(number="101")])
        elif way == "the extension":
            Extension.objects.filter(number="101").update(is_enabled=False)
        else:
            Tenant.objects.filter(pk=acme.pk).update(is_enabled=False)
    for path in ("/admin/fleet/cdr/", "/admin/", "/admin/live-calls/list/"):
        assert client.get(path).status_code == 302, path
    is_out = way in ("the extension", "the tenant")
    assert client.get("/my-extension/").status_code == (302 if is_out else 200)


def test_without_further_rights_it_sees_itself_alone(
    signed_in: SignedIn, group: MakeGroup, acme: Tenant, globex: Tenant, worker: FakeWorker
) -> None:
    group()
    make_calls(acme, globex, worker)
    registration_make(acme, "101", "r-alice")
    registration_make(acme, "102", "r-bob")
    client = signed_in("101@acme")
    assert numbers_listed(client) == {"101"}
    assert client.get(f"/admin/callmanager/extension/{pk_of(acme, '102')}/change/").status_code == 302
    assert [call["session_id"] for call in client.get("/admin/live-calls/list/").json()["results"]] == ["own"]
    records = text(client, "/admin/fleet/cdr/")
    assert ("103" in records, "102" in records, "104" in records) == (True, False, False)
    registrations = text(client, "/admin/fleet/registration/")
    assert ">101<" in registrations.replace(" ", "").replace("\n", "")
    assert "102" not in registrations


def test_console_and_rest_show_the_same_rows(
    signed_in: SignedIn, group: MakeGroup, acme: Tenant, globex: Tenant, worker: FakeWorker
) -> None:
    group(may_see_members=True, may_see_member_calls=True)
    make_calls(acme, globex, worker)
    for username in ("101@acme", "102@acme", "101@globex"):
        client, rest = signed_in(username), rest_as(username)
        by_rest = {row["number"] for row in rest.get("/api/extensions").body["results"]}
        assert numbers_listed(client) == by_rest
        live = {row["session_id"] for row in rest.get("/api/call_sessions").body["results"]}
        assert {row["session_id"] for row in client.get("/admin/live-calls/list/").json()["results"]} == live
        records = text(client, "/admin/fleet/cdr/")
        for row in rest.get("/api/cdrs").body["results"]:
            assert f"/admin/fleet/cdr/{row['id']}/change/" in records
        assert records.count("/change/") == 3 * rest.get("/api/cdrs").body["count"]


def test_a_members_call_is_seen_but_not_ended(
    signed_in: SignedIn, group: MakeGroup, acme: Tenant, globex: Tenant, worker: FakeWorker
) -> None:
    group(may_see_member_calls=True)
    make_calls(acme, globex, worker)
    client = signed_in("101@acme")
    listed = {
        row["session_id"]: row["may_hang_up"]
        for row in client.get("/admin/live-calls/list/").json()["results"]
    }
    assert listed == {"own": True, "bobs": False}

    def hang_up(session_id: str) -> int:
        return client.post(f"/admin/live-calls/{session_id}/hang-up/").status_code

    with worker.answering():
        assert [hang_up(one) for one in ("bobs", "carols", "strangers", "own")] == [403, 404, 404, 200]
    assert worker.hung_up == ["own"]


def test_a_manager_changes_members_and_ends_their_calls_if_the_group_says_so(
    signed_in: SignedIn, group: MakeGroup, acme: Tenant, globex: Tenant, worker: FakeWorker
) -> None:
    made = group(manager="101", managers_may_change=True)
    make_calls(acme, globex, worker)
    client = signed_in("101@acme")
    path = f"/admin/callmanager/extension/{pk_of(acme, '102')}/change/"
    page = text(client, path)
    assert 'name="ring_timeout_s"' in page
    body = {"display_name": "Robert", "is_enabled": "on", "ring_timeout_s": "20", "number": "666"}
    assert client.post(path, {**body, "sip_password": "An-evil-Pass-1"}).status_code == 302
    with tenant_scope(acme):
        bob = extension_get(number="102")
    assert (bob.display_name, bob.ring_timeout_s, bob.sip_password) == ("Robert", 20, sip_password("Bob"))
    entry = AuditEntry.objects.get(action="extension.update", tenant=acme)
    assert entry.username == "101@acme"
    assert client.post(path, {**body, "ring_timeout_s": "9999"}).status_code == 200
    carol = f"/admin/callmanager/extension/{pk_of(acme, '103')}/change/"
    assert client.post(carol, body).status_code in (302, 403, 404)
    assert client.post(path.replace("change", "delete"), {"post": "yes"}).status_code == 403
    with worker.answering():
        assert client.post("/admin/live-calls/bobs/hang-up/").status_code == 200
    with tenant_scope(acme):
        extension_group_update(group=made, managers_may_change=False)
        assert extension_get(number="103").display_name == "Carol"
    assert 'name="ring_timeout_s"' not in text(client, path)
    assert client.post(path, body).status_code == 403


def test_rest_shows_a_manager_what_it_may_change(group: MakeGroup, acme: Tenant) -> None:
    group(manager="101", managers_may_change=True, may_see_members=True)
    bob = pk_of(acme, "102")
    assert rest_as("101@acme").get(f"/api/extensions/{bob}").body["ring_timeout_s"] == 30
    alice = pk_of(acme, "101")
    assert "ring_timeout_s" not in rest_as("102@acme").get(f"/api/extensions/{alice}").body


def test_no_page_of_it_is_configuration(signed_in: SignedIn, group: MakeGroup) -> None:
    group(manager="101", managers_may_change=True, may_see_members=True, may_see_member_calls=True)
    client = signed_in("101@acme")
    # The admin takes an unknown word for a row's id and leads back to the list: anything but the page itself is right.
    assert [path for path in CONFIGURATION if client.get(path).status_code == 200] == []
    dashboard = text(client, "/admin/")
    assert [path for path in CONFIGURATION if f'href="{path}"' in dashboard] == []


def test_the_stranger_of_the_same_number_sees_her_own_company(
    group: MakeGroup, acme: Tenant, globex: Tenant, worker: FakeWorker
) -> None:
    group(may_see_members=True, may_see_member_calls=True)
    make_calls(acme, globex, worker)
    registration_make(acme, "101", "r-alice")
    mallory = sign_in("101", GLOBEX_DOMAIN)
    assert [one["session_id"] for one in mallory.get("/admin/live-calls/list/").json()["results"]] == [
        "strangers"
    ]
    assert numbers_listed(mallory) == {"101"}
    assert "Alice" not in text(mallory, "/admin/callmanager/extension/")
    assert "Bob" not in text(mallory, "/admin/")
    assert "Desk phone" not in text(mallory, "/admin/fleet/registration/")
    with tenant_scope(acme):
        ids = list(Extension.objects.values_list("pk", flat=True))
    cdr = rest_as("acme").get("/api/cdrs").body["results"][0]["id"]
    assert mallory.get(f"/admin/fleet/cdr/{cdr}/change/").status_code in (302, 404)
    assert "Carol" not in "".join(
        mallory.get(f"/admin/callmanager/extension/{pk}/change/").content.decode() for pk in ids
    )


def test_why_it_cant_register_tells_of_the_own_number_whatever_is_asked(
    signed_in: SignedIn, group: MakeGroup
) -> None:
    group()
    page = text(signed_in("101@acme"), "/admin/registration-check/?number=102")
    assert "Extension 101" in page
    assert "Extension 102" not in page
