"""Calls that ring sent elsewhere by REST: who may, what the worker is told, once for each key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from callmanager.models import Extension
from callmanager.services.extension import extension_create
from callmanager.services.extension_group import extension_group_create, group_members_add
from tenants.models import AuditEntry, Tenant
from tenants.scope import tenant_scope
from tests.web.api.conftest import Rest, rest_as
from tests.web.calls import FakeWorker
from tests.web.conftest import sip_password

PATH = "/api/call_sessions/s1/redirect"
RINGING: dict[str, Any] = {
    "state": "ringing",
    "answered_at": None,
    "answered_number": "",
    "rung": ["103", "102"],
}


@pytest.fixture
def ringing(acme: Tenant, worker: FakeWorker) -> Iterator[FakeWorker]:
    """Alice calls Bob; Carol's phone rang first, and was given up."""
    with tenant_scope(acme):
        extension_create(number="103", display_name="Carol", sip_password=sip_password("Carol"))
    worker.begin_call(acme, "s1", **RINGING)
    worker.answers["redirect"] = {"ok": True, "result": {"number": "104"}}
    with worker.answering():
        yield worker


def test_a_company_sends_a_ringing_call_to_a_number_or_a_mailbox(
    acme_user: Rest, ringing: FakeWorker, acme: Tenant
) -> None:
    answer = acme_user.post(PATH, {"redirect_to": "+4930123"})
    assert (answer.status, answer.body) == (200, {"session_id": "s1", "number": "104"})
    assert acme_user.post(PATH, {"voicemail": "102"}).status == 200
    assert ringing.told() == [
        {"command": "redirect", "session_id": "s1", "target": "+4930123", "extension": ""},
        {"command": "redirect", "session_id": "s1", "mailbox": "102", "extension": ""},
    ]
    assert AuditEntry.objects.filter(action="call.redirect", tenant=acme).count() == 2


def test_an_extension_sends_on_what_rings_there_and_nothing_it_calls_itself(
    ringing: FakeWorker, globex: Tenant
) -> None:
    assert rest_as("102@acme").post(PATH, {"redirect_to": "103"}).status == 200
    assert [one["extension"] for one in ringing.told()] == ["102"]
    mine = rest_as("101@acme").post(PATH, {"redirect_to": "103"})
    assert (mine.status, mine.problems) == (403, {(None, "permission_denied")})
    assert rest_as("101@globex").post(PATH, {"redirect_to": "103"}).status == 404
    assert rest_as("globex").post(PATH, {"redirect_to": "103"}).status == 404
    assert ringing.told() == []


def test_a_manager_acts_for_the_member_that_is_rung_now(ringing: FakeWorker, acme: Tenant) -> None:
    with tenant_scope(acme):
        group = extension_group_create(name="Sales", managers_may_change=True)
        group_members_add(group=group, extensions=Extension.objects.all())
        group_members_add(group=group, extensions=Extension.objects.filter(number="101"), is_manager=True)
    assert rest_as("101@acme").post(PATH, {"redirect_to": "104"}).status == 200
    # The last one that was rung of those it may act for, among them itself only where it is rung.
    assert [one["extension"] for one in ringing.told()] == ["102"]


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({}, ("redirect_to", "one_of_two")),
        ({"redirect_to": "103", "voicemail": "103"}, ("redirect_to", "one_of_two")),
        ({"redirect_to": "sip:a@b"}, ("redirect_to", "invalid")),
        ({"voicemail": "*1"}, ("voicemail", "invalid")),
    ],
)
def test_what_is_no_place_is_refused_with_the_field(
    acme_user: Rest, ringing: FakeWorker, body: dict[str, str], problem: tuple[str, str]
) -> None:
    answer = acme_user.post(PATH, body)
    assert (answer.status, answer.problems) == (400, {problem})
    assert ringing.told() == []


def test_the_workers_no_says_which_call_and_why(acme_user: Rest, ringing: FakeWorker) -> None:
    said = "The call s1 is talking: redirect is not possible now"
    ringing.answers["redirect"] = {"ok": False, "code": "wrong_state", "message": said}
    answer = acme_user.post(PATH, {"redirect_to": "103"})
    assert (answer.status, answer.problems) == (409, {(None, "wrong_state")})
    assert said in str(answer.body)


def test_the_same_key_redirects_once(acme_user: Rest, ringing: FakeWorker) -> None:
    headers = {"Idempotency-Key": "send-on-1"}
    first = acme_user.post(PATH, {"redirect_to": "103"}, **headers)
    again = acme_user.post(PATH, {"redirect_to": "103"}, **headers)
    assert (first.status, again.status, first.body == again.body) == (200, 200, True)
    assert len(ringing.told()) == 1
    assert acme_user.post(PATH, {"redirect_to": "104"}, **headers).status == 422
