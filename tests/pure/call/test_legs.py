"""The leg table: what may follow what."""

from __future__ import annotations

from typing import get_args

import pytest

from sipworker.call.actions import AnswerLeg, CancelLeg, HangUpLeg, LegAction, PlayTone, RefuseLeg, RingLeg
from sipworker.call.errors import IllegalAction, IllegalSignal
from sipworker.call.legs import LEG_TABLE, Leg, LegState
from sipworker.call.party import Party
from sipworker.call.signals import (
    LegAnswered,
    LegFailed,
    LegHeld,
    LegHungUp,
    LegRinging,
    LegSignal,
    LegUnheld,
    PlaybackEnded,
)

RINGING = LegRinging("x", 180, False)
ANSWERED = LegAnswered("x")
FAILED = LegFailed("x", 486, "Busy Here")
HUNG_UP = LegHungUp("x", False, 200, "")
HELD, UNHELD = LegHeld("x"), LegUnheld("x")

STORIES: dict[str, tuple[LegState, list[LegSignal | LegAction], LegState]] = {
    "an incoming leg rings, is answered and hung up": (
        LegState.OFFERED,
        [RingLeg("x", 180, False), AnswerLeg("x"), HUNG_UP],
        LegState.ENDED,
    ),
    "a refused leg waits for the stack": (LegState.OFFERED, [RefuseLeg("x", 404, "")], LegState.ENDING),
    "a cancelled incoming leg is gone": (LegState.OFFERED, [HUNG_UP], LegState.ENDED),
    "an outgoing leg may answer without ringing": (LegState.DIALLED, [ANSWERED], LegState.UP),
    "ringing may repeat": (LegState.DIALLED, [RINGING, RINGING], LegState.RINGING),
    "busy ends an outgoing leg": (LegState.DIALLED, [RINGING, FAILED], LegState.ENDED),
    "hold and back": (LegState.UP, [HELD, UNHELD], LegState.UP),
    "media may be one-way before the answer": (LegState.DIALLED, [HELD, RINGING, UNHELD], LegState.RINGING),
    "a second hold changes nothing": (LegState.UP, [HELD, HELD], LegState.HELD),
    "a held leg hangs up": (LegState.HELD, [HUNG_UP], LegState.ENDED),
    "an answer that crosses our CANCEL is hung up": (
        LegState.RINGING,
        [CancelLeg("x", 0, ""), ANSWERED, HangUpLeg("x", ""), HUNG_UP],
        LegState.ENDED,
    ),
    "a cancelled leg confirms": (LegState.DIALLED, [CancelLeg("x", 0, ""), FAILED], LegState.ENDED),
    "a digit may cross our BYE": (LegState.UP, [HangUpLeg("x", ""), HELD], LegState.ENDING),
}


def live(leg: Leg, step: LegSignal | LegAction) -> None:
    if isinstance(step, LegSignal):
        leg.hear(step)
    else:
        leg.obey(step)


@pytest.mark.parametrize(("state", "steps", "end"), STORIES.values(), ids=STORIES.keys())
def test_a_leg_lives(state: LegState, steps: list[LegSignal | LegAction], end: LegState) -> None:
    leg = Leg(Party("x", "102", "acme.example"), state)
    for step in steps:
        live(leg, step)
    assert leg.state is end


def test_what_is_not_in_the_table_is_named_and_changes_nothing() -> None:
    leg = Leg(Party("x", "102", "acme.example"), LegState.OFFERED)
    with pytest.raises(IllegalSignal, match="PlaybackEnded in state OFFERED"):
        leg.hear(PlaybackEnded("x", "greeting"))
    with pytest.raises(IllegalAction, match="PlayTone in state OFFERED"):
        leg.obey(PlayTone("x", 440))
    assert leg.state is LegState.OFFERED


def test_nothing_at_all_follows_the_end() -> None:
    assert not [row for row in LEG_TABLE if row[0] is LegState.ENDED]


def test_every_leg_can_be_ended_by_us_and_by_the_far_end() -> None:
    ours = {CancelLeg, HangUpLeg, RefuseLeg}
    for state in set(LegState) - {LegState.ENDED}:
        kinds = {kind for row, kind in LEG_TABLE if row is state}
        assert kinds & ours
        assert LegHungUp in kinds


def test_every_signal_of_a_leg_is_possible_somewhere() -> None:
    heard = {kind for _, kind in LEG_TABLE}
    assert set(get_args(LegSignal)) <= heard
