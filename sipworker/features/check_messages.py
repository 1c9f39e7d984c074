"""Hear a mailbox: the PIN, what is there, and for each message: again, next, previous, delete, forward, keep.

What the owner does is told as events; the messages themselves are changed by whoever keeps them, also when the caller
hangs up in the middle. A list that was read once is good for the whole call.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import Enum, auto
from zoneinfo import ZoneInfo

from callmanager.domain.call_events import CallEventKind
from callmanager.domain.decisions import CheckMessages
from callmanager.domain.mailbox import StoredMessage
from callmanager.domain.outcome import CallOutcome, CallStatus, EndedBy
from callmanager.domain.spoken import say_digits, say_moment, say_number, words
from sipworker.call.actions import (
    Action,
    AnswerLeg,
    CheckPin,
    EmitEvent,
    EndCall,
    FindMessages,
    PlayFiles,
    StartTimer,
    StopFiles,
    StopTimer,
)
from sipworker.call.context import CallContext
from sipworker.call.signals import DigitPressed, MessagesFound, PinChecked, PlaybackEnded, Signal, TimerFired
from sipworker.features import established

PLAYBACK, WAIT_TIMER = "mailbox", "mailbox_wait"
WAIT_S = 10.0
MAX_DIGITS, MAX_TRIES, MAX_WAITS = 20, 3, 3
OVER = CallOutcome(CallStatus.ANSWERED, EndedBy.PBX, "Messages heard", 200)
NOT_LET_IN = CallOutcome(CallStatus.ANSWERED, EndedBy.PBX, "Wrong PIN", 200)
MENU = ("vm-prev", "vm-repeat", "vm-next", "vm-delete", "vm-toforward", "vm-savemessage", "vm-helpexit")


class _Stage(Enum):
    PIN = auto()
    CHECKING = auto()
    MESSAGES = auto()
    FORWARD_TO = auto()
    GOODBYE = auto()


class CheckingMessages:
    __slots__ = (
        "_context",
        "_decision",
        "_deleted",
        "_digits",
        "_heard",
        "_messages",
        "_outcome",
        "_position",
        "_stage",
        "_tries",
        "_waits",
    )

    def __init__(self, context: CallContext, decision: CheckMessages) -> None:
        self._context = context
        self._decision = decision
        self._stage = _Stage.PIN
        self._digits = ""
        self._tries = self._waits = 0
        self._messages: list[StoredMessage] = []
        self._deleted: set[int] = set()
        self._heard: set[int] = set()
        self._position = 0
        self._outcome = OVER

    def start(self) -> tuple[Action, ...]:
        answered = (
            AnswerLeg(self._context.caller_leg),
            established.by_service("voicemail", self._context, self._decision.mailbox),
        )
        settings = self._decision.settings
        if settings.is_pin_asked:
            return (*answered, self._say("vm-password"))
        return (*answered, *self._ask_for_messages())

    def handle(self, signal: Signal) -> tuple[Action, ...]:
        """Everything else is not of a mailbox; the session sees to the end of the call."""
        match signal:
            case PlaybackEnded():
                return self._played()
            case DigitPressed(digit=digit):
                self._waits = 0
                return self._pressed(digit)
            case PinChecked():
                return self._pin_checked(signal)
            case MessagesFound(messages=messages):
                return self._found(messages)
            case TimerFired(timer=timer) if timer == WAIT_TIMER:
                return self._waited()
        return ()

    def _played(self) -> tuple[Action, ...]:
        if self._stage is _Stage.GOODBYE:
            return (EndCall(self._outcome),)
        return (StartTimer(WAIT_TIMER, WAIT_S),)

    def _waited(self) -> tuple[Action, ...]:
        self._waits += 1
        if self._waits >= MAX_WAITS:
            return self._say_goodbye(OVER)
        if self._stage is _Stage.PIN:
            return self._take_pin() if self._digits else (self._say("vm-password"),)
        if self._stage is _Stage.FORWARD_TO:
            return self._forward() if self._digits else (self._say("vm-extension"),)
        return (self._menu(),)

    def _pressed(self, digit: str) -> tuple[Action, ...]:
        quiet = (StopFiles(self._context.caller_leg, PLAYBACK), StopTimer(WAIT_TIMER))
        match self._stage:
            case _Stage.PIN:
                return (*quiet, *self._collect(digit, self._take_pin))
            case _Stage.FORWARD_TO:
                return (*quiet, *self._collect(digit, self._forward))
            case _Stage.MESSAGES:
                return (*quiet, *self._choose(digit))
            case _Stage.CHECKING | _Stage.GOODBYE:
                return ()

    def _collect(self, digit: str, done: Callable[[], tuple[Action, ...]]) -> tuple[Action, ...]:
        if digit == "#" or len(self._digits) >= MAX_DIGITS:
            return done()
        self._digits += digit
        return (StartTimer(WAIT_TIMER, WAIT_S),)

    # The PIN

    def _take_pin(self) -> tuple[Action, ...]:
        self._stage, pin, self._digits = _Stage.CHECKING, self._digits, ""
        return (CheckPin(self._decision.mailbox, pin, self._decision.settings.pin_token),)

    def _pin_checked(self, signal: PinChecked) -> tuple[Action, ...]:
        if signal.is_right and not signal.is_locked:
            return self._ask_for_messages()
        self._tries += 1
        if signal.is_locked or self._tries >= MAX_TRIES:
            return self._say_goodbye(NOT_LET_IN, "vm-incorrect")
        self._stage = _Stage.PIN
        return (self._say("vm-incorrect", "vm-password"),)

    # The messages

    def _ask_for_messages(self) -> tuple[Action, ...]:
        self._stage = _Stage.CHECKING
        return (FindMessages(self._decision.mailbox),)

    def _found(self, messages: tuple[StoredMessage, ...] | None) -> tuple[Action, ...]:
        if messages is None:
            return self._say_goodbye(OVER, "vm-sorry")
        self._stage = _Stage.MESSAGES
        # New ones before old ones, urgent ones first, each in the order in which they were left.
        self._messages = sorted(messages, key=lambda one: (not one.is_new, not one.is_urgent, one.left_at))
        new = sum(one.is_new for one in messages)
        if not messages:
            return self._say_goodbye(OVER, "vm-youhave", "vm-no", "vm-messages")
        counted = (
            *self._words("vm-youhave"),
            *(say_number(self._language, new) if new else self._words("vm-no")),
            *self._words("vm-INBOX", "vm-message" if new == 1 else "vm-messages"),
        )
        return self._hear(*counted)

    def _choose(self, digit: str) -> tuple[Action, ...]:
        match digit:
            case "1" | "5":
                return self._hear()
            case "4":
                return self._move(-1)
            case "6":
                return self._move(1)
            case "7":
                return self._delete()
            case "8":
                self._stage, self._digits = _Stage.FORWARD_TO, ""
                return (self._say("vm-extension"),)
            case "9":
                return self._change("saved", "vm-saved")
            case "#":
                return self._say_goodbye(OVER)
        return (self._menu(),)

    def _move(self, by: int) -> tuple[Action, ...]:
        position = self._position + by
        if not 0 <= position < len(self._messages):
            return (self._say("vm-nomore", *MENU),)
        self._position = position
        return self._hear()

    def _delete(self) -> tuple[Action, ...]:
        """Pressed again it brings the message back: it is gone for good only when the call is over."""
        message = self._messages[self._position]
        if message.message_id in self._deleted:
            self._deleted.discard(message.message_id)
            return self._change("restored", "vm-undeleted")
        self._deleted.add(message.message_id)
        return self._change("deleted", "vm-deleted")

    def _forward(self) -> tuple[Action, ...]:
        self._stage, number, self._digits = _Stage.MESSAGES, self._digits, ""
        snapshot = self._context.snapshot
        extension = snapshot.find_extension(number) if snapshot is not None else None
        if extension is None or extension.mailbox is None or not extension.is_enabled:
            return (self._say("vm-nobox", *MENU),)
        return self._change("forwarded", "vm-msgforwarded", to=number)

    def _change(self, change: str, said: str, **more: object) -> tuple[Action, ...]:
        message = self._messages[self._position]
        return (self._told(message, change, **more), self._say(said, *MENU))

    def _hear(self, *before: str) -> tuple[Action, ...]:
        """Who left it and when, if the owner wants that, the message, and what can be done with it."""
        message, settings = self._messages[self._position], self._decision.settings
        sounds = [*before, *self._order()]
        if settings.says_caller:
            sounds += self._caller(message)
        if settings.says_time:
            sounds += [*self._words("vm-received"), *say_moment(self._language, self._moment(message))]
        play = self._play(*sounds, message.sound, *self._words(*MENU))
        if not message.is_new or message.message_id in self._heard:
            return (play,)
        self._heard.add(message.message_id)
        return (self._told(message, "heard"), play)

    def _order(self) -> tuple[str, ...]:
        if self._position == 0:
            return self._words("vm-first", "vm-message")
        if self._position == len(self._messages) - 1:
            return self._words("vm-last", "vm-message")
        return (*self._words("vm-message"), *say_number(self._language, self._position + 1))

    def _caller(self, message: StoredMessage) -> tuple[str, ...]:
        if not any(character.isdigit() for character in message.caller):
            return self._words("vm-unknown-caller")
        snapshot = self._context.snapshot
        is_inside = snapshot is not None and snapshot.find_extension(message.caller) is not None
        said = "vm-from-extension" if is_inside else "vm-from-phonenumber"
        return (*self._words(said), *say_digits(self._language, message.caller))

    def _moment(self, message: StoredMessage) -> datetime:
        snapshot = self._context.snapshot
        return datetime.fromtimestamp(message.left_at, ZoneInfo(snapshot.time_zone if snapshot else "UTC"))

    # Words

    def _say_goodbye(self, outcome: CallOutcome, *names: str) -> tuple[Action, ...]:
        self._stage, self._outcome = _Stage.GOODBYE, outcome
        return (self._say(*names, "vm-goodbye"),)

    def _menu(self) -> PlayFiles:
        return self._say(*MENU)

    def _told(self, message: StoredMessage, change: str, **more: object) -> EmitEvent:
        data = {"mailbox": self._decision.mailbox, "message_id": message.message_id, "change": change, **more}
        return EmitEvent(CallEventKind.VOICEMAIL_CHANGED, data)

    def _say(self, *names: str) -> PlayFiles:
        return self._play(*self._words(*names))

    def _play(self, *sounds: str) -> PlayFiles:
        return PlayFiles(self._context.caller_leg, PLAYBACK, sounds)

    def _words(self, *names: str) -> tuple[str, ...]:
        return words(self._language, names)

    @property
    def _language(self) -> str:
        return self._decision.settings.language
