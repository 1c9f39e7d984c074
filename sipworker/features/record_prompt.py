"""A receptionist's prompt recorded on the telephone: the PIN, the tone, what was said once more, and taken or not.

Whoever keeps prompts obeys the event when the call has its record; callers hear the new one from then on.
"""

from __future__ import annotations

from callmanager.domain.call_events import CallEventKind
from callmanager.domain.decisions import RecordPrompt
from callmanager.domain.outcome import CallOutcome, CallStatus, EndedBy
from sipworker.call.actions import Action, AnswerLeg, EmitEvent, EndCall, StopFiles, StopTimer
from sipworker.call.context import CallContext
from sipworker.call.signals import DigitPressed, PlaybackEnded, Signal, TimerFired
from sipworker.features import established
from sipworker.features.mailbox_entrance import Entrance
from sipworker.features.mailbox_recorder import Recorder
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
OVER = CallOutcome(CallStatus.ANSWERED, EndedBy.PBX, "Prompt recorded", 200)
GIVEN_UP = CallOutcome(CallStatus.ANSWERED, EndedBy.PBX, "No prompt was recorded", 200)


class RecordingPrompt:
    __slots__ = ("_context", "_decision", "_outcome", "_room", "_voice", "_waits")

    def __init__(self, context: CallContext, decision: RecordPrompt) -> None:
        self._context = context
        self._decision = decision
        self._voice = Voice(context.caller_leg, decision.language)
        recorder = Recorder(
            self._voice, (), decision.receptionist, f"{context.session_id}-prompt", self._taken
        )
        self._room: Room = Entrance(self._voice, decision.receptionist, decision.pin_token, recorder)
        self._waits = 0
        # Set when everything is said.
        self._outcome: CallOutcome | None = None

    def start(self) -> tuple[Action, ...]:
        return (
            AnswerLeg(self._context.caller_leg),
            established.by_service("prompt_recording", self._context, self._decision.receptionist),
            *self._follow(self._room.enter()),
        )

    def handle(self, signal: Signal) -> tuple[Action, ...]:
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
                self._waits += 1
                too_often = (Goodbye(GIVEN_UP),)
                return self._follow(too_often if self._waits >= MAX_WAITS else self._room.waited())
        return self._follow(self._room.heard(signal))

    def _taken(self, path: str) -> Wishes:
        decision = self._decision
        data = {
            "mailbox": decision.receptionist,
            "message_id": 0,
            "change": "prompt",
            "use": decision.use,
            "path": path,
            "by": self._context.caller,
        }
        return (EmitEvent(CallEventKind.VOICEMAIL_CHANGED, data), Goodbye(OVER, ("vm-msgsaved",)))

    def _follow(self, wishes: Wishes) -> tuple[Action, ...]:
        actions: list[Action] = []
        for wish in wishes:
            match wish:
                case Enter(room=room, is_speaking=is_speaking):
                    self._room = room
                    actions += self._follow(room.enter() if is_speaking else ())
                case ToMessages(said=said):
                    actions += self._follow((Goodbye(GIVEN_UP, said),))
                case Goodbye(outcome=outcome, said=said):
                    self._outcome = outcome
                    actions.append(self._voice.say(*said, "vm-goodbye"))
                case Onward():
                    raise AssertionError("nobody is called from here")
                case _:
                    actions.append(wish)
        return tuple(actions)
