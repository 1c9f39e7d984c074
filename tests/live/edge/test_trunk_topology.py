"""What a provider sees of us, and that calls live with it: single Via or not, by every transport, both ways."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.edge.conftest import PROVIDER_HOST, PROVIDER_TRUNK
from tests.live.edge.edge_process import Directory, Edge
from tests.live.edge.endpoints import SDP, Endpoint, Worker
from tests.live.edge.messages import Header, SipMessage
from tests.live.edge.providers import ListeningTransport, as_callee, as_caller, contact_of, inbound
from tests.live.edge.test_trunks import ACMES_NUMBER
from tests.live.edge.transports import UdpTransport

TRUNK: Header = ("X-PBX-Trunk", str(PROVIDER_TRUNK))
PROVIDERS_PROXY = "<sip:sbc.provider.example;lr>"


@pytest.fixture
def settings(edge: Edge) -> Iterator[Edge]:
    yield edge
    edge.rpc("htable.delete", "trunks", f"how:{PROVIDER_TRUNK}")


def set_how(edge: Edge, how: str) -> None:
    edge.rpc("htable.sets", "trunks", f"how:{PROVIDER_TRUNK}", how)


def assert_nothing_inside_shows(message: SipMessage, edge: Edge, worker: Worker) -> None:
    """Of the addresses in it, ours is the one that the provider speaks to."""
    text = message.render()
    for port in (worker.transport.port, edge.ports["PBX_EDGE_PRIVATE_PORT"]):
        assert f":{port}" not in text, text
    assert not message.all("Record-Route") or message.all("Record-Route") == [PROVIDERS_PROXY]
    assert not [name for name in message.names() if name.startswith("x-pbx") or name == "warning"]
    if "Contact" in message:
        assert re.fullmatch(r"<sip:pbx-[0-9a-f]+@[^@]+>", message["Contact"])


@pytest.mark.parametrize("hides", ["1", "0"])
def test_a_call_out_lives_whether_or_not_the_inside_is_hidden(
    provider: Endpoint, worker: Worker, settings: Edge, hides: str
) -> None:
    set_how(settings, f"hide={hides}")
    invite = worker.invite(
        "0049891234@sip.provider.example", TRUNK, ("P-Asserted-Identity", "<sip:49@a>"), dest="trunk"
    )
    received = provider.expect("INVITE")
    assert received["P-Asserted-Identity"] == "<sip:49@a>"
    assert len(received.all("Via")) == (1 if hides == "1" else 2)
    if hides == "1":
        assert_nothing_inside_shows(received, settings, worker)
    else:
        assert len(received.all("Record-Route")) == 2
    recorded: tuple[Header, ...] = (("Record-Route", PROVIDERS_PROXY),) if hides == "1" else ()
    ringing = provider.send(received.answer(183, contact=contact_of(provider), extra=recorded))
    assert worker.expect("INVITE", 183)["To"] == ringing["To"]
    sent = provider.send(received.answer(200, contact=contact_of(provider), extra=recorded))
    answered = worker.expect("INVITE", 200)
    # Its own Via and no other, as any proxy would give it back.
    assert [via.partition(";rport")[0] for via in answered.all("Via")] == [
        invite["Via"].partition(";rport")[0]
    ]
    assert all(route in answered.all("Record-Route") for _, route in recorded)
    if hides == "0":
        as_caller(worker, "ACK", invite, answered, int(invite["CSeq"].split()[0]))
        provider.expect("ACK")
    as_callee(provider, "BYE", received, sent, 7)
    worker.send(worker.expect("BYE").answer(200))
    provider.expect("BYE", 200)


def test_a_hidden_call_out_is_changed_and_hung_up_from_either_side(
    provider: Endpoint, worker: Worker, settings: Edge
) -> None:
    set_how(settings, "hide=1")
    invite = worker.invite("0049891234@sip.provider.example", TRUNK, dest="trunk")
    received = provider.expect("INVITE")
    sent = provider.send(received.answer(200, contact=contact_of(provider)))
    answered = worker.expect("INVITE", 200)
    as_caller(worker, "ACK", invite, answered, int(invite["CSeq"].split()[0]))
    assert len(provider.expect("ACK").all("Via")) == 1

    as_callee(provider, "INVITE", received, sent, 7, ("Contact", contact_of(provider)), body=SDP)
    reinvite = worker.expect("INVITE")
    worker.send(reinvite.answer(200, contact=f"<{worker.uri}>", extra=(("Warning", '399 inside "x"'),)))
    accepted = provider.expect("INVITE", 200)
    assert_nothing_inside_shows(accepted, settings, worker)
    as_callee(provider, "ACK", received, sent, 7)
    worker.expect("ACK")

    as_caller(worker, "INVITE", invite, answered, 300, ("Contact", f"<{worker.uri}>"), body=SDP)
    hold = provider.expect("INVITE")
    assert len(hold.all("Via")) == 1
    assert_nothing_inside_shows(hold, settings, worker)
    provider.send(hold.answer(200, contact=contact_of(provider)))
    held = worker.expect("INVITE", 200)
    assert "null" not in held.render()
    as_caller(worker, "ACK", invite, answered, 300)
    provider.expect("ACK")

    as_callee(provider, "BYE", received, sent, 8)
    worker.send(worker.expect("BYE").answer(200))
    provider.expect("BYE", 200)


def test_a_hidden_call_out_is_cancelled(provider: Endpoint, worker: Worker, settings: Edge) -> None:
    set_how(settings, "hide=1")
    invite = worker.invite("0049891234@sip.provider.example", TRUNK, dest="trunk")
    received = provider.expect("INVITE")
    provider.send(received.answer(180))
    worker.expect("INVITE", 180)
    worker.cancel(invite, ("Reason", 'SIP;cause=200;text="Call completed elsewhere"'))
    cancel = provider.expect("CANCEL")
    assert len(cancel.all("Via")) == 1
    assert "elsewhere" in cancel["Reason"]
    provider.send(cancel.answer(200))
    provider.send(received.answer(487))
    worker.expect("INVITE", 487)


@pytest.mark.parametrize("hides", ["1", "0"])
def test_a_call_in_lives_whether_or_not_the_inside_is_hidden(
    provider: Endpoint, worker: Worker, settings: Edge, hides: str
) -> None:
    set_how(settings, f"hide={hides}")
    recorded: tuple[Header, ...] = (("Record-Route", PROVIDERS_PROXY),) if hides == "1" else ()
    invite = inbound(provider, ACMES_NUMBER, *recorded)
    received = worker.expect("INVITE")
    worker.send(received.answer(180, contact=f"<{worker.uri}>"))
    ringing = provider.expect("INVITE", 180)
    sent = worker.send(received.answer(200, contact=f"<{worker.uri}>"))
    answered = provider.expect("INVITE", 200)
    for answer in (ringing, answered):
        assert len(answer.all("Via")) == 1
        if hides == "1":
            assert_nothing_inside_shows(answer, settings, worker)
            assert answer.all("Record-Route") == [PROVIDERS_PROXY]
    if hides == "1":
        # The provider's own proxy takes its name off before the request gets here.
        answered = SipMessage(
            answered.start_line, tuple(h for h in answered.headers if h[0] != "Record-Route")
        )
    as_caller(provider, "ACK", invite, answered, 1)
    worker.expect("ACK")
    as_caller(provider, "INVITE", invite, answered, 2, ("Contact", contact_of(provider)), body=SDP)
    reinvite = worker.expect("INVITE")
    worker.send(reinvite.answer(200, contact=f"<{worker.uri}>"))
    provider.expect("INVITE", 200)
    as_caller(provider, "ACK", invite, answered, 2)
    worker.expect("ACK")
    if hides == "1":
        routes = received.all("Record-Route")
        assert len(routes) == 2
        assert routes[1] == PROVIDERS_PROXY
        received = SipMessage(
            received.start_line, tuple(h for h in received.headers if h[1] != PROVIDERS_PROXY)
        )
    as_callee(worker, "BYE", received, sent, 500)
    bye = provider.expect("BYE")
    assert len(bye.all("Via")) == (1 if hides == "1" else 2)
    provider.send(bye.answer(200))
    worker.expect("BYE", 200)


def test_a_contact_that_we_did_not_make_leads_nowhere(
    provider: Endpoint, worker: Worker, settings: Edge
) -> None:
    set_how(settings, "hide=1")
    worker.invite("0049891234@sip.provider.example", TRUNK, dest="trunk")
    received = provider.expect("INVITE")
    sent = provider.send(received.answer(200, contact=contact_of(provider)))
    worker.expect("INVITE", 200)
    shown = received["Contact"].partition("@")[2].rstrip(">")
    for user in ("pbx-" + "0" * 48, "pbx-" + "f" * 48, "pbx-00"):
        target = SipMessage(
            sent.start_line,
            (*(h for h in sent.headers if h[0] != "Contact"), ("Contact", f"<sip:{user}@{shown}>")),
        )
        as_caller(provider, "BYE", sent, target, 9)
        assert provider.expect_final("BYE").status in (403, 404)
    as_callee(provider, "BYE", received, sent, 10)
    worker.send(worker.expect("BYE").answer(200))
    provider.expect("BYE", 200)


@pytest.mark.parametrize("kind", ["tcp", "tls", "udp6", "tcp6"])
def test_calls_to_a_provider_go_by_the_transport_of_its_trunk(
    worker: Worker, settings: Edge, kind: str
) -> None:
    set_how(settings, "hide=1")
    transport: ListeningTransport | UdpTransport
    host = "::1" if kind.endswith("6") else "127.0.0.2"
    if kind == "udp6":
        transport = UdpTransport(settings.at("SIP_UDP", "::1"))
    elif kind == "tls":
        folder = settings.directory
        transport = ListeningTransport(host, certificate=folder / "edge.crt", key=folder / "edge.key")
    else:
        transport = ListeningTransport(host)
    provider = Endpoint(transport)
    suffix = "" if transport.via == "UDP" else f";transport={transport.via.lower()}"
    settings.rpc(
        "htable.sets", "trunks", f"to:{PROVIDER_TRUNK}", f"sip:{transport.host}:{transport.port}{suffix}"
    )
    try:
        invite = worker.invite("0049891234@sip.provider.example", TRUNK, dest="trunk")
        received = provider.expect("INVITE")
        assert received["Via"].startswith(f"SIP/2.0/{transport.via} ")
        assert_nothing_inside_shows(received, settings, worker)
        assert ("transport=" + transport.via.lower() in received["Contact"]) == (transport.via != "UDP")
        if host == "::1":
            assert "@[::1]:" in received["Contact"]
        sent = provider.send(received.answer(200, contact=contact_of(provider)))
        answered = worker.expect("INVITE", 200)
        as_caller(worker, "ACK", invite, answered, int(invite["CSeq"].split()[0]))
        provider.expect("ACK")
        as_callee(provider, "BYE", received, sent, 7)
        worker.send(worker.expect("BYE").answer(200))
        provider.expect("BYE", 200)
    finally:
        settings.rpc("htable.delete", "trunks", f"to:{PROVIDER_TRUNK}")
        provider.close()


@pytest.mark.parametrize("is_inbound", [True, False])
def test_a_restart_of_the_edge_ends_no_call(
    services: dict[str, str], worker_port: int, directory: Directory, tmp_path: Path, is_inbound: bool
) -> None:
    """Not even before it was told of the trunk again."""
    edge = Edge(tmp_path, services["EDGE_DATABASE_URL"])
    edge.prepare()
    edge.start()
    provider = Endpoint(UdpTransport(edge.at("SIP_UDP"), host=PROVIDER_HOST))
    worker = Worker(edge.at("EDGE_PRIVATE"), worker_port)
    edge.rpc("dispatcher.reload")
    target = f"sip:{PROVIDER_HOST}:{provider.transport.port}"
    edge.rpc("htable.sets", "trunks", f"to:{PROVIDER_TRUNK}", target)
    caller: Endpoint = provider if is_inbound else worker
    callee: Endpoint = worker if is_inbound else provider
    try:
        if is_inbound:
            invite = inbound(provider, ACMES_NUMBER)
            received = worker.expect("INVITE")
            sent = worker.send(received.answer(200, contact=f"<{worker.uri}>"))
            answered = provider.expect("INVITE", 200)
        else:
            invite = worker.invite("0049891234@sip.provider.example", TRUNK, dest="trunk")
            received = provider.expect("INVITE")
            sent = provider.send(received.answer(200, contact=contact_of(provider)))
            answered = worker.expect("INVITE", 200)
        as_caller(caller, "ACK", invite, answered, int(invite["CSeq"].split()[0]))
        callee.expect("ACK")
        edge.stop()
        edge.start()
        as_callee(callee, "INFO", received, sent, 600)
        info = caller.expect("INFO")
        caller.send(info.answer(200))
        callee.expect("INFO", 200)
        as_caller(caller, "BYE", invite, answered, 700)
        bye = callee.expect("BYE")
        to_provider = info if is_inbound else bye
        assert len(to_provider.all("Via")) == 1
        callee.send(bye.answer(200))
        caller.expect("BYE", 200)
    finally:
        provider.close()
        worker.close()
        edge.stop()
