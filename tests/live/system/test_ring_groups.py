"""Ring groups with phones that hear each other: each strategy, somebody outside, and where nobody answers."""

from __future__ import annotations

from tests.live.system.conftest import PhoneMaker
from tests.live.system.event_socket import EventSocket
from tests.live.system.outside_world import OutsideWorld
from tests.live.system.running_system import RunningSystem
from tests.phones.calls import PhoneCall
from tests.phones.phone import Phone
from tests.phones.rest import RestClient
from tests.phones.waiting import PATIENCE_S, holds_for, until

PROVIDER_HZ = 1100
NUMBER = "03012345678"
RINGS_WITHIN_S = 20.0


def end(call: PhoneCall) -> None:
    call.hang_up()
    call.wait_over()


def test_all_ring_at_once_see_the_groups_name_and_the_losers_are_told_who_got_the_call(
    world: OutsideWorld, alice: Phone, bob: Phone, carol: Phone, rest: RestClient, events: EventSocket
) -> None:
    world.ring_group("9000", members=["101", "102", "103"], name="Sales")
    call = alice.dial("9000")
    winner, loser = bob.wait_incoming(), carol.wait_incoming()
    assert '"Sales: Extension 101" <sip:101@' in winner.messages[0].header("From")
    winner.answer()
    call.wait_confirmed().wait_heard(bob.config.tone_hz)
    winner.wait_heard(alice.config.tone_hz)
    loser.wait_over()
    cancel = loser.received("CANCEL")
    assert cancel is not None
    assert "cause=200" in cancel.header("Reason")
    assert 'text="Call completed elsewhere"' in cancel.header("Reason")
    # Who calls the group is not rung.
    assert not [one for one in alice.calls if one.is_incoming]
    end(call)
    cdr = rest.wait_cdr(call.sip_call_id)
    assert (cdr["callee"], cdr["ring_group"], cdr["answered_number"]) == ("9000", "9000", "102")
    assert {target["number"]: target["ring_group"] for target in cdr["call_targets"]} == {
        "102": "9000",
        "103": "9000",
    }
    assert [row["id"] for row in rest.rows("/cdrs/", ring_group="9000", session_id=cdr["session_id"])] == [
        cdr["id"]
    ]
    told = events.wait_key(call.sip_call_id, "call_established")
    assert (told["ring_group"], told["target_number"]) == ("9000", "102")


def test_what_members_let_hear_before_they_answer_is_ringing_for_the_caller(
    world: OutsideWorld, alice: Phone, bob: Phone, carol: Phone
) -> None:
    world.ring_group("9000", members=["102", "103"])
    bob.on_incoming(provisional=183)
    carol.on_incoming(provisional=183)
    call = alice.dial("9000").wait_state("early")
    first, second = bob.wait_incoming(), carol.wait_incoming()
    holds_for(lambda: not call.heard() & {bob.config.tone_hz, carol.config.tone_hz}, 1.5, "nobody is heard")
    assert call.received("INVITE", 180) is not None
    assert call.received("INVITE", 183) is None
    second.answer()
    call.wait_confirmed().wait_heard(carol.config.tone_hz)
    first.wait_over()
    end(call)


def test_members_are_hunted_in_their_order_each_for_the_ring_time(
    world: OutsideWorld, alice: Phone, bob: Phone, carol: Phone, rest: RestClient
) -> None:
    world.ring_group("9000", members=["103", "102"], strategy="prioritized_hunt", ring_timeout_s=5)
    call = alice.dial("9000")
    first = carol.wait_incoming()
    assert not [one for one in bob.calls if one.is_incoming]
    second = bob.wait_incoming(RINGS_WITHIN_S)
    first.wait_over()
    second.answer()
    call.wait_confirmed().wait_heard(bob.config.tone_hz)
    end(call)
    targets = {one["number"]: one["status"] for one in rest.wait_cdr(call.sip_call_id)["call_targets"]}
    assert targets == {"103": "no_answer", "102": "answered"}


def test_a_member_who_has_a_call_is_skipped(
    world: OutsideWorld, alice: Phone, bob: Phone, carol: Phone, make_phone: PhoneMaker
) -> None:
    world.ring_group("9000", members=["102", "103"], strategy="prioritized_hunt", ring_timeout_s=60)
    busy = bob.dial("*43").wait_confirmed()
    call = alice.dial("9000")
    carol.wait_incoming().answer()
    call.wait_confirmed().wait_heard(carol.config.tone_hz)
    end(call)
    end(busy)
    assert not [one for one in bob.calls if one.is_incoming]


def test_whoever_was_not_rung_for_longest_is_first(
    world: OutsideWorld, alice: Phone, bob: Phone, carol: Phone
) -> None:
    world.ring_group("9020", members=["102", "103"], strategy="cyclic_hunt", ring_timeout_s=60)
    for phone in (bob, carol, bob):
        call = alice.dial("9020")
        phone.wait_incoming().answer()
        call.wait_confirmed()
        end(call)
        until(lambda: all(one.is_over for one in phone.calls), PATIENCE_S, "the line is free")  # noqa: B023


def test_least_worked_members_are_known_again_after_the_worker_was_started_anew(
    system: RunningSystem, world: OutsideWorld, alice: Phone, bob: Phone, carol: Phone, rest: RestClient
) -> None:
    """Bob answers twice because Carol has no phone; then she is first, also by a worker that was not there."""
    world.ring_group("9030", members=["102", "103"], strategy="least_worked_hunt", ring_timeout_s=5)
    carol.unregister()
    worker = ""
    for _ in range(2):
        call = alice.dial("9030")
        bob.wait_incoming().answer()
        call.wait_confirmed()
        end(call)
        worker = rest.wait_cdr(call.sip_call_id)["worker"]
        until(lambda: all(one.is_over for one in bob.calls), PATIENCE_S, "the line is free")
    carol.register()
    system.stack.kill(worker)
    system.wait_healthy()
    again = alice.dial("9030")
    carol.wait_incoming(RINGS_WITHIN_S).answer()
    again.wait_confirmed().wait_heard(carol.config.tone_hz)
    end(again)


def test_a_member_outside_rings_beside_the_phones_and_is_told_the_groups_number(
    world: OutsideWorld, alice: Phone, bob: Phone, rest: RestClient
) -> None:
    provider = world.provider(PROVIDER_HZ)
    world.outbound(world.trunk_to(provider))
    world.ring_group("9000", members=["102", NUMBER], outbound_caller_id="4930555")
    call = alice.dial("9000")
    inside, outside = bob.wait_incoming(), provider.wait_incoming()
    assert "sip:4930555@" in outside.messages[0].header("From")
    outside.answer()
    call.wait_confirmed().wait_heard(PROVIDER_HZ)
    outside.wait_heard(alice.config.tone_hz)
    inside.wait_over()
    end(call)
    cdr = rest.wait_cdr(call.sip_call_id)
    assert (cdr["ring_group"], cdr["answered_by"], cdr["answered_number"]) == ("9000", "trunk", NUMBER)


def test_a_call_that_nobody_takes_goes_to_another_group_and_from_there_outside(
    world: OutsideWorld, alice: Phone, bob: Phone, rest: RestClient
) -> None:
    provider = world.provider(PROVIDER_HZ)
    world.outbound(world.trunk_to(provider))
    provider.on_incoming(final=200)
    to_outside = {"kind": "external_number", "target": NUMBER}
    world.ring_group(
        "9001", name="Service", members=["103"], no_answer=to_outside, outbound_caller_id="4930556"
    )
    world.ring_group(
        "9000", members=["102"], ring_timeout_s=5, no_answer={"kind": "ring_group", "target": "9001"}
    )
    call = alice.dial("9000")
    rung = bob.wait_incoming()
    outside = provider.wait_incoming(RINGS_WITHIN_S)
    assert "sip:4930556@" in outside.messages[0].header("From")
    call.wait_confirmed().wait_heard(PROVIDER_HZ)
    rung.wait_over()
    end(call)
    cdr = rest.wait_cdr(call.sip_call_id)
    assert (cdr["answered_number"], cdr["outbound_caller_id"], cdr["on_behalf_of"]) == (NUMBER, "4930556", "")


def test_with_nobody_to_ring_and_nowhere_to_go_the_caller_hears_why(
    world: OutsideWorld, alice: Phone, rest: RestClient
) -> None:
    world.ring_group("9000", members=["103"])
    call = alice.dial("9000").wait_over()
    assert call.code == 480
    assert rest.wait_cdr(call.sip_call_id)["ended_reason"] == "Nobody of the group can be reached"
