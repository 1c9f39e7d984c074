"""A leg moves from one call into another on the same worker: with what is kept of it, within one tenant."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from callmanager.domain.decisions import RingExtension
from sipworker.call.actions import Action, IsolateLeg
from sipworker.call.context import CallContext
from sipworker.call.other_calls import (
    CallsFound,
    FindCalls,
    JoinReason,
    MoveLeg,
    MoveRefused,
    PartyJoined,
    PartyLeft,
    Standing,
)
from sipworker.call.session import CallSession
from sipworker.call.signals import ContactsFound, InviteReceived, LegAnswered, LegHeld
from sipworker.features import feature_for
from sipworker.runtime.events import CallJournal
from sipworker.runtime.moves import Moves
from sipworker.runtime.registry import LiveCall, Registry
from sipworker.runtime.runner import Inbox
from tests.cast import ACME, ACME_DOMAIN, BOB, BOBS_DESK, alice_calls, mallory_calls
from tests.fakes import A_CLEAN_CALL, FakeClock, FakeSip, RecordedEvents


@dataclass
class Floor:
    """Calls on one worker, without its loop."""

    sip: FakeSip
    registry: Registry
    moves: Moves

    def call(self, session_id: str, invite: InviteReceived, *, is_answered: bool = True) -> LiveCall:
        context = CallContext(session_id, invite, ACME)
        session = CallSession(context, feature_for(RingExtension(BOB, "Bob", 20), context))
        call = LiveCall(context, session, CallJournal(context, RecordedEvents(), FakeClock(), "worker-0"))
        self.registry.add(call)
        actions: list[Action] = [*session.start(), *session.handle(ContactsFound(BOB, (BOBS_DESK,)))]
        self.registry.add_leg(call, f"{session_id}-1")
        if is_answered:
            actions += session.handle(LegAnswered(f"{session_id}-1"))
        return call


@pytest.fixture
def floor() -> Floor:
    registry, sip = Registry(), FakeSip(Inbox())
    return Floor(sip, registry, Moves(sip, registry))


def test_a_leg_moves_and_both_calls_hear_of_it(floor: Floor) -> None:
    first, second = floor.call("s1", alice_calls(BOB)), floor.call("s2", alice_calls(BOB, leg="alice2"))
    floor.sip.media["s2-1"] = A_CLEAN_CALL
    (left_by, left), (joined_by, joined) = floor.moves.perform(
        first, MoveLeg("s2-1", "s1", JoinReason.TRANSFER, in_place_of="s1-1")
    )
    assert left_by is second
    assert joined_by is first
    assert isinstance(left, PartyLeft)
    assert left.to_session == "s1"
    assert isinstance(joined, PartyJoined)
    assert joined.from_session == "s2"
    assert joined.party.number == BOB
    assert floor.registry.find_by_leg("s2-1") is first
    assert ("s2-1" in first.legs, "s2-1" in second.legs) == (True, False)
    assert second.media["s2-1"] == A_CLEAN_CALL
    assert IsolateLeg("s2-1") in floor.sip.actions
    floor.registry.remove(second)
    assert floor.registry.find_by_leg("s2-1") is first


def test_a_newcomer_who_holds_says_so(floor: Floor) -> None:
    first, second = floor.call("s1", alice_calls(BOB)), floor.call("s2", alice_calls(BOB, leg="alice2"))
    second.session.handle(LegHeld("s2-1"))
    _, (_, joined) = floor.moves.perform(first, MoveLeg("s2-1", "s1", JoinReason.PICKUP))
    assert isinstance(joined, PartyJoined)
    assert joined.is_held


@pytest.mark.parametrize("case", ["a stranger's call", "a leg that rings", "its own call", "no such leg"])
def test_what_cant_be_moved_is_refused_and_nothing_changes(floor: Floor, case: str) -> None:
    first = floor.call("s1", alice_calls(BOB))
    floor.call("s2", mallory_calls(BOB, ACME_DOMAIN))
    floor.call("s3", alice_calls(BOB, leg="alice3"), is_answered=False)
    leg = {"a stranger's call": "s2-1", "a leg that rings": "s3-1", "its own call": "s1-1"}.get(case, "x")
    told = floor.moves.perform(first, MoveLeg(leg, "s1", JoinReason.TRANSFER, in_place_of="s1-1"))
    assert told == ((first, MoveRefused(leg)),)
    assert floor.sip.actions == []


def test_calls_are_found_by_extension_and_strangers_calls_are_not(floor: Floor) -> None:
    seeker = floor.call("s1", alice_calls(BOB, leg="seeker"))
    ringing = floor.call("s2", alice_calls(BOB, leg="alice2"), is_answered=False)
    held = floor.call("s3", alice_calls(BOB, leg="alice3"))
    floor.call("s4", mallory_calls(BOB, ACME_DOMAIN))
    held.session.handle(LegHeld("s3-1"))
    found = floor.moves.find(seeker, FindCalls((BOB,)))
    assert isinstance(found, CallsFound)
    assert [(one.session_id, one.leg, one.standing, one.other) for one in found.calls] == [
        (ringing.context.session_id, "s2-1", Standing.RINGING, "101"),
        (held.context.session_id, "s3-1", Standing.HOLDING, "101"),
    ]
