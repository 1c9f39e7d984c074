"""Calls made by REST: who may make them for whom, which worker is asked, and never twice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import override_settings

from callmanager.models import Extension
from callmanager.services.dial_codes import dial_codes_set
from callmanager.services.extension_group import extension_group_create, group_members_add
from tenants.models import AuditEntry, Tenant
from tenants.scope import tenant_scope
from tests.web.api.conftest import Rest
from tests.web.calls import WORKER, FakeWorker, call_events_make, cdr_make
from tests.web.edge import Edge, running_edge

PATH = "/api/call_sessions/create"


@pytest.fixture
def edge() -> Iterator[Edge]:
    with running_edge() as edge:
        yield edge


@pytest.fixture
def ready(worker: FakeWorker, edge: Edge, acme: Tenant, globex: Tenant) -> Iterator[FakeWorker]:
    worker.takes_calls_of = {acme.pk, globex.pk}
    with worker.answering():
        yield worker


def test_the_worker_of_the_company_makes_the_call(
    acme_user: Rest, acme: Tenant, ready: FakeWorker, edge: Edge
) -> None:
    answer = acme_user.post(PATH, {"caller": "101", "callee": "102"})
    assert answer.status == 201
    session_id = answer.body["session_id"]
    assert answer.body == {
        "session_id": session_id, "caller": "101", "callee": "102", "request_id": session_id,
    }  # fmt: skip
    assert edge.asked == [f"/worker/{acme.sip_domain}"]
    (command,) = ready.commands
    assert (command["worker"], command["tenant_id"]) == (WORKER, acme.pk)
    assert ready.told() == [
        {
            "command": "create",
            "session_id": session_id,
            "caller": "101",
            "callee": "102",
            "ring_timeout_s": 30,
            "is_auto_answered": False,
            "request_id": session_id,
        }
    ]
    assert AuditEntry.objects.filter(action="call.create", tenant=acme).count() == 1


def test_an_extension_calls_for_itself_and_for_members_it_may_change(
    alice: Rest, mallory: Rest, acme: Tenant, ready: FakeWorker
) -> None:
    assert alice.post(PATH, {"callee": "102", "request_id": "mine"}).body["request_id"] == "mine"
    assert alice.post(PATH, {"caller": "102", "callee": "101"}).status == 403
    with tenant_scope(acme):
        group = extension_group_create(name="Sales", managers_may_change=True)
        group_members_add(group=group, extensions=Extension.objects.filter(number="102"))
        group_members_add(group=group, extensions=Extension.objects.filter(number="101"), is_manager=True)
    assert alice.post(PATH, {"caller": "102", "callee": "101"}).status == 201
    assert mallory.post(PATH, {"caller": "102", "callee": "101"}).status == 403
    assert {(one["caller"], one["tenant_id"]) for one in ready.commands} == {
        ("101", acme.pk),
        ("102", acme.pk),
    }


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({"callee": "102"}, ("caller", "required")),
        ({"caller": "101"}, ("callee", "required")),
        ({"caller": "199", "callee": "102"}, ("caller", "does_not_exist")),
        ({"caller": "101", "callee": "bob@globex.example"}, ("callee", "invalid")),
        ({"caller": "101", "callee": "1\r\nX: y"}, ("callee", "invalid")),
        ({"caller": "101", "callee": "102", "ring_timeout_s": 500}, ("ring_timeout_s", "max_value")),
        ({"caller": "101", "callee": "102", "request_id": "a b"}, ("request_id", "invalid")),
    ],
)
def test_a_call_that_can_not_be_is_refused_by_field(
    acme_user: Rest, ready: FakeWorker, body: dict[str, Any], problem: tuple[str, str]
) -> None:
    answer = acme_user.post(PATH, body)
    assert (answer.status, answer.problems) == (400, {problem})
    assert ready.told() == []


def test_the_dialplans_no_is_told_in_its_words(acme_user: Rest, ready: FakeWorker) -> None:
    ready.answers["create"] = {
        "ok": False,
        "code": "call_refused",
        "message": "101 can't call 199: No such extension",
        "result": {"sip_code": 404},
    }
    answer = acme_user.post(PATH, {"caller": "101", "callee": "199"})
    assert (answer.status, answer.problems) == (409, {(None, "call_refused")})
    assert answer.body["errors"][0]["message"] == "101 can't call 199: No such extension"


def test_a_repeated_request_makes_one_call(acme_user: Rest, ready: FakeWorker) -> None:
    body = {"caller": "101", "callee": "102"}
    answers = [acme_user.post(PATH, body, **{"Idempotency-Key": "k1"}) for _ in range(3)]
    assert {answer.status for answer in answers} == {201}
    assert len({answer.body["session_id"] for answer in answers}) == 1
    assert len(ready.told()) == 1
    assert acme_user.post(PATH, {**body, "callee": "103"}, **{"Idempotency-Key": "k1"}).status == 422
    assert len({acme_user.post(PATH, body).body["session_id"] for _ in range(2)}) == 2


def test_a_call_that_may_have_been_made_keeps_its_name_when_it_is_asked_for_again(
    acme_user: Rest, acme: Tenant, worker: FakeWorker, edge: Edge
) -> None:
    """The worker was silent for too long, or died: it may have made the call all the same."""
    body, key = {"caller": "101", "callee": "102"}, {"Idempotency-Key": "k1"}
    assert acme_user.post(PATH, body, **key).status == 503
    worker.takes_calls_of = {acme.pk}
    with worker.answering():
        made = acme_user.post(PATH, body, **key)
        assert made.status == 201
        (command,) = worker.commands
        assert command["session_id"] == made.body["session_id"]


def test_a_call_that_was_made_by_a_worker_that_is_gone_is_not_made_again(
    acme_user: Rest, acme: Tenant, worker: FakeWorker, edge: Edge, monkeypatch: pytest.MonkeyPatch
) -> None:
    call_events_make(cdr_make(acme, "0" * 32), acme)

    class Named:
        hex = "0" * 32

    monkeypatch.setattr("callmanager.api.idempotency.uuid.uuid4", Named)
    with worker.answering():
        answer = acme_user.post(PATH, {"caller": "101", "callee": "102"}, **{"Idempotency-Key": "k"})
    assert (answer.status, worker.told()) == (201, [])


@pytest.mark.parametrize("status", [503, 500])
def test_without_a_worker_or_an_edge_no_call_is_made(
    acme_user: Rest, worker: FakeWorker, edge: Edge, status: int
) -> None:
    edge.status = status
    answer = acme_user.post(PATH, {"caller": "101", "callee": "102"})
    assert (answer.status, answer.problems) == (503, {(None, "unavailable")})
    with override_settings(PBX_EDGE_RPC_PORT=1):
        assert acme_user.post(PATH, {"caller": "101", "callee": "102"}).status == 503


MONITOR = "/api/call_sessions/monitor"


@pytest.fixture
def monitoring(acme: Tenant, globex: Tenant) -> None:
    for tenant in (acme, globex):
        with tenant_scope(tenant):
            dial_codes_set(is_monitoring_enabled=True)


@pytest.mark.parametrize(
    ("mode", "dialled"),
    [
        ({}, "888*102*1"),
        ({"mode": "whisper"}, "888*102*2"),
        ({"mode": "barge"}, "888*102*3"),
        ({"mode": "take_over"}, "888*102*4"),
    ],
)
def test_monitoring_rings_the_monitor_who_hears_what_the_code_would_give(
    acme_user: Rest, acme: Tenant, ready: FakeWorker, monitoring: None, mode: dict[str, str], dialled: str
) -> None:
    answer = acme_user.post(MONITOR, {"monitor": "101", "extension": "102", **mode})
    assert (answer.status, answer.body["monitor"], answer.body["extension"]) == (201, "101", "102")
    (command,) = ready.told()
    assert (command["command"], command["caller"], command["callee"]) == ("create", "101", dialled)
    assert command["session_id"] == answer.body["session_id"]
    assert AuditEntry.objects.filter(action="call.monitor", tenant=acme).count() == 1


def test_monitoring_goes_by_the_companys_own_number_and_only_where_it_is_on(
    acme_user: Rest, acme: Tenant, ready: FakeWorker
) -> None:
    body = {"monitor": "101", "extension": "102"}
    off = acme_user.post(MONITOR, body)
    assert (off.status, off.problems) == (409, {(None, "monitoring_off")})
    acme_user.patch("/api/dial_codes", {"is_monitoring_enabled": True, "codes": {"monitor": ["777"]}})
    assert acme_user.post(MONITOR, body).status == 201
    assert [one["callee"] for one in ready.told()] == ["777*102*1"]
    acme_user.patch("/api/dial_codes", {"codes": {"monitor": []}})
    assert acme_user.post(MONITOR, body).problems == {(None, "monitoring_off")}


def test_an_extension_monitors_with_its_own_telephone(
    alice: Rest, mallory: Rest, acme: Tenant, globex: Tenant, ready: FakeWorker, monitoring: None
) -> None:
    assert alice.post(MONITOR, {"extension": "102"}).body["monitor"] == "101"
    assert alice.post(MONITOR, {"monitor": "102", "extension": "103"}).status == 403
    assert mallory.post(MONITOR, {"extension": "102"}).status == 201
    assert [(one["caller"], one["tenant_id"]) for one in ready.commands] == [
        ("101", acme.pk),
        ("101", globex.pk),
    ]


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({"extension": "102"}, ("monitor", "required")),
        ({"monitor": "101"}, ("extension", "required")),
        ({"monitor": "199", "extension": "102"}, ("monitor", "does_not_exist")),
        ({"monitor": "101", "extension": "102*4"}, ("extension", "invalid")),
        ({"monitor": "101", "extension": "102", "mode": "shout"}, ("mode", "invalid_choice")),
    ],
)
def test_a_monitoring_that_can_not_be_is_refused_by_field(
    acme_user: Rest, ready: FakeWorker, monitoring: None, body: dict[str, Any], problem: tuple[str, str]
) -> None:
    answer = acme_user.post(MONITOR, body)
    assert (answer.status, answer.problems) == (400, {problem})
    assert ready.told() == []
