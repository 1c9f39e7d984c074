"""What is seen of a queue while telephones wait in it: its events, the wallboard, and the record."""

from __future__ import annotations

from typing import Any

from tests.live.system.event_socket import EventSocket
from tests.live.system.outside_world import OutsideWorld
from tests.phones.phone import Phone
from tests.phones.rest import RestClient
from tests.phones.waiting import until

QUEUE = "8000"
WITHIN_S = 20.0


def board(rest: RestClient) -> Any:
    (shown,) = rest.get("/wallboard", queue=QUEUE)["queues"]
    return shown


def waiting(rest: RestClient) -> list[str]:
    return [one["caller"] for one in board(rest)["waiting"]]


def agent_state(rest: RestClient, number: str) -> str:
    return str(next(one["state"] for one in board(rest)["agents"] if one["number"] == number))


def test_a_call_is_followed_from_waiting_to_its_record(
    world: OutsideWorld, alice: Phone, bob: Phone, rest: RestClient, events: EventSocket
) -> None:
    events.subscribe("queue_events")
    world.call_queue(QUEUE, members=["102"], sla_s=2, agent_ring_timeout_s=30)
    before = board(rest)["today"]["answered"]
    call = alice.dial(QUEUE).wait_confirmed()
    incoming = bob.wait_incoming(WITHIN_S)
    until(lambda: waiting(rest) == ["101"], WITHIN_S, "the caller is on the wallboard")
    until(lambda: agent_state(rest, "102") == "ringing", WITHIN_S, "the agent is shown ringing")
    until(lambda: board(rest)["waiting"][0]["is_sla_breached"], WITHIN_S, "the caller waits too long")
    incoming.answer()
    until(lambda: board(rest)["today"]["answered"] == before + 1, WITHIN_S, "the answer counts at once")
    until(lambda: agent_state(rest, "102") == "talking", WITHIN_S, "the agent is shown talking")
    call.hang_up()
    incoming.wait_over()
    told = [one for one in events.of_call(call.sip_call_id) if one["topic"] == "queue_events"]
    assert [one["status"] for one in told] == [
        "caller_waiting",
        "agent_ringing",
        "sla_breached",
        "caller_answered",
    ]
    assert (told[0]["queue"], told[0]["waiting_callers"], told[3]["agent"]) == (QUEUE, "1", "102")
    session_id = told[0]["session_id"]

    def recorded() -> list[dict[str, Any]]:
        """While a caller waits there is a record already."""
        return [
            one for one in rest.rows("/queue_calls", session_id=session_id) if one["outcome"] != "waiting"
        ]

    (record,) = until(recorded, WITHIN_S, "it is recorded")
    assert (record["outcome"], record["agent"], record["is_sla_breached"]) == ("answered", "102", True)
