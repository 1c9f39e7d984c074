"""Callers who do not wait on the line: a key of theirs, and the queue calls them when their turn comes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from callmanager.domain.call_events import CallEventKind
from callmanager.domain.header_parameters import ProviderCaller
from callmanager.domain.outcome import CallStatus
from callmanager.domain.queue import QueueMember
from callmanager.domain.queue_callers import QueueCallers, VipCaller
from callmanager.domain.spoken import say_place, words
from sipworker.call.actions import BridgeLegs, CancelLeg, HangUpLeg, PlayFiles, RingCaller
from sipworker.call.signals import DigitPressed, LegAnswered, LegHungUp, PlaybackEnded
from sipworker.features.queue_promise import GOODBYE, THANKS
from sipworker.ports import CommandReply
from sipworker.runtime.queue_promises import KEPT_S
from tests.cast import ACME, ACME_ID, ALICE, BOB, CAROL, alice_calls
from tests.fakes import WorkerInMemory
from tests.worker.test_queues import CALLER, SALES, configure, enter, rung, why_left, worker_with


class Shift:
    """Bob is the only agent and talks with a first caller; Alice waits as the second one."""

    def worker(self, **changes: Any) -> WorkerInMemory:
        worker = worker_with(callback_key="5", members=(QueueMember(BOB),), **changes)
        worker.hear(alice_calls(SALES, "first"))
        self.bobs = rung(worker)[BOB]
        worker.sip.take_actions()
        worker.hear(LegAnswered(self.bobs))
        enter(worker)
        worker.sip.take_actions()
        return worker

    def promise(self, worker: WorkerInMemory, leg: str = CALLER) -> None:
        worker.hear(DigitPressed(leg, "5", 100))
        assert PlayFiles(leg, GOODBYE, words("en", THANKS)) in worker.sip.take_actions()
        worker.hear(PlaybackEnded(leg, GOODBYE))
        assert leg in [one.leg for one in worker.sip.take_actions() if isinstance(one, HangUpLeg)]

    def free(self, worker: WorkerInMemory) -> list[RingCaller]:
        worker.hear(LegHungUp(self.bobs, False, 200, ""))
        worker.wait(0.3)
        return self.rung_back(worker)

    def rung_back(self, worker: WorkerInMemory) -> list[RingCaller]:
        return [one for one in worker.sip.take_actions() if isinstance(one, RingCaller)]


class TestCalledBack(Shift):
    """Whoever presses the queue's key hangs up; their place stays, and the agent whose turn it is calls them."""

    def test_their_turn_comes_before_those_who_came_later(self) -> None:
        worker = self.worker()
        enter(worker, "later")
        self.promise(worker)
        assert why_left(worker, "s2") == ("callback", "")
        assert worker.cdr("s2").ended_reason == "Is called back by the queue"
        worker.wait(20)
        assert self.rung_back(worker) == [], "the agent still talks"
        (ring,) = self.free(worker)
        assert (ring.number, ring.shown_number, ring.shown_name) == (BOB, ALICE, f"Sales: {ALICE}")
        worker.hear(LegAnswered(ring.leg))
        (told,) = [e.data for e in worker.events.events if e.kind is CallEventKind.QUEUE_CALLED_BACK]
        assert (told["number"], told["why"], told["from_session"]) == (ALICE, "answered", "s2")
        assert list(rung(worker)) == [ALICE]
        alices = rung(worker)[ALICE]
        worker.sip.take_actions()
        worker.hear(LegAnswered(alices))
        assert BridgeLegs(ring.leg, alices) in worker.sip.actions
        worker.sip.take_actions()
        worker.hear(LegHungUp(alices, False, 200, ""))
        worker.wait(1)
        assert rung(worker)[BOB].startswith("s3-"), "and then the later one's"
        assert self.rung_back(worker) == []

    def test_an_agent_who_does_not_answer_is_followed_by_the_next(self) -> None:
        worker = self.worker()
        configure(worker, callback_key="5", members=(QueueMember(BOB), QueueMember(CAROL)))
        worker.wait(0.3)
        carols = rung(worker)[CAROL]
        worker.hear(DigitPressed(CALLER, "5", 100))
        assert carols in [one.leg for one in worker.sip.actions if isinstance(one, CancelLeg)]
        worker.sip.take_actions()
        worker.hear(PlaybackEnded(CALLER, GOODBYE))
        worker.wait(0.3)
        (ring,) = self.rung_back(worker)
        assert ring.number == CAROL
        worker.wait(15)
        (again,) = self.free(worker)
        assert again.number == BOB

    def test_whoever_calls_again_stands_where_they_stood_and_is_not_called(self) -> None:
        worker = self.worker()
        self.promise(worker)
        worker.hear(replace(alice_calls(SALES, "carols"), caller=CAROL))
        enter(worker, "again")
        worker.hear(LegHungUp(self.bobs, False, 200, ""))
        worker.wait(0.3)
        assert rung(worker)[BOB].startswith("s4-"), "before Carol, who came third"
        assert self.rung_back(worker) == []

    def test_callers_are_told_of_the_key_between_the_music_unless_nobody_could_call_them(self) -> None:
        worker = self.worker(callback_prompt="words", announces_position=True, announcement_interval_s=30)
        hidden = ProviderCaller(is_private=True)
        worker.hear(replace(alice_calls(SALES, "hidden"), provider_caller=hidden))
        worker.sip.take_actions()
        worker.wait(30)
        said = {one.leg: one.sounds for one in worker.sip.take_actions() if isinstance(one, PlayFiles)}
        assert said[CALLER] == (*say_place("en", 1, 0), "stored:words")
        assert said["hidden"] == say_place("en", 2, 0)

    @pytest.mark.parametrize(("key", "is_told"), [("5", True), ("", False)])
    def test_the_words_are_heard_without_other_announcements_and_not_without_a_key(
        self, key: str, is_told: bool
    ) -> None:
        worker = worker_with(callback_key=key, callback_prompt="words", announcement_interval_s=30)
        enter(worker)
        worker.sip.take_actions()
        worker.wait(30)
        told = [one.sounds for one in worker.sip.take_actions() if isinstance(one, PlayFiles)]
        assert told == ([("stored:words",)] if is_told else [])

    @pytest.mark.parametrize("key", ["4", "*"])
    def test_other_keys_do_nothing(self, key: str) -> None:
        worker = self.worker()
        worker.hear(DigitPressed(CALLER, key, 100))
        assert worker.sip.take_actions() == []

    def test_where_no_key_is_set_nobody_is_called_back(self) -> None:
        worker = worker_with(callback_key="")
        enter(worker)
        worker.sip.take_actions()
        worker.hear(DigitPressed(CALLER, "5", 100))
        assert worker.sip.take_actions() == []

    def test_whoever_hides_their_number_can_not_be_called_back(self) -> None:
        worker = self.worker()
        worker.hear(replace(alice_calls(SALES, "hidden"), provider_caller=ProviderCaller(is_private=True)))
        worker.sip.take_actions()
        worker.hear(DigitPressed("hidden", "5", 100))
        assert worker.sip.take_actions() == []

    def test_when_the_queue_is_deleted_nobody_is_called(self) -> None:
        worker = self.worker()
        self.promise(worker)
        worker.snapshots.put(ACME_ID, replace(ACME, queues=()))
        worker.wait(1)
        configure(worker, callback_key="5", members=(QueueMember(BOB),))
        assert self.free(worker) == []

    def test_what_no_agent_may_call_is_given_up(self) -> None:
        worker = self.worker()
        self.promise(worker)
        snapshot = worker.snapshots.find(ACME_ID)
        assert snapshot is not None
        stays = tuple(one for one in snapshot.extensions if one.number != ALICE)
        worker.snapshots.put(ACME_ID, replace(snapshot, extensions=stays))
        assert self.free(worker) == []
        for _ in range(4):
            worker.wait(20)
        assert self.rung_back(worker) == []
        (told,) = [e for e in worker.events.events if e.kind is CallEventKind.QUEUE_CALLED_BACK]
        assert (told.data["why"], told.data["from_session"]) == ("given_up", "s2")
        record = worker.cdr(told.session_id)
        assert (record.status, record.caller, record.callee) == (CallStatus.REFUSED, BOB, ALICE)
        configure(worker, callback_key="5", members=(QueueMember(BOB),))
        worker.wait(20)
        assert self.rung_back(worker) == [], "not asked again"


class TestKeptByAnotherWorker(Shift):
    """What one worker has promised another one keeps, as `queue_callback_keep` tells it."""

    def keep(
        self, worker: WorkerInMemory, place: str, number: str = ALICE, entered_s: float = 100.0, **more: Any
    ) -> CommandReply:
        at = worker.clock.now().timestamp() - entered_s
        told = {
            "queue": SALES,
            "number": number,
            "entered_ms": int(at * 1000),
            "promised_ms": int(at * 1000) + 500,
        }
        return worker.command("queue_callback_keep", ACME_ID, place, **{**told, **more})

    def test_they_are_called_in_the_order_in_which_they_came_there_and_before_who_came_here(self) -> None:
        worker = self.worker()
        assert self.keep(worker, "second", CAROL, 50).result == {"is_kept": True}
        assert self.keep(worker, "first", ALICE, 100).ok
        (ring,) = self.free(worker)
        assert ring.shown_number == ALICE
        worker.hear(LegAnswered(ring.leg))
        (told,) = [e.data for e in worker.events.events if e.kind is CallEventKind.QUEUE_CALLED_BACK]
        assert told == {"queue": SALES, "number": ALICE, "why": "answered", "from_session": "first"}
        worker.hear(LegHungUp(ring.leg, False, 200, ""))
        worker.wait(0.3)
        (ring,) = self.rung_back(worker)
        assert ring.shown_number == CAROL
        worker.hear(LegAnswered(ring.leg))
        worker.hear(LegHungUp(ring.leg, False, 200, ""))
        worker.sip.take_actions()
        worker.wait(0.3)
        assert self.rung_back(worker) == []
        assert self.keep(worker, "first").result == {"is_kept": False}, "it is made, and not made again"
        worker.wait(1)
        assert self.rung_back(worker) == []

    def test_told_twice_it_is_one_and_whoever_calls_again_is_not_called(self) -> None:
        worker = self.worker()
        for _ in range(2):
            assert self.keep(worker, "first", CAROL).ok
        worker.hear(replace(alice_calls(SALES, "again"), caller=CAROL))
        (told,) = [e.data for e in worker.events.events if e.kind is CallEventKind.QUEUE_CALLED_BACK]
        assert (told["why"], told["from_session"]) == ("called_again", "first")
        assert self.free(worker) == [], "Carol waits for herself"

    def test_a_vip_is_called_before_the_others(self) -> None:
        worker = self.worker()
        snapshot = worker.snapshots.by_tenant[ACME_ID]
        vips = QueueCallers(vips=(VipCaller(CAROL),))
        worker.snapshots.put(ACME_ID, replace(snapshot, queue_callers=vips))
        self.keep(worker, "first", ALICE, 100)
        self.keep(worker, "second", CAROL, 50)
        (ring,) = self.free(worker)
        assert ring.shown_number == CAROL

    def test_who_is_given_back_is_called_by_somebody_else_unless_an_agent_is_at_it(self) -> None:
        worker = self.worker()
        self.promise(worker)
        assert worker.command("queue_callback_give_back", ACME_ID, "s2").ok
        assert self.free(worker) == []
        self.keep(worker, "s2")
        worker.wait(0.3)
        (ring,) = self.rung_back(worker)
        refused = worker.command("queue_callback_give_back", ACME_ID, "s2")
        assert (refused.ok, refused.code) == (False, "is_called")
        worker.hear(LegAnswered(ring.leg))
        assert worker.command("queue_callback_give_back", ACME_ID + 1, "s2").ok, "a stranger has none here"

    def test_what_is_too_old_is_not_made(self) -> None:
        worker = self.worker()
        self.keep(worker, "first", ALICE, KEPT_S + 10)
        assert self.free(worker) == []

    @pytest.mark.parametrize(
        ("wrong", "code"),
        [
            ({"queue": "8001"}, "no_such_queue"),
            ({"entered_ms": -1}, "argument_wrong"),
            ({"number": ""}, "argument_wrong"),
            ({"more": 1}, "argument_unknown"),
        ],
    )
    def test_what_can_not_be_kept_is_refused(self, wrong: dict[str, Any], code: str) -> None:
        worker = self.worker()
        assert self.keep(worker, "first", **wrong).code == code
        assert self.free(worker) == []

    def test_a_company_that_is_not_loaded_is_waited_for(self) -> None:
        worker = self.worker()
        reply = worker.command(
            "queue_callback_keep", 99, "x", queue=SALES, number=ALICE, entered_ms=0, promised_ms=0
        )
        assert reply.code == "tenant_not_loaded"
