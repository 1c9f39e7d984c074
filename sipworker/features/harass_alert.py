"""A harassing caller hears a warning before a queue (manual 11.2): with 1 the call ends, with 2 it goes on; or it ends
by itself.
"""

from __future__ import annotations

from callmanager.domain.decisions import EnterQueue
from callmanager.domain.outcome import CallOutcome, CallStatus, EndedBy
from callmanager.domain.queue_callers import HarassLevel
from callmanager.domain.sounds import stored
from callmanager.domain.spoken import words
from sipworker.call.actions import AnswerLeg, EndCall, PlayFiles, StartTimer, StopFiles, StopTimer
from sipworker.call.context import CallContext
from sipworker.call.signals import DigitPressed, PlaybackEnded, Signal, TimerFired
from sipworker.features import established
from sipworker.features.queue import WaitingInQueue
from sipworker.features.talk import Wish

PLAYBACK, TIMER = "harass_alert", "harass_alert"
WAIT_S, TIMES = 5.0, 3
HANG_UP_KEY, GO_ON_KEY = "1", "2"
REFUSED = CallOutcome(CallStatus.ANSWERED, EndedBy.PBX, "Harassing number", 200)
GAVE_UP = CallOutcome(CallStatus.ANSWERED, EndedBy.PBX, "A harassing number did not go on", 200)
# Without a prompt of the company's own.
WARNING = ("vm-press", "digits/1", "vm-tocancel", "vm-press", "digits/2", "vm-tomakecall")
REFUSAL = ("cannot-complete-as-dialed", "vm-goodbye")


class HarassAlert:
    """Until the caller goes on; from then on the queue hears every signal."""

    __slots__ = ("_context", "_decision", "_queue", "_times")

    def __init__(self, context: CallContext, decision: EnterQueue) -> None:
        self._context = context
        self._decision = decision
        self._times = 0
        self._queue: WaitingInQueue | None = None

    def start(self) -> tuple[Wish, ...]:
        service = established.by_service("queue", self._context, self._decision.number)
        return (AnswerLeg(self._context.caller_leg), service, self._warn())

    def handle(self, signal: Signal) -> tuple[Wish, ...]:
        if self._queue is not None:
            return self._queue.handle(signal)
        leg = self._context.caller_leg
        is_warned = self._decision.alert is HarassLevel.WARNED
        match signal:
            case PlaybackEnded(playback=playback) if playback == PLAYBACK:
                return (StartTimer(TIMER, WAIT_S),) if is_warned else (EndCall(REFUSED),)
            case DigitPressed(leg=pressed, digit=digit) if is_warned and pressed == leg:
                return self._pressed(digit)
            case TimerFired(timer=timer) if timer == TIMER:
                return (self._warn(),) if self._times < TIMES else (EndCall(GAVE_UP),)
            case _:
                return ()

    def _pressed(self, digit: str) -> tuple[Wish, ...]:
        quiet = (StopFiles(self._context.caller_leg, PLAYBACK), StopTimer(TIMER))
        if digit == HANG_UP_KEY:
            return (*quiet, EndCall(GAVE_UP))
        if digit != GO_ON_KEY:
            return ()
        self._queue = WaitingInQueue(self._context, self._decision)
        return (*quiet, *self._queue.start())

    def _warn(self) -> PlayFiles:
        self._times += 1
        snapshot, is_warned = self._context.snapshot, self._decision.alert is HarassLevel.WARNED
        callers = snapshot.queue_callers if snapshot is not None else None
        own = (callers.warned_prompt if is_warned else callers.refused_prompt) if callers is not None else ""
        queue = snapshot.find_queue(self._decision.number) if snapshot is not None else None
        said = (
            (stored(own),)
            if own
            else words(queue.language if queue else "en", WARNING if is_warned else REFUSAL)
        )
        return PlayFiles(self._context.caller_leg, PLAYBACK, said)
