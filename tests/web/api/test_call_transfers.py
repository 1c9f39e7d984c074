"""Transfers by REST, by the call or by the extension that transfers: what the worker is told, and who may."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tenants.models import Tenant
from tests.web.api.conftest import Rest
from tests.web.calls import FakeWorker

REFER, ATTENDED = "/api/extensions/refer", "/api/extensions/attended_refer"


@pytest.fixture
def calls(acme: Tenant, worker: FakeWorker) -> Iterator[FakeWorker]:
    """Alice holds Bob in `held` and talks with 103 in `asked`; somebody outside talks with 103 in `outside`."""
    worker.begin_call(acme, "held", started_at=1_700_000_000.0, held_by=["caller"], state="held")
    worker.begin_call(acme, "asked", callee="103", answered_number="103", answered_by="extension")
    worker.begin_call(
        acme,
        "outside",
        caller="4930123",
        direction="in",
        callee="103",
        answered_number="103",
        answered_by="extension",
    )
    with worker.answering():
        yield worker


def test_a_call_is_transferred_to_a_number(acme_user: Rest, calls: FakeWorker) -> None:
    body = {"side": "callee", "refer_to": "104"}
    answer = acme_user.post("/api/call_sessions/asked/refer", body)
    assert (answer.status, answer.body) == (200, {"session_id": "asked", "side": "callee"})
    by_number = acme_user.post(REFER, {"extension_number": "101", "session_id": "asked", "refer_to": "104"})
    assert by_number.body == {"session_id": "asked", "side": "caller"}
    assert [(one["command"], one["extension"], one["target"]) for one in calls.told()] == [
        ("transfer", "103", "104"),
        ("transfer", "101", "104"),
    ]


def test_two_calls_of_an_extension_become_one(acme_user: Rest, alice: Rest, calls: FakeWorker) -> None:
    for rest in (acme_user, alice):
        answer = rest.post(ATTENDED, {"extension_number": "101"})
        assert (answer.status, answer.body) == (200, {"session_id": "held", "side": "caller"})
    named = alice.post("/api/call_sessions/asked/attended_refer", {"refer_to_session_id": "held"})
    assert named.body == {"session_id": "asked", "side": "caller"}
    assert [(one["session_id"], one["extension"], one["to_session"]) for one in calls.told()] == [
        ("held", "101", "asked"),
        ("held", "101", "asked"),
        ("asked", "101", "held"),
    ]


def test_what_is_not_clear_is_asked_for(acme_user: Rest, acme: Tenant, calls: FakeWorker) -> None:
    several = acme_user.post(REFER, {"extension_number": "101", "refer_to": "104"})
    assert (several.status, several.problems) == (409, {(None, "several_calls")})
    alone = acme_user.post(ATTENDED, {"extension_number": "102"})
    assert (alone.status, alone.problems) == (409, {(None, "no_other_call")})
    outside = acme_user.post("/api/call_sessions/outside/refer", {"side": "caller", "refer_to": "104"})
    assert (outside.status, outside.problems) == (409, {(None, "no_extension")})
    bad = acme_user.post(REFER, {"extension_number": "101", "refer_to": "sip:x@y"})
    assert (bad.status, bad.problems) == (400, {("refer_to", "invalid")})
    assert calls.told() == []


def test_strangers_transfer_nothing(globex_user: Rest, mallory: Rest, alice: Rest, calls: FakeWorker) -> None:
    body = {"side": "caller", "refer_to": "104", "refer_to_session_id": "asked"}
    for stranger in (globex_user, mallory):
        assert stranger.post("/api/call_sessions/held/refer", body).status == 404
        assert stranger.post("/api/call_sessions/held/attended_refer", body).status == 404
        assert stranger.post(REFER, {"extension_number": "101", "refer_to": "104"}).status == 404
        assert stranger.post(ATTENDED, {"extension_number": "101"}).status == 404
    assert alice.post("/api/call_sessions/outside/refer", body).status == 404
    assert alice.post("/api/call_sessions/asked/refer", {**body, "side": "callee"}).status == 403
    assert calls.told() == []
