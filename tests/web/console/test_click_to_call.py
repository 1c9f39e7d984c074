"""Calls begun by a click in the extension list and on the own page: who may, for whom, and what is said."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client

from callmanager.models import Extension
from callmanager.services.extension_group import extension_group_create, group_members_add
from tenants.models import AuditEntry, Rank, Tenant, User
from tenants.scope import tenant_scope
from tests.web.calls import FakeWorker
from tests.web.console.conftest import SignedIn
from tests.web.edge import running_edge

PATH, OWN = "/admin/live-calls/make/", "/my-extension/call/"
LIST = "/admin/callmanager/extension/"


@pytest.fixture
def worker(acme: Tenant, globex: Tenant, redis_url: str) -> Iterator[FakeWorker]:
    worker = FakeWorker(redis_url)
    worker.register()
    worker.takes_calls_of = {acme.pk, globex.pk}
    with worker.answering(), running_edge():
        yield worker
    worker.close()


def made(worker: FakeWorker) -> list[tuple[str, str]]:
    return [(one["caller"], one["callee"]) for one in worker.told()]


def test_a_company_calls_for_an_extension_it_names(
    acme_browser: Client, worker: FakeWorker, acme: Tenant
) -> None:
    assert 'data-call="102"' in acme_browser.get(LIST).content.decode()
    answer = acme_browser.post(PATH, {"caller": "101", "callee": "102"})
    assert (answer.status_code, answer.json()["message"]) == (
        201,
        "Phone 101 rings: answer it, and 102 is called.",
    )
    assert acme_browser.post(PATH, {"caller": "101", "callee": " 030 / 123-45 "}).status_code == 201
    assert made(worker) == [("101", "102"), ("101", "03012345")]
    assert AuditEntry.objects.filter(action="call.create", tenant=acme).count() == 2


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"callee": "102"}, "Which extension?"),
        ({"caller": "101"}, "Enter a number"),
        ({"caller": "101", "callee": "sip:a@b"}, "Enter a number"),
        ({"caller": "999", "callee": "102"}, "No such extension"),
        ({"caller": "102", "callee": "102"}, "same phone"),
    ],
)
def test_what_can_not_be_called_is_said(
    acme_browser: Client, worker: FakeWorker, form: dict[str, str], words: str
) -> None:
    answer = acme_browser.post(PATH, form)
    assert answer.status_code == 400
    assert words in answer.json()["message"]
    assert made(worker) == []


def test_the_dialplans_no_is_shown_in_its_words(acme_browser: Client, worker: FakeWorker) -> None:
    worker.answers["create"] = {"ok": False, "code": "call_refused", "message": "No such number"}
    answer = acme_browser.post(PATH, {"caller": "101", "callee": "77777"})
    assert (answer.status_code, answer.json()["message"]) == (409, "No such number")


def test_an_extension_calls_from_its_own_page_and_for_nobody_else(
    signed_in: SignedIn, worker: FakeWorker
) -> None:
    alice = signed_in("101@acme")
    assert "Call somebody" in alice.get("/my-extension/").content.decode()
    assert alice.post(OWN, {"callee": "102"}).status_code == 201
    assert alice.post(OWN, {"callee": "102", "caller": "102"}).status_code == 403
    assert alice.get(OWN).status_code == 405
    assert made(worker) == [("101", "102")]


def test_an_extensions_list_has_buttons_that_ring_its_own_phone(
    signed_in: SignedIn, worker: FakeWorker, acme: Tenant
) -> None:
    with tenant_scope(acme):
        group = extension_group_create(name="Sales", may_use_console=True, may_see_members=True)
        group_members_add(group=group, extensions=Extension.objects.all())
    alice = signed_in("101@acme")
    page = alice.get(LIST).content.decode()
    assert 'data-call="102"' in page
    assert 'name="caller"' not in page
    assert alice.post(PATH, {"callee": "102"}).status_code == 201
    assert made(worker) == [("101", "102")]


def test_strangers_and_who_only_looks_make_no_call_here(
    signed_in: SignedIn, worker: FakeWorker, acme: Tenant, globex: Tenant
) -> None:
    assert signed_in("globex").post(PATH, {"caller": "102", "callee": "101"}).status_code == 400
    assert signed_in("101@globex").post(OWN, {"callee": "102"}).status_code == 201
    assert [one["tenant_id"] for one in worker.commands] == [globex.pk]
    User.objects.filter(username="acme").update(rank=Rank.AUDITOR)
    auditor = signed_in("acme")
    assert "data-call" not in auditor.get(LIST).content.decode()
    assert auditor.post(PATH, {"caller": "101", "callee": "102"}).status_code == 403
    assert Client().post(OWN, {"callee": "102"}).status_code == 302
