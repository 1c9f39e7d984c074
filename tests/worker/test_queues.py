"""Queues on the worker's own machine: who hears what, who rings, and what becomes of whoever waits in vain."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from callmanager.domain.agent_state import AgentState
from callmanager.domain.call_events import CallEventKind
from callmanager.domain.destination import Destination, DestinationKind
from callmanager.domain.extension_entry import ExtensionEntry
from callmanager.domain.outcome import CallStatus, EndedBy
from callmanager.domain.queue import AgentEntry, Queue, QueueMember, QueueStrategy
from callmanager.domain.queue_callers import ExclusiveAgents, QueueCallers, VipCaller
from sipworker.call.actions import (
    AnswerLeg,
    BridgeLegs,
    CancelLeg,
    DialLeg,
    HangUpLeg,
    PlayFiles,
    PlayMusicOnHold,
    StopMusicOnHold,
)
from sipworker.call.signals import Contact, DigitPressed, LegAnswered, LegFailed, LegHungUp, PlaybackEnded
from sipworker.features.harass_alert import PLAYBACK as HARASS_PLAYBACK
from sipworker.features.queue import INTRO, NEWS
from sipworker.runtime.queue_desk import GONE_S
from tests.cast import ACME, ACME_DOMAIN, ACME_ID, ALICE, BOB, CAROL, alice_calls
from tests.fakes import WorkerInMemory

SALES = "8000"
CALLER = "caller"
MUSIC = PlayMusicOnHold(CALLER, ("hold",))
SALES_QUEUE = Queue(
    1,
    SALES,
    "Sales",
    members=(QueueMember(BOB), QueueMember(CAROL)),
    strategy=QueueStrategy.PRIORITIZED_HUNT,
    music=("hold",),
    agent_ring_timeout_s=15,
    ring_duration_s=60,
    max_wait_s=300,
)


def worker_with(*, is_signed_in: bool = True, **changes: Any) -> WorkerInMemory:
    worker = WorkerInMemory(capacity=500)
    configure(worker, is_signed_in=is_signed_in, **changes)
    worker.contacts.by_aor = {
        f"{number}@{ACME_DOMAIN}": (Contact(f"ruid-{number}", f"sip:{number}@192.0.2.9", "Phone"),)
        for number in (ALICE, BOB, CAROL)
    }
    return worker


def configure(worker: WorkerInMemory, *, is_signed_in: bool = True, **changes: Any) -> None:
    agents = tuple(AgentEntry(SALES, number, AgentState(is_signed_in)) for number in (BOB, CAROL))
    queue = replace(SALES_QUEUE, **changes)
    worker.snapshots.put(ACME_ID, replace(ACME, queues=(queue,), agents=agents))


def enter(worker: WorkerInMemory, leg: str = CALLER) -> None:
    worker.hear(alice_calls(SALES, leg))
    worker.wait(0)


def rung(worker: WorkerInMemory) -> dict[str, str]:
    """Number -> leg of all that was dialled since the actions were taken last."""
    return {one.number: one.leg for one in worker.sip.actions if isinstance(one, DialLeg)}


def why_left(worker: WorkerInMemory, session: str = "s1") -> tuple[object, object]:
    (left,) = [one.data for one in worker.events.of(session) if one.kind is CallEventKind.QUEUE_LEFT]
    return left["why"], left["agent"]


def test_a_caller_is_answered_with_music_and_an_agent_rings_with_the_queues_name() -> None:
    worker = worker_with()
    enter(worker)
    assert worker.sip.actions[:2] == [AnswerLeg(CALLER), MUSIC]
    (dial,) = [one for one in worker.sip.actions if isinstance(one, DialLeg)]
    assert (dial.number, dial.caller, dial.caller_display_name) == (BOB, ALICE, "Sales: Alice")
    assert worker.events.kinds("s1")[1:4] == [
        CallEventKind.CALL_ESTABLISHED,
        CallEventKind.QUEUE_ENTERED,
        CallEventKind.TARGET_ADD,
    ]


def test_whoever_answers_talks_without_music_and_the_record_says_who_it_was() -> None:
    worker = worker_with()
    enter(worker)
    leg = rung(worker)[BOB]
    worker.sip.take_actions()
    worker.hear(LegAnswered(leg))
    told = worker.sip.take_actions()
    assert StopMusicOnHold(CALLER, ("hold",)) in told
    assert BridgeLegs(CALLER, leg) in told
    assert why_left(worker) == ("answered", BOB)
    worker.hear(LegHungUp(leg, False, 200, ""))
    cdr = worker.cdr()
    assert (cdr.status, cdr.answered_number, cdr.answered_by) == (CallStatus.ANSWERED, BOB, "extension")
    assert cdr.ring_group == SALES


def test_nobody_is_overtaken_and_nobody_is_offered_two_calls() -> None:
    worker = worker_with()
    for leg in ("a", "b", "c", "d"):
        enter(worker, leg)
    assert list(rung(worker)) == [BOB, CAROL]
    first = rung(worker)
    worker.sip.take_actions()
    worker.hear(LegAnswered(first[CAROL]))
    worker.wait(1)
    assert rung(worker) == {}, "both have something to do"
    worker.hear(LegHungUp(first[CAROL], False, 200, ""))
    worker.wait(1)
    assert rung(worker)[CAROL].startswith("s3-"), "the third caller, as the first two are served"


def test_all_ring_at_once_and_the_first_to_answer_has_the_call() -> None:
    worker = worker_with(strategy=QueueStrategy.SIMULTANEOUS)
    enter(worker)
    legs = rung(worker)
    worker.sip.take_actions()
    worker.hear(LegAnswered(legs[CAROL]))
    assert CancelLeg(legs[BOB], 200, "Call completed elsewhere") in worker.sip.take_actions()
    enter(worker, "second")
    assert list(rung(worker)) == [BOB], "who lost is free again"


@pytest.mark.parametrize("is_automatic", [True, False])
def test_whoever_lets_it_ring_in_vain_is_followed_by_the_next_and_signed_out_if_the_queue_says_so(
    is_automatic: bool,
) -> None:
    worker = worker_with(is_ready_automatically=is_automatic)
    enter(worker)
    leg = rung(worker)[BOB]
    worker.sip.take_actions()
    worker.wait(15)
    assert CancelLeg(leg, 480, "No answer") in worker.sip.actions
    carols = rung(worker)[CAROL]
    worker.sip.take_actions()
    worker.hear(LegFailed(carols, 486, "Busy Here"))
    worker.wait(6)
    assert list(rung(worker)) == ([BOB] if is_automatic else [])
    states = [one for one in worker.events.of("s1") if one.kind is CallEventKind.QUEUE_AGENT_STATE]
    assert [one.data["agent"] for one in states] == ([] if is_automatic else [BOB, CAROL])
    if not is_automatic:
        assert why_left(worker) == ("no_agents", "")


def test_after_the_ring_duration_the_destination_follows() -> None:
    destination = Destination(DestinationKind.EXTENSION, ALICE)
    worker = worker_with(no_answer=replace(destination, target=CAROL), members=(QueueMember(BOB),))
    enter(worker)
    worker.sip.take_actions()
    worker.wait(60)
    assert list(rung(worker)) == [CAROL]
    assert why_left(worker) == ("no_answer", "")
    told = [one for one in worker.events.of("s1") if one.kind is CallEventKind.CALL_REROUTE]
    assert (told[-1].data["from_number"], told[-1].data["number"]) == (SALES, CAROL)


def test_without_a_destination_the_call_is_ended_after_the_ring_duration() -> None:
    worker = worker_with()
    enter(worker)
    worker.wait(60)
    cdr = worker.cdr()
    assert (cdr.status, cdr.ended_by, cdr.ended_reason) == (
        CallStatus.ANSWERED,
        EndedBy.PBX,
        "No agent answered",
    )


def test_after_the_maximum_wait_the_call_is_ended_whatever_follows_no_answer() -> None:
    worker = worker_with(
        ring_duration_s=600, no_answer=Destination(DestinationKind.EXTENSION, CAROL), agent_ring_timeout_s=900
    )
    enter(worker)
    worker.wait(300)
    assert worker.cdr().ended_reason == "Waited too long in the queue"
    assert why_left(worker) == ("max_wait", "")


@pytest.mark.parametrize("keeps_waiting", [True, False])
def test_with_nobody_signed_in_the_call_goes_on_at_once_unless_callers_may_wait(keeps_waiting: bool) -> None:
    worker = worker_with(
        is_signed_in=False,
        keeps_waiting=keeps_waiting,
        no_answer=Destination(DestinationKind.VOICEMAIL, "nobody"),
    )
    enter(worker)
    left = [one for one in worker.events.of("s1") if one.kind is CallEventKind.QUEUE_LEFT]
    assert bool(left) is not keeps_waiting
    if keeps_waiting:
        configure(worker)
        worker.wait(1)
        assert list(rung(worker)) == [BOB], "somebody has signed in meanwhile"


def test_an_introduction_heard_in_full_comes_before_the_first_ring() -> None:
    worker = worker_with(intro_prompt="welcome", is_intro_heard_in_full=True)
    enter(worker)
    assert PlayFiles(CALLER, INTRO, ("stored:welcome",)) in worker.sip.actions
    assert MUSIC not in worker.sip.actions
    assert rung(worker) == {}
    worker.hear(PlaybackEnded(CALLER, INTRO))
    worker.wait(0.3)
    assert MUSIC in worker.sip.actions
    assert list(rung(worker)) == [BOB]


def test_an_introduction_that_need_not_be_heard_in_full_rings_at_once() -> None:
    worker = worker_with(intro_prompt="welcome")
    enter(worker)
    assert list(rung(worker)) == [BOB]


def test_places_and_waiting_times_are_told_between_the_music() -> None:
    worker = worker_with(
        announces_position=True, announces_hold_time=True, announcement_interval_s=30, ring_duration_s=600
    )
    for leg in ("first", "second"):
        enter(worker, leg)
    worker.wait(29)
    enter(worker, "third")
    worker.sip.take_actions()
    worker.wait(1)
    said = {one.leg: one.sounds for one in worker.sip.take_actions() if isinstance(one, PlayFiles)}
    assert [sound.rsplit("/", 1)[-1] for sound in said["first"]] == ["queue-youarenext", "queue-thankyou"]
    assert [sound.rsplit("/", 1)[-1] for sound in said["second"]] == [
        "queue-thereare",
        "2",
        "queue-callswaiting",
        "queue-thankyou",
    ]
    assert "third" not in said, "its turn comes by its own clock"
    worker.hear(PlaybackEnded("first", NEWS))
    assert PlayMusicOnHold("first", ("hold",)) in worker.sip.take_actions()


def test_a_breach_of_the_service_level_is_told_once() -> None:
    worker = worker_with(sla_s=10)
    enter(worker)
    worker.wait(10)
    worker.wait(30)
    breaches = [one for one in worker.events.of("s1") if one.kind is CallEventKind.QUEUE_SLA_BREACHED]
    assert [one.data["sla_s"] for one in breaches] == [10]


def test_whoever_gives_up_leaves_the_line_and_stops_the_ringing() -> None:
    worker = worker_with()
    enter(worker)
    leg = rung(worker)[BOB]
    worker.sip.take_actions()
    worker.hear(LegHungUp(CALLER, False, 200, ""))
    assert leg in [one.leg for one in worker.sip.take_actions() if isinstance(one, CancelLeg)]
    assert why_left(worker) == ("abandoned", "")
    enter(worker, "next")
    assert list(rung(worker)) == [BOB], "who was rung is free"


def test_after_a_call_an_agent_rests_for_the_wrap_up_time() -> None:
    worker = worker_with(wrap_up_s=30, members=(QueueMember(BOB),))
    enter(worker)
    leg = rung(worker)[BOB]
    worker.hear(LegAnswered(leg))
    worker.hear(LegHungUp(leg, False, 200, ""))
    worker.sip.take_actions()
    enter(worker, "next")
    worker.wait(28)
    assert rung(worker) == {}
    worker.wait(3)
    assert list(rung(worker)) == [BOB]


def test_whoever_has_gone_without_a_word_is_passed_over_for_a_while() -> None:
    worker = worker_with()
    del worker.contacts.by_aor[f"{BOB}@{ACME_DOMAIN}"]
    enter(worker)
    assert list(rung(worker)) == [CAROL]
    assert GONE_S > 0


def test_the_one_who_knows_a_caller_is_rung_first() -> None:
    worker = worker_with(is_sticky=True)
    enter(worker)
    legs = rung(worker)
    worker.hear(LegFailed(legs[BOB], 486, "Busy Here"))
    worker.wait(0.3)
    leg = rung(worker)[CAROL]
    worker.hear(LegAnswered(leg))
    worker.hear(LegHungUp(leg, False, 200, ""))
    worker.wait(60)
    worker.sip.take_actions()
    enter(worker, "again")
    assert list(rung(worker)) == [CAROL]


def test_when_the_queue_is_deleted_whoever_waits_is_turned_away_by_its_last_rule() -> None:
    worker = worker_with(no_answer=Destination(DestinationKind.EXTENSION, CAROL), members=(QueueMember(BOB),))
    enter(worker)
    worker.sip.take_actions()
    worker.snapshots.put(ACME_ID, replace(ACME, queues=()))
    worker.wait(1)
    assert why_left(worker) == ("deleted", "")
    assert list(rung(worker)) == [CAROL]


@pytest.mark.parametrize("is_recorded", [True, False])
def test_a_queue_that_is_recorded_is_so_from_the_agents_answer_on(is_recorded: bool) -> None:
    worker = worker_with(is_recorded=is_recorded)
    enter(worker)
    assert worker.recorder.running == {}, "music is not recorded"
    worker.hear(LegAnswered(rung(worker)[BOB]))
    assert bool(worker.recorder.running) is is_recorded
    started = [one.data for one in worker.events.of("s1") if one.kind is CallEventKind.RECORDING_STARTED]
    assert [one["asked_by"] for one in started] == (["queue"] if is_recorded else [])


def test_another_queue_of_the_same_number_begins_anew() -> None:
    worker = worker_with(is_ready_automatically=False)
    enter(worker)
    worker.wait(15)
    worker.wait(15)
    assert why_left(worker) == ("no_agents", ""), "both were rung in vain"
    worker.sip.take_actions()
    configure(worker, queue_id=2)
    enter(worker, "next")
    assert list(rung(worker)) == [BOB]


def test_a_worker_that_stops_hangs_up_whoever_waits() -> None:
    worker = worker_with(keeps_waiting=True, is_signed_in=False)
    enter(worker)
    worker.runner.start_draining()
    worker.wait(60)
    assert CALLER in [one.leg for one in worker.sip.actions if isinstance(one, HangUpLeg)]
    assert worker.runner.live_calls == 0


class TestDialCodes:
    """The manual's own: 102 is an agent of the queue 8000 (5.10)."""

    def dial(self, worker: WorkerInMemory, code: str) -> list[Any]:
        invite = replace(alice_calls(code, f"bob-{code}"), caller=BOB)
        worker.hear(invite)
        session = worker.events.events[-1].session_id
        return [one.data for one in worker.events.of(session) if one.kind is CallEventKind.QUEUE_AGENT_STATE]

    @pytest.mark.parametrize("code", ["*52*8000", "*52*", "*52"])
    def test_an_agent_who_signs_out_is_not_rung_any_more(self, code: str) -> None:
        worker = worker_with()
        (told,) = self.dial(worker, code)
        assert (told["agent"], told["happening"]) == (BOB, "sign_out")
        worker.hear(LegHungUp(f"bob-{code}", False, 200, ""))
        enter(worker)
        assert list(rung(worker)) == [CAROL]

    @pytest.mark.parametrize("code", ["*51*8000", "*51*", "*51"])
    def test_an_agent_who_signs_in_is_rung_at_once(self, code: str) -> None:
        worker = worker_with(is_signed_in=False, keeps_waiting=True)
        enter(worker)
        assert rung(worker) == {}
        assert self.dial(worker, code)
        worker.hear(LegHungUp(f"bob-{code}", False, 200, ""))
        worker.wait(0.3)
        assert list(rung(worker)) == [BOB]

    @pytest.mark.parametrize("code", ["*51*8001", "*52*101"])
    def test_there_is_no_such_queue(self, code: str) -> None:
        worker = worker_with()
        assert self.dial(worker, code) == []

    def test_whoever_is_no_agent_is_refused(self) -> None:
        worker = worker_with(members=(QueueMember(CAROL),))
        assert self.dial(worker, "*51*8000") == []
        assert self.dial(worker, "*51") == []


class TestSpecialCallers:
    """The manual's lists (11.2)."""

    def worker(self, **callers: Any) -> WorkerInMemory:
        worker = worker_with()
        snapshot = worker.snapshots.by_tenant[ACME_ID]
        worker.snapshots.put(ACME_ID, replace(snapshot, queue_callers=QueueCallers(**callers)))
        return worker

    def test_a_vip_stands_before_all_others(self) -> None:
        worker = self.worker(vips=(VipCaller("555123"),))
        for leg, caller in (("a", ALICE), ("b", ALICE), ("c", ALICE), ("vip", "555123")):
            entry = ExtensionEntry(caller, "")
            snapshot = worker.snapshots.by_tenant[ACME_ID]
            if snapshot.find_extension(caller) is None:
                worker.snapshots.put(ACME_ID, replace(snapshot, extensions=(*snapshot.extensions, entry)))
            worker.hear(replace(alice_calls(SALES, leg), caller=caller))
            worker.wait(0)
        legs = rung(worker)
        worker.sip.take_actions()
        worker.hear(LegAnswered(legs[BOB]))
        worker.hear(LegHungUp(legs[BOB], False, 200, ""))
        worker.wait(0.3)
        assert rung(worker)[BOB].startswith("s4-")

    def test_exclusive_agents_are_rung_first(self) -> None:
        worker = self.worker(exclusive=(ExclusiveAgents((ALICE,), ((SALES, CAROL),)),))
        enter(worker)
        assert list(rung(worker)) == [CAROL]

    def test_level_1_is_warned_and_goes_on_with_2(self) -> None:
        worker = self.worker(warned=(ALICE,), warned_prompt="warning")
        enter(worker)
        assert PlayFiles(CALLER, HARASS_PLAYBACK, ("stored:warning",)) in worker.sip.actions
        assert rung(worker) == {}
        worker.hear(DigitPressed(CALLER, "2", 100))
        worker.wait(0.3)
        assert list(rung(worker)) == [BOB]

    @pytest.mark.parametrize("presses", ["1", ""])
    def test_level_1_is_hung_up_with_1_and_after_three_warnings(self, presses: str) -> None:
        worker = self.worker(warned=(ALICE,))
        enter(worker)
        if presses:
            worker.hear(DigitPressed(CALLER, presses, 100))
        for _ in range(3 if not presses else 0):
            worker.hear(PlaybackEnded(CALLER, HARASS_PLAYBACK))
            worker.wait(5)
        assert worker.cdr().ended_reason == "A harassing number did not go on"

    def test_level_2_hears_the_prompt_and_is_hung_up(self) -> None:
        worker = self.worker(refused=(ALICE,), refused_prompt="refusal")
        enter(worker)
        worker.hear(DigitPressed(CALLER, "2", 100))
        assert worker.runner.live_calls == 1
        worker.hear(PlaybackEnded(CALLER, HARASS_PLAYBACK))
        assert worker.cdr().ended_reason == "Harassing number"
        assert rung(worker) == {}
