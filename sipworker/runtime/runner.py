"""The one loop of a worker: signal, session, actions, ports. A call that fails ends; the worker lives."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import structlog

from callmanager.domain.call_events import CallEventKind
from callmanager.domain.outcome import CallOutcome, CallStatus, EndedBy
from sipworker.call.actions import (
    Action,
    AnswerLater,
    AnswerRequest,
    BridgeLegs,
    DialLeg,
    DialTrunk,
    EmitEvent,
    EndCall,
    HangUpLeg,
    SharedAction,
    StartTimer,
    StopTimer,
    UnbridgeLegs,
)
from sipworker.call.context import CallContext, CallLimits
from sipworker.call.errors import IllegalSignal
from sipworker.call.session import INTERNAL_ERROR, CallSession, Feature
from sipworker.call.signals import (
    HangUpRequested,
    Heard,
    InviteReceived,
    LegAnswered,
    LegFailed,
    LegHungUp,
    LegId,
    LegSignal,
    TimerFired,
)
from sipworker.call.transfers import DismissLeg
from sipworker.features import feature_for
from sipworker.ports import Ports
from sipworker.runtime.callback_orders import CallbackOrders
from sipworker.runtime.commands import CommandDesk
from sipworker.runtime.desks import Desks
from sipworker.runtime.disconnection import no_longer_allowed
from sipworker.runtime.events import CallJournal
from sipworker.runtime.external_use import ExternalUse
from sipworker.runtime.group_use import GroupUse
from sipworker.runtime.quality import QualityWatch
from sipworker.runtime.quality_series import sides_document
from sipworker.runtime.queue_callbacks import QueueCallbacks
from sipworker.runtime.reception import Reception, Room
from sipworker.runtime.registry import LiveCall, Registry
from sipworker.runtime.requested_calls import RequestedCalls
from sipworker.runtime.tally import Tally
from sipworker.runtime.timers import Timers
from sipworker.runtime.transfers import TransferDesk

log = structlog.get_logger(__name__)

# The SIP adapter appends, the runner takes; both on the SIP thread.
Inbox = deque[InviteReceived | LegSignal]


@dataclass(frozen=True, slots=True)
class RunnerSettings:
    """`capacity` is the number of legs at once; a call that comes when there are so many is sent elsewhere with 503.
    Somebody who waits or listens is one leg, a talk is two. The SIP stack takes 1000: the rest is for whom those calls
    that are here ring.
    """

    worker: str
    capacity: int = 800
    drain_timeout_s: float = 30.0
    limits: CallLimits = field(default_factory=CallLimits)


class Runner:
    """Owns every call of this worker. All of it runs on one thread."""

    def __init__(
        self, *, ports: Ports, inbox: Inbox, settings: RunnerSettings, new_session_id: Callable[[], str]
    ) -> None:
        self._ports = ports
        self._inbox = inbox
        self._settings = settings
        self.tally = Tally()
        self._registry = Registry()
        self._use = ExternalUse(ports.stored_use)
        self._groups = GroupUse(ports.stored_use)
        self._reception = Reception(
            ports, self._use, self._groups, settings.limits, new_session_id, self._registry.extension_on
        )
        self._desks = Desks(ports, self._registry, self._groups)
        self._transfers = TransferDesk(self._registry, self._reception)
        self._timers = Timers()
        self._quality = QualityWatch(ports.sip, self._registry)
        callers = RequestedCalls(ports.snapshots, self._reception, self._registry, self._room, self._begin)
        self._callbacks = QueueCallbacks(
            ports.snapshots, self._reception, new_session_id, self._room, self._begin, self._desks.queues
        )
        self._desk = CommandDesk(
            self._registry, self._step, callers, CallbackOrders(ports.snapshots, self._desks.queues)
        )
        # What a call asked while its actions were performed: told to it after all of them.
        self._answers: deque[tuple[LiveCall, Heard]] = deque()
        self._drain_until: float | None = None

    @property
    def live_calls(self) -> int:
        return len(self._registry)

    @property
    def live_legs(self) -> int:
        return self._registry.open_legs

    @property
    def is_draining(self) -> bool:
        return self._drain_until is not None

    def run_once(self, timeout_s: float) -> None:
        """Wait for SIP at most this long, then handle all that happened."""
        self._ports.sip.poll(self._wait_s(timeout_s))
        self._empty_inbox()
        self._fire_timers()
        self._take_commands()
        self._take_answers()
        self._tell_news()
        self._end_what_is_not_allowed_any_more()
        self._stop_recordings_without_room()
        self._end_drain_if_due()
        self._quality.look(self._ports.clock.monotonic(), self._ports.clock.now().timestamp())
        self._empty_inbox()

    def start_draining(self) -> None:
        """No new calls; the running ones may finish until the drain timeout, then they are hung up."""
        if self._drain_until is None:
            self._drain_until = self._ports.clock.monotonic() + self._settings.drain_timeout_s
            self._ports.sip.drain()

    def _wait_s(self, timeout_s: float) -> float:
        if self._inbox:
            return 0.0
        due_at = self._timers.next_due_at()
        if due_at is None:
            return timeout_s
        return max(0.0, min(timeout_s, due_at - self._ports.clock.monotonic()))

    def _empty_inbox(self) -> None:
        while self._inbox:
            signal = self._inbox.popleft()
            if isinstance(signal, InviteReceived):
                self._open(signal)
            else:
                self._deliver(signal)

    def _fire_timers(self) -> None:
        now = self._ports.clock.monotonic()
        while (due := self._timers.pop_due(now)) is not None:
            session_id, timer = due
            call = self._registry.find(session_id)
            if call is not None:
                self._step(call, TimerFired(timer))

    def _take_commands(self) -> None:
        for command, answer in self._ports.commands.take():
            self._desk.carry_out(command, answer)

    def _take_answers(self) -> None:
        for call, found in self._desks.inquired():
            self._step(call, found)

    def _tell_news(self) -> None:
        for call, news in self._desks.news():
            self._step(call, news)
        self._callbacks.make_due()

    def _end_what_is_not_allowed_any_more(self) -> None:
        for call, request in no_longer_allowed(self._registry, self._ports.snapshots):
            self._step(call, request)

    def _stop_recordings_without_room(self) -> None:
        for call, failed in self._desks.out_of_room():
            self._step(call, failed)

    def _end_drain_if_due(self) -> None:
        if self._drain_until is None or self._ports.clock.monotonic() < self._drain_until:
            return
        for call in self._registry.calls():
            self._step(call, HangUpRequested(EndedBy.PBX, "Worker is restarting"))

    def _open(self, invite: InviteReceived) -> None:
        context, decision = self._reception.receive(invite, self._room(invite.tenant_id))
        self._begin(context, feature_for(decision, context))

    def _room(self, tenant_id: int) -> Room:
        return Room(
            is_draining=self.is_draining,
            is_full=self._registry.open_legs >= self._settings.capacity,
            running_calls=self._registry.count_of(tenant_id),
        )

    def _begin(self, context: CallContext, feature: Feature) -> None:
        journal = CallJournal(context, self._ports.events, self._ports.clock, self._settings.worker)
        call = LiveCall(context, CallSession(context, feature), journal)
        self._registry.add(call)
        self._quality.begin(context.session_id, self._ports.clock.monotonic())
        self._guarded(call, lambda: call.recording.follow(call.session.start()))

    def _deliver(self, signal: LegSignal) -> None:
        call = self._registry.find_by_leg(signal.leg)
        self._note_use(signal)
        if isinstance(signal, LegFailed | LegHungUp):
            self._registry.end_leg(signal.leg)
        if call is None:
            if isinstance(signal, LegAnswered):
                self._hang_up_late(signal.leg)
            return
        if isinstance(signal, LegHungUp) and signal.media is not None:
            call.media[signal.leg] = signal.media
        self._step(call, signal)

    def _note_use(self, signal: LegSignal) -> None:
        match signal:
            case LegAnswered(leg=leg):
                self._use.answer(leg, self._ports.clock.now())
            case LegFailed(leg=leg) | LegHungUp(leg=leg):
                self._use.end(leg, self._ports.clock.now())

    def _hang_up_late(self, leg: LegId) -> None:
        """It answered while our CANCEL was under way, and its call is already over: nothing is left to abort."""
        try:
            self._ports.sip.perform(HangUpLeg(leg, "Answered too late"))
        except Exception:
            log.exception("leg.late_hang_up_failed")

    def _step(self, call: LiveCall, signal: Heard) -> None:
        complete = self._transfers.complete(call, signal)
        self._guarded(call, partial(call.recording.around, complete, call.session.handle))

    def _guarded(self, call: LiveCall, wishes: Callable[[], tuple[Action, ...]]) -> None:
        """Ask the session and perform; whatever goes wrong ends this call only."""
        try:
            actions = wishes()
        except IllegalSignal as error:
            log.warning("call.signal_illegal", what=str(error), **_labels(call))
        except Exception:
            log.exception("call.failed", **_labels(call))
            self._abort(call)
        else:
            if not self._perform_all(call, actions):
                self._abort(call)
            while self._answers:
                self._step(*self._answers.popleft())

    def _perform_all(self, call: LiveCall, actions: tuple[Action, ...]) -> bool:
        """Every action gets its chance, so that one failure leaves no leg behind."""
        is_well = True
        self._desks.begin()
        for action in actions:
            try:
                self._perform(call, action)
            except Exception:
                log.exception("call.action_failed", action=type(action).__name__, **_labels(call))
                is_well = False
        return is_well

    def _perform(self, call: LiveCall, action: Action) -> None:
        sip = self._ports.sip
        match action:
            case DialLeg():
                self._registry.add_leg(call, action.leg)
                self._groups.note_rung(action, self._ports.clock.now())
                sip.perform(action)
            case DialTrunk(on_behalf_of=extension):
                self._registry.add_leg(call, action.leg)
                self._groups.note_rung(action, self._ports.clock.now())
                if call.context.snapshot is not None:
                    self._use.dial(call.context.snapshot, extension, action.leg)
                sip.perform(action)
            case HangUpLeg() | DismissLeg():
                self._remember_media(call, action.leg)
                sip.perform(action)
            case BridgeLegs(first=first, second=second):
                sip.bridge(first, second)
            case UnbridgeLegs(first=first, second=second):
                sip.unbridge(first, second)
            case EmitEvent(kind=kind, data=data):
                if kind is CallEventKind.CALL_ESTABLISHED:
                    self._groups.note_answered(call.context.invite.tenant_id, data, self._ports.clock.now())
                elif kind is CallEventKind.QUEUE_AGENT_STATE:
                    self._desks.queues.note_state(call, data)
                call.journal.record(kind, data)
            case StartTimer(timer=timer, after_s=after_s):
                due_at = self._ports.clock.monotonic() + after_s
                self._timers.start(call.context.session_id, timer, due_at)
            case StopTimer(timer=timer):
                self._timers.stop(call.context.session_id, timer)
            case AnswerRequest() | AnswerLater():
                self._desk.note(call, action)
            case EndCall(outcome=outcome, callee_leg=callee_leg):
                self._close(call, outcome, callee_leg)
            case _ if isinstance(action, SharedAction):
                self._answers.extend(self._desks.perform(call, action))
            case _:
                sip.perform(action)

    def _remember_media(self, call: LiveCall, leg: LegId) -> None:
        report = self._ports.sip.find_media_report(leg)
        if report is not None:
            call.media[leg] = report

    def _close(self, call: LiveCall, outcome: CallOutcome, callee_leg: LegId) -> None:
        self._desk.end(call)
        self._desks.leave(call)
        self._registry.remove(call)
        self._timers.stop_all(call.context.session_id)
        for leg in call.legs:
            self._use.end(leg, self._ports.clock.now())
        self.tally.note_ended(outcome.status, call.media.values())
        caller_media = call.media.get(call.context.caller_leg)
        quality = sides_document(call.quality, call.context.caller_leg, callee_leg)
        call.journal.end(outcome, caller_media, call.media.get(callee_leg), quality)

    def _abort(self, call: LiveCall) -> None:
        if self._registry.find(call.context.session_id) is not call:
            return
        try:
            self._perform_all(call, call.recording.follow(call.session.abort()))
        except Exception:
            log.exception("call.abort_failed", **_labels(call))
        if self._registry.find(call.context.session_id) is call:
            self._close(call, CallOutcome(CallStatus.FAILED, EndedBy.PBX, INTERNAL_ERROR, 500), "")


def _labels(call: LiveCall) -> dict[str, object]:
    return {"session_id": call.context.session_id, "tenant_id": call.context.invite.tenant_id}
