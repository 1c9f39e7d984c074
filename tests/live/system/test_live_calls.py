"""What the outside sees and does while a call runs: events in order, the live list, hanging up."""

from __future__ import annotations

from tests.live.system.event_socket import EventSocket
from tests.phones.phone import Phone
from tests.phones.rest import RestClient
from tests.phones.waiting import PATIENCE_S, until

STORY_OF_AN_ANSWERED_CALL = [
    "call_start",
    "target_add",
    "target_ringing",
    "call_established",
    "target_ended",
    "call_ended",
]


def test_the_events_of_a_call_arrive_in_order_and_end_with_the_record(
    alice: Phone, bob: Phone, events: EventSocket, rest: RestClient
) -> None:
    call = alice.dial("102").wait_state("early")
    bob.wait_incoming().answer()
    call.wait_confirmed()
    call.hang_up()
    record = events.wait_key(call.sip_call_id, "call_cdr", 15)
    told = [event for event in events.of_call(call.sip_call_id) if event["topic"] == "extension_events"]
    keys = [event["key"] for event in told]
    assert [key for key in STORY_OF_AN_ANSWERED_CALL if key in keys] == keys
    assert {"call_start", "target_add", "target_ringing", "call_established", "call_ended"} <= set(keys)
    sequences = [int(event["sequence"]) for event in told]
    assert sequences == list(range(len(sequences)))
    assert record["caller"] == "101"
    assert rest.wait_cdr(call.sip_call_id)["status"] == "answered"


def test_a_running_call_is_listed_and_can_be_hung_up(alice: Phone, bob: Phone, rest: RestClient) -> None:
    bob.on_incoming(final=200)
    call = alice.dial("102").wait_confirmed()
    answered = bob.wait_incoming().wait_confirmed()
    sessions = until(lambda: rest.rows("/call_sessions/"), PATIENCE_S, "the call is listed")
    rest.delete(f"/call_sessions/{sessions[0]['session_id']}/")
    call.wait_over()
    answered.wait_over()
    until(lambda: rest.rows("/call_sessions/") == [], PATIENCE_S, "the list is empty again")
    assert rest.wait_cdr(call.sip_call_id)["ended_by"] == "api"
