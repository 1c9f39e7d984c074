"""Garbage on the SIP port: refused or ignored, and the next honest call works as if nothing had been."""

from __future__ import annotations

import socket

import pytest

from tests.live.system.running_system import RunningSystem
from tests.phones.phone import Phone

ANSWER_TIMEOUT_S = 1.0


def _request(
    method: str = "INVITE",
    *,
    uri: str = "sip:102@demo.local",
    extra: str = "",
    cseq: str = "1 INVITE",
    content_length: str = "0",
    max_forwards: str = "70",
    body: str = "",
) -> bytes:
    lines = [
        f"{method} {uri} SIP/2.0",
        "Via: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bKgarbage;rport",
        "From: <sip:101@demo.local>;tag=garbage",
        "To: <sip:102@demo.local>",
        "Call-ID: garbage@127.0.0.1",
        f"CSeq: {cseq}",
        f"Max-Forwards: {max_forwards}",
        "Contact: <sip:101@127.0.0.1:9>",
        *([extra] if extra else []),
        f"Content-Length: {content_length}",
        "",
        body,
    ]
    return "\r\n".join(lines).encode()


GARBAGE = {
    "noise": bytes(range(256)) * 4,
    "nothing": b"\r\n",
    "no headers": b"INVITE sip:102@demo.local SIP/2.0\r\n\r\n",
    "unknown version": _request().replace(b"SIP/2.0\r\nVia", b"SIP/7.0\r\nVia"),
    "CSeq of another method": _request(cseq="1 BYE"),
    "CSeq out of range": _request(cseq="99999999999999 INVITE"),
    "negative length": _request(content_length="-1"),
    "length beyond the packet": _request(content_length="5000", body="v=0"),
    "no hops left": _request(max_forwards="0"),
    "very long header": _request(extra="X-Long: " + "a" * 30000),
    "many headers": _request(extra="\r\n".join(f"X-{number}: 1" for number in range(2000))),
    "quote in the domain": _request(uri="sip:102@demo.local'--"),
    "forged tenant": _request(extra="X-PBX-Tenant: 1\r\nX-PBX-Kind: ext\r\nX-PBX-User: 102"),
    "unknown method": _request("BREAKFAST", cseq="1 BREAKFAST"),
}


@pytest.mark.parametrize("kind", GARBAGE)
def test_garbage_is_never_accepted_and_the_edge_goes_on(kind: str, system: RunningSystem) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.bind(("127.0.0.77", 0))
        client.settimeout(ANSWER_TIMEOUT_S)
        client.sendto(GARBAGE[kind], (system.demo.sip_host, system.demo.sip_ports["udp"]))
        try:
            answer = client.recv(65535)
        except TimeoutError:
            answer = b""
    assert not answer.startswith((b"SIP/2.0 2", b"SIP/2.0 18"))
    system.wait_healthy()


def test_calls_work_after_the_garbage(system: RunningSystem, alice: Phone, bob: Phone) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.bind(("127.0.0.77", 0))
        for garbage in GARBAGE.values():
            client.sendto(garbage, (system.demo.sip_host, system.demo.sip_ports["udp"]))
    bob.on_incoming(final=200)
    call = alice.dial("102").wait_confirmed()
    call.wait_heard(bob.config.tone_hz)
    call.hang_up()
    call.wait_over()
