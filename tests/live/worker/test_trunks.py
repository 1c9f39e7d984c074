"""Calls over trunks with sound: providers are phones at the far end of a trunk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from callmanager.domain.forwarding import ForwardWhen
from callmanager.domain.snapshot import TenantSnapshot
from callmanager.domain.trunk_entry import SrtpMode
from tests.cast import BOB
from tests.live.worker.stand import ALICE_HZ, BOB_HZ, BOBS_MOBILE_HZ, Stand
from tests.phones.phone import Phone
from tests.phones.waiting import PATIENCE_S, holds_for, until
from tests.pure.dialplan.company import with_extension
from tests.worker.trunk_cast import (
    ACME_TRUNKS,
    BOBS_DID,
    BOBS_MOBILE_NUMBER,
    FIRST,
    NUMBER,
    SECOND,
    THIRD,
    available,
)

pytestmark = pytest.mark.live

PROVIDER_HZ = 1100


@pytest.fixture(scope="module")
def lines(running_stand: Stand) -> Iterator[dict[int, Phone]]:
    """The far ends of Acme's three trunks."""
    yield {trunk_id: running_stand.provider(trunk_id, PROVIDER_HZ) for trunk_id in (FIRST, SECOND, THIRD)}
    running_stand.snapshot_file.unlink(missing_ok=True)
    running_stand.edge.lines.clear()


@pytest.fixture(autouse=True)
def trunks(stand: Stand, lines: dict[int, Phone]) -> Iterator[None]:
    stand.configure(ACME_TRUNKS)
    yield
    for provider in lines.values():
        provider.forget_calls()
        provider.use_codecs("PCMA", "PCMU")


@pytest.fixture
def provider(lines: dict[int, Phone]) -> Phone:
    return lines[FIRST]


def with_first_trunk(**changes: object) -> TenantSnapshot:
    first, *others = ACME_TRUNKS.trunks
    return replace(ACME_TRUNKS, trunks=(replace(first, **changes), *others))  # type: ignore[arg-type]


def test_a_provider_calls_an_extension_and_both_hear_each_other(
    stand: Stand, provider: Phone, bob: Phone
) -> None:
    call = provider.dial(BOBS_DID, headers={"P-Asserted-Identity": '"Santa" <sip:+4989123@provider.example>'})
    incoming = bob.wait_incoming()
    assert '"Santa" <sip:+4989123@acme.example>' in incoming.messages[0].header("From")
    assert "X-PBX" not in incoming.messages[0].text
    incoming.answer()
    call.wait_confirmed().wait_heard(BOB_HZ)
    incoming.wait_confirmed().wait_heard(PROVIDER_HZ)
    call.send_dtmf("12#")
    until(lambda: incoming.digits == "12#", PATIENCE_S, "digits reach Bob")
    incoming.send_dtmf("*9")
    until(lambda: call.digits == "*9", PATIENCE_S, "digits reach the provider")
    incoming.hang_up()
    call.wait_over()
    events = stand.events(call.sip_call_id)
    assert (events[0][1]["direction"], events[0][1]["did"]) == ("in", BOBS_DID)
    assert events[-1][1]["caller_media"]["rx_packets"] > 10


def test_a_provider_is_held_with_music_and_taken_back(provider: Phone, bob: Phone) -> None:
    bob.on_incoming(final=200)
    call = provider.dial(BOBS_DID).wait_confirmed()
    incoming = bob.wait_incoming().wait_confirmed()
    call.wait_heard(BOB_HZ)
    incoming.hold()
    until(lambda: BOB_HZ not in call.heard(), PATIENCE_S, "the provider no longer hears Bob")
    incoming.unhold()
    call.wait_heard(BOB_HZ)
    incoming.wait_heard(PROVIDER_HZ)
    call.hold()
    until(lambda: PROVIDER_HZ not in incoming.heard(), PATIENCE_S, "Bob no longer hears the provider")
    call.unhold()
    incoming.wait_heard(PROVIDER_HZ)


def test_a_number_outside_is_dialled_as_the_dialplan_says(
    stand: Stand, provider: Phone, alice: Phone
) -> None:
    provider.on_incoming(final=200)
    call = alice.dial(NUMBER).wait_confirmed()
    incoming = provider.wait_incoming().wait_confirmed()
    invite = incoming.messages[0]
    assert invite.start_line == f"INVITE sip:{NUMBER}@sip.first.example SIP/2.0"
    assert '"Alice" <sip:4930555@sip.first.example>' in invite.header("From")
    assert invite.header("To") == f"<sip:{NUMBER}@sip.first.example>"
    assert "X-PBX" not in invite.text
    assert "acme.example" not in invite.text
    call.wait_heard(PROVIDER_HZ)
    incoming.wait_heard(ALICE_HZ)
    incoming.hang_up()
    call.wait_over()
    events = dict(stand.events(call.sip_call_id))
    assert events["call_established"]["trunk_name"] == "First line"
    assert events["call_ended"]["callee_media"]["rx_packets"] > 0


def test_the_third_trunk_takes_what_two_others_refuse(
    stand: Stand, lines: dict[int, Phone], alice: Phone
) -> None:
    lines[FIRST].on_incoming(provisional=0, final=503)
    lines[SECOND].on_incoming(provisional=0, final=500)
    lines[THIRD].on_incoming(final=200)
    call = alice.dial(NUMBER).wait_confirmed()
    lines[THIRD].wait_incoming().wait_heard(ALICE_HZ)
    call.wait_heard(PROVIDER_HZ)
    call.hang_up()
    fails = [data for kind, data in stand.events(call.sip_call_id) if kind == "target_fail"]
    assert [data["sip_code"] for data in fails] == [503, 500]


@pytest.mark.parametrize("code", [404, 486, 603])
def test_a_refusal_of_the_number_reaches_the_caller(lines: dict[int, Phone], alice: Phone, code: int) -> None:
    lines[FIRST].on_incoming(final=code)
    assert alice.dial(NUMBER).wait_over().code == code
    assert not lines[SECOND].calls


def test_a_redirection_leads_nowhere(lines: dict[int, Phone], alice: Phone) -> None:
    lines[FIRST].on_incoming(provisional=0, final=302)
    call = alice.dial(NUMBER).wait_over()
    assert call.code == 480


def test_sound_before_the_answer_is_passed_on(provider: Phone, alice: Phone) -> None:
    provider.on_incoming(provisional=183)
    call = alice.dial(NUMBER).wait_state("early")
    call.wait_heard(PROVIDER_HZ)
    incoming = provider.wait_incoming()
    provider.speak(900)
    incoming.answer()
    call.wait_confirmed().wait_heard(900)
    incoming.wait_heard(ALICE_HZ)


def test_a_call_that_nobody_ends_is_noticed_by_session_timers(
    stand: Stand, provider: Phone, alice: Phone
) -> None:
    provider.on_incoming(final=200)
    alice.dial(NUMBER).wait_confirmed()
    invite = provider.wait_incoming().wait_confirmed().messages[0]
    assert "timer" in invite.header("Supported")
    assert int(invite.header("Session-Expires").split(";")[0]) >= 90


def test_a_caller_who_gives_up_stops_the_provider(provider: Phone, alice: Phone) -> None:
    call = alice.dial(NUMBER).wait_state("early")
    incoming = provider.wait_incoming()
    call.hang_up()
    assert incoming.wait_over().code == 487


def test_a_provider_may_change_the_codec_of_a_running_call(
    stand: Stand, provider: Phone, alice: Phone
) -> None:
    provider.on_incoming(final=200)
    call = alice.dial(NUMBER).wait_confirmed()
    incoming = provider.wait_incoming().wait_confirmed()
    assert incoming.codec == "PCMA"
    provider.use_codecs("PCMU")
    incoming.reinvite()
    until(lambda: incoming.codec == "PCMU", PATIENCE_S, "the codec is another one")
    call.wait_heard(PROVIDER_HZ)
    incoming.wait_heard(ALICE_HZ)
    call.hang_up()
    ended = stand.events(call.sip_call_id)[-1][1]
    assert ended["callee_media"]["codec"] == "PCMU"


def test_a_trunk_is_offered_its_own_codecs_alone_in_its_order(
    stand: Stand, provider: Phone, alice: Phone
) -> None:
    stand.configure(with_first_trunk(codecs=("GSM", "PCMU")))
    alice.dial(NUMBER)
    invite = provider.wait_incoming().messages[0]
    (audio,) = [line for line in invite.text.splitlines() if line.startswith("m=audio")]
    assert audio.split()[3:5] == ["3", "0"]
    assert "PCMA" not in invite.text
    assert "opus" not in invite.text


@pytest.mark.parametrize(("mode", "profile"), [(SrtpMode.REQUIRED, "SAVP"), (SrtpMode.OPTIONAL, "AVP")])
def test_a_trunk_that_encrypts_is_heard_both_ways(
    stand: Stand, alice: Phone, bob: Phone, mode: SrtpMode, profile: str
) -> None:
    secure = stand.provider(FIRST, BOBS_MOBILE_HZ, srtp=mode.value)
    plain = {address: line for address, line in stand.edge.lines.items() if line.trunk_id == FIRST}
    try:
        for address in list(plain)[:-1]:
            del stand.edge.lines[address]
        stand.configure(with_first_trunk(srtp=mode))
        secure.on_incoming(final=200)
        out = alice.dial(NUMBER).wait_confirmed()
        incoming = secure.wait_incoming().wait_confirmed()
        assert f"RTP/{profile} " in incoming.messages[0].text
        assert "a=crypto:" in incoming.messages[0].text
        out.wait_heard(BOBS_MOBILE_HZ)
        incoming.wait_heard(ALICE_HZ)
        bob.on_incoming(final=200)
        back = secure.dial(BOBS_DID).wait_confirmed()
        back.wait_heard(BOB_HZ)
        bob.wait_incoming().wait_heard(BOBS_MOBILE_HZ)
        secure.forget_calls()
    finally:
        stand.edge.lines.update(plain)
        del stand.edge.lines[list(plain)[-1]]
        stand.bench.close([secure])


def test_a_plain_call_of_a_trunk_that_must_encrypt_is_refused(stand: Stand, provider: Phone) -> None:
    stand.configure(with_first_trunk(srtp=SrtpMode.REQUIRED))
    assert provider.dial(BOBS_DID).wait_over().code == 488


def test_busy_goes_outside_and_the_caller_hears_it(
    stand: Stand, provider: Phone, alice: Phone, bob: Phone, bobs_mobile: Phone
) -> None:
    forwards = available(ForwardWhen.BUSY, BOBS_MOBILE_NUMBER)
    stand.configure(with_extension(ACME_TRUNKS, BOB, forwards=forwards))
    provider.on_incoming(final=200)
    call = alice.dial(BOB).wait_state("early")
    desk, mobile = bob.wait_incoming(), bobs_mobile.wait_incoming()
    desk.answer(603)
    mobile.wait_over()
    call.wait_confirmed().wait_heard(PROVIDER_HZ)
    incoming = provider.wait_incoming()
    incoming.wait_heard(ALICE_HZ)
    assert incoming.messages[0].header("Diversion")
    holds_for(lambda: PROVIDER_HZ in call.heard(), 0.5, "the call goes on")
    call.hang_up()
    kinds = [kind for kind, _ in stand.events(call.sip_call_id)]
    assert "call_reroute" in kinds


def test_from_outside_to_outside_is_one_call(stand: Stand, lines: dict[int, Phone], bob: Phone) -> None:
    forwards = available(ForwardWhen.ALWAYS, BOBS_MOBILE_NUMBER)
    stand.configure(with_extension(ACME_TRUNKS, BOB, forwards=forwards))
    lines[FIRST].on_incoming(provisional=0, final=503)
    lines[SECOND].on_incoming(final=200)
    lines[SECOND].speak(900)
    call = lines[FIRST].dial(BOBS_DID).wait_confirmed()
    call.wait_heard(900)
    lines[SECOND].wait_incoming().wait_heard(PROVIDER_HZ)
    call.hang_up()
    assert not bob.calls
