"""Codes that change one's own status and forwarding: dialled on a phone, seen by everybody else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.live.system.event_socket import EventSocket
from tests.live.system.running_system import RunningSystem
from tests.live.system.watcher import Watcher, presence
from tests.phones.phone import Phone
from tests.phones.rest import RestClient
from tests.phones.waiting import PATIENCE_S, until


@pytest.fixture
def alices(rest: RestClient) -> Iterator[str]:
    """The address of Alice's extension, which is as before afterwards."""
    path = f"/extensions/{rest.rows('/extensions', search='101')[0]['id']}"
    yield path
    rest.patch(path, {"status": "available", "forwards": []})


def dial(phone: Phone, code: str) -> None:
    """It is answered, and over by itself once the words are said."""
    phone.dial(code).wait_confirmed(10).wait_over(20)


def forwards(rest: RestClient, path: str) -> set[tuple[str, str]]:
    rows: list[dict[str, Any]] = rest.get(path)["forwards"]
    return {(row["when"], row["destination"]["target"]) for row in rows}


def test_do_not_disturb_is_dialled_and_seen(
    alice: Phone, rest: RestClient, alices: str, events: EventSocket, system: RunningSystem
) -> None:
    watcher = Watcher(system, "demo", "103")
    try:
        assert watcher.watch("101", "presence") in (200, 202)
        dial(alice, "*78")
        until(lambda: rest.get(alices)["status"] == "do_not_disturb", PATIENCE_S, "REST says so")
        until(
            lambda: any(event.get("status") == "do_not_disturb" for event in list(events.events)),
            PATIENCE_S,
            "the event socket says so",
        )
        watcher.until("DND", lambda notify: presence(notify.body)[1] == "Do not disturb", PATIENCE_S)
        dial(alice, "*79")
        until(lambda: rest.get(alices)["status"] == "available", PATIENCE_S, "REST says so again")
        watcher.until("available", lambda notify: presence(notify.body)[1] == "Available", PATIENCE_S)
    finally:
        watcher.close()


def test_calls_go_where_they_were_sent_by_dialling(
    alice: Phone, bob: Phone, carol: Phone, rest: RestClient, alices: str
) -> None:
    dial(alice, "*72103")
    until(lambda: forwards(rest, alices) == {("always", "103")}, PATIENCE_S, "the forwarding is set")
    carol.on_incoming(provisional=180, final=200)
    until(lambda: _answered_by(bob, rest) == "103", PATIENCE_S, "Carol answers for Alice")
    dial(alice, "*73")
    until(lambda: forwards(rest, alices) == set(), PATIENCE_S, "the forwarding is gone")


def test_to_oneself_nothing_is_forwarded(alice: Phone, rest: RestClient, alices: str) -> None:
    alice.dial("*72101").wait_over(10)
    assert forwards(rest, alices) == set()


def _answered_by(caller: Phone, rest: RestClient) -> str:
    """Workers hear of the change a moment after REST."""
    call = caller.dial("101")
    until(lambda: call.is_confirmed or call.is_over or call.state == "early", 10, "somebody is reached")
    if not call.is_confirmed:
        call.hang_up()
        return ""
    call.hang_up()
    return str(rest.wait_cdr(call.sip_call_id)["answered_number"])
