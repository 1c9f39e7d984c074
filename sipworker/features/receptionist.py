"""A virtual receptionist: plays its prompt, reads what is pressed, and says where the call goes.

What is pressed counts from the first moment, also while the prompt is played.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import assert_never

from callmanager.domain.call_events import CallEventKind
from callmanager.domain.decisions import AnswerMenu
from callmanager.domain.destination import END_CALL, Destination
from callmanager.domain.menu_action import MenuAction
from callmanager.domain.outcome import CallOutcome, CallStatus, EndedBy
from callmanager.domain.receptionist import FAX, Choice, Menu, ReadAs, ReceptionistEntry
from callmanager.domain.receptionist_calls import dialled_destination, wished_choice
from callmanager.domain.snapshot import TenantSnapshot
from callmanager.domain.sounds import stored
from callmanager.domain.spoken import words
from sipworker.call.actions import (
    Action,
    AnswerLeg,
    EmitEvent,
    EndCall,
    ListenForKeys,
    PlayFiles,
    StartTimer,
    StopFiles,
    StopTimer,
)
from sipworker.call.context import CallContext
from sipworker.call.server_actions import ServerAnswered
from sipworker.call.signals import DigitPressed, PlaybackEnded, Signal, TimerFired
from sipworker.features import established
from sipworker.features.server_question import ServerQuestion

PLAYBACK, DIGIT_TIMER = "receptionist", "receptionist_digit"
NOTHING_CHOSEN = CallOutcome(CallStatus.ANSWERED, EndedBy.PBX, "Nothing was chosen", 200)
GONE = CallOutcome(CallStatus.FAILED, EndedBy.PBX, "The receptionist is not there any more", 480)
DEFAULT_PROMPT, INVALID, GOODBYE = ("basic-pbx-ivr-main",), ("pbx-invalid",), ("vm-goodbye",)


@dataclass(frozen=True, slots=True)
class Onward:
    """The caller goes on from this menu. `in_vain` as with `Receptionist`."""

    menu: AnswerMenu
    destination: Destination
    in_vain: int


class _Stage(Enum):
    ASKING = auto()
    AT_THE_SERVER = auto()
    TRANSFERRING = auto()
    REFUSING = auto()
    GOODBYE = auto()


class Receptionist:
    """`in_vain` is how often in a row this caller was led on without having chosen anything, here and before."""

    __slots__ = (
        *(
            "_context",
            "_decision",
            "_desk",
            "_digits",
            "_in_vain",
            "_next",
            "_question",
            "_snapshot",
            "_stage",
        ),
    )

    def __init__(self, context: CallContext, decision: AnswerMenu, *, in_vain: int = 0) -> None:
        self._context = context
        self._decision = decision
        self._snapshot: TenantSnapshot | None = context.snapshot
        self._desk = self._snapshot.find_receptionist(decision.number) if self._snapshot else None
        self._stage = _Stage.ASKING
        self._digits = ""
        self._in_vain = in_vain
        self._next: Onward | None = None
        self._question: ServerQuestion | None = None

    def start(self) -> tuple[Action | Onward, ...]:
        answer = AnswerLeg(self._context.caller_leg)
        return (
            answer,
            self._listen(),
            established.by_service("receptionist", self._context, self._decision.number),
            *self._begin(),
        )

    def start_again(self) -> tuple[Action | Onward, ...]:
        """The destination that the caller chose took nobody in: as after a wrong key."""
        # Ends the ringing tone; the leg itself has been answered.
        answer = AnswerLeg(self._context.caller_leg)
        if self._desk is None:
            return (answer, EndCall(GONE))
        return (answer, self._listen(), *self._choose(self._menu(self._desk).on_failed, ""))

    def handle(self, signal: Signal) -> tuple[Action | Onward, ...]:
        match signal:
            case PlaybackEnded():
                return self._played()
            case DigitPressed(digit=digit) if self._stage is _Stage.ASKING:
                return self._pressed(digit)
            case TimerFired(timer=timer) if timer == DIGIT_TIMER and self._stage is _Stage.ASKING:
                return self._waited()
            case ServerAnswered() | TimerFired() if self._question is not None:
                return self._hear_server(self._question, signal)
            case _:
                return ()

    def _begin(self) -> tuple[Action | Onward, ...]:
        """With the prompt, unless there is an Action URL for this caller."""
        found = self._desk.action_for_caller(self._context.caller) if self._desk is not None else None
        return self._ask() if found is None else self._set_off(found)

    def _set_off(self, action: MenuAction) -> tuple[Action | Onward, ...]:
        """Of who presses nothing it is the own number that sets it off, so it counts as nothing chosen."""
        if self._desk is None:
            return (EndCall(GONE),)
        self._stage = _Stage.AT_THE_SERVER
        self._question = ServerQuestion(self._context, self._desk, action, self._digits)
        return self._follow_server(self._question, self._question.start())

    def _hear_server(
        self, question: ServerQuestion, signal: ServerAnswered | TimerFired
    ) -> tuple[Action | Onward, ...]:
        return self._follow_server(question, question.handle(signal))

    def _follow_server(
        self, question: ServerQuestion, actions: tuple[Action, ...]
    ) -> tuple[Action | Onward, ...]:
        wish = question.wish
        if wish is None or self._desk is None or self._snapshot is None:
            return actions
        self._question = None
        choice = wished_choice(self._snapshot, wish, self._menu(self._desk).on_failed)
        pressed = self._digits if question.has_chosen else ""
        told = EmitEvent(CallEventKind.MENU_CHOSEN, question.told())
        return (*actions, told, *self._choose(choice, pressed))

    def _ask(self) -> tuple[Action | Onward, ...]:
        if self._desk is None:
            return (EndCall(GONE),)
        self._stage, self._digits = _Stage.ASKING, ""
        prompt = self._menu(self._desk).prompt
        return (self._play((stored(prompt),) if prompt else self._words(DEFAULT_PROMPT)),)

    def _played(self) -> tuple[Action | Onward, ...]:
        match self._stage:
            case _Stage.ASKING:
                wait_s = self._desk.input_timeout_s if self._desk is not None else 0
                return () if self._digits else (StartTimer(DIGIT_TIMER, wait_s),)
            case _Stage.AT_THE_SERVER:
                return ()
            case _Stage.REFUSING:
                return self._choose(self._menu(self._desk).on_failed, "") if self._desk is not None else ()
            case _Stage.TRANSFERRING:
                return (self._next,) if self._next is not None else ()
            case _Stage.GOODBYE:
                return (EndCall(NOTHING_CHOSEN),)
        assert_never(self._stage)

    def _pressed(self, digit: str) -> tuple[Action | Onward, ...]:
        if digit == FAX:
            if self._desk is None or self._menu(self._desk).find(FAX) is None:
                return ()
            # Whatever was taken for a key before it was none: a machine presses nothing.
            self._digits = ""
        quiet = (StopFiles(self._context.caller_leg, PLAYBACK), StopTimer(DIGIT_TIMER))
        if digit == "#":
            return (*quiet, *self._read(is_last=True))
        self._digits += digit
        return (*quiet, *self._read(is_last=False))

    def _waited(self) -> tuple[Action | Onward, ...]:
        if self._digits:
            return self._read(is_last=True)
        if self._desk is None:
            return (EndCall(GONE),)
        return self._choose(self._menu(self._desk).on_timeout, "")

    def _read(self, *, is_last: bool) -> tuple[Action | Onward, ...]:
        desk, snapshot = self._desk, self._snapshot
        if desk is None or snapshot is None:
            return (EndCall(GONE),)
        reading = desk.read(
            self._menu(desk),
            self._digits,
            lambda number: dialled_destination(snapshot, number) is not None,
            is_last=is_last,
        )
        match reading.read_as:
            case ReadAs.MORE:
                return (StartTimer(DIGIT_TIMER, reading.wait_s),)
            case ReadAs.ACTION:
                return self._set_off(reading.action) if reading.action is not None else ()
            case ReadAs.OPTION:
                return (self._told(ReadAs.OPTION), *self._choose(reading.choice, self._digits))
            case ReadAs.NUMBER:
                found = dialled_destination(snapshot, reading.number)
                return (self._told(ReadAs.NUMBER), *self._choose(Choice(found), self._digits))
            case ReadAs.UNKNOWN:
                told = self._told(ReadAs.UNKNOWN)
                self._stage, self._digits = _Stage.REFUSING, ""
                return (told, self._play(self._words(INVALID)))
        assert_never(reading.read_as)

    def _choose(self, choice: Choice, pressed: str) -> tuple[Action | Onward, ...]:
        self._in_vain = 0 if pressed else self._in_vain + 1
        if self._desk is None or self._desk.is_patience_over(self._in_vain):
            self._stage = _Stage.GOODBYE
            return (self._play(self._words(GOODBYE)),)
        if choice.destination is None:
            return self._ask()
        onward = Onward(self._decision, choice.destination, self._in_vain)
        is_over = choice.destination == END_CALL
        deaf = ListenForKeys(self._context.caller_leg, hears_keys=False)
        if not pressed or is_over or not self._desk.transfer_prompt:
            return (deaf, onward)
        self._stage, self._next = _Stage.TRANSFERRING, onward
        return (deaf, self._play((stored(self._desk.transfer_prompt),)))

    def _listen(self) -> ListenForKeys:
        has_fax = self._desk is not None and self._menu(self._desk).find(FAX) is not None
        return ListenForKeys(self._context.caller_leg, hears_fax=has_fax)

    def _told(self, read_as: ReadAs) -> EmitEvent:
        """What is unknown is not told: it may be the number of a bank card."""
        pressed = "" if read_as is ReadAs.UNKNOWN else self._digits
        data = {"receptionist": self._decision.number, "pressed": pressed, "read_as": read_as.value}
        return EmitEvent(CallEventKind.MENU_CHOSEN, data)

    def _menu(self, desk: ReceptionistEntry) -> Menu:
        return desk.menu_of(is_closed=self._decision.is_closed)

    def _play(self, sounds: tuple[str, ...]) -> PlayFiles:
        return PlayFiles(self._context.caller_leg, PLAYBACK, sounds)

    def _words(self, names: tuple[str, ...]) -> tuple[str, ...]:
        return words(self._desk.language if self._desk is not None else "en", names)
