"""The door of a mailbox: asks for the PIN and lets nobody in who does not know it."""

from __future__ import annotations

from callmanager.domain.call_events import CallEventKind
from callmanager.domain.outcome import CallOutcome, CallStatus, EndedBy
from sipworker.call.actions import EmitEvent
from sipworker.call.mailbox_actions import CheckPin
from sipworker.call.signals import PinChecked, Signal
from sipworker.features.mailbox_room import Enter, Goodbye, Question, Room, Voice, Wishes

MAX_TRIES = 3
NOT_LET_IN = CallOutcome(CallStatus.ANSWERED, EndedBy.PBX, "Wrong PIN", 200)


class Entrance(Question):
    __slots__ = ("_behind", "_mailbox", "_pin_token", "_tries")

    def __init__(self, voice: Voice, mailbox: str, pin_token: str, behind: Room) -> None:
        super().__init__(voice, ("vm-password",), self._check)
        self._mailbox = mailbox
        self._pin_token = pin_token
        self._behind = behind
        self._tries = 0

    def pressed(self, digit: str) -> Wishes:
        """A star is no way in."""
        return super().pressed(digit) if digit != "*" else self.enter()

    def heard(self, signal: Signal) -> Wishes:
        if not isinstance(signal, PinChecked):
            return ()
        if signal.is_right and not signal.is_locked:
            return (Enter(self._behind),)
        self._tries += 1
        # Told once, by the try that used up the last one.
        told = (self._locked(),) if signal.is_locked and signal.is_news else ()
        if signal.is_locked or self._tries >= MAX_TRIES:
            return (*told, Goodbye(NOT_LET_IN, ("vm-incorrect",)))
        return (self.voice.say("vm-incorrect", "vm-password"),)

    def _check(self, pin: str) -> Wishes:
        return (CheckPin(self._mailbox, pin, self._pin_token),)

    def _locked(self) -> EmitEvent:
        data = {"mailbox": self._mailbox, "message_id": 0, "change": "locked"}
        return EmitEvent(CallEventKind.VOICEMAIL_CHANGED, data)
