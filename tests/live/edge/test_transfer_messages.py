"""What transfers send through the edge: REFER and NOTIFY within dialogs, probes that come back, Replaces."""

from __future__ import annotations

import pytest

from tests.live.edge.conftest import ALICE, BOB, PhoneMaker
from tests.live.edge.endpoints import SDP, Phone, Worker
from tests.live.edge.messages import SipMessage, unique

REFER_TO = "<sip:103@acme.example?Replaces=abc%40192.0.2.1%3Bto-tag%3D7%3Bfrom-tag%3D9>"


def talk(phone: Phone, worker: Worker) -> tuple[SipMessage, SipMessage, SipMessage, SipMessage]:
    """What the phone sent and was answered, what the worker got and answered."""
    sent = phone.invite("102")
    received = worker.expect("INVITE")
    answer = received.answer(200, contact=f"<{worker.uri}>")
    worker.send(answer)
    accepted = phone.expect("INVITE", 200)
    phone.acknowledge(sent, accepted)
    worker.expect("ACK")
    return sent, accepted, received, answer


@pytest.mark.parametrize("transport", ["udp", "tcp", "tls", "ws", "wss"])
def test_refer_and_its_notifications_pass_within_the_dialog(
    phone: PhoneMaker, worker: Worker, transport: str
) -> None:
    alice = phone(ALICE, transport)
    sent, accepted, received, answer = talk(alice, worker)
    alice.send(alice.in_dialog("REFER", sent, accepted, ("Refer-To", REFER_TO), ("X-PBX-Dest", "trunk")))
    refer = worker.expect("REFER")
    assert refer["Refer-To"] == REFER_TO
    assert refer.all("X-PBX-Dest") == []
    worker.send(refer.answer(202, contact=f"<{worker.uri}>"))
    assert alice.expect("REFER", 202)["Call-ID"] == sent["Call-ID"]
    worker.send(
        worker.in_dialog(
            "NOTIFY", received, answer, ("Event", "refer"), ("Subscription-State", "active;expires=60")
        )
    )
    notify = alice.expect("NOTIFY")
    assert notify["Event"] == "refer"
    alice.send(notify.answer(200))
    worker.expect("NOTIFY", 200)


def test_a_call_that_names_no_destination_comes_back_to_its_worker_without_what_could_harm(
    phone: PhoneMaker, worker: Worker
) -> None:
    bob = phone(BOB)
    bob.register()
    headers = (
        worker.via(),
        ("Max-Forwards", "70"),
        ("From", f"<sip:pbx@127.0.0.1>;tag={unique('w')}"),
        ("To", f"<sip:{BOB.aor}>"),
        ("Call-ID", unique("probe")),
        ("CSeq", "1 INVITE"),
        ("Contact", f"<{worker.uri}>"),
        ("Replaces", "abc;to-tag=1;from-tag=2"),
        ("Referred-By", "<sip:101@acme.example>"),
        ("Content-Type", "application/sdp"),
    )
    probe = worker.send(SipMessage(f"INVITE sip:{BOB.aor} SIP/2.0", headers, SDP))
    back = worker.expect("INVITE")
    assert (back["Call-ID"], back.request_uri) == (probe["Call-ID"], f"sip:{BOB.aor}")
    assert (back.all("Replaces"), back.all("Referred-By"), back.all("X-PBX-Kind")) == ([], [], [])
    worker.send(back.answer(486))
    worker.expect("INVITE", 486)
    bob.expect_silence("INVITE", 0.3)


def test_the_dialog_that_a_phone_wants_to_replace_is_told_as_a_wish(
    phone: PhoneMaker, worker: Worker
) -> None:
    alice = phone(ALICE)
    alice.register()
    alice.invite("102", ("Replaces", "abc@192.0.2.1;to-tag=7;from-tag=9"), ("X-PBX-Replaces", "forged"))
    invite = worker.expect("INVITE")
    assert invite.all("Replaces") == []
    assert invite.all("X-PBX-Replaces") == ["abc@192.0.2.1;to-tag=7;from-tag=9"]
    worker.send(invite.answer(481))
    alice.expect("INVITE", 481)
