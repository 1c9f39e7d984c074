"""Paging and intercom with phones: who hears whom is told by tones, what makes phones answer by the INVITE."""

from __future__ import annotations

import pytest

from callmanager.domain.rights import Right
from tests.live.system.conftest import PhoneMaker
from tests.live.system.outside_world import OutsideWorld
from tests.phones.calls import PhoneCall
from tests.phones.phone import Phone
from tests.phones.rest import RestClient
from tests.phones.waiting import PATIENCE_S, holds_for, until

QUIET_FOR_S = 1.5
PASSWORD, DAVES_HZ = "s1p-Password-of-Dave", 1300


def let_page(world: OutsideWorld, rest: RestClient, *, is_allowed: bool) -> None:
    (group,) = [row for row in rest.rows("/extension_groups") if row["is_default"]]
    world.change(rest, f"/extension_groups/{group['id']}", may_page=is_allowed)
    world.wait_in_force(
        lambda snapshot: all((Right.PAGE in entry.rights) is is_allowed for entry in snapshot.groups)
    )


@pytest.fixture
def dave(world: OutsideWorld, make_phone: PhoneMaker) -> Phone:
    """Somebody of another extension."""
    world.new_extension("104", PASSWORD)
    phone = make_phone("demo", "103", account=("104", PASSWORD), tone_hz=DAVES_HZ)
    phone.register()
    return phone


@pytest.fixture
def answering(bob: Phone, carol: Phone, dave: Phone) -> tuple[Phone, ...]:
    """Three phones that answer by themselves."""
    for phone in (bob, carol, dave):
        phone.on_incoming(final=200)
    return bob, carol, dave


def is_quiet(call: PhoneCall) -> bool:
    return not call.heard()


def test_a_page_is_heard_by_all_and_the_caller_hears_a_member_from_star_to_hash(
    world: OutsideWorld, alice: Phone, answering: tuple[Phone, ...], rest: RestClient
) -> None:
    let_page(world, rest, is_allowed=True)
    world.ring_group("9000", members=["101", "102", "103", "104"], name="Hall", strategy="paging")
    call = alice.dial("9000").wait_confirmed()
    paged = [phone.wait_incoming().wait_confirmed() for phone in answering]
    for heard in paged:
        invite = heard.messages[0]
        assert invite.header("Alert-Info") == "info=alert-autoanswer"
        assert invite.header("Call-Info") == "<sip:demo.local>;answer-after=0"
        assert invite.header("Answer-Mode") == "Auto"
        heard.wait_heard(alice.config.tone_hz)
    holds_for(lambda: is_quiet(call), QUIET_FOR_S, "the caller hears nobody")
    speaker, other = answering[1], paged[0]
    paged[1].send_dtmf("*")
    call.wait_heard(speaker.config.tone_hz)
    holds_for(lambda: speaker.config.tone_hz not in other.heard(), QUIET_FOR_S, "the others do not hear it")
    paged[1].send_dtmf("#")
    until(lambda: is_quiet(call), PATIENCE_S, "the caller hears nobody any more")
    call.hang_up()
    for heard in paged:
        heard.wait_over()
    cdr = rest.wait_cdr(call.sip_call_id)
    assert (cdr["answered_by"], cdr["answered_number"], cdr["ring_group"]) == ("paging", "9000", "9000")
    answered = {one["number"] for one in cdr["call_targets"] if one["status"] == "answered"}
    assert answered == {"102", "103", "104"}, cdr["call_targets"]


def test_an_intercom_answers_by_itself_and_both_hear_each_other(
    world: OutsideWorld, alice: Phone, bob: Phone, rest: RestClient
) -> None:
    """The manual's own: *11 and the extension."""
    let_page(world, rest, is_allowed=True)
    before = rest.get("/paging")
    try:
        rest.patch(
            "/paging", {"alert_info": "Auto Answer", "says_call_info": False, "says_answer_mode": False}
        )
        world.wait_in_force(lambda snapshot: snapshot.auto_answer.alert_info == "Auto Answer")
        bob.on_incoming(final=200)
        call = alice.dial("*11102").wait_confirmed()
        answered = bob.wait_incoming().wait_confirmed()
        invite = answered.messages[0]
        assert invite.header("Alert-Info") == "Auto Answer"
        assert (invite.header("Call-Info"), invite.header("Answer-Mode")) == ("", "")
        call.wait_heard(bob.config.tone_hz)
        answered.wait_heard(alice.config.tone_hz)
        answered.hang_up()
        call.wait_over()
        cdr = rest.wait_cdr(call.sip_call_id)
        assert (cdr["callee"], cdr["answered_number"], cdr["status"]) == ("*11102", "102", "answered")
    finally:
        kept = ("alert_info", "says_call_info", "says_answer_mode")
        rest.patch("/paging", {name: before[name] for name in kept})


def test_without_the_right_nobody_is_paged(
    world: OutsideWorld, alice: Phone, bob: Phone, rest: RestClient
) -> None:
    let_page(world, rest, is_allowed=False)
    world.ring_group("9000", members=["102"], strategy="paging")
    for dialled in ("9000", "*119000", "*11102"):
        call = alice.dial(dialled).wait_over()
        assert call.code == 403
        reason = rest.wait_cdr(call.sip_call_id)["ended_reason"]
        assert reason == "Paging and intercom are not allowed for this extension"
    assert not bob.calls
