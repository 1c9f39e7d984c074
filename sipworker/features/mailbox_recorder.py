"""The owner records something: after the tone, until # or for too long; heard again, taken or recorded anew.

Every recording is told when it begins and once more when it is wanted: what was only begun is thrown away later.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto

from callmanager.domain.call_events import CallEventKind
from callmanager.domain.sounds import own
from sipworker.call.actions import EmitEvent, StartRecording, StartTimer, StopRecording, StopTimer
from sipworker.call.signals import RecordingFailed, RecordingStopped, Signal, TimerFired
from sipworker.features import mailbox_words
from sipworker.features.mailbox_room import WAIT_S, WAIT_TIMER, Room, ToMessages, Voice, Wishes

LENGTH_TIMER, SHORT_TIMER = "mailbox_recording", "mailbox_too_short"
SHORTEST_S, LONGEST_S = 1.0, 120.0


class _Stage(Enum):
    PROMPT = auto()
    RECORDING = auto()
    STOPPING = auto()
    REVIEW = auto()


class Recorder(Room):
    """`taken` hears the path of what the owner is content with."""

    __slots__ = ("_is_short", "_mailbox", "_names", "_number", "_path_stem", "_stage", "_taken")

    def __init__(
        self, voice: Voice, names: tuple[str, ...], mailbox: str, stem: str, taken: Callable[[str], Wishes]
    ) -> None:
        super().__init__(voice)
        self._names = names
        self._mailbox = mailbox
        self._path_stem = stem
        self._taken = taken
        self._stage = _Stage.PROMPT
        self._number = 0
        self._is_short = True

    def enter(self) -> Wishes:
        self._stage = _Stage.PROMPT
        return (self.voice.say(*self._names, "beep"),)

    def played(self) -> Wishes:
        if self._stage is _Stage.PROMPT:
            return self._record()
        if self._stage is _Stage.REVIEW:
            return (StartTimer(WAIT_TIMER, WAIT_S),)
        return ()

    def waited(self) -> Wishes:
        return self._review() if self._stage is _Stage.REVIEW else ()

    def pressed(self, digit: str) -> Wishes:
        match self._stage:
            case _Stage.PROMPT:
                return (ToMessages(),) if digit == "*" else (self.voice.say("beep"),)
            case _Stage.RECORDING:
                return self._stop()
            case _Stage.REVIEW:
                return self._choose(digit)
            case _Stage.STOPPING:
                return ()

    def heard(self, signal: Signal) -> Wishes:
        match signal:
            case TimerFired(timer=timer) if timer == SHORT_TIMER:
                self._is_short = False
            case TimerFired(timer=timer) if timer == LENGTH_TIMER and self._stage is _Stage.RECORDING:
                return self._stop()
            case RecordingFailed(recording=name) if name == self._name:
                return (StopTimer(SHORT_TIMER), StopTimer(LENGTH_TIMER), ToMessages(mailbox_words.FAULT))
            case RecordingStopped(recording=name) if name == self._name and self._stage is _Stage.STOPPING:
                if self._is_short:
                    self._stage = _Stage.PROMPT
                    return (self.voice.say("vm-tooshort", *self._names, "beep"),)
                return self._review()
        return ()

    def _record(self) -> Wishes:
        self._stage, self._is_short = _Stage.RECORDING, True
        self._number += 1
        data = {"mailbox": self._mailbox, "message_id": 0, "change": "recording", "path": self._path}
        return (
            EmitEvent(CallEventKind.VOICEMAIL_CHANGED, data),
            StartRecording(self.voice.leg, self._name, self._path),
            StartTimer(SHORT_TIMER, SHORTEST_S),
            StartTimer(LENGTH_TIMER, LONGEST_S),
        )

    def _stop(self) -> Wishes:
        self._stage = _Stage.STOPPING
        return (
            StopTimer(SHORT_TIMER),
            StopTimer(LENGTH_TIMER),
            StopRecording(self.voice.leg, self._name),
        )

    def _review(self) -> Wishes:
        self._stage = _Stage.REVIEW
        return (self.voice.say(*mailbox_words.REVIEW),)

    def _choose(self, digit: str) -> Wishes:
        match digit:
            case "1" | "#":
                return self._taken(self._path)
            case "2":
                return (self.voice.play(own(self._path), *self.voice.words(*mailbox_words.REVIEW)),)
            case "3":
                return self.enter()
            case "*":
                return (ToMessages(),)
        return self._review()

    @property
    def _name(self) -> str:
        return f"{self._path_stem}-{self._number}"

    @property
    def _path(self) -> str:
        return f"voicemail/{self._name}.wav"
