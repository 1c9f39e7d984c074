"""Leave a message: greeting, tone, recording, and what the caller may do with it before it is kept.

The recording counts as a message from its first moment: whoever hangs up, or a worker that dies, has left what was
recorded until then. Only what is taken back is none.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import assert_never

from callmanager.domain.call_events import CallEventKind
from callmanager.domain.decisions import LeaveMessage
from callmanager.domain.outcome import CallOutcome, CallStatus, EndedBy
from callmanager.domain.sounds import own
from callmanager.domain.spoken import words
from sipworker.call.actions import (
    Action,
    AnswerLeg,
    EmitEvent,
    EndCall,
    PlayFiles,
    StartRecording,
    StartTimer,
    StopFiles,
    StopRecording,
    StopTimer,
)
from sipworker.call.context import CallContext
from sipworker.call.mailbox_actions import FindRoom
from sipworker.call.signals import (
    DigitPressed,
    PlaybackEnded,
    RecordingFailed,
    RecordingStopped,
    RoomFound,
    Signal,
    TimerFired,
)
from sipworker.features import established, mailbox_words

PLAYBACK = "message"
LENGTH_TIMER, REVIEW_TIMER = "message_length", "message_review"
SHORT_TIMER = "message_too_short"
REVIEW_S = 10.0
# What is shorter is somebody who hung up at the tone; it is not kept.
SHORTEST_S = 1.0
LEFT = CallOutcome(CallStatus.ANSWERED, EndedBy.PBX, "Message left", 200)
FULL = CallOutcome(CallStatus.ANSWERED, EndedBy.PBX, "Mailbox full", 200)
NOT_RECORDED = CallOutcome(CallStatus.ANSWERED, EndedBy.PBX, "Recording failed", 200)
TAKEN_BACK = CallOutcome(CallStatus.ANSWERED, EndedBy.PBX, "Message taken back", 200)


class _Stage(Enum):
    GREETING = auto()
    RECORDING = auto()
    STOPPING = auto()
    REVIEW = auto()
    LISTENING = auto()
    GOODBYE = auto()


class LeavingMessage:
    __slots__ = ("_context", "_decision", "_is_short", "_is_urgent", "_outcome", "_recordings", "_stage")

    def __init__(self, context: CallContext, decision: LeaveMessage) -> None:
        self._context = context
        self._decision = decision
        self._stage = _Stage.GREETING
        self._recordings = 0
        self._is_urgent = False
        self._is_short = True
        self._outcome = LEFT

    def start(self) -> tuple[Action, ...]:
        return (
            AnswerLeg(self._context.caller_leg),
            FindRoom(self._decision.mailbox),
            self._play(*self._decision.greeting, *self._words("beep")),
            established.by_service("voicemail", self._context, self._decision.mailbox),
        )

    def handle(self, signal: Signal) -> tuple[Action, ...]:
        match signal:
            case PlaybackEnded():
                return self._played()
            case RecordingStopped():
                return self._stopped() if self._stage is _Stage.STOPPING else ()
            case RecordingFailed(recording=name) if name == self._name:
                return (
                    StopTimer(LENGTH_TIMER),
                    StopTimer(SHORT_TIMER),
                    self._take_back(),
                    *self._say_goodbye(NOT_RECORDED, *mailbox_words.FAULT),
                )
            case RoomFound():
                return self._look_for_room(signal)
            case DigitPressed(digit=digit):
                return self._pressed(digit)
            case TimerFired(timer=timer):
                return self._time_out(timer)
            case _:
                return ()  # of phones that rang before; a caller on hold may go on recording

    def _look_for_room(self, room: RoomFound) -> tuple[Action, ...]:
        """Told before the tone; a recording that has begun meanwhile is not cut off."""
        is_full = room.messages >= self._decision.max_messages or not room.has_room
        if not is_full or self._stage is not _Stage.GREETING:
            return ()
        return self._say_goodbye(FULL, "vm-mailboxfull")

    def _played(self) -> tuple[Action, ...]:
        match self._stage:
            case _Stage.GREETING:
                return self._record()
            case _Stage.LISTENING:
                return self._review()
            case _Stage.REVIEW:
                return (StartTimer(REVIEW_TIMER, REVIEW_S),)
            case _Stage.GOODBYE:
                return (EndCall(self._outcome),)
            case _Stage.RECORDING | _Stage.STOPPING:
                return ()
        assert_never(self._stage)

    def _pressed(self, digit: str) -> tuple[Action, ...]:
        match self._stage:
            case _Stage.GREETING if digit == "#":
                return (self._play(*self._words("beep")),)
            case _Stage.RECORDING if digit == "#":
                return self._stop()
            case _Stage.REVIEW | _Stage.LISTENING:
                return self._choose(digit)
        return ()

    def _choose(self, digit: str) -> tuple[Action, ...]:
        quiet: tuple[Action, ...] = (StopFiles(self._context.caller_leg, PLAYBACK), StopTimer(REVIEW_TIMER))
        match digit:
            case "1" | "#":
                return (*quiet, *self._say_goodbye(LEFT, "vm-msgsaved"))
            case "2":
                self._stage = _Stage.LISTENING
                return (*quiet, self._play(own(self._path)))
            case "3":
                self._stage = _Stage.GREETING
                return (*quiet, self._take_back(), self._play(*self._words("beep")))
            case "4":
                self._is_urgent = not self._is_urgent
                marked = EmitEvent(
                    CallEventKind.VOICEMAIL_MARKED,
                    {
                        "recording": self._name,
                        "mailbox": self._decision.mailbox,
                        "is_urgent": self._is_urgent,
                    },
                )
                said = "vm-marked-urgent" if self._is_urgent else "vm-marked-nonurgent"
                return (*quiet, marked, *self._review(said))
            case "*":
                return (*quiet, self._take_back(), *self._say_goodbye(TAKEN_BACK, "vm-deleted"))
        return ()

    def _record(self) -> tuple[Action, ...]:
        self._stage = _Stage.RECORDING
        self._recordings += 1
        data = {
            "recording": self._name,
            "path": self._path,
            "mailbox": self._decision.mailbox,
            "caller": self._context.caller,
            "caller_display_name": self._context.caller_display_name,
        }
        self._is_short = True
        return (
            StartRecording(self._context.caller_leg, self._name, self._path),
            EmitEvent(CallEventKind.VOICEMAIL_STARTED, data),
            StartTimer(SHORT_TIMER, SHORTEST_S),
            StartTimer(LENGTH_TIMER, self._decision.max_message_s),
        )

    def _stop(self) -> tuple[Action, ...]:
        self._stage = _Stage.STOPPING
        return (
            StopTimer(LENGTH_TIMER),
            StopTimer(SHORT_TIMER),
            StopRecording(self._context.caller_leg, self._name),
        )

    def _stopped(self) -> tuple[Action, ...]:
        if not self._is_short:
            return self._review()
        self._stage = _Stage.GREETING
        return (self._take_back(), self._play(*self._words("vm-tooshort", "beep")))

    def _review(self, *first: str) -> tuple[Action, ...]:
        self._stage = _Stage.REVIEW
        urgent = "vm-review-nonurgent" if self._is_urgent else "vm-review-urgent"
        return (self._play(*self._words(*first, *mailbox_words.REVIEW, urgent)),)

    def _say_goodbye(self, outcome: CallOutcome, *said: str) -> tuple[Action, ...]:
        self._stage, self._outcome = _Stage.GOODBYE, outcome
        return (self._play(*self._words(*said, "vm-goodbye")),)

    def _time_out(self, timer: str) -> tuple[Action, ...]:
        if timer == SHORT_TIMER:
            self._is_short = False
        if timer == LENGTH_TIMER and self._stage is _Stage.RECORDING:
            return self._stop()
        if timer == REVIEW_TIMER and self._stage is _Stage.REVIEW:
            return self._say_goodbye(LEFT, "vm-msgsaved")
        return ()

    def _take_back(self) -> EmitEvent:
        return EmitEvent(
            CallEventKind.VOICEMAIL_TAKEN_BACK, {"recording": self._name, "mailbox": self._decision.mailbox}
        )

    def _play(self, *sounds: str) -> PlayFiles:
        return PlayFiles(self._context.caller_leg, PLAYBACK, sounds)

    def _words(self, *names: str) -> tuple[str, ...]:
        return words(self._decision.language, names)

    @property
    def _name(self) -> str:
        return f"message-{self._recordings}"

    @property
    def _path(self) -> str:
        return f"voicemail/{self._context.session_id}-{self._recordings}.wav"
