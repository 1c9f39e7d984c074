"""Calls that ring answered by REST: who may, whose telephone, what the worker is told, once for each key."""

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

PATH = "/api/call_sessions/s1/answer"
BY_EXTENSION = "/api/extensions/answer"
RINGING: dict[str, Any] = {
    "state": "ringing",
    "answered_at": None,
    "answered_number": "",
    "rung": ["103", "102"],
}


@pytest.fixture
def ringing(acme: Tenant, worker: FakeWorker) -> Iterator[FakeWorker]:
    """Alice calls a group; the phones of Carol and of Bob ring."""
    with tenant_scope(acme):
        extension_create(number="103", display_name="Carol", sip_password=sip_password("Carol"))
    worker.begin_call(acme, "s1", **RINGING)
    worker.answers["answer"] = {"ok": True, "result": {"extension_number": "102"}}
    with worker.answering():
        yield worker


def told(worker: FakeWorker) -> list[str]:
    return [one.get("extension", "") for one in worker.told() if one["command"] == "answer"]


def test_a_company_has_a_telephone_answer(acme_user: Rest, ringing: FakeWorker, acme: Tenant) -> None:
    for body in ({}, {"extension_number": "102"}):
        answer = acme_user.post(PATH, body)
        assert (answer.status, answer.body) == (200, {"session_id": "s1", "extension_number": "102"})
    assert told(ringing) == ["", "102"]
    assert AuditEntry.objects.filter(action="call.answer", tenant=acme).count() == 2


def test_an_extension_answers_at_its_own_telephone_and_at_no_other(
    ringing: FakeWorker, globex: Tenant
) -> None:
    bob = rest_as("102@acme")
    assert bob.post(PATH, {}).status == 200
    assert told(ringing) == ["102"]
    refused = bob.post(PATH, {"extension_number": "103"})
    assert (refused.status, refused.problems) == (403, {(None, "permission_denied")})
    # Alice calls; nothing rings at hers.
    assert rest_as("101@acme").post(PATH, {}).status == 403
    for stranger in ("101@globex", "globex"):
        assert rest_as(stranger).post(PATH, {}).status == 404
    assert told(ringing) == []


def test_a_manager_answers_for_a_member(ringing: FakeWorker, acme: Tenant) -> None:
    with tenant_scope(acme):
        group = extension_group_create(name="Sales", managers_may_change=True)
        group_members_add(group=group, extensions=Extension.objects.all())
        group_members_add(group=group, extensions=Extension.objects.filter(number="101"), is_manager=True)
    assert rest_as("101@acme").post(PATH, {"extension_number": "103"}).status == 200
    assert told(ringing) == ["103"]


def test_by_the_number_of_the_extension(acme_user: Rest, ringing: FakeWorker, globex: Tenant) -> None:
    assert acme_user.post(BY_EXTENSION, {"extension_number": "102"}).body == {
        "session_id": "s1",
        "extension_number": "102",
    }
    assert rest_as("102@acme").post(BY_EXTENSION, {"extension_number": "102"}).status == 200
    assert told(ringing) == ["102", "102"]
    nothing = acme_user.post(BY_EXTENSION, {"extension_number": "101"})
    assert (nothing.status, "Extension 101 is in no such call" in str(nothing.body)) == (404, True)
    assert acme_user.post(BY_EXTENSION, {"extension_number": "777"}).status == 404
    assert acme_user.post(BY_EXTENSION, {}).problems == {("extension_number", "required")}
    # Not theirs to see at all.
    assert rest_as("102@acme").post(BY_EXTENSION, {"extension_number": "103"}).status == 404
    assert rest_as("globex").post(BY_EXTENSION, {"extension_number": "102"}).status == 404
    assert told(ringing) == []


def test_of_several_calls_that_ring_there_one_is_named(
    acme_user: Rest, ringing: FakeWorker, acme: Tenant
) -> None:
    ringing.begin_call(acme, "s2", **RINGING)
    several = acme_user.post(BY_EXTENSION, {"extension_number": "102"})
    assert (several.status, several.problems) == (409, {(None, "several_calls")})
    assert acme_user.post(BY_EXTENSION, {"extension_number": "102", "session_id": "s2"}).status == 200


def test_the_workers_no_says_which_call_and_what_the_telephone_answered(
    acme_user: Rest, ringing: FakeWorker
) -> None:
    said = "Call s1: the telephone of extension 102 can't be told to answer, it said: 489 Bad Event"
    ringing.answers["answer"] = {
        "ok": False,
        "code": "not_supported",
        "message": said,
        "result": {"sip_code": 489},
    }
    answer = acme_user.post(PATH, {})
    assert (answer.status, answer.problems) == (409, {(None, "not_supported")})
    assert said in str(answer.body)


def test_what_is_no_extension_is_refused_with_the_field(acme_user: Rest, ringing: FakeWorker) -> None:
    answer = acme_user.post(PATH, {"extension_number": "sip:a@b"})
    assert (answer.status, answer.problems) == (400, {("extension_number", "invalid")})
    assert told(ringing) == []


def test_the_same_key_answers_once(acme_user: Rest, ringing: FakeWorker) -> None:
    headers = {"Idempotency-Key": "answer-1"}
    first = acme_user.post(PATH, {}, **headers)
    again = acme_user.post(PATH, {}, **headers)
    assert (first.status, again.status, first.body == again.body) == (200, 200, True)
    assert len(told(ringing)) == 1
    assert acme_user.post(PATH, {"extension_number": "102"}, **headers).status == 422
