"""The legs of one call and the table of their lives. A row that is missing is forbidden."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from sipworker.call.actions import (
    AnswerLeg,
    AskToTalk,
    CancelLeg,
    EchoLeg,
    HangUpLeg,
    IsolateLeg,
    LegAction,
    ListenForKeys,
    PlayFiles,
    PlayMusicOnHold,
    PlayRinging,
    PlayTone,
    RefuseLeg,
    RingCaller,
    RingLeg,
    SendDigit,
    StartRecording,
    StopFiles,
    StopMusicOnHold,
    StopRecording,
    StopRinging,
)
from sipworker.call.errors import CallError, IllegalAction, IllegalSignal
from sipworker.call.party import Party
from sipworker.call.signals import (
    AskedToTalk,
    DigitPressed,
    LegAnswered,
    LegFailed,
    LegHeld,
    LegHungUp,
    LegId,
    LegRinging,
    LegSignal,
    LegUnheld,
    PlaybackEnded,
    RecordingFailed,
    RecordingStopped,
)
from sipworker.call.transfers import DismissLeg, ReportTransfer, TransferAsked, TransferDecided


class LegState(Enum):
    """ENDING: we said CANCEL, BYE or a final answer and wait for the stack to confirm."""

    OFFERED = auto()
    DIALLED = auto()
    RINGING = auto()
    UP = auto()
    HELD = auto()
    ENDING = auto()
    ENDED = auto()


UNANSWERED_OUT = (LegState.DIALLED, LegState.RINGING)
TALKING = (LegState.UP, LegState.HELD)

_MEDIA_ACTIONS = (
    IsolateLeg,
    ReportTransfer,
    EchoLeg,
    PlayTone,
    PlayRinging,
    StopRinging,
    PlayMusicOnHold,
    StopMusicOnHold,
    ListenForKeys,
    PlayFiles,
    StopFiles,
    StartRecording,
    StopRecording,
    SendDigit,
)
# AskedToTalk: the telephone may have answered the call before it answers that.
_MEDIA_SIGNALS = (
    AskedToTalk,
    DigitPressed,
    PlaybackEnded,
    RecordingStopped,
    RecordingFailed,
    TransferAsked,
    TransferDecided,
)

Row = tuple[LegState, type[LegSignal | LegAction]]


def _for_both(kind: type[LegSignal | LegAction], after: LegState) -> dict[Row, LegState]:
    return {(state, kind): after for state in TALKING}


# A phone may send its media one way before its call is answered; there is nobody yet to hear of it.
_HOLD_BEFORE_ANSWER: dict[Row, LegState] = {
    (state, kind): state for state in (LegState.OFFERED, *UNANSWERED_OUT) for kind in (LegHeld, LegUnheld)
}

# (state, what was heard or done) -> state
LEG_TABLE: dict[Row, LegState] = {
    **_HOLD_BEFORE_ANSWER,
    # The incoming leg before its answer.
    (LegState.OFFERED, RingLeg): LegState.OFFERED,
    (LegState.OFFERED, DigitPressed): LegState.OFFERED,
    (LegState.OFFERED, AnswerLeg): LegState.UP,
    (LegState.OFFERED, RefuseLeg): LegState.ENDING,
    # A caller whom the PBX calls for a program stays one until whom they want has answered.
    **{(LegState.OFFERED, kind): LegState.OFFERED for kind in (RingCaller, PlayRinging, StopRinging)},
    (LegState.OFFERED, LegRinging): LegState.OFFERED,
    (LegState.OFFERED, LegAnswered): LegState.OFFERED,
    (LegState.OFFERED, LegFailed): LegState.ENDED,
    (LegState.OFFERED, LegHungUp): LegState.ENDED,
    # An outgoing leg before its answer.
    (LegState.DIALLED, LegRinging): LegState.RINGING,
    (LegState.DIALLED, LegAnswered): LegState.UP,
    (LegState.DIALLED, LegFailed): LegState.ENDED,
    (LegState.DIALLED, LegHungUp): LegState.ENDED,
    (LegState.DIALLED, CancelLeg): LegState.ENDING,
    (LegState.RINGING, LegRinging): LegState.RINGING,
    (LegState.RINGING, LegAnswered): LegState.UP,
    (LegState.RINGING, LegFailed): LegState.ENDED,
    (LegState.RINGING, LegHungUp): LegState.ENDED,
    (LegState.RINGING, DigitPressed): LegState.RINGING,
    (LegState.RINGING, SendDigit): LegState.RINGING,
    (LegState.RINGING, AskToTalk): LegState.RINGING,
    (LegState.RINGING, AskedToTalk): LegState.RINGING,
    (LegState.RINGING, CancelLeg): LegState.ENDING,
    # A conversation, held or not.
    **_for_both(LegHeld, LegState.HELD),
    **_for_both(LegUnheld, LegState.UP),
    **_for_both(LegHungUp, LegState.ENDED),
    **_for_both(HangUpLeg, LegState.ENDING),
    **_for_both(DismissLeg, LegState.ENDING),
    **{(state, kind): state for state in TALKING for kind in (*_MEDIA_SIGNALS, *_MEDIA_ACTIONS)},
    # On its way out. An answer may cross our CANCEL: then a BYE is due.
    **{
        (LegState.ENDING, kind): LegState.ENDING
        for kind in (LegRinging, LegAnswered, LegHeld, LegUnheld, *_MEDIA_SIGNALS, HangUpLeg)
    },
    (LegState.ENDING, LegFailed): LegState.ENDED,
    (LegState.ENDING, LegHungUp): LegState.ENDED,
}


@dataclass(slots=True)
class Leg:
    """One side of the call, and who is there."""

    party: Party
    state: LegState
    # Rung by this call, or come to it from another one; of these the world hears as targets.
    is_target: bool = False
    # The group as whose member it is rung.
    ring_group: str = ""

    @property
    def leg_id(self) -> LegId:
        return self.party.leg

    def hear(self, signal: LegSignal) -> LegState:
        """Move to the next state; returns the one before. IllegalSignal changes nothing."""
        return self._move(type(signal), IllegalSignal)

    def obey(self, action: LegAction) -> LegState:
        """The same for what we do to the leg."""
        return self._move(type(action), IllegalAction)

    def _move(self, kind: type[LegSignal | LegAction], error: type[CallError]) -> LegState:
        before = self.state
        after = LEG_TABLE.get((before, kind))
        if after is None:
            raise error(f"{kind.__name__} in state {before.name}")
        self.state = after
        return before
