"""What is true of every call, whatever happens: random histories of calls, phones, time and failures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from callmanager.domain.call_events import CallEventKind
from callmanager.domain.cdr import assemble
from callmanager.domain.live_events import LiveEventFeed
from callmanager.domain.rights import GroupEntry
from callmanager.domain.routing import MAX_FORWARDS
from callmanager.domain.snapshot import TenantSnapshot
from sipworker.call.actions import (
    AnswerLeg,
    AttendLeg,
    BridgeLegs,
    CancelLeg,
    DialLeg,
    DialTrunk,
    HangUpLeg,
    HearLeg,
    LegAction,
    PlayMusicOnHold,
    RefuseLeg,
    UnattendLeg,
    UnbridgeLegs,
    UnhearLeg,
)
from sipworker.call.joining import NOT_TAKEN_UP
from sipworker.call.signals import (
    DigitPressed,
    InviteReceived,
    LegAnswered,
    LegFailed,
    LegHeld,
    LegHungUp,
    LegId,
    LegRinging,
    LegSignal,
    LegUnheld,
    PlaybackEnded,
)
from tests.cast import ACME_DOMAIN, ACME_ID, ALICE, BOB, BOBS_DESK, CAROL, alice_calls
from tests.fakes import Told, WorkerInMemory
from tests.worker.trunk_cast import ACME_OUTSIDE, BOBS_DID, NUMBER, provider_calls

SIGNALS: dict[str, Callable[[LegId], LegSignal]] = {
    "rings": lambda leg: LegRinging(leg, 180, early_media=False),
    "early media": lambda leg: LegRinging(leg, 183, early_media=True),
    "answers": LegAnswered,
    "busy": lambda leg: LegFailed(leg, 486, "Busy Here"),
    "unavailable": lambda leg: LegFailed(leg, 503, "Service Unavailable"),
    "declines": lambda leg: LegFailed(leg, 603, "Decline"),
    "hangs up": lambda leg: LegHungUp(leg, False, 200, ""),
    "cancels": lambda leg: LegHungUp(leg, True, 487, ""),
    "dies": lambda leg: LegHungUp(leg, False, 408, "Transport lost"),
    "holds": LegHeld,
    "unholds": LegUnheld,
    "presses a digit": lambda leg: DigitPressed(leg, "5", 100),
    "whispers": lambda leg: DigitPressed(leg, "2", 100),
    "takes over": lambda leg: DigitPressed(leg, "4", 100),
    "has heard a sound": lambda leg: PlaybackEnded(leg, "parking place"),
}
ENDS = (LegFailed, LegHungUp)
DIALLED = [BOB, BOB, BOB, CAROL, "*43", "*44", "999", "", NUMBER, NUMBER]

# Of Carol, about the calls of the others.
CODES = ["888*102", "888*101*2", "888*102*4", "**102", "##102", "##101", "*8", "*68", "*687", "*881", "*887"]

calls = st.one_of(
    st.tuples(st.just("call"), st.sampled_from(DIALLED)), st.tuples(st.just("carol"), st.sampled_from(CODES))
)
from_outside = st.tuples(st.just("from outside"), st.sampled_from([BOBS_DID, "4930999"]))
signals = st.tuples(st.sampled_from(sorted(SIGNALS)), st.integers(0, 7))
waits = st.tuples(st.just("wait"), st.sampled_from([0.5, 10.0, 25.0, 50_000.0]))
requests = st.tuples(st.just("request"), st.integers(1, 4))
drains = st.tuples(st.just("drain"), st.just(0))
Steps = list[tuple[str, object]]
histories = st.lists(st.one_of(calls, from_outside, *(4 * [signals]), waits, requests), max_size=30)
with_failures = st.lists(
    st.one_of(calls, from_outside, signals, signals, waits, requests, drains), max_size=30
)
breakages = st.lists(
    st.sampled_from([AnswerLeg, CancelLeg, DialLeg, DialTrunk, HangUpLeg, PlayMusicOnHold, RefuseLeg]),
    max_size=3,
)


def with_monitor(company: TenantSnapshot) -> TenantSnapshot:
    """Carol may monitor everybody, and they share a group."""
    everybody = frozenset({ALICE, BOB, CAROL})
    groups = (GroupEntry(90, "All", members=everybody, monitors=frozenset({CAROL})),)
    codes = replace(company.dial_codes, is_monitoring_enabled=True)
    return replace(company, dial_codes=codes, groups=(*company.groups, *groups))


class History:
    """Plays steps to a worker. A lawful one keeps the promises of SipPort: after its end a leg is silent."""

    def __init__(self, *, lawful: bool) -> None:
        self.worker = WorkerInMemory(capacity=10)
        # Bob's calls go outside when he is busy, and Carol's to Bob when she does not answer.
        self.worker.snapshots.by_tenant[ACME_ID] = with_monitor(ACME_OUTSIDE)
        self.worker.contacts.by_aor[f"{CAROL}@{ACME_DOMAIN}"] = (BOBS_DESK,)
        self.lawful = lawful
        self.callers: list[LegId] = []
        self.ended_by_far_end: set[LegId] = set()
        self.answered: set[LegId] = set()
        self.told: list[Told] = []

    def play(self, steps: Steps) -> None:
        for step, argument in steps:
            self._play_one(step, argument)
            self._check_new_actions()
        self._everybody_leaves()

    @property
    def dialled(self) -> list[LegId]:
        return [action.leg for action in self.told if isinstance(action, DialLeg | DialTrunk)]

    def _play_one(self, step: str, argument: object) -> None:
        match step, argument:
            case "call", str(number):
                self.callers.append(f"alice {len(self.callers)}")
                self._hear(alice_calls(number, leg=self.callers[-1]))
            case "carol", str(code):
                self.callers.append(f"carol {len(self.callers)}")
                self._hear(replace(alice_calls(code, leg=self.callers[-1]), caller=CAROL))
            case "from outside", str(did):
                self.callers.append(f"provider {len(self.callers)}")
                self._hear(provider_calls(did, leg=self.callers[-1]))
            case "wait", float(seconds):
                self.worker.wait(seconds)
            case "request", int(number):
                self.worker.command("hang_up", ACME_ID, f"s{number}")
            case "drain", _:
                self.worker.runner.start_draining()
            case _, int(index):
                legs = [*self.callers, *self.dialled]
                if legs:
                    self._say(SIGNALS[step](legs[index % len(legs)]))

    def _say(self, signal: LegSignal) -> None:
        if self.lawful and not self._is_possible(signal):
            return
        if isinstance(signal, ENDS):
            self.ended_by_far_end.add(signal.leg)
        if isinstance(signal, LegAnswered):
            self.answered.add(signal.leg)
        self._hear(signal)

    def _is_possible(self, signal: LegSignal) -> bool:
        if signal.leg in self.ended_by_far_end:
            return False
        if signal.leg in self.callers or signal.leg in self.answered:
            return not isinstance(signal, LegRinging | LegAnswered | LegFailed)
        return not isinstance(signal, DigitPressed)

    def _hear(self, signal: InviteReceived | LegSignal) -> None:
        self.worker.hear(signal)

    def _check_new_actions(self) -> None:
        new = self.worker.sip.take_actions()
        self.told += new
        if not self.lawful:
            return
        for action in new:
            assert not self.ended_by_far_end.intersection(legs_of(action)), f"{action} on a dead leg"

    def _everybody_leaves(self) -> None:
        for leg in self.callers:
            if leg not in self.ended_by_far_end:
                self._say(LegHungUp(leg, False, 200, ""))
                self._check_new_actions()
        # A call that is forwarded rings anew each time.
        for _ in range(MAX_FORWARDS + 1):
            self.worker.wait(13 * 3600)
        self._check_new_actions()


def sessions_of(history: History) -> list[str]:
    return [f"s{number}" for number, _ in enumerate(history.callers, start=1)]


def legs_of(action: Told) -> tuple[LegId, ...]:
    """Those that must be alive for it."""
    match action:
        case BridgeLegs(first=first, second=second):
            return first, second
        case HearLeg(listener=first, source=second) | AttendLeg(listener=first, leg=second):
            return first, second
        case UnbridgeLegs() | UnhearLeg() | UnattendLeg():
            return ()
        case _:
            return (action.leg,)


def check_events(worker: WorkerInMemory, sessions: Iterable[str], *, is_served: bool = False) -> None:
    """`is_served`: a service may answer before somebody does."""
    feed = LiveEventFeed()
    assert worker.runner.live_calls == 0
    assert worker.events.live == {}
    for session in sessions:
        events = worker.events.of(session)
        kinds = [event.kind for event in events]
        assert [event.sequence for event in events] == list(range(len(events)))
        assert kinds[0] is CallEventKind.CALL_START
        assert kinds[-1] is CallEventKind.CALL_ENDED
        counted = Counter(kinds)
        assert counted[CallEventKind.CALL_START] == counted[CallEventKind.CALL_ENDED] == 1
        assert is_served or counted[CallEventKind.CALL_ESTABLISHED] <= 1
        assert counted[CallEventKind.CALL_FAIL] + counted[CallEventKind.CALL_NOANSWER] <= 1
        assert assemble(events) is not None
        for event in events:
            feed.message(event)


def check_targets(worker: WorkerInMemory) -> None:
    """Every phone that was rung is said to have ended, once in each call that it was in."""
    ends = (CallEventKind.TARGET_FAIL, CallEventKind.TARGET_NOANSWER, CallEventKind.TARGET_ENDED)
    came = (CallEventKind.TARGET_ADD, CallEventKind.CALL_JOINED)

    def told(*kinds: CallEventKind) -> Counter[tuple[str, object]]:
        events = worker.events.events
        return Counter((event.session_id, event.data["target_id"]) for event in events if event.kind in kinds)

    # Whoever comes into a call that can't take anybody in is sent away, and that is told, too.
    refused = Counter(
        (event.session_id, event.data["target_id"])
        for event in worker.events.events
        if event.kind is CallEventKind.TARGET_ENDED and event.data["reason"] == NOT_TAKEN_UP
    )
    assert told(*ends) - refused == Counter(set(told(*came)))


def check_legs(history: History) -> None:
    """Every leg was ended, by the far end or by us."""
    farewells = {a.leg for a in history.told if isinstance(a, CancelLeg | HangUpLeg | RefuseLeg)}
    for leg in (*history.callers, *history.dialled):
        assert leg in farewells or leg in history.ended_by_far_end
    late_answers = history.answered - history.ended_by_far_end
    byes = {action.leg for action in history.told if isinstance(action, HangUpLeg)}
    assert late_answers <= byes


@settings(max_examples=300, deadline=None)
@given(histories)
def test_every_call_keeps_its_promises(steps: Steps) -> None:
    history = History(lawful=True)
    history.play(steps)
    check_events(history.worker, sessions_of(history))
    check_targets(history.worker)
    check_legs(history)


@settings(max_examples=200, deadline=None)
@given(with_failures, breakages)
def test_no_call_outlives_a_stack_that_lies_and_breaks(
    steps: Steps, breaks_on: list[type[LegAction]]
) -> None:
    history = History(lawful=False)
    history.worker.sip.breaks_on = tuple(breaks_on)
    with capture_logs():
        history.play(steps)
    check_events(history.worker, sessions_of(history))
