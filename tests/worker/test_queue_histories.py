"""What is true of queues, whatever callers, agents, time and the stack do: random histories on the worker's machine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from callmanager.domain.agent_state import AgentState
from callmanager.domain.call_events import CallEventKind
from callmanager.domain.destination import END_CALL, Destination, DestinationKind
from callmanager.domain.queue import AgentEntry, Queue, QueueMember, QueueStrategy
from sipworker.call.actions import CancelLeg, DialLeg, DialTrunk, HangUpLeg, LegAction, RefuseLeg, RingCaller
from sipworker.call.signals import Contact, LegId, LegSignal, PlaybackEnded
from sipworker.features.queue import INTRO
from sipworker.features.queue_promise import GOODBYE
from tests.cast import ACME_DOMAIN, ACME_ID, BOB, CAROL
from tests.worker.test_invariants import (
    SIGNALS,
    History,
    Steps,
    breakages,
    check_events,
    check_legs,
    check_targets,
    drains,
    from_outside,
    requests,
    waits,
)

SALES, HELP = "8000", "8001"
QUEUE_SIGNALS: dict[str, Callable[[LegId], LegSignal]] = {
    **SIGNALS,
    "has heard the introduction": lambda leg: PlaybackEnded(leg, INTRO),
    "has heard good-bye": lambda leg: PlaybackEnded(leg, GOODBYE),
}
# Also a call among the agents themselves, and their signing out and in.
calls = st.tuples(st.just("call"), st.sampled_from([SALES, SALES, HELP, BOB]))
agents = st.tuples(st.just("carol"), st.sampled_from(["*51", "*52", "*52*8000", SALES]))
signals = st.tuples(st.sampled_from(sorted(QUEUE_SIGNALS)), st.integers(0, 9))
# What happens most: chance alone finds it too rarely.
usual = st.tuples(
    st.sampled_from(["agent answers", "agent answers", "agent hangs up", "agent is busy", "is called back"]),
    st.integers(0, 9),
)
moments = st.tuples(st.just("wait"), st.sampled_from([0.3, 6.0, 16.0]))
histories = st.lists(
    st.one_of(calls, calls, agents, from_outside, *(3 * [usual]), signals, moments, moments, waits, requests),
    max_size=40,
)
with_failures = st.lists(
    st.one_of(calls, agents, usual, signals, signals, moments, requests, drains), max_size=30
)
destinations = st.sampled_from(
    [END_CALL, Destination(DestinationKind.EXTENSION, CAROL), Destination(DestinationKind.CALL_QUEUE, HELP)]
)
queues = st.builds(
    Queue,
    st.just(1),
    st.just(SALES),
    st.just("Sales"),
    st.sampled_from(QueueStrategy),
    members=st.just((QueueMember(BOB), QueueMember(CAROL))),
    ring_duration_s=st.sampled_from([5, 60]),
    agent_ring_timeout_s=st.just(15),
    max_wait_s=st.sampled_from([30, 3600]),
    wrap_up_s=st.sampled_from([0, 5]),
    sla_s=st.sampled_from([0, 10]),
    skips_busy=st.booleans(),
    keeps_waiting=st.booleans(),
    is_ready_automatically=st.booleans(),
    music=st.just(("hold",)),
    intro_prompt=st.sampled_from(["", "welcome"]),
    is_intro_heard_in_full=st.booleans(),
    announces_position=st.booleans(),
    callback_key=st.sampled_from(["", "5", "5"]),
    is_sticky=st.booleans(),
    is_recorded=st.booleans(),
    no_answer=destinations,
)


class QueueHistory(History):
    """Two queues of the same two agents."""

    def __init__(self, queue: Queue, *, lawful: bool) -> None:
        super().__init__(lawful=lawful)
        both = (queue, replace(queue, queue_id=2, number=HELP, name="Help", no_answer=END_CALL))
        company = self.worker.snapshots.by_tenant[ACME_ID]
        signed_in = AgentState(is_signed_in=True)
        entries = tuple(
            AgentEntry(one.number, agent.number, signed_in) for one in both for agent in one.members
        )
        self.worker.snapshots.by_tenant[ACME_ID] = replace(company, queues=both, agents=entries)
        for number in (BOB, CAROL):
            phone = Contact(f"ruid-{number}", f"sip:{number}@192.0.2.9", "Phone")
            self.worker.contacts.by_aor[f"{number}@{ACME_DOMAIN}"] = (phone,)
        # By agent, the queues' calls that ring there.
        self.offered: dict[str, set[LegId]] = {}

    @property
    def dialled(self) -> list[LegId]:
        return [action.leg for action in self.told if isinstance(action, DialLeg | DialTrunk | RingCaller)]

    @property
    def asked_back(self) -> set[LegId]:
        return {action.leg for action in self.told if isinstance(action, RingCaller)}

    def _play_one(self, step: str, argument: object) -> None:
        match step, argument:
            case (("agent answers" | "agent hangs up" | "agent is busy"), int(index)):
                words = step.removeprefix("agent ").removeprefix("is ")
                if legs := [leg for leg in self.dialled if leg not in self.ended_by_far_end]:
                    self._say(SIGNALS[words](legs[-1 - index % len(legs)]))
            case "is called back", int(index) if self.callers:
                caller = self.callers[index % len(self.callers)]
                self._say(SIGNALS["presses a digit"](caller))
                self._check_new_actions()
                self._say(QUEUE_SIGNALS["has heard good-bye"](caller))
            case (("has heard the introduction" | "has heard good-bye"), int(index)):
                if legs := [*self.callers, *self.dialled]:
                    self._say(QUEUE_SIGNALS[step](legs[index % len(legs)]))
            case _ if step != "is called back":
                super()._play_one(step, argument)

    def _say(self, signal: LegSignal) -> None:
        super()._say(signal)
        if signal.leg in self.answered | self.ended_by_far_end:
            self._rings_no_more(signal.leg)

    def _rings_no_more(self, leg: LegId) -> None:
        for legs in self.offered.values():
            legs.discard(leg)

    def _check_new_actions(self) -> None:
        new = tuple(self.worker.sip.actions)
        super()._check_new_actions()
        for action in new:
            if isinstance(action, CancelLeg | HangUpLeg | RefuseLeg):
                self._rings_no_more(action.leg)
            is_of_queue = isinstance(action, DialLeg) and action.ring_group in (SALES, HELP)
            if isinstance(action, DialLeg | RingCaller) and (is_of_queue or isinstance(action, RingCaller)):
                self.offered.setdefault(action.number, set()).add(action.leg)
        if self.lawful:
            assert all(len(legs) <= 1 for legs in self.offered.values()), "an agent is offered two calls"

    def check(self) -> None:
        sessions = {event.session_id for event in self.worker.events.events}
        check_events(self.worker, sessions, is_served=True)
        for session in sessions:
            entered = left = 0
            for event in self.worker.events.of(session):
                entered += event.kind is CallEventKind.QUEUE_ENTERED
                left += event.kind is CallEventKind.QUEUE_LEFT
                assert 0 <= entered - left <= 1, "in one queue at a time"


@settings(max_examples=300, deadline=None)
@given(queues, histories)
def test_every_call_to_a_queue_keeps_its_promises(queue: Queue, steps: Steps) -> None:
    history = QueueHistory(queue, lawful=True)
    history.play(steps)
    history.check()
    check_targets(history.worker)
    # Whoever is asked to call back is not sent a BYE: their leg is ended as that of a caller who waits for an answer.
    history.answered -= history.asked_back
    check_legs(history)


@settings(max_examples=200, deadline=None)
@given(queues, with_failures, breakages)
def test_no_caller_of_a_queue_outlives_a_stack_that_lies_and_breaks(
    queue: Queue, steps: Steps, breaks_on: list[type[LegAction]]
) -> None:
    history = QueueHistory(queue, lawful=False)
    history.worker.sip.breaks_on = tuple(breaks_on)
    with capture_logs():
        history.play(steps)
    history.check()
