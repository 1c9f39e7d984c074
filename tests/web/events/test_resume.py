"""A client that was away says what it had last, and is told what it missed: all of it, once, and in order."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from callmanager.domain.live_channel import HISTORY_EVENTS, history_of
from tenants.models import Tenant
from tests.web.calls import FakeWorker
from tests.web.events.client import EventClient
from tests.web.events.conftest import Connect
from tests.web.events.test_socket import ACME, ALICE, CALLS, MALLORY, OK, ROOT, subscribed

pytestmark = pytest.mark.django_db


def resume(client: EventClient, login: dict[str, str], event_id: str, **request: Any) -> dict[str, Any]:
    assert client.command(**login) == OK
    wanted = {"topics": [CALLS], **request}
    return client.command(command="subscribe", last_event_id=event_id, **wanted)


def last_heard(connect: Connect, worker: FakeWorker, tenant: Tenant) -> str:
    """The id of an event that a client had before it went away."""
    client = subscribed(connect(), ACME)
    worker.publish(tenant, "call_start", 0, session_id="before")
    event_id = str(client.read()["event_id"])
    assert event_id
    return event_id


def test_what_was_missed_is_told_first_and_then_life_goes_on(
    connect: Connect, worker: FakeWorker, acme: Tenant
) -> None:
    event_id = last_heard(connect, worker, acme)
    for number in range(700):  # more than one page of the history
        worker.publish(acme, "call_start", 0, session_id=f"missed-{number}")
    client = connect()
    assert resume(client, ACME, event_id) == {"status": 0, "resumed": True}
    heard = [client.read() for _ in range(700)]
    assert [one["session_id"] for one in heard] == [f"missed-{number}" for number in range(700)]
    assert [one["number"] for one in heard] == [str(number) for number in range(1, 701)]
    resumed = client.read()
    assert (resumed["topic"], resumed["key"], resumed["events"]) == ("control", "resumed", "700")
    worker.publish(acme, "call_ended", 1, session_id="now")
    assert client.read()["session_id"] == "now"


def test_what_happens_while_the_past_is_told_comes_after_it_and_once(
    connect: Connect, worker: FakeWorker, acme: Tenant
) -> None:
    event_id = last_heard(connect, worker, acme)
    stop = threading.Event()
    published: list[str] = []

    def go_on() -> None:
        while not stop.is_set():
            published.append(f"call-{len(published)}")
            worker.publish(acme, "call_start", 0, session_id=published[-1])

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        while len(published) < 300:
            threading.Event().wait(0.01)
        client = connect()
        assert resume(client, ACME, event_id)["resumed"] is True
        heard: list[str] = []
        while len(heard) < 600:
            message = client.read()
            if message["topic"] != "control":
                heard.append(message["session_id"])
    finally:
        stop.set()
        thread.join()
    assert heard == published[: len(heard)]


def test_only_what_one_may_hear_and_asked_for_is_told(
    connect: Connect, worker: FakeWorker, acme: Tenant, globex: Tenant
) -> None:
    event_id = last_heard(connect, worker, acme)
    worker.publish(acme, "call_start", 0, session_id="others", caller="102", callee="103")
    worker.publish(acme, "call_hold", 0, session_id="not asked for")
    worker.publish(acme, "call_start", 0, session_id="own", caller="101", callee="103")
    alice = connect()
    assert resume(alice, ALICE, event_id)["resumed"] is True
    assert [alice.read().get("session_id"), alice.read()["key"]] == ["own", "resumed"]
    for login in (MALLORY, {**ACME, "name": "globex"}):
        stranger = connect()
        # Acme's id means nothing in the history of Globex.
        assert resume(stranger, login, event_id) == {"status": 0, "resumed": False, "reason": "gap_too_large"}
        assert stranger.read()["key"] == "resync"
        assert stranger.is_silent()


def test_a_gap_that_is_too_large_is_said_so(connect: Connect, worker: FakeWorker, acme: Tenant) -> None:
    event_id = last_heard(connect, worker, acme)
    worker.publish(acme, "call_start", 0, session_id="missed")
    worker.redis.xtrim(history_of(acme.pk), maxlen=1, approximate=False)
    client = connect()
    assert resume(client, ACME, event_id) == {"status": 0, "resumed": False, "reason": "gap_too_large"}
    assert client.read()["reason"] == "gap_too_large"
    worker.publish(acme, "call_start", 0, session_id="now")
    assert client.read()["session_id"] == "now"


def test_history_is_bounded_and_ends(worker: FakeWorker, acme: Tenant) -> None:
    for _ in range(HISTORY_EVENTS + 500):
        worker.publish(acme, "call_start", 0, session_id="s")
    # Redis trims whole nodes of a hundred entries.
    assert HISTORY_EVENTS <= worker.redis.xlen(history_of(acme.pk)) < HISTORY_EVENTS + 200
    assert 0 < worker.redis.ttl(history_of(acme.pk)) <= 900


def test_a_second_topic_is_resumed_without_repeating_the_first(
    connect: Connect, worker: FakeWorker, acme: Tenant
) -> None:
    event_id = last_heard(connect, worker, acme)
    worker.publish(acme, "call_start", 0, session_id="call")
    worker.publish(acme, "call_cdr", 0, session_id="record")
    client = connect()
    resume(client, ACME, event_id)
    assert [client.read().get("session_id"), client.read()["key"]] == ["call", "resumed"]
    again = client.command(command="subscribe", topics=[{"topic": "cdr_events"}], last_event_id=event_id)
    assert again["resumed"] is True
    assert [client.read().get("session_id"), client.read()["key"]] == ["record", "resumed"]


def test_an_administrator_resumes_a_tenant_and_not_the_fleets_figures(
    connect: Connect, worker: FakeWorker, acme: Tenant
) -> None:
    event_id = last_heard(connect, worker, acme)
    worker.publish(acme, "call_start", 0, session_id="missed")
    root = connect()
    assert resume(root, ROOT, event_id, tenant="acme")["resumed"] is True
    assert root.read()["session_id"] == "missed"
    assert root.read()["key"] == "resumed"
    figures = root.command(
        command="subscribe", topics=[{"topic": "fleet_events"}], last_event_id="1700000000000-0"
    )
    assert figures["resumed"] is False


@pytest.mark.parametrize("event_id", ["x", 7, "1-2-3"])
def test_nonsense_is_refused_and_changes_nothing(
    connect: Connect, worker: FakeWorker, acme: Tenant, event_id: object
) -> None:
    client = connect()
    assert client.command(**ACME) == OK
    answer = client.command(command="subscribe", topics=[CALLS], last_event_id=event_id)
    assert answer == {"error": "last_event_id is not the id of an event", "status": -1}
    worker.publish(acme, "call_start", 0, session_id="s1")
    assert client.is_silent()
