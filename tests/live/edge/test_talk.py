"""A worker asks a phone that rings to answer: NOTIFY within a dialog that is early still."""

from __future__ import annotations

import pytest

from tests.live.edge.conftest import ALICE, BOB, PhoneMaker
from tests.live.edge.endpoints import Phone, Worker, in_dialog_request
from tests.live.edge.messages import SipMessage

EVENT = (("Event", "talk"), ("Subscription-State", "active"))


def ring(bob: Phone, worker: Worker) -> tuple[SipMessage, SipMessage]:
    """What the phone got, and its 180 as the worker got it."""
    bob.register()
    worker.invite(BOB.aor)
    invite = bob.expect("INVITE")
    bob.send(invite.answer(180, contact=bob.contact))
    return invite, worker.expect("INVITE", 180)


def ask(worker: Worker, ringing: SipMessage, event: str = "talk") -> SipMessage:
    notify = in_dialog_request(
        worker,
        "NOTIFY",
        ringing,
        local=ringing["From"],
        remote=ringing["To"],
        cseq=int(ringing["CSeq"].split()[0]) + 1,
        routes=list(reversed(ringing.all("Record-Route"))),
        extra=(("Event", event), ("Subscription-State", "active"), ("Contact", f"<{worker.uri}>")),
    )
    return worker.send(notify)


@pytest.mark.parametrize("transport", ["udp", "tcp", "tls", "ws", "wss"])
def test_the_phone_is_asked_and_the_answer_keeps_the_way_back(
    phone: PhoneMaker, worker: Worker, transport: str
) -> None:
    bob = phone(BOB, transport)
    invite, ringing = ring(bob, worker)
    ask(worker, ringing)
    notify = bob.expect("NOTIFY")
    assert (notify["Event"], notify["Subscription-State"]) == ("talk", "active")
    bob.send(notify.answer(200, contact=bob.contact, extra=(("Record-Route", "<sip:192.0.2.66;lr>"),)))
    agreed = worker.expect("NOTIFY", 200)
    # A SIP stack that takes this for the beginning of a dialog still knows the way.
    assert agreed.all("Record-Route") == ringing.all("Record-Route")
    bob.send(invite.answer(200, contact=bob.contact))
    answered = worker.expect("INVITE", 200)
    assert answered.all("Record-Route") == ringing.all("Record-Route")
    assert answered["Contact"] == agreed["Contact"]


@pytest.mark.parametrize(("code", "told"), [(481, 489), (408, 489), (489, 489), (405, 405), (500, 500)])
def test_no_refusal_ends_the_call(phone: PhoneMaker, worker: Worker, code: int, told: int) -> None:
    bob = phone(BOB)
    invite, ringing = ring(bob, worker)
    ask(worker, ringing)
    bob.send(bob.expect("NOTIFY").answer(code))
    refused = worker.expect("NOTIFY", told)
    assert (str(code) in refused.start_line) is True
    bob.send(invite.answer(200, contact=bob.contact))
    worker.expect("INVITE", 200)


def test_a_phone_that_says_nothing_is_told_to_be_silent_and_not_lost(
    phone: PhoneMaker, worker: Worker
) -> None:
    bob = phone(BOB)
    invite, ringing = ring(bob, worker)
    ask(worker, ringing)
    bob.expect("NOTIFY")
    assert "Silent" in worker.expect("NOTIFY", 480, timeout_s=10).start_line
    bob.send(invite.answer(200, contact=bob.contact))
    worker.expect("INVITE", 200)


def test_other_notifications_are_answered_as_the_phone_does(phone: PhoneMaker, worker: Worker) -> None:
    bob = phone(BOB)
    _, ringing = ring(bob, worker)
    ask(worker, ringing, event="refer")
    bob.send(bob.expect("NOTIFY").answer(481))
    worker.expect("NOTIFY", 481)


def test_nobody_outside_can_ask_a_phone(phone: PhoneMaker, worker: Worker) -> None:
    bob, alice = phone(BOB), phone(ALICE)
    _, ringing = ring(bob, worker)
    alice.register()
    forged = in_dialog_request(
        alice,
        "NOTIFY",
        ringing,
        local=ringing["From"],
        remote=ringing["To"],
        cseq=900,
        routes=list(reversed(ringing.all("Record-Route"))),
        extra=EVENT,
    )
    alice.send(forged)
    alice.expect("NOTIFY", 403)
    bob.expect_silence("NOTIFY", 0.5)
