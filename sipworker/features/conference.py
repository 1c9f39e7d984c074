"""Somebody dials a conference room: the PIN, the way in, and what an admin's digits do."""

from __future__ import annotations

from callmanager.domain.decisions import EnterConference
from callmanager.domain.outcome import CallOutcome, CallStatus, EndedBy
from callmanager.domain.spoken import words
from sipworker.call.actions import Action, AnswerLeg, EndCall, PlayFiles, StartTimer, StopFiles, StopTimer
from sipworker.call.conferencing import (
    Closed,
    ConferenceClosed,
    ConferenceEntered,
    ConferenceLocked,
    JoinConference,
    LockConference,
    OthersChanged,
)
from sipworker.call.context import CallContext
from sipworker.call.mailbox_actions import CheckPin
from sipworker.call.signals import DigitPressed, PinChecked, PlaybackEnded, Signal, TimerFired
from sipworker.features import established

PLAYBACK, PIN_TIMER = "conference", "conference_pin"
PIN_WAIT_S, PIN_LENGTH_MAX, TRIES, WAITS = 10.0, 12, 3, 3
NO_ROOM = CallOutcome(CallStatus.REFUSED, EndedBy.PBX, "There is no such conference room", 404)
NOT_LET_IN = CallOutcome(CallStatus.ANSWERED, EndedBy.PBX, "Wrong PIN", 200)
_CLOSED = {
    Closed.FULL: ("conf-full", CallOutcome(CallStatus.ANSWERED, EndedBy.PBX, "Conference full", 200)),
    Closed.LOCKED: ("conf-locked", CallOutcome(CallStatus.ANSWERED, EndedBy.PBX, "Conference locked", 200)),
}
# An admin presses it to lock the room and to open it again.
LOCK_DIGIT = "*"


class Conferring:
    __slots__ = ("_context", "_digits", "_is_admin", "_is_in", "_outcome", "_room", "_tries", "_waits")

    def __init__(self, context: CallContext, decision: EnterConference) -> None:
        self._context = context
        snapshot = context.snapshot
        self._room = snapshot.find_conference(decision.number) if snapshot is not None else None
        self._digits = ""
        self._tries = self._waits = 0
        self._is_admin = self._is_in = False
        # Set when the last words are said.
        self._outcome: CallOutcome | None = None

    def start(self) -> tuple[Action, ...]:
        room = self._room
        if room is None:
            return (EndCall(NO_ROOM),)
        answered = (
            AnswerLeg(self._context.caller_leg),
            established.by_service("conference", self._context, room.number),
        )
        is_asked = room.room_pin_token or room.admin_pin_token
        return (*answered, *(self._ask() if is_asked else self._join()))

    def handle(self, signal: Signal) -> tuple[Action, ...]:
        """The session sees to the end of the call."""
        match signal:
            case PlaybackEnded(playback=name) if name == PLAYBACK:
                return self._said()
            case _ if self._outcome is not None:
                return ()
            case DigitPressed(digit=digit):
                return self._command(digit) if self._is_in else self._pressed(digit)
            case TimerFired(timer=timer) if timer == PIN_TIMER and not self._is_in:
                return self._check() if self._digits else self._waited()
            case PinChecked() if not self._is_in:
                return self._checked(signal)
            case ConferenceEntered(present=present):
                self._is_in = True
                return self._prompt("conf-onlyperson" if present == 1 else "conf-placeintoconf")
            case ConferenceClosed(why=why):
                name, outcome = _CLOSED[why]
                return self._end(outcome, name)
            case ConferenceLocked(is_locked=is_locked):
                return self._say("conf-lockednow" if is_locked else "conf-unlockednow")
            case OthersChanged():
                return self._prompt("beep")
            case _:
                return ()

    def _said(self) -> tuple[Action, ...]:
        if self._outcome is not None:
            return (EndCall(self._outcome),)
        return () if self._is_in else (StartTimer(PIN_TIMER, PIN_WAIT_S),)

    def _pressed(self, digit: str) -> tuple[Action, ...]:
        quiet = (StopFiles(self._context.caller_leg, PLAYBACK), StopTimer(PIN_TIMER))
        self._waits = 0
        if digit == "#":
            return (*quiet, *self._check())
        self._digits = (self._digits + digit)[: PIN_LENGTH_MAX + 1]
        return (*quiet, StartTimer(PIN_TIMER, PIN_WAIT_S))

    def _waited(self) -> tuple[Action, ...]:
        self._waits += 1
        return self._end(NOT_LET_IN, "vm-goodbye") if self._waits >= WAITS else self._ask()

    def _check(self) -> tuple[Action, ...]:
        room, (pin, self._digits) = self._room, (self._digits, "")
        if room is None:
            return (EndCall(NO_ROOM),)
        if not pin and not room.room_pin_token:
            return self._join()
        return (CheckPin(room.number, pin, room.room_pin_token, room.admin_pin_token),)

    def _checked(self, checked: PinChecked) -> tuple[Action, ...]:
        if checked.is_right:
            self._is_admin = checked.is_other
            return self._join()
        self._tries += 1
        if checked.is_locked or self._tries >= TRIES:
            return self._end(NOT_LET_IN, "conf-invalidpin", "vm-goodbye")
        return self._say("conf-invalidpin")

    def _join(self) -> tuple[Action, ...]:
        room = self._room
        if room is None:
            return (EndCall(NO_ROOM),)
        leg = self._context.caller_leg
        return (JoinConference(room.number, leg, room.max_participants, self._is_admin),)

    def _command(self, digit: str) -> tuple[Action, ...]:
        if not self._is_admin or digit != LOCK_DIGIT or self._room is None:
            return ()
        return (LockConference(self._room.number),)

    def _ask(self) -> tuple[Action, ...]:
        return self._say("conf-getpin")

    def _prompt(self, name: str) -> tuple[Action, ...]:
        """What tells of comings and goings; a room may be silent."""
        return () if self._room is None or self._room.is_prompt_silent else self._say(name)

    def _say(self, *names: str) -> tuple[Action, ...]:
        language = self._room.language if self._room is not None else "en"
        return (PlayFiles(self._context.caller_leg, PLAYBACK, words(language, names)),)

    def _end(self, outcome: CallOutcome, *names: str) -> tuple[Action, ...]:
        self._outcome = outcome
        return self._say(*names)
