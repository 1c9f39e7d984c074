"""Call a number outside over trunks, one after the other, until one of them gets through."""

from __future__ import annotations

from callmanager.domain.decisions import DialOut, TrunkTry
from callmanager.domain.trunk_failover import (
    NOTHING_RANG,
    RANG_IN_VAIN,
    TRUNK_DOWN,
    TRUNK_SILENT,
    goes_on,
    outcome_of_trunks,
)
from callmanager.domain.unanswered import Failure
from sipworker.call.actions import (
    Action,
    AnswerLeg,
    BridgeLegs,
    CancelLeg,
    DialTrunk,
    RingLeg,
    SendDigit,
    StartTimer,
    StopTimer,
    UnbridgeLegs,
)
from sipworker.call.context import CallContext
from sipworker.call.parties import dialled_party
from sipworker.call.signals import (
    DigitPressed,
    LegAnswered,
    LegFailed,
    LegHungUp,
    LegRinging,
    Signal,
    TimerFired,
)
from sipworker.call.target_events import NOT_HEARD_OF, RANG_TOO_LONG
from sipworker.features import established
from sipworker.features.talk import Talk, Wish
from sipworker.features.unreached import Unreached

# Sound before an answer, as announcements are; nobody's phone need ring yet.
PROGRESS = 183
ATTEMPTS_TIMER, TRY_TIMER, RING_TIMER = "attempts", "try", "outside_ring"


class DialOutside:
    """Until somebody answers; from then on `Talk` hears every signal.

    A trunk that is silent gets its share of the time for all attempts, the last one what is left of it.
    """

    __slots__ = (
        "_context",
        "_current",
        "_decision",
        "_failures",
        "_has_rung",
        "_is_alive",
        "_is_early",
        "_is_ringing",
        "_is_time_up",
        "_talk",
        "_waiting",
    )

    def __init__(self, context: CallContext, decision: DialOut) -> None:
        self._context = context
        self._decision = decision
        self._waiting = list(decision.tries)
        self._failures: list[Failure] = []
        self._current: DialTrunk | None = None
        # Of the current trunk: it gave a sign of life, rings somebody, sends sound already.
        self._is_alive = self._is_ringing = self._is_early = False
        self._has_rung = False
        self._is_time_up = False
        self._talk: Talk | None = None

    def start(self) -> tuple[Action | Unreached, ...]:
        return (StartTimer(ATTEMPTS_TIMER, self._decision.attempts_timeout_s), *self._next())

    def handle(self, signal: Signal) -> tuple[Wish, ...]:
        if self._talk is not None:
            return self._talk.handle(signal)
        match signal:
            case LegRinging():
                return self._pass_on_ringing(signal)
            case LegAnswered():
                return self._answer(signal)
            case LegFailed(sip_code=sip_code, reason=reason) | LegHungUp(sip_code=sip_code, reason=reason):
                return self._go_on(Failure(sip_code, reason))
            case DigitPressed():
                return self._pass_on_digit(signal)
            case TimerFired(timer=timer):
                return self._time_out(timer)
            case _:
                return ()  # there is nobody yet to play music to

    def _next(self) -> tuple[Action | Unreached, ...]:
        while self._waiting and not self._is_time_up:
            dial = self._dial(self._waiting.pop(0))
            if dial is None:
                self._failures.append(TRUNK_DOWN)
                continue
            self._current = dial
            if not self._waiting:
                return (dial, StopTimer(TRY_TIMER))
            share = self._decision.attempts_timeout_s / len(self._decision.tries)
            return (dial, StartTimer(TRY_TIMER, share))
        return self._end()

    def _end(self) -> tuple[Action | Unreached, ...]:
        if self._is_time_up and not self._has_rung:
            return (Unreached(NOTHING_RANG),)
        failures = self._failures or [TRUNK_DOWN]
        return (Unreached(outcome_of_trunks(failures, has_rung=self._has_rung)),)

    def _dial(self, attempt: TrunkTry) -> DialTrunk | None:
        invite, snapshot = self._context.invite, self._context.snapshot
        trunk = snapshot.find_trunk(attempt.trunk_id) if snapshot is not None else None
        if trunk is None or not trunk.is_enabled:
            return None
        return DialTrunk(
            leg=self._context.new_leg(),
            tenant_id=invite.tenant_id,
            number=self._decision.number,
            trunk=trunk,
            headers=attempt.headers,
            on_behalf_of=self._decision.on_behalf_of,
            codecs=invite.codecs,
        )

    def _pass_on_ringing(self, signal: LegRinging) -> tuple[Action, ...]:
        caller = self._context.caller_leg
        is_first, self._has_rung = not self._has_rung, True
        self._is_ringing = self._is_ringing or signal.sip_code != PROGRESS
        timers: tuple[Action, ...] = ()
        if not self._is_alive:
            self._is_alive = True
            timers = (StopTimer(TRY_TIMER), StartTimer(RING_TIMER, self._decision.ring_timeout_s))
        if signal.early_media and not self._is_early:
            self._is_early = True
            codec = self._context.caller_codec(signal.codec)
            return (*timers, RingLeg(caller, 183, True, codec), BridgeLegs(caller, signal.leg))
        return (*timers, RingLeg(caller, 180, False)) if is_first else timers

    def _answer(self, signal: LegAnswered) -> tuple[Action, ...]:
        caller, dialled = self._context.caller_leg, self._current
        if dialled is None:
            return ()  # the session knows no leg that could say so
        self._talk = Talk(self._context, dialled_party(dialled, self._context))
        return (
            AnswerLeg(caller, self._context.caller_codec(signal.codec)),
            *(() if self._is_early else (BridgeLegs(caller, signal.leg),)),
            *(StopTimer(timer) for timer in (ATTEMPTS_TIMER, TRY_TIMER, RING_TIMER)),
            established.by_trunk(dialled, signal.user_agent),
        )

    def _go_on(self, failure: Failure) -> tuple[Action | Unreached, ...]:
        over = (*self._end_early_media(), *((StopTimer(RING_TIMER),) if self._is_alive else ()))
        has_rung_here = self._is_ringing
        self._current, self._is_alive, self._is_ringing = None, False, False
        self._failures.append(failure)
        if goes_on(failure.sip_code, self._decision.also_next_on) and not has_rung_here:
            return (*over, *self._next())
        return (*over, *self._end())

    def _time_out(self, timer: str) -> tuple[Action | Unreached, ...]:
        if timer == RING_TIMER:
            return (*self._end_early_media(), Unreached(RANG_IN_VAIN, self._cancels()))
        if timer == ATTEMPTS_TIMER:
            self._is_time_up = True
        elif timer != TRY_TIMER:
            return ()
        if self._is_alive or self._current is None:
            return ()
        cancel = CancelLeg(self._current.leg, NOT_HEARD_OF, TRUNK_SILENT.reason)
        return (cancel, *self._go_on(TRUNK_SILENT))

    @property
    def rung(self) -> frozenset[str] | None:
        """No extension is; None once somebody talks."""
        return None if self._talk is not None else frozenset()

    def withdraw(self, reason: str) -> tuple[Action, ...]:
        """Call nobody any more: the call goes elsewhere."""
        cancels = (CancelLeg(self._current.leg, 200, reason),) if self._current is not None else ()
        timers = (StopTimer(timer) for timer in (ATTEMPTS_TIMER, TRY_TIMER, RING_TIMER))
        return (*self._end_early_media(), *cancels, *timers)

    def _cancels(self) -> tuple[CancelLeg, ...]:
        current = self._current
        return (CancelLeg(current.leg, RANG_TOO_LONG, RANG_IN_VAIN.reason),) if current is not None else ()

    def _end_early_media(self) -> tuple[Action, ...]:
        if self._current is None or not self._is_early:
            return ()
        self._is_early = False
        return (UnbridgeLegs(self._context.caller_leg, self._current.leg),)

    def _pass_on_digit(self, signal: DigitPressed) -> tuple[Action, ...]:
        if self._current is None or not self._is_early or signal.leg != self._context.caller_leg:
            return ()
        return (SendDigit(self._current.leg, signal.digit, signal.duration_ms),)
