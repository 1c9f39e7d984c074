"""What strangers throw at the edge: refused or ignored, and nothing of it reaches a worker."""

from __future__ import annotations

import http.client
from collections.abc import Callable, Iterator

import pytest

from tests.live.edge.conftest import ALICE, PhoneMaker
from tests.live.edge.edge_process import Edge
from tests.live.edge.endpoints import SDP, Phone, Worker
from tests.live.edge.transports import NothingReceived, Transport


@pytest.fixture
def alice(phone: PhoneMaker) -> Phone:
    return phone(ALICE)


@pytest.fixture
def stranger(open_transport: Callable[[str], Transport]) -> Iterator[Phone]:
    phone = Phone(open_transport("udp"), ALICE)
    yield phone
    phone.close()


@pytest.mark.parametrize(
    "agent", ["friendly-scanner", "sipvicious", "SIPCLI/1.8", "VaxSIPUserAgent/3.1", "friendly-request"]
)
def test_scanners_get_no_answer(stranger: Phone, agent: str) -> None:
    stranger.send(stranger.request("OPTIONS", "sip:acme.example", ("User-Agent", agent)))
    with pytest.raises(NothingReceived):
        stranger.next_message(0.2)


def test_oversized_request_is_513(stranger: Phone) -> None:
    request = stranger.request("INVITE", "sip:102@acme.example", ("X-Padding", "x" * 30000), body=SDP)
    assert stranger.ask(request).status == 513


def test_too_many_hops_is_483(stranger: Phone) -> None:
    assert stranger.ask(stranger.request("OPTIONS", "sip:acme.example", ("Max-Forwards", "0"))).status == 483


def test_malformed_requests_are_refused_or_ignored_and_the_edge_lives(
    stranger: Phone, alice: Phone, worker: Worker, edge: Edge
) -> None:
    good = alice.request("INVITE", "sip:102@acme.example", body=SDP).render()
    for label, text in {
        "no version": good.replace(" SIP/2.0\r\n", "\r\n", 1),
        "wrong version": good.replace(" SIP/2.0\r\n", " SIP/9.0\r\n", 1),
        "no From": good.replace("From:", "Frum:", 1),
        "no To": good.replace("To:", "Tu:", 1),
        "no Call-ID": good.replace("Call-ID:", "Call-Ix:", 1),
        "no CSeq": good.replace("CSeq:", "CSex:", 1),
        "CSeq of another method": good.replace(" INVITE\r\nContact", " BYE\r\nContact", 1),
        "CSeq not a number": good.replace("CSeq: ", "CSeq: x", 1),
        "length lies": good.replace("Content-Length: ", "Content-Length: 9", 1),
        "length negative": good.replace("Content-Length: ", "Content-Length: -", 1),
        "broken URI": good.replace("sip:102@acme.example", "sip:@@;;", 1),
        "From without URI": good.replace("From: <", "From: ", 1).replace(">;tag", ";tag", 1),
        "unclosed quote": good.replace("From: <", 'From: "Alice <', 1),
        "binary": "\x00\x01\x02\x03" * 64,
        "only CRLF": "\r\n\r\n",
        "endless line": "INVITE " + "a" * 60000,
        "nul in header": good.replace("Acme Desk", "Acme\x00Desk", 1),
        "thousand Vias": good.replace(
            "Max-Forwards", "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKx\r\n" * 300 + "Max-Forwards"
        ),
    }.items():
        stranger.transport.send(text)
        try:
            status = stranger.next_message(0.15).status
        except NothingReceived:
            continue
        assert 400 <= status < 600, label
    worker.expect_silence("INVITE", 0.1)
    assert edge.is_answering()
    assert alice.register().status == 200


def test_fuzzed_bytes_over_tcp_do_not_stop_the_edge(
    open_transport: Callable[[str], Transport], phone: PhoneMaker
) -> None:
    transport = open_transport("tcp")
    transport.send("A" * 70000)
    transport.close()
    transport = open_transport("tcp")
    transport.send("REGISTER sip:acme.example SIP/2.0\r\nContent-Length: 99999999\r\n\r\n")
    transport.close()
    assert phone(ALICE).register().status == 200


def test_rpc_port_takes_no_sip_and_public_ports_no_rpc(edge: Edge) -> None:
    for port_name, expected in (("SIP_TCP", 404), ("SIP_WS", 404)):
        connection = http.client.HTTPConnection(*edge.at(port_name), timeout=3)
        connection.request("POST", "/RPC", '{"jsonrpc":"2.0","id":1,"method":"core.uptime"}')
        assert connection.getresponse().status == expected
        connection.close()
