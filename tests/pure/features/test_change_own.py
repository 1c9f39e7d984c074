"""A code of the caller's own settings: told, said, and over; also for who does not wait."""

from __future__ import annotations

from callmanager.domain.call_events import CallEventKind
from callmanager.domain.decisions import ChangeOwn
from callmanager.domain.destination import Destination, DestinationKind
from callmanager.domain.dial_features import DialKind
from sipworker.call.actions import AnswerLeg, EndCall
from tests.cast import ALICE, BOB
from tests.pure.features.mailboxes import CALLER, MailboxCall


def test_a_change_is_told_said_and_the_call_is_over() -> None:
    call = MailboxCall(
        ChangeOwn(ALICE, DialKind.FORWARD_ALWAYS_ON, Destination(DestinationKind.EXTENSION, BOB))
    )
    assert AnswerLeg(CALLER) in call.actions
    assert call.events(CallEventKind.SETTING_CHANGED) == [
        {
            "extension": ALICE,
            "change": "forward_always_on",
            "destination": "extension",
            "to_number": BOB,
        }
    ]
    (established,) = call.events(CallEventKind.CALL_ESTABLISHED)
    assert established["answered_by"] == "setting"
    assert call.said(call.actions)[-1] == "activated"
    assert call.press("1") == []
    (end,) = [one for one in call.play_to_the_end() if isinstance(one, EndCall)]
    assert end.outcome.reason == "Setting changed"
