"""Calling somebody who left a message: rung as any call of the owner, and back to the messages if nobody answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from callmanager.domain.call_events import CallEventKind
from callmanager.domain.decisions import CheckMessages
from callmanager.domain.incoming_call import IncomingCall
from callmanager.domain.mailbox import Mailbox, StoredMessage
from callmanager.domain.outcome import CallStatus
from callmanager.domain.ringing_tone import COMMON
from sipworker.call.actions import (
    Action,
    AnswerLeg,
    BridgeLegs,
    CancelLeg,
    DialLeg,
    EmitEvent,
    EndCall,
    FindContacts,
    HangUpLeg,
    PlayFiles,
    PlayRinging,
    StopRinging,
)
from sipworker.call.context import CallContext
from sipworker.call.session import CallSession
from sipworker.call.signals import (
    ContactsFound,
    DigitPressed,
    LegAnswered,
    LegFailed,
    LegHungUp,
    LegRinging,
    MessagesFound,
    Signal,
)
from sipworker.features import feature_for
from tests.cast import ACME, ACME_DOMAIN, ALICE, BOB, BOBS_DESK, alice_calls

ALICE_LEG = "alice"


class Heard:
    """Alice hears a message and wants to call back."""

    def __init__(self, caller: str) -> None:
        call = IncomingCall(ALICE, ACME_DOMAIN, "999", ACME_DOMAIN)
        context = CallContext(
            "s1", alice_calls("999"), ACME, call=call, at=datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
        )
        decision = CheckMessages(ALICE, Mailbox(is_pin_asked=False))
        self.session = CallSession(context, feature_for(decision, context))
        self.session.start()
        message = StoredMessage(1, caller, 1772456700.0, 4.0, "stored:one", is_new=False)
        self.hear(MessagesFound((message,)))

    def hear(self, *signals: Signal) -> list[Action]:
        return [action for signal in signals for action in self.session.handle(signal)]

    def press(self, digits: str) -> list[Action]:
        return self.hear(*(DigitPressed(ALICE_LEG, digit, 100) for digit in digits))


def said(actions: list[Action]) -> list[str]:
    sounds = [sound for one in actions if isinstance(one, PlayFiles) for sound in one.sounds]
    return [sound.removeprefix("prompt:en/") for sound in sounds]


@pytest.fixture
def ringing() -> Heard:
    """Bob's desk phone rings."""
    call = Heard(BOB)
    assert FindContacts(BOB, ACME_DOMAIN) in [
        replace(one, asks_busy=False) if isinstance(one, FindContacts) else one for one in call.press("32")
    ]
    dialled = call.hear(ContactsFound(BOB, (BOBS_DESK,)))
    assert [one.number for one in dialled if isinstance(one, DialLeg)] == [BOB]
    assert PlayRinging(ALICE_LEG, COMMON) in call.hear(LegRinging("s1-1", 180, False))
    return call


def test_who_answers_talks_to_the_owner(ringing: Heard) -> None:
    actions = ringing.hear(LegAnswered("s1-1"))
    assert StopRinging(ALICE_LEG, COMMON) in actions
    assert BridgeLegs(ALICE_LEG, "s1-1") in actions
    assert not any(isinstance(one, AnswerLeg) for one in actions)
    actions = ringing.hear(LegHungUp("s1-1", False, 200, ""))
    assert HangUpLeg(ALICE_LEG, "Callee hangup") in actions
    assert isinstance(actions[-1], EndCall)


def test_who_does_not_answer_leaves_the_owner_with_the_messages(ringing: Heard) -> None:
    actions = ringing.hear(LegFailed("s1-1", 486, "Busy Here"))
    assert StopRinging(ALICE_LEG, COMMON) in actions
    assert not any(isinstance(one, EndCall) for one in actions)
    assert said(actions)[0] == "vm-nobodyavail"
    assert said(ringing.press("7"))[0] == "vm-deleted"


def test_star_ends_the_ringing_and_goes_back(ringing: Heard) -> None:
    actions = ringing.press("*")
    assert [one.leg for one in actions if isinstance(one, CancelLeg)] == ["s1-1"]
    assert said(actions)[0] == "vm-prev"
    ringing.hear(LegFailed("s1-1", 487, "Cancelled"))
    assert said(ringing.press("5"))


def test_the_owner_may_hang_up_while_it_rings(ringing: Heard) -> None:
    actions = ringing.hear(LegHungUp(ALICE_LEG, False, 200, ""))
    assert [one.leg for one in actions if isinstance(one, CancelLeg)] == ["s1-1"]
    (end,) = (one for one in actions if isinstance(one, EndCall))
    assert end.outcome.status is CallStatus.ANSWERED


@pytest.mark.parametrize(
    ("caller", "answer"),
    [("anonymous", "vm-nonumber"), ("+493055", "vm-nobodyavail"), ("777", "vm-nobodyavail")],
    ids=["a caller who hides", "a number outside without the right", "nobody"],
)
def test_who_cannot_be_called_is_not(caller: str, answer: str) -> None:
    call = Heard(caller)
    actions = call.press("32")
    assert said(actions)[-1] != ""
    assert answer in said(actions)
    assert not any(isinstance(one, FindContacts) for one in actions)


def test_a_call_back_is_told() -> None:
    call = Heard(BOB)
    events = [one for one in call.press("32") if isinstance(one, EmitEvent)]
    (told,) = (dict(one.data) for one in events if one.kind is CallEventKind.VOICEMAIL_CHANGED)
    assert told == {"mailbox": ALICE, "message_id": 1, "change": "called_back", "to": BOB}
