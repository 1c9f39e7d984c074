"""A message from the caller's mouth to its owner's ear: forwarded by rule, heard on the phone and by REST."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.phones.phone import Phone
from tests.phones.rest import RestClient
from tests.phones.waiting import until

STORED_WITHIN_S = 20.0
FORWARDS = [
    {
        "status": "available",
        "during": during,
        "when": "busy",
        "destination": {"kind": "voicemail", "target": "102"},
        "ring_timeout_s": 0,
    }
    for during in ("office_hours", "outside_office_hours")
]


@pytest.fixture
def bobs_forwarding(rest: RestClient) -> Iterator[None]:
    (bob,) = rest.rows("/extensions", search="102")
    rest.patch(f"/extensions/{bob['id']}", {"forwards": FORWARDS})
    yield
    rest.patch(f"/extensions/{bob['id']}", {"forwards": []})


def test_a_busy_extensions_caller_leaves_a_message_that_its_owner_hears(
    alice: Phone, bob: Phone, rest: RestClient, bobs_forwarding: None
) -> None:
    bob.on_incoming(provisional=0, final=486)
    call = alice.dial("102").wait_confirmed(15)
    call.send_dtmf("#")
    until(lambda: call.statistics()["tx_packets"] > 250, 15, "some seconds are recorded")
    call.hang_up()
    cdr = rest.wait_cdr(call.sip_call_id)
    assert (cdr["answered_by"], cdr["status"]) == ("voicemail", "answered")
    (message,) = until(
        lambda: rest.rows("/voicemails", mailbox="102", caller="101"), STORED_WITHIN_S, "the message is there"
    )
    assert message["is_new"] is True
    heard = bob.dial("999").wait_confirmed(10)
    heard.wait_heard(alice.config.tone_hz, timeout_s=30)
    heard.send_dtmf("7")
    until(lambda: alice.config.tone_hz not in heard.heard(), 10, "the message has stopped")
    heard.hang_up()
    until(
        lambda: rest.rows("/voicemails", mailbox="102", caller="101") == [],
        STORED_WITHIN_S,
        "what was deleted on the phone is gone",
    )
