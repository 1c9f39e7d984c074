"""Lost calls stand on their queue's page and in a list, to call back; and nobody who waits is forgotten on deleting."""

from __future__ import annotations

import pytest
from django.test import Client

from callmanager.models import CallQueue, Extension
from callmanager.services.call_queue import call_queue_create
from tenants.models import MailSecurity, MailServer, Rank, Tenant, User
from tenants.scope import tenant_scope
from tests.web.api.conftest import rest_as
from tests.web.conftest import Cast
from tests.web.queue_calls import queue_call_tell, queue_stay_make


def browser(username: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=username), backend="tenants.authentication.SignInBackend")
    return client


@pytest.fixture
def queue(acme: Tenant, cast: Cast) -> CallQueue:
    with tenant_scope(acme):
        return call_queue_create(number="8000", name="Sales")


@pytest.fixture
def _lost(acme: Tenant) -> None:
    queue_stay_make(acme, "s1", outcome="abandoned", is_lost=True, caller="004930111", waited_ms=75_000)
    queue_stay_make(acme, "s2", outcome="abandoned", is_lost=True, caller="anonymous")
    queue_stay_make(acme, "s3", caller="004930333")
    queue_stay_make(acme, "s4", outcome="abandoned", is_lost=True, caller="004930444", queue="8001")


def page_of(queue: CallQueue, client: Client) -> str:
    return client.get(f"/admin/callmanager/callqueue/{queue.pk}/change/").content.decode()


@pytest.mark.usefixtures("_lost")
def test_a_queues_page_shows_its_lost_calls_to_call_back(queue: CallQueue) -> None:
    page = page_of(queue, browser("acme"))
    assert 'data-call="004930111"' in page
    assert "1:15" in page
    assert "no number" in page
    assert "004930333" not in page
    assert "004930444" not in page
    assert 'id="call-dialog"' in page


@pytest.mark.usefixtures("_lost")
def test_who_only_looks_is_offered_no_call(queue: CallQueue) -> None:
    User.objects.filter(username="acme").update(rank=Rank.AUDITOR)
    page = page_of(queue, browser("acme"))
    assert "004930111" in page
    assert "data-call=" not in page


@pytest.mark.usefixtures("_lost", "queue")
def test_the_list_of_queue_calls_is_filtered_and_nobody_elses(acme: Tenant) -> None:
    path = "/admin/fleet/queuestay/?is_lost__exact=1&queue__icontains=8000"
    page = browser("acme").get(path).content.decode()
    assert 'data-call="004930111"' in page
    assert "004930444" not in page
    assert "004930111" not in browser("globex").get(path).content.decode()
    found = rest_as("acme").get("/api/queue_calls?is_lost=true&queue=8000&ordering=-waited_ms").body
    assert [one["caller"] for one in found["results"]] == ["004930111", "anonymous"]
    assert rest_as("acme").get("/api/queue_calls?outcome=eaten").status == 400
    assert rest_as("acme").get("/api/queue_calls?ordering=agent").status == 400
    assert rest_as("globex").get("/api/queue_calls").body["results"] == []
    assert rest_as("101@globex").get("/api/queue_calls").status == 403


def test_deleting_a_queue_with_callers_in_it_is_asked_first_by_rest(queue: CallQueue, acme: Tenant) -> None:
    queue_call_tell(acme, "s1")
    queue_call_tell(acme, "s2")
    rest, path = rest_as("acme"), f"/api/call_queues/{queue.pk}"
    refused = rest.delete(path)
    assert refused.status == 409
    assert refused.body["errors"][0]["code"] == "callers_waiting"
    assert "2 callers wait there now, and would go on to “end the call”" in str(refused.body)
    assert rest_as("globex").delete(path).status == 404
    assert rest.get(path).status == 200
    assert rest.delete(f"{path}?confirm=true").status == 204


def test_a_queue_where_nobody_waits_is_deleted_at_once(
    queue: CallQueue, acme: Tenant, globex: Tenant
) -> None:
    queue_call_tell(globex, "g1")
    assert rest_as("acme").delete(f"/api/call_queues/{queue.pk}").status == 204


def test_the_console_says_how_many_wait_before_it_deletes(queue: CallQueue, acme: Tenant) -> None:
    queue_call_tell(acme, "s1")
    client, path = browser("acme"), f"/admin/callmanager/callqueue/{queue.pk}/delete/"
    page = client.get(path).content.decode()
    assert "1 caller waits there now and goes on to “end the call”" in page
    client.post(path, {"post": "yes"})
    with tenant_scope(acme):
        assert not CallQueue.objects.exists()


def test_a_manager_without_an_address_is_named_on_the_queues_page_and_by_rest(
    acme: Tenant, cast: Cast
) -> None:
    with tenant_scope(acme):
        queue = call_queue_create(number="8000", name="Sales", managers=["101", "102"])
        Extension.objects.filter(number="101").update(email="")
        Extension.objects.filter(number="102").update(email="bob@acme.example")
    path = f"/api/call_queues/{queue.pk}"
    assert rest_as("acme").get(path).body["managers_without_email"] == ["101"]
    page = page_of(queue, browser("acme"))
    assert "101 has no e-mail address: set one at the extension." in page
    assert "No mail server is set up" in page
    listed = browser("acme").get("/admin/callmanager/callqueue/").content.decode()
    assert "101 (no e-mail), 102" in listed
    with tenant_scope(acme):
        Extension.objects.filter(number="102").update(email="b\u00f6b@acme.example")
    assert rest_as("acme").get(path).body["managers_without_email"] == ["101", "102"], "as mails are sent"
    assert "101, 102 have no e-mail address: set one at the extensions." in page_of(queue, browser("acme"))


def test_where_all_managers_are_written_to_the_queues_page_says_so(acme: Tenant, cast: Cast) -> None:
    with tenant_scope(acme):
        queue = call_queue_create(number="8000", name="Sales", managers=["102"])
        nobody = call_queue_create(number="8001", name="Support")
        Extension.objects.filter(number="102").update(email="bob@acme.example")
    MailServer.objects.create(
        tenant=acme,
        host="mail.acme.example",
        port=25,
        security=MailSecurity.NONE,
        from_address="pbx@acme.example",
    )
    assert "every manager is written to" in page_of(queue, browser("acme"))
    assert "nobody is to be told" in page_of(nobody, browser("acme"))
    assert rest_as("acme").get(f"/api/call_queues/{queue.pk}").body["managers_without_email"] == []
    unchanged = {"managers_without_email": ["102"], "name": "Sales"}
    assert (
        rest_as("acme").patch(f"/api/call_queues/{queue.pk}", unchanged).body["managers_without_email"] == []
    )
