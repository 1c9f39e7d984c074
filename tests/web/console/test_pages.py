"""The pages of the console: what they show, to whom, and that changes go through services."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from callmanager.models import Extension
from callmanager.selectors.extension import extension_get
from callmanager.services.extension import extension_create
from tenants.models import AuditEntry, Tenant, User
from tenants.scope import tenant_scope
from tenants.tasks import delete_tenants
from tests.web.calls import FakeWorker, call_events_make, cdr_make, registration_make
from tests.web.conftest import WEB_PASSWORD, sip_password
from tests.web.console.conftest import SignedIn

EXTENSIONS = "/admin/callmanager/extension/"
NEW = {
    "number": "103",
    "display_name": "Carol",
    "ring_timeout_s": "30",
    "status": "available",
    "max_external_calls": "0",
    "max_external_minutes_per_day": "0",
    "is_enabled": "on",
    "exceptions-TOTAL_FORMS": "0",
    "exceptions-INITIAL_FORMS": "0",
}


def text_of(client: Client, path: str, **query: str) -> str:
    answer = client.get(path, query)
    assert answer.status_code == 200, path
    return answer.content.decode()


@pytest.fixture
def worker(redis_url: str, db: None) -> Any:
    worker = FakeWorker(redis_url)
    worker.register()
    yield worker
    worker.close()


@pytest.mark.parametrize(
    "path",
    [
        "/admin/",
        EXTENSIONS,
        f"{EXTENSIONS}add/",
        "/admin/fleet/registration/",
        "/admin/fleet/cdr/",
        "/admin/live-calls/",
        "/admin/tenants/auditentry/",
        "/admin/tenants/user/",
        "/admin/tenants/user/add/",
        "/account/",
        "/account/password/",
    ],
)
def test_a_tenants_pages_are_shown_to_it_and_to_nobody_without_a_sign_in(
    acme_browser: Client, signed_in: SignedIn, path: str
) -> None:
    assert "Tandem" in text_of(acme_browser, path)
    assert Client().get(path).status_code == 302
    is_for_extensions = path.startswith("/account/")
    assert signed_in("101@acme").get(path).status_code == (200 if is_for_extensions else 302)


@pytest.mark.parametrize(
    "path", ["/admin/tenants/tenant/", "/admin/tenants/tenant/add/", "/admin/search/?s=a"]
)
def test_the_platforms_pages_do_not_exist_for_a_tenant(acme_browser: Client, path: str) -> None:
    assert acme_browser.get(path).status_code == 404


def test_the_list_of_tenants_asks_once_for_any_number_of_them(
    administrator_browser: Client, acme: Tenant, globex: Tenant, worker: FakeWorker
) -> None:
    registration_make(acme, "101", "r1")
    registration_make(acme, "101", "r2")
    worker.begin_call(acme, "s1")
    text_of(administrator_browser, "/admin/tenants/tenant/")
    with CaptureQueriesContext(
        connection,
    ) as two:
        page = text_of(administrator_browser, "/admin/tenants/tenant/")
    assert "acme.example" in page
    for number in range(3):
        Tenant.objects.create(
            name=f"more{number}", schema_name=f"t_more{number}", sip_domain=f"more{number}.example"
        )
    with CaptureQueriesContext(connection) as five:
        text_of(administrator_browser, "/admin/tenants/tenant/")
    assert len(five) == len(two)


def test_the_list_of_extensions_asks_once_for_any_number_of_them(acme_browser: Client, acme: Tenant) -> None:
    registration_make(acme, "101", "r1")
    text_of(acme_browser, EXTENSIONS)
    with CaptureQueriesContext(connection) as few:
        assert "Registered" in text_of(acme_browser, EXTENSIONS)
    with tenant_scope(acme):
        for number in range(200, 206):
            extension_create(number=str(number), sip_password=sip_password("Extra"))
    with CaptureQueriesContext(connection) as many:
        text_of(acme_browser, EXTENSIONS)
    assert len(many) == len(few)


def test_an_extension_is_made_with_a_password_of_the_forms_own(acme_browser: Client, acme: Tenant) -> None:
    form = acme_browser.get(f"{EXTENSIONS}add/").context["adminform"].form
    offered = form.initial["sip_password"]
    answer = acme_browser.post(
        f"{EXTENSIONS}add/", {**NEW, "sip_password": offered, "web_password": WEB_PASSWORD}
    )
    assert answer.status_code == 302, answer.context["errors"]
    with tenant_scope(acme):
        assert extension_get(number="103").sip_password == offered
    assert User.objects.filter(username="103@acme").exists()
    assert AuditEntry.objects.filter(action="extension.create", tenant=acme).count() == 1


def test_an_extension_is_changed_and_keeps_what_was_not_touched(acme_browser: Client, acme: Tenant) -> None:
    with tenant_scope(acme):
        bob = extension_get(number="102")
    form = {**NEW, "number": "102", "display_name": "Robert", "sip_password": bob.sip_password}
    assert acme_browser.post(f"{EXTENSIONS}{bob.pk}/change/", form).status_code == 302
    with tenant_scope(acme):
        robert = extension_get(number="102")
    assert (robert.display_name, robert.ha1) == ("Robert", bob.ha1)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"number": "101"}, id="number-taken"),
        pytest.param({"number": "1 0"}, id="number-invalid"),
        pytest.param({"sip_password": "12345"}, id="weak-sip-password"),
        pytest.param({"web_password": "short"}, id="weak-web-password"),
        pytest.param({"ring_timeout_s": "0"}, id="ring-time"),
    ],
)
def test_a_wrong_form_comes_back_with_its_errors(
    acme_browser: Client, acme: Tenant, change: dict[str, str]
) -> None:
    form = {**NEW, "sip_password": sip_password("Carol"), **change}
    answer = acme_browser.post(f"{EXTENSIONS}add/", form)
    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors
    with tenant_scope(acme):
        assert Extension.objects.count() == 2


def test_deleting_goes_through_the_service_one_by_one_and_in_bulk(acme_browser: Client, acme: Tenant) -> None:
    with tenant_scope(acme):
        alice, bob = Extension.objects.all()
    acme_browser.post(f"{EXTENSIONS}{alice.pk}/delete/", {"post": "yes"})
    acme_browser.post(EXTENSIONS, {"action": "delete_selected", "_selected_action": [bob.pk], "post": "yes"})
    with tenant_scope(acme):
        assert not Extension.objects.exists()
    assert AuditEntry.objects.filter(action="extension.delete", tenant=acme).count() == 2


def test_a_strangers_objects_do_not_exist(globex_browser: Client, acme: Tenant, globex: Tenant) -> None:
    with tenant_scope(acme):
        bob = extension_get(number="102")
    cdr = cdr_make(acme, "s1")
    registration_make(acme, "101", "r-of-acme")
    for path in (f"{EXTENSIONS}{bob.pk}/change/", f"{EXTENSIONS}{bob.pk}/delete/"):
        assert globex_browser.get(path).status_code in (302, 404)
        assert "Bob" not in globex_browser.get(path, follow=True).content.decode()
    assert globex_browser.get(f"/admin/fleet/cdr/{cdr.pk}/change/").status_code == 404
    assert "Desk phone" not in text_of(globex_browser, "/admin/fleet/registration/")
    assert "Alice" not in text_of(globex_browser, EXTENSIONS)
    assert globex_browser.get("/admin/fleet/cdr/").context["cl"].result_count == 0


def test_a_call_record_is_drawn_with_its_quality(acme_browser: Client, acme: Tenant) -> None:
    cdr = cdr_make(acme, "s1")
    call_events_make(cdr, acme)
    page = text_of(acme_browser, f"/admin/fleet/cdr/{cdr.pk}/change/")
    for words in ("INVITE 102", "180 Ringing", "200 OK", "BYE", "MOS 4.2", "MOS 3.4", "1.0 %", "1:00"):
        assert words in page
    for words in (
        "101 calls 102",
        "102 rings",
        "The caller hangs up",
        "Bob&#x27;s phone",
        "1.5 %",
        "event-s1-3",
    ):
        assert words in page, words


@pytest.mark.parametrize(
    "query",
    [{"o": "99"}, {"o": "-1.2"}, {"q": "' OR 1=1"}, {"status__exact": "nonsense"}, {"tenant_id": "1"}],
)
def test_odd_queries_of_a_list_do_no_harm(acme_browser: Client, acme: Tenant, query: dict[str, str]) -> None:
    cdr_make(acme, "s1")
    assert acme_browser.get("/admin/fleet/cdr/", query).status_code in (200, 302, 400)


def test_running_calls_are_listed_and_hung_up_by_their_tenant_only(
    acme_browser: Client, globex_browser: Client, acme: Tenant, worker: FakeWorker
) -> None:
    worker.begin_call(acme, "s1")
    listed = acme_browser.get("/admin/live-calls/list/").json()["results"]
    assert [(call["session_id"], call["state"]) for call in listed] == [("s1", "talking")]
    assert globex_browser.get("/admin/live-calls/list/").json()["results"] == []
    with worker.answering():
        assert acme_browser.get("/admin/live-calls/s1/hang-up/").status_code == 405
        assert globex_browser.post("/admin/live-calls/s1/hang-up/").status_code == 404
        assert worker.hung_up == []
        assert acme_browser.post("/admin/live-calls/s1/hang-up/").status_code == 200
    assert worker.hung_up == ["s1"]


def test_a_tenant_is_made_disabled_and_deleted_in_the_console(
    administrator_browser: Client, db: None
) -> None:
    form = {
        "name": "initech", "display_name": "Initech", "sip_domain": "initech.example", "time_zone": "UTC",
        "is_enabled": "on", "password": "a-long-pass-phrase-7", "email": "", "currency": "EUR", "country": "DE",
    }  # fmt: skip
    answer = administrator_browser.post("/admin/tenants/tenant/add/", form)
    assert answer.status_code == 302, answer.context["errors"]
    tenant = Tenant.objects.get(name="initech")
    initech = Client()
    sign_in = {"sign_in_as": "account", "username": "initech", "password": form["password"]}
    assert initech.post("/sign-in/", sign_in).status_code == 302
    assert initech.get("/admin/").headers["Location"] == "/account/password/"
    path = f"/admin/tenants/tenant/{tenant.pk}"
    change = {key: form[key] for key in ("display_name", "sip_domain", "time_zone", "currency")}
    assert administrator_browser.post(f"{path}/change/", change).status_code == 302
    assert not Tenant.objects.get(name="initech").is_enabled
    page = administrator_browser.get(f"{path}/delete/").content.decode()
    assert "There is no way back" in page
    for wrong in ({"post": "yes"}, {"confirm": "acme", "cdrs": "keep"}, {"confirm": "initech"}):
        assert administrator_browser.post(f"{path}/delete/", wrong).status_code == 400
    right = {"confirm": "initech", "cdrs": "purge"}
    assert administrator_browser.post(f"{path}/delete/", right).status_code == 302
    assert Tenant.objects.get(name="initech").is_being_deleted
    assert "Deleting" in text_of(administrator_browser, "/admin/tenants/tenant/")
    delete_tenants()
    assert not Tenant.objects.filter(name="initech").exists()


def test_a_tenant_changes_its_profile_but_not_its_limits(
    acme_browser: Client, globex_browser: Client, acme: Tenant
) -> None:
    path = "/admin/tenants/tenantprofile/"
    page = text_of(acme_browser, path)
    for word in ("acme.example", "Simultaneous calls at most", "Disk quota", "Time zone", "Recordings use"):
        assert word in page
    assert acme_browser.get(f"{path}{acme.pk}/change/").status_code == 200
    assert globex_browser.get(f"{path}{acme.pk}/change/").status_code == 302
    form = {
        "display_name": "Acme Inc.",
        "time_zone": "Europe/Paris",
        "currency": "EUR",
        "max_extensions": "9999",
    }
    assert acme_browser.post(path, {**form, "country": "FR"}).status_code == 302
    acme.refresh_from_db()
    assert (acme.display_name, acme.country, acme.max_extensions) == ("Acme Inc.", "FR", None)
    assert acme_browser.post(path, {**form, "country": "XX"}).status_code == 200
    entry = AuditEntry.objects.get(action="profile.update", outcome="ok")
    assert entry.changes["country"] == {"before": "", "after": "FR"}


def test_a_new_password_ends_the_other_sessions(signed_in: SignedIn) -> None:
    here, elsewhere = signed_in("acme"), signed_in("acme")
    form = {
        "current_password": WEB_PASSWORD,
        "new_password": "another-Phrase-8",
        "repeated_password": "another-Phrase-8",
    }
    assert here.post("/account/password/", form).status_code == 302
    assert elsewhere.get(EXTENSIONS).status_code == 302
    assert here.get(EXTENSIONS).status_code == 200


def test_an_extension_sees_its_own_page(signed_in: SignedIn, acme: Tenant) -> None:
    cdr_make(acme, "s1")
    registration_make(acme, "101", "r1")
    page = text_of(signed_in("101@acme"), "/my-extension/")
    assert "101@acme.example" in page
    assert "Desk phone" in page
    stranger = text_of(signed_in("101@globex"), "/my-extension/")
    assert "No phone is registered" in stranger
    assert "No calls yet" in stranger
