"""Hear a mailbox: the door, the messages, the options. Which part listens, and how long it waits for an answer."""

from __future__ import annotations

from collections.abc import Callable

from callmanager.domain.decisions import CheckMessages, Decision
from callmanager.domain.outcome import CallOutcome
from sipworker.call.actions import Action, AnswerLeg, EndCall, StopFiles, StopTimer
from sipworker.call.context import CallContext
from sipworker.call.signals import DigitPressed, PlaybackEnded, Signal, TimerFired
from sipworker.features import established, mailbox_words
from sipworker.features.call_back import CallingBack, NotReached, Onwards
from sipworker.features.mailbox_entrance import Entrance
from sipworker.features.mailbox_messages import Messages
from sipworker.features.mailbox_room import (
    PLAYBACK,
    WAIT_TIMER,
    Enter,
    Goodbye,
    Onward,
    Room,
    ToMessages,
    Voice,
    Wishes,
)

MAX_WAITS = 3


class CheckingMessages:
    """`route` makes the call that the owner wants to somebody who left a message."""

    __slots__ = (
        "_call_back",
        "_context",
        "_decision",
        "_messages",
        "_outcome",
        "_room",
        "_route",
        "_voice",
        "_waits",
    )

    def __init__(
        self, context: CallContext, decision: CheckMessages, route: Callable[[Decision], Onwards]
    ) -> None:
        self._context = context
        self._decision = decision
        self._voice = Voice(context.caller_leg, decision.settings.language)
        self._messages = Messages(self._voice, context, decision)
        is_asked = decision.settings.is_pin_asked
        door = Entrance(self._voice, decision.mailbox, decision.settings.pin_token, self._messages)
        self._room: Room = door if is_asked else self._messages
        self._route = route
        self._call_back: CallingBack | None = None
        self._waits = 0
        # Set when everything is said.
        self._outcome: CallOutcome | None = None

    def start(self) -> tuple[Action, ...]:
        return (
            AnswerLeg(self._context.caller_leg),
            established.by_service("voicemail", self._context, self._decision.mailbox),
            *self._follow(self._room.enter()),
        )

    def handle(self, signal: Signal) -> tuple[Action, ...]:
        """Everything that no part wants is not of a mailbox; the session sees to the end of the call."""
        if self._call_back is not None:
            return self._calling(self._call_back.handle(signal))
        if self._outcome is not None:
            return (EndCall(self._outcome),) if isinstance(signal, PlaybackEnded) else ()
        match signal:
            case PlaybackEnded(playback=name) if name == PLAYBACK:
                return self._follow(self._room.played())
            case DigitPressed(digit=digit):
                self._waits = 0
                quiet = (StopFiles(self._context.caller_leg, PLAYBACK), StopTimer(WAIT_TIMER))
                return (*quiet, *self._follow(self._room.pressed(digit)))
            case TimerFired(timer=timer) if timer == WAIT_TIMER:
                return self._waited()
        return self._follow(self._room.heard(signal))

    def _waited(self) -> tuple[Action, ...]:
        self._waits += 1
        return self._follow((Goodbye(),) if self._waits >= MAX_WAITS else self._room.waited())

    def _calling(self, wishes: tuple[Action | NotReached, ...]) -> tuple[Action, ...]:
        actions: list[Action] = []
        for wish in wishes:
            if isinstance(wish, NotReached):
                self._call_back, self._waits = None, 0
                said = mailbox_words.NOT_CALLED_BACK if wish.outcome is not None else ()
                actions += self._follow((ToMessages(said),))
            else:
                actions.append(wish)
        return tuple(actions)

    def _follow(self, wishes: Wishes) -> tuple[Action, ...]:
        actions: list[Action] = []
        for wish in wishes:
            match wish:
                case Enter(room=room, is_speaking=is_speaking):
                    self._room = room
                    actions += self._follow(room.enter() if is_speaking else ())
                case ToMessages(said=said):
                    self._room = self._messages
                    actions += self._follow(self._messages.menu(*said))
                case Goodbye(outcome=outcome, said=said):
                    self._outcome = outcome
                    actions.append(self._voice.say(*said, "vm-goodbye"))
                case Onward(decision=decision):
                    self._call_back = CallingBack(self._context, self._route(decision))
                    actions += self._calling(self._call_back.start())
                case _:
                    actions.append(wish)
        return tuple(actions)
