"""Messages that are left and heard, for tests of mailboxes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.phones.calls import PhoneCall
from tests.phones.phone import Phone
from tests.phones.rest import RestClient
from tests.phones.waiting import until

STORED_WITHIN_S = 30.0
# 50 packets a second: three seconds of them.
SOME_PACKETS = 150
# Of Bob.
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


@contextmanager
def to_voicemail_when_busy(rest: RestClient, number: str = "102") -> Iterator[None]:
    (extension,) = rest.rows("/extensions", search=number)
    rest.patch(f"/extensions/{extension['id']}", {"forwards": FORWARDS})
    yield
    rest.patch(f"/extensions/{extension['id']}", {"forwards": []})


def speak_for_a_while(call: PhoneCall) -> None:
    before = call.statistics()["tx_packets"]
    until(lambda: call.statistics()["tx_packets"] > before + SOME_PACKETS, 20, "some seconds are spoken")


def start_message(caller: Phone, callee: Phone) -> PhoneCall:
    """Past the greeting; what the caller says from here on is recorded."""
    callee.on_incoming(provisional=0, final=486)
    call = caller.dial(callee.config.number).wait_confirmed(15)
    call.send_dtmf("#")
    speak_for_a_while(call)
    return call


def leave_message(rest: RestClient, caller: Phone, callee: Phone) -> dict[str, Any]:
    """The message as REST shows it."""
    known = {one["id"] for one in messages_of(rest, callee)}
    call = start_message(caller, callee)
    call.hang_up()

    def new_one() -> dict[str, Any] | None:
        return next((one for one in messages_of(rest, callee) if one["id"] not in known), None)

    found = until(new_one, STORED_WITHIN_S, "the message is there")
    assert found is not None
    return found


def messages_of(rest: RestClient, owner: Phone) -> list[dict[str, Any]]:
    return rest.rows("/voicemails", mailbox=owner.config.number)


def clear(rest: RestClient, owner: Phone) -> None:
    if ids := [one["id"] for one in messages_of(rest, owner)]:
        rest.post("/voicemails/bulk", {"ids": ids, "action": "delete"})
