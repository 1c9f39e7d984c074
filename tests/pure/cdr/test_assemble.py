"""From events to the record, whatever happened to the events on their way."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callmanager.domain.call_events import CallEvent, CallEventKind
from callmanager.domain.cdr import (
    WORKER_LOST,
    WORKER_LOST_SEQUENCE,
    CallDetail,
    assemble,
    worker_lost_event,
)
from callmanager.domain.outcome import CallStatus, EndedBy
from callmanager.domain.public_record import to_public_json
from tests.cast import ACME_ID
from tests.pure.cdr.events import START_AT, answered_call, event


def record(events: list[CallEvent]) -> CallDetail:
    detail = assemble(events)
    assert detail is not None
    return detail


def test_an_answered_call_is_told_in_full() -> None:
    detail = record(answered_call())
    assert (detail.status, detail.ended_by, detail.sip_code) == (
        CallStatus.ANSWERED,
        EndedBy.CALLER,
        200,
    )
    assert (detail.caller_user_agent, detail.callee_user_agent) == ("Alice's phone", "Desk 2.0")
    assert detail.final_destination == "sip:102@192.0.2.2"
    assert detail.config_rev == 7
    assert detail.caller_media is not None
    assert (detail.caller_media.codec, detail.caller_media.mos) == ("G722", 4.37)


def test_durations_are_counted_from_the_first_ringing_and_the_answer() -> None:
    detail = record(answered_call())
    assert detail.post_dial_delay_ms == 112
    assert detail.ring_duration_s == pytest.approx(5.088)
    assert detail.talk_duration_s == pytest.approx(8.1)


def test_every_phone_that_rang_is_told() -> None:
    desk, mobile = record(answered_call()).targets
    assert (desk.status, desk.sip_code, desk.user_agent) == ("answered", 200, "Desk 2.0")
    assert (mobile.status, mobile.reason) == ("ended", "Call completed elsewhere")
    assert mobile.answered_at is None


def test_a_call_that_goes_on_has_no_record() -> None:
    assert assemble(answered_call()[:-1]) is None
    assert assemble([]) is None


@given(st.integers())
def test_order_and_repetition_do_not_matter(seed: int) -> None:
    shuffler = random.Random(seed)
    events = answered_call() * 2
    shuffler.shuffle(events)
    assert assemble(events) == assemble(answered_call())


@given(st.sets(st.integers(min_value=0, max_value=8)))
def test_lost_events_lose_their_facts_but_not_the_record(lost: set[int]) -> None:
    detail = record([event for event in answered_call() if event.sequence not in lost])
    assert detail.status is CallStatus.ANSWERED
    assert detail.ended_at == START_AT + 13.3
    assert detail.talk_duration_s >= 0


def test_a_lost_worker_is_marked_and_keeps_what_is_known() -> None:
    reaped = worker_lost_event(ACME_ID, "s1", "worker-0", START_AT + 60)
    detail = record([*answered_call()[:8], reaped])
    assert (detail.status, detail.sip_code) == (CallStatus.ANSWERED, 200)
    assert (detail.ended_by, detail.ended_reason) == (EndedBy.PBX, WORKER_LOST)
    assert detail.answered_at == START_AT + 5.2
    assert detail.targets[0].ended_at == START_AT + 60


def test_a_call_lost_before_its_answer_has_failed() -> None:
    reaped = worker_lost_event(ACME_ID, "s1", "worker-0", START_AT + 60)
    detail = record([answered_call()[0], reaped])
    assert (detail.status, detail.sip_code, detail.talk_duration_s) == (CallStatus.FAILED, 500, 0.0)


def test_an_end_that_arrives_after_the_reaper_wins() -> None:
    reaped = worker_lost_event(ACME_ID, "s1", "worker-0", START_AT + 60)
    assert assemble([reaped, *answered_call()]) == assemble(answered_call())


def test_the_reaper_alone_makes_a_record() -> None:
    detail = record([worker_lost_event(ACME_ID, "s1", "worker-0", START_AT)])
    assert (detail.tenant_id, detail.caller, detail.targets) == (ACME_ID, "", ())


def test_the_reapers_number_is_above_any_real_one() -> None:
    # A call of the greatest length with a digit event every 100 ms would stay below it.
    assert WORKER_LOST_SEQUENCE > 12 * 3600 * 10


def test_two_different_events_with_one_number_give_one_answer() -> None:
    events = answered_call()
    other = replace(events[-1], at=events[-1].at + 1)
    assert assemble([*events, other]) == assemble([other, *events])


def test_a_call_that_never_rang_has_no_ring_time() -> None:
    end = {"status": "refused", "ended_by": "pbx", "reason": "No such extension", "sip_code": 404}
    events = [
        answered_call()[0],
        replace(answered_call()[-1], sequence=1, kind=CallEventKind.CALL_ENDED, data=end),
    ]
    detail = record(events)
    assert (detail.ring_duration_s, detail.talk_duration_s, detail.post_dial_delay_ms) == (0, 0, None)
    public = to_public_json(detail)
    assert (public["fail_code"], public["ring_time"], public["answered_time"]) == ("404", "0", "0")


def test_the_public_record_has_the_documented_keys_as_strings() -> None:
    public = to_public_json(record(answered_call()))
    assert public == {
        "recording_ids": "",
        "answered_time": "1569567973",
        "call_id": "b3dKobNlCwlOsjwyvlqD4A..",
        "call_status": "ANSWERED",
        "callee": "102",
        "callee_domain": "acme.example",
        "caller": "101",
        "caller_display_name": "Alice",
        "caller_domain": "acme.example",
        "cdr_id": "s1",
        "did_cid": "",
        "direction": "ext",
        "ended_by": "caller",
        "ended_reason": "caller hangup",
        "ended_time": "1569567981",
        "fail_code": "0",
        "final_dest": "sip:102@192.0.2.2",
        "outbound_caller_id": "",
        "related_callid1": "",
        "related_callid2": "",
        "ring_duration": "5",
        "ring_time": "1569567968",
        "session_id": "s1",
        "start_time": "1569567967",
        "talk_duration": "8",
        "tenant_id": "1",
        "tenant_name": "acme",
        "trunk_name": "",
        "outbound_trunk_name": "",
    }


def test_a_call_outside_after_the_pbx_itself_answered_is_told_and_counts_for_whom_it_was_made() -> None:
    """A mailbox that calls back, a receptionist that sends a call on."""
    kinds = CallEventKind
    trunk = {"target_id": "s1-1", "number": "+493055", "trunk_id": 5, "trunk_name": "Provider"}
    way = {"answered_by": "trunk", "outbound_caller_id": "+4930100", "on_behalf_of": "101"}
    told = [
        event(0, kinds.CALL_START, 0, {"caller": "101", "callee": "999", "direction": "ext"}),
        event(1, kinds.CALL_ESTABLISHED, 0.1, {"answered_by": "voicemail", "number": "101"}),
        event(2, kinds.TARGET_ADD, 9, trunk | way),
        event(3, kinds.CALL_ESTABLISHED, 15, trunk | way),
        event(4, kinds.CALL_ENDED, 75, {"status": "answered", "ended_by": "caller", "sip_code": 200}),
    ]
    outbound = record(told).outbound
    assert outbound is not None
    assert (outbound.trunk_id, outbound.on_behalf_of, outbound.caller_id) == (5, "101", "+4930100")
    assert record(told).answered_by == "trunk"
