"""Codes that change the caller's own status and forwarding: what they mean, and where calls can't be sent."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callmanager.domain.decisions import ChangeOwn, Decision, Refuse
from callmanager.domain.destination import Destination, DestinationKind
from callmanager.domain.dial_codes import profile_codes
from callmanager.domain.dial_features import FEATURE_OF, DialKind, DialProfile, Shape
from callmanager.domain.dialplan import decide
from callmanager.domain.mailbox import Mailbox
from callmanager.domain.own_settings import FORWARD_OF, STATUS_OF, own_change_sounds, own_change_title
from callmanager.domain.snapshot import TenantSnapshot
from tests.cast import ALICE, BOB
from tests.pure.dialplan.company import MORNING, alice_dials, company, with_extension

K = DialKind
TO_BOB = Destination(DestinationKind.EXTENSION, BOB)


def dialled(number: str, snapshot: TenantSnapshot | None = None) -> Decision:
    return decide(alice_dials(number), snapshot or company(), MORNING)


@pytest.mark.parametrize("profile", DialProfile)
@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("*78", ChangeOwn(ALICE, K.DO_NOT_DISTURB_ON)),
        ("*79", ChangeOwn(ALICE, K.DO_NOT_DISTURB_OFF)),
        ("*773", ChangeOwn(ALICE, K.STATUS_LUNCH)),
        (f"*72{BOB}", ChangeOwn(ALICE, K.FORWARD_ALWAYS_ON, TO_BOB)),
        ("*73", ChangeOwn(ALICE, K.FORWARD_ALWAYS_OFF)),
        (f"*90{BOB}", ChangeOwn(ALICE, K.FORWARD_BUSY_ON, TO_BOB)),
        (f"*92{BOB}", ChangeOwn(ALICE, K.FORWARD_NO_ANSWER_ON, TO_BOB)),
        (f"*94{BOB}", ChangeOwn(ALICE, K.FORWARD_OFFLINE_ON, TO_BOB)),
        ("*95", ChangeOwn(ALICE, K.FORWARD_OFFLINE_OFF)),
        (
            "*72030555123",
            ChangeOwn(ALICE, K.FORWARD_ALWAYS_ON, Destination(DestinationKind.EXTERNAL_NUMBER, "030555123")),
        ),
        (f"*72{ALICE}", Refuse(403, "Calls can't be forwarded to the extension itself")),
        ("*72112", Refuse(404, "Calls can't be forwarded to this number")),
        ("*72nobody", Refuse(404, "Calls can't be forwarded to this number")),
    ],
)
def test_codes_of_both_profiles(number: str, expected: Decision, profile: DialProfile) -> None:
    assert dialled(number, company(dial_codes=profile_codes(profile))) == expected


def test_without_the_right_calls_are_not_sent_outside() -> None:
    refused = dialled("*72030555123", company(groups=()))
    assert refused == Refuse(403, "External calls are not allowed for this extension")


def test_what_is_said_is_in_the_callers_language() -> None:
    snapshot = with_extension(company(), ALICE, mailbox=Mailbox(language="fr"))
    decision = dialled(f"*72{BOB}", snapshot)
    assert isinstance(decision, ChangeOwn)
    assert own_change_sounds(decision) == (
        "prompt:fr/call-fwd-unconditional",
        *(f"prompt:fr/digits/{digit}" for digit in BOB),
        "prompt:fr/activated",
    )
    off = replace(decision, kind=K.DO_NOT_DISTURB_OFF, destination=None, language="en")
    assert own_change_sounds(off) == ("prompt:en/do-not-disturb", "prompt:en/de-activated")
    assert own_change_title(decision) == f"Forward always: {BOB}"


def test_every_code_of_this_kind_is_known() -> None:
    for kind in (*STATUS_OF, *FORWARD_OF):
        takes_number = kind in FORWARD_OF and FORWARD_OF[kind].is_on
        assert (FEATURE_OF[kind].shape is Shape.NUMBER) is takes_number
