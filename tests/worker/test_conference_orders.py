"""What people of the company do to a room from the web: look, lock, mute, send out, end, and call somebody in."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from callmanager.domain.call_events import CallEventKind
from callmanager.domain.conference import ConferenceRoom
from callmanager.domain.conference_events import ConferenceFeed
from callmanager.domain.forwarding import PresenceStatus
from callmanager.domain.outcome import CallStatus, EndedBy
from sipworker.call.actions import DialLeg, DialTrunk
from sipworker.call.signals import LegAnswered, LegFailed, LegHungUp, LegRinging
from tests.cast import ACME, ACME_ID, BOB, GLOBEX_ID
from tests.fakes import WorkerInMemory
from tests.worker.test_conferences import (
    ADMIN_PIN,
    NUMBER,
    ROOM_PIN,
    both_ways,
    enter,
    hosted,
    is_out,
    said,
    wires,
    worker_with,
)
from tests.worker.trunk_cast import ACME_OUTSIDE
from tests.worker.trunk_cast import NUMBER as OUTSIDE

HOST, A, B = "s1", "s2", "s3"


def order(worker: WorkerInMemory, session: str, what: str, *, is_on: bool = True) -> dict[str, Any]:
    reply = worker.command("conference", ACME_ID, session, order=what, is_on=is_on)
    assert reply.ok, reply
    return dict(reply.result)


def test_a_look_tells_who_is_in_and_changes_nothing() -> None:
    worker = hosted()
    shown = order(worker, A, "look")
    assert [one["session_id"] for one in shown["participants"]] == [HOST, A, B]
    assert [one["is_admin"] for one in shown["participants"]] == [True, False, False]
    assert (shown["is_locked"], shown["is_muted"]) == (False, False)
    assert shown["participants"][0]["joined_at"] == worker.clock.now().timestamp()
    assert wires(worker) == both_ways("host", "a", "b")


def test_the_room_is_locked_once_and_opened_again() -> None:
    worker = hosted()
    assert order(worker, A, "lock")["is_locked"] is True
    assert order(worker, A, "lock")["is_locked"] is True
    assert said(worker, "a").count("conf-lockednow") == 1
    enter(worker, "c", keys=f"{ROOM_PIN}#")
    assert is_out(worker, "c")
    assert order(worker, A, "lock", is_on=False)["is_locked"] is False
    enter(worker, "d", keys=f"{ROOM_PIN}#")
    assert wires(worker) == both_ways("host", "a", "b", "d")


def test_one_is_muted_and_heard_again() -> None:
    worker = hosted()
    shown = order(worker, A, "mute")
    assert [one["is_muted"] for one in shown["participants"]] == [False, True, False]
    assert wires(worker) == both_ways("host", "a", "b") - {("host", "a"), ("b", "a")}
    order(worker, A, "mute", is_on=False)
    assert wires(worker) == both_ways("host", "a", "b")


def test_the_room_is_muted_and_heard_again() -> None:
    worker = hosted()
    assert order(worker, A, "mute_all")["is_muted"] is True
    assert wires(worker) == set()
    order(worker, A, "mute_all", is_on=False)
    assert wires(worker) == both_ways("host", "a", "b")


def test_also_a_host_is_sent_out() -> None:
    worker = hosted()
    shown = order(worker, HOST, "kick")
    assert [one["session_id"] for one in shown["participants"]] == [A, B]
    assert said(worker, "host")[-1] == "conf-kicked"
    assert is_out(worker, "host")
    assert wires(worker) == both_ways("a", "b")


def test_the_conference_is_ended_for_all() -> None:
    worker = hosted()
    assert order(worker, B, "end")["participants"] == []
    assert all(is_out(worker, leg) for leg in ("host", "a", "b"))


def test_somebody_at_the_door_is_in_no_room() -> None:
    worker = worker_with(room_pin_token=ROOM_PIN)
    enter(worker, "a")
    reply = worker.command("conference", ACME_ID, "s1", order="lock")
    assert (reply.ok, reply.code) == (False, "wrong_state")


def test_a_strangers_order_finds_no_call() -> None:
    worker = hosted()
    assert worker.command("conference", GLOBEX_ID, A, order="kick").code == "not_found"
    assert wires(worker) == both_ways("host", "a", "b")


@pytest.mark.parametrize("arguments", [{}, {"order": "dance"}, {"order": "lock", "is_on": "maybe"}])
def test_an_order_that_can_not_be_read_is_refused(arguments: dict[str, Any]) -> None:
    worker = hosted()
    assert not worker.command("conference", ACME_ID, A, **arguments).ok


def invite(worker: WorkerInMemory, number: str, name: str = "i1", **more: Any) -> Any:
    return worker.command("conference_invite", ACME_ID, name, room=NUMBER, number=number, **more)


def test_whoever_the_room_calls_is_in_without_a_pin() -> None:
    worker = worker_with(room_pin_token=ROOM_PIN, admin_pin_token=ADMIN_PIN)
    enter(worker, "a", keys=f"{ROOM_PIN}#")
    reply = invite(worker, BOB)
    assert (reply.ok, reply.result) == (True, {"session_id": "i1"})
    rung = [one for one in worker.sip.actions if isinstance(one, DialLeg)]
    assert {(one.caller, one.caller_display_name) for one in rung} == {(NUMBER, "Sales conference")}
    desk, mobile = (one.leg for one in rung)
    worker.hear(LegAnswered(desk, "PCMU", "Desk phone"))
    assert wires(worker) == both_ways("a", desk)
    worker.hear(LegFailed(mobile, 487, "Cancelled"))
    shown = order(worker, "i1", "look")
    assert [one["number"] for one in shown["participants"]] == ["101", BOB]
    worker.hear(LegHungUp(desk, False, 200, ""))
    assert wires(worker) == set()
    cdr = worker.cdr("i1")
    assert (cdr.status, cdr.caller, cdr.callee, cdr.answered_number) == (
        CallStatus.ANSWERED,
        NUMBER,
        BOB,
        BOB,
    )


def test_an_invitation_is_made_once() -> None:
    worker = worker_with()
    assert invite(worker, BOB).ok
    rung = len(worker.dialled_legs())
    assert invite(worker, BOB).ok
    assert len(worker.dialled_legs()) == rung


def test_who_does_not_answer_is_not_in_and_rings_no_longer() -> None:
    worker = worker_with()
    invite(worker, BOB, ring_timeout_s=10)
    worker.wait(10)
    assert worker.cdr("i1").status is CallStatus.NO_ANSWER
    assert CallEventKind.CONFERENCE_JOINED not in worker.events.kinds("i1")


def test_subscribers_hear_of_whom_the_room_calls() -> None:
    worker = worker_with()
    enter(worker, "a")
    invite(worker, BOB)
    desk, mobile = worker.dialled_legs()
    worker.hear(LegRinging(desk, 180, False))
    worker.hear(LegFailed(mobile, 404, "Not found"), LegFailed(desk, 486, "Busy here"))
    feed = ConferenceFeed()
    messages = [message for one in worker.events.events if (message := feed.message(one)) is not None]
    told = [message["data"] for message in messages if isinstance(message["data"], dict)]
    assert [(one["status"], one["participant"]) for one in told] == [
        ("started", ""),
        ("joined", "101"),
        ("calling", BOB),
        ("ringing", BOB),
        ("not_reached", BOB),
    ]
    assert told[-1]["outcome"] == "busy"
    assert [message["extensions"] for message in messages[2:]] == [[BOB]] * 3


def test_a_full_room_says_so_to_whom_it_has_called() -> None:
    worker = worker_with(max_participants=1)
    enter(worker, "a")
    invite(worker, BOB)
    desk = worker.dialled_legs()[0]
    worker.hear(LegAnswered(desk, "PCMU", "Desk phone"))
    assert said(worker, desk) == ["conf-full"]
    assert is_out(worker, desk)


def test_who_does_not_want_to_be_disturbed_is_not_called() -> None:
    worker = worker_with()
    bob = ACME.find_extension(BOB)
    assert bob is not None
    quiet = replace(bob, status=PresenceStatus.DO_NOT_DISTURB)
    acme = worker.snapshots.find(ACME_ID)
    assert acme is not None
    others = tuple(one for one in acme.extensions if one.number != BOB)
    worker.snapshots.put(ACME_ID, replace(acme, extensions=(*others, quiet)))
    reply = invite(worker, BOB)
    assert (reply.ok, reply.code, reply.result) == (False, "call_refused", {"sip_code": 486})
    assert worker.dialled_legs() == []


@pytest.mark.parametrize("room", ["9001", "102"])
def test_a_room_that_is_not_there_calls_nobody(room: str) -> None:
    worker = worker_with()
    reply = worker.command("conference_invite", ACME_ID, "i1", room=room, number=BOB)
    assert (reply.ok, reply.code) == (False, "no_such_room")


def test_a_number_without_a_route_is_refused() -> None:
    worker = worker_with()
    assert invite(worker, "0791234567").code == "call_refused"
    assert not any(isinstance(one, DialTrunk) for one in worker.sip.actions)


def test_a_number_outside_is_called_with_the_rooms_caller_id_and_over_the_next_trunk() -> None:
    worker = WorkerInMemory(capacity=500)
    room = ConferenceRoom(1, NUMBER, "Sales conference", outbound_caller_id="+49305550100")
    worker.snapshots.put(ACME_ID, replace(ACME_OUTSIDE, conferences=(room,)))
    enter(worker, "a")
    assert invite(worker, OUTSIDE).ok
    worker.hear(LegFailed(dialled_outside(worker)[-1].leg, 503, "Trunk Down"))
    first, second = dialled_outside(worker)
    assert (first.headers.from_user, second.headers.from_user) == ("+49305550100", "+49305550100")
    worker.hear(LegAnswered(second.leg))
    assert wires(worker) == both_ways("a", second.leg)
    # What is changed meanwhile ends no conference.
    worker.snapshots.put(ACME_ID, replace(ACME_OUTSIDE, conferences=(room,), config_rev=99))
    worker.wait(0)
    worker.hear(LegHungUp(second.leg, False, 200, ""))
    cdr = worker.cdr("i1")
    assert (cdr.status, cdr.direction, cdr.ended_by) == (CallStatus.ANSWERED, "out", EndedBy.CALLEE)


def test_no_room_calls_an_ambulance() -> None:
    worker = WorkerInMemory()
    emergency = replace(ACME_OUTSIDE, conferences=(ConferenceRoom(1, NUMBER, "Sales"),))
    worker.snapshots.put(ACME_ID, emergency)
    assert invite(worker, "112").code == "call_refused"
    assert dialled_outside(worker) == []


def dialled_outside(worker: WorkerInMemory) -> list[DialTrunk]:
    return [one for one in worker.sip.actions if isinstance(one, DialTrunk)]
