"""Call queues with telephones: who hears music, who rings, who talks with whom, and the manual's codes (5.10)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.live.system.event_socket import EventSocket
from tests.live.system.outside_world import OutsideWorld
from tests.live.system.test_music import tone
from tests.phones.calls import PhoneCall
from tests.phones.phone import Phone
from tests.phones.rest import Json, RestClient
from tests.phones.waiting import PATIENCE_S, holds_for, until

MUSIC_HZ, INTRO_HZ = 1500, 1900
QUEUE = "8000"
WITHIN_S = 20.0


@pytest.fixture
def queue(world: OutsideWorld, rest: RestClient) -> Json:
    """102 and 103 are agents of the queue 8000; its music is a tone."""
    made = world.call_queue(
        QUEUE,
        members=["102", "103"],
        strategy="prioritized_hunt",
        agent_ring_timeout_s=10,
        keeps_waiting=True,
    )
    sound(world, rest, made, "music", MUSIC_HZ)
    return made


def sound(world: OutsideWorld, rest: RestClient, queue: Json, use: str, tone_hz: int) -> None:
    upload = {"file": (f"{use}.wav", tone(tone_hz), "audio/wav")}
    answer = rest.response("PUT", f"/call_queues/{queue['id']}/sounds/{use}", files=upload)
    assert answer.status_code == 200, answer.text
    world.wait_in_force(
        lambda snapshot: any(
            one.number == QUEUE and (one.music if use == "music" else one.intro_prompt)
            for one in snapshot.queues
        )
    )


def end(call: PhoneCall) -> None:
    call.hang_up()
    call.wait_over()


def rung(phone: Phone) -> list[PhoneCall]:
    return [one for one in phone.calls if one.is_incoming]


def state(rest: RestClient, queue: Json, number: str) -> bool:
    rows: Any = rest.get(f"/call_queues/{queue['id']}/agents")
    return next(bool(row["status"]) for row in rows if row["extension_number"] == number)


def test_a_caller_hears_the_queues_music_and_then_the_agent_who_answers(
    queue: Json, alice: Phone, bob: Phone, carol: Phone, rest: RestClient, events: EventSocket
) -> None:
    call = alice.dial(QUEUE).wait_confirmed()
    call.wait_heard(MUSIC_HZ)
    incoming = bob.wait_incoming(WITHIN_S)
    assert '"Sales: Extension 101" <sip:101@' in incoming.messages[0].header("From")
    incoming.answer()
    call.wait_heard(bob.config.tone_hz)
    incoming.wait_heard(alice.config.tone_hz)
    until(lambda: MUSIC_HZ not in call.heard(), PATIENCE_S, "the music is over")
    assert not rung(carol), "one agent at a time"
    end(call)
    incoming.wait_over()
    cdr = rest.wait_cdr(call.sip_call_id)
    assert (cdr["callee"], cdr["answered_number"], cdr["status"]) == (QUEUE, "102", "answered")
    told = events.wait_key(call.sip_call_id, "queue_left")
    assert (told["queue"], told["why"], told["agent"]) == (QUEUE, "answered", "102")


def test_an_agent_who_does_not_answer_is_followed_by_the_next(
    queue: Json, alice: Phone, bob: Phone, carol: Phone
) -> None:
    call = alice.dial(QUEUE).wait_confirmed()
    first = bob.wait_incoming(WITHIN_S)
    second = carol.wait_incoming(WITHIN_S)
    first.wait_over()
    call.wait_heard(MUSIC_HZ)
    second.answer()
    call.wait_heard(carol.config.tone_hz)
    end(call)
    second.wait_over()


def test_the_codes_of_the_manual_sign_an_agent_out_and_in(
    queue: Json, alice: Phone, bob: Phone, carol: Phone, rest: RestClient
) -> None:
    """102 dials *52*8000 and *51*8000, and *52* and *51* for all queues."""
    for out, back in (("*52*8000", "*51*8000"), ("*52*", "*51*")):
        bob.dial(out).wait_confirmed().wait_over(15)
        until(lambda: not state(rest, queue, "102"), WITHIN_S, f"{out} is stored")
        call = alice.dial(QUEUE).wait_confirmed()
        incoming = carol.wait_incoming(WITHIN_S)
        assert not rung(bob)
        end(call)
        incoming.wait_over()
        carol.forget_calls()
        bob.dial(back).wait_confirmed().wait_over(15)
        until(lambda: state(rest, queue, "102"), WITHIN_S, f"{back} is stored")
        bob.forget_calls()
    stranger = alice.dial("*51*8000").wait_over()
    assert stranger.code == 403


def test_the_body_of_the_manual_signs_an_agent_out(
    world: OutsideWorld, queue: Json, alice: Phone, bob: Phone, carol: Phone, rest: RestClient
) -> None:
    (row,) = [row for row in rest.rows("/extensions", search="102") if row["number"] == "102"]
    body = {"extension_number": QUEUE, "status": False, "extension_id": row["id"]}
    assert rest.post("/call_queues/member_state", body)
    world.wait_in_force(lambda snapshot: not snapshot.agent_state(QUEUE, "102").is_ready)
    call = alice.dial(QUEUE).wait_confirmed()
    incoming = carol.wait_incoming(WITHIN_S)
    assert not rung(bob)
    end(call)
    incoming.wait_over()


def test_with_nobody_signed_in_the_call_goes_on_at_once(
    world: OutsideWorld, alice: Phone, bob: Phone, carol: Phone, rest: RestClient
) -> None:
    world.call_queue(
        QUEUE,
        members=["102"],
        is_ready_automatically=False,
        no_answer={"kind": "extension", "target": "103"},
    )
    call = alice.dial(QUEUE)
    incoming = carol.wait_incoming(WITHIN_S)
    incoming.answer()
    call.wait_heard(carol.config.tone_hz)
    assert not rung(bob)
    end(call)
    cdr = rest.wait_cdr(call.sip_call_id)
    assert cdr["answered_number"] == "103"


def test_where_members_do_not_become_ready_by_themselves_one_call_signs_them_out(
    world: OutsideWorld, alice: Phone, bob: Phone, carol: Phone, rest: RestClient
) -> None:
    queue = world.call_queue(QUEUE, members=["102"], is_ready_automatically=False, keeps_waiting=True)
    bob.dial("*51*8000").wait_confirmed().wait_over(15)
    bob.forget_calls()
    call = alice.dial(QUEUE).wait_confirmed()
    incoming = bob.wait_incoming(WITHIN_S)
    incoming.answer()
    call.wait_heard(bob.config.tone_hz)
    end(call)
    incoming.wait_over()
    bob.forget_calls()
    again = carol.dial(QUEUE).wait_confirmed()
    holds_for(lambda: not rung(bob), 2.0, "Bob has to sign in again")
    end(again)
    until(lambda: not state(rest, queue, "102"), WITHIN_S, "it is stored")


def test_an_introduction_in_full_is_heard_before_anybody_rings(
    world: OutsideWorld, queue: Json, rest: RestClient, alice: Phone, bob: Phone
) -> None:
    sound(world, rest, queue, "intro", INTRO_HZ)
    world.change(rest, f"/call_queues/{queue['id']}", is_intro_heard_in_full=True)
    world.wait_in_force(
        lambda snapshot: any(one.number == QUEUE and one.is_intro_heard_in_full for one in snapshot.queues)
    )
    call = alice.dial(QUEUE).wait_confirmed()
    call.wait_heard(INTRO_HZ)
    assert not rung(bob)
    incoming = bob.wait_incoming(WITHIN_S)
    call.wait_heard(MUSIC_HZ)
    end(call)
    incoming.wait_over()


def test_nobody_is_overtaken_and_two_callers_get_two_agents(
    queue: Json, alice: Phone, bob: Phone, carol: Phone, mallory: Phone
) -> None:
    stranger = mallory.dial(QUEUE).wait_over()
    assert stranger.code == 404, "the other company has no such queue"
    first = alice.dial(QUEUE).wait_confirmed()
    at_bob = bob.wait_incoming(WITHIN_S)
    second = alice.dial(QUEUE).wait_confirmed()
    at_carol = carol.wait_incoming(WITHIN_S)
    at_carol.answer()
    second.wait_heard(carol.config.tone_hz)
    at_bob.answer()
    first.wait_heard(bob.config.tone_hz)
    for call in (first, second):
        end(call)


def test_whoever_waits_when_the_queue_is_deleted_goes_where_unanswered_calls_go_after_a_question(
    world: OutsideWorld, rest: RestClient, alice: Phone, carol: Phone
) -> None:
    queue = world.call_queue(
        QUEUE,
        members=["102"],
        is_ready_automatically=False,
        keeps_waiting=True,
        no_answer={"kind": "extension", "target": "103"},
    )
    call = alice.dial(QUEUE).wait_confirmed()
    path = f"/call_queues/{queue['id']}"
    until(
        lambda: bool(rest.get("/wallboard", queue=QUEUE)["queues"][0]["waiting"]),
        WITHIN_S,
        "the caller waits",
    )
    refused = rest.response("DELETE", path)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (409, "callers_waiting")
    assert rest.response("DELETE", f"{path}?confirm=true").status_code == 204
    incoming = carol.wait_incoming(WITHIN_S)
    incoming.answer()
    call.wait_heard(carol.config.tone_hz)
    end(call)


def test_whoever_presses_the_key_hangs_up_and_is_called_when_it_is_their_turn(
    world: OutsideWorld, alice: Phone, bob: Phone, carol: Phone, rest: RestClient
) -> None:
    world.call_queue(QUEUE, members=["102"], callback_key="5")
    first = carol.dial(QUEUE).wait_confirmed()
    at_bob = bob.wait_incoming(WITHIN_S)
    at_bob.answer()
    first.wait_heard(bob.config.tone_hz)
    call = alice.dial(QUEUE).wait_confirmed()
    call.send_dtmf("5")
    call.wait_over(WITHIN_S)
    cdr = rest.wait_cdr(call.sip_call_id)
    assert (cdr["callee"], cdr["ended_reason"]) == (QUEUE, "Is called back by the queue")
    assert len(rung(bob)) == 1, "who still talks is not rung"
    alice.forget_calls()
    bob.forget_calls()
    end(first)
    back = bob.wait_incoming(WITHIN_S)
    assert '"Sales: 101" <sip:101@' in back.messages[0].header("From")
    back.answer()
    called = alice.wait_incoming(WITHIN_S)
    called.answer()
    called.wait_heard(bob.config.tone_hz)
    back.wait_heard(alice.config.tone_hz)
    end(back)
    called.wait_over()


def test_all_agents_ring_at_once_and_whoever_answers_first_has_the_call(
    world: OutsideWorld, alice: Phone, bob: Phone, carol: Phone
) -> None:
    world.call_queue(QUEUE, members=["102", "103"], strategy="simultaneous")
    call = alice.dial(QUEUE).wait_confirmed()
    at_bob, at_carol = bob.wait_incoming(WITHIN_S), carol.wait_incoming(WITHIN_S)
    at_carol.answer()
    call.wait_heard(carol.config.tone_hz)
    at_bob.wait_over()
    end(call)
    at_carol.wait_over()


def test_whoever_waits_too_long_for_an_agent_goes_where_unanswered_calls_go(
    world: OutsideWorld, alice: Phone, bob: Phone, carol: Phone, events: EventSocket
) -> None:
    world.call_queue(
        QUEUE, members=["102"], ring_duration_s=5, no_answer={"kind": "extension", "target": "103"}
    )
    call = alice.dial(QUEUE).wait_confirmed()
    at_bob = bob.wait_incoming(WITHIN_S)
    incoming = carol.wait_incoming(WITHIN_S)
    at_bob.wait_over()
    assert events.wait_key(call.sip_call_id, "queue_left")["why"] == "no_answer"
    incoming.answer()
    call.wait_heard(carol.config.tone_hz)
    end(call)


def test_whoever_has_waited_the_longest_time_is_hung_up_though_others_would_take_the_call(
    world: OutsideWorld, alice: Phone, bob: Phone, carol: Phone, rest: RestClient
) -> None:
    world.call_queue(
        QUEUE,
        members=["102"],
        max_wait_s=5,
        no_answer={"kind": "extension", "target": "103"},
    )
    call = alice.dial(QUEUE).wait_confirmed()
    at_bob = bob.wait_incoming(WITHIN_S)
    call.wait_over(WITHIN_S)
    at_bob.wait_over()
    assert rest.wait_cdr(call.sip_call_id)["ended_reason"] == "Waited too long in the queue"
    assert not rung(carol)


def test_an_agent_whose_telephone_dies_while_it_rings_is_followed_by_the_next(
    world: OutsideWorld, alice: Phone, bob: Phone, carol: Phone
) -> None:
    world.call_queue(QUEUE, members=["103", "102"], strategy="prioritized_hunt", agent_ring_timeout_s=10)
    call = alice.dial(QUEUE).wait_confirmed()
    carol.wait_incoming(WITHIN_S)
    carol.kill()
    incoming = bob.wait_incoming(2 * WITHIN_S)
    incoming.answer()
    call.wait_heard(bob.config.tone_hz)
    end(call)
    incoming.wait_over()
    # It would be registered for minutes yet.
    world.extension("103", is_enabled=False)


def test_an_agent_passes_a_caller_on_to_a_colleague_and_is_rung_for_the_next_one(
    queue: Json, alice: Phone, bob: Phone, carol: Phone
) -> None:
    call = alice.dial(QUEUE).wait_confirmed()
    at_bob = bob.wait_incoming(WITHIN_S)
    at_bob.answer()
    call.wait_heard(bob.config.tone_hz)
    at_bob.refer("103")
    at_carol = carol.wait_incoming(WITHIN_S)
    at_carol.answer()
    call.wait_heard(carol.config.tone_hz)
    at_bob.wait_over(WITHIN_S)
    bob.forget_calls()
    following = alice.dial(QUEUE).wait_confirmed()
    again = bob.wait_incoming(WITHIN_S)
    end(following)
    again.wait_over()
    end(call)


def test_whoever_is_passed_on_to_a_queue_waits_there(
    queue: Json, alice: Phone, bob: Phone, carol: Phone
) -> None:
    call = alice.dial("102")
    at_bob = bob.wait_incoming(WITHIN_S)
    at_bob.answer()
    call.wait_heard(bob.config.tone_hz)
    at_bob.refer(QUEUE)
    call.wait_heard(MUSIC_HZ, timeout_s=WITHIN_S)
    at_bob.wait_over(WITHIN_S)
    bob.forget_calls()
    again = bob.wait_incoming(WITHIN_S)
    again.answer()
    call.wait_heard(bob.config.tone_hz)
    end(call)
    again.wait_over()


def test_an_agent_is_left_in_peace_after_a_call_and_who_has_a_call_is_skipped(
    world: OutsideWorld, alice: Phone, bob: Phone, carol: Phone
) -> None:
    world.call_queue(
        QUEUE, members=["102", "103"], strategy="prioritized_hunt", wrap_up_s=600, agent_ring_timeout_s=60
    )
    busy = carol.dial("*43").wait_confirmed()
    call = alice.dial(QUEUE).wait_confirmed()
    at_bob = bob.wait_incoming(WITHIN_S)
    at_bob.answer()
    call.wait_heard(bob.config.tone_hz)
    end(call)
    at_bob.wait_over()
    bob.forget_calls()
    following = alice.dial(QUEUE).wait_confirmed()
    holds_for(lambda: not rung(bob) and not rung(carol), 3, "one wraps up, the other one has a call")
    end(busy)
    at_carol = carol.wait_incoming(WITHIN_S)
    assert not rung(bob)
    end(following)
    at_carol.wait_over()
