"""Keys by INFO as older telephones send them, said to the worker as it knows them."""

from __future__ import annotations

import pytest

from tests.live.edge.conftest import ALICE, PhoneMaker
from tests.live.edge.endpoints import Worker
from tests.live.edge.messages import SipMessage
from tests.live.edge.test_transfer_messages import talk

RELAY = "application/dtmf-relay"


def info(phone_request: SipMessage, content_type: str, body: str) -> SipMessage:
    """With this body instead of an offer."""
    kept = tuple(row for row in phone_request.headers if row[0] != "Content-Type")
    return SipMessage(phone_request.start_line, (*kept, ("Content-Type", content_type)), body)


@pytest.mark.parametrize(
    ("content_type", "body", "said"),
    [
        ("application/dtmf", "5", "Signal=5\r\nDuration=160\r\n"),
        ("application/dtmf", "#\r\n", "Signal=#\r\nDuration=160\r\n"),
        ("application/dtmf", "10", "Signal=*\r\nDuration=160\r\n"),
        ("application/dtmf", "11", "Signal=#\r\nDuration=160\r\n"),
        ("application/dtmf", "Signal=7\r\nDuration=100\r\n", "Signal=7\r\nDuration=100\r\n"),
        (RELAY, "Signal=9\r\nDuration=100\r\n", "Signal=9\r\nDuration=100\r\n"),
    ],
)
def test_a_key_reaches_the_worker_in_its_own_words(
    phone: PhoneMaker, worker: Worker, content_type: str, body: str, said: str
) -> None:
    alice = phone(ALICE)
    sent, accepted, _, _ = talk(alice, worker)
    alice.send(info(alice.in_dialog("INFO", sent, accepted), content_type, body))
    told = worker.expect("INFO")
    assert (told.all("Content-Type"), told.body) == ([RELAY], said)
    worker.send(told.answer(200))
    alice.expect("INFO", 200)


@pytest.mark.parametrize("body", ["", "x", "55", "5\r\nSignal=6", "Signal"])
def test_what_is_no_key_is_refused(phone: PhoneMaker, worker: Worker, body: str) -> None:
    alice = phone(ALICE)
    sent, accepted, _, _ = talk(alice, worker)
    alice.send(info(alice.in_dialog("INFO", sent, accepted), "application/dtmf", body))
    assert alice.expect("INFO", 400).start_line.endswith("No Key")
