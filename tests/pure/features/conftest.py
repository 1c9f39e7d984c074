"""A call played to its session alone: signals in, actions out."""

from __future__ import annotations

from typing import TypeVar

import pytest

from callmanager.domain.decisions import RingExtension
from sipworker.call.actions import Action, EmitEvent, EndCall
from sipworker.call.context import CallContext
from sipworker.call.session import CallSession
from sipworker.call.signals import ContactsFound, LegAnswered, Signal
from sipworker.features import feature_for
from tests.cast import ACME, BOB, BOBS_DESK, BOBS_MOBILE, alice_calls

Kind = TypeVar("Kind", bound=Action)


class Call:
    """Alice calls Bob; his phones are the legs s1-1 and s1-2."""

    def __init__(self) -> None:
        context = CallContext("s1", alice_calls(BOB), ACME)
        self.session = CallSession(context, feature_for(RingExtension(BOB, "Bob", 20), context))
        self.log: list[Action] = list(self.session.start())

    def hear(self, *signals: Signal) -> list[Action]:
        """What came of these, events left out."""
        heard: list[Action] = []
        for signal in signals:
            heard += self.session.handle(signal)
        self.log += heard
        return [action for action in heard if not isinstance(action, EmitEvent)]

    def of(self, kind: type[Kind]) -> list[Kind]:
        return [action for action in self.log if isinstance(action, kind)]

    @property
    def end(self) -> EndCall:
        (end,) = self.of(EndCall)
        return end


@pytest.fixture
def call() -> Call:
    return Call()


@pytest.fixture
def ringing(call: Call) -> Call:
    """Both phones were dialled, none has answered the INVITE yet."""
    call.hear(ContactsFound(BOB, (BOBS_DESK, BOBS_MOBILE)))
    return call


@pytest.fixture
def talking(ringing: Call) -> Call:
    """Bob took the call at his desk."""
    ringing.hear(LegAnswered("s1-1"))
    return ringing
