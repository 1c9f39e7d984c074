"""What providers and extensions may say of callers, and where a provider says whom it calls."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.edge.conftest import ALICE, PROVIDER_HOST, PROVIDER_TRUNK, PhoneMaker
from tests.live.edge.edge_process import Directory, Edge, wait_for
from tests.live.edge.endpoints import Endpoint, Worker
from tests.live.edge.messages import Header
from tests.live.edge.providers import as_callee, as_caller, contact_of, inbound
from tests.live.edge.test_trunks import ACMES_NUMBER, GLOBEXS_NUMBER
from tests.live.edge.transports import UdpTransport

TRUNK: Header = ("X-PBX-Trunk", str(PROVIDER_TRUNK))
IDENTITY: tuple[Header, ...] = (
    ("P-Asserted-Identity", "<sip:+4930987@provider.example>"),
    ("Remote-Party-ID", "<sip:+4930987@provider.example>;privacy=off"),
    ("Privacy", "id"),
    ("Diversion", "<sip:+4930555@provider.example>;reason=unconditional"),
    ("History-Info", "<sip:+4930555@provider.example>;index=1"),
)
OWN_WORDS: tuple[Header, ...] = (("X-Outbound-Cli", "rewrite-from=1"), ("X-PBX-Rogue", "1"))
PUBLIC = "198.51.100.9"


@pytest.fixture
def how(edge: Edge) -> Iterator[Edge]:
    yield edge
    edge.rpc("htable.delete", "trunks", f"how:{PROVIDER_TRUNK}")


def test_a_providers_word_on_the_caller_reaches_the_worker(provider: Endpoint, worker: Worker) -> None:
    inbound(provider, ACMES_NUMBER, *IDENTITY, *OWN_WORDS)
    invite = worker.expect("INVITE")
    assert [(name, invite[name]) for name, _ in IDENTITY] == list(IDENTITY)
    assert not invite.names() & {"x-outbound-cli", "x-pbx-rogue"}
    worker.send(invite.answer(486, extra=OWN_WORDS))
    assert not provider.expect("INVITE", 486).names() & {"x-outbound-cli", "x-pbx-rogue"}


def test_an_extension_asks_for_a_caller_id_and_asserts_none(phone: PhoneMaker, worker: Worker) -> None:
    alice = phone(ALICE)
    alice.invite("102", *IDENTITY, *OWN_WORDS)
    invite = worker.expect("INVITE")
    assert invite["X-Outbound-Cli"] == "rewrite-from=1"
    assert invite["Privacy"] == "id"
    claimed = {"p-asserted-identity", "remote-party-id", "diversion", "history-info", "x-pbx-rogue"}
    assert not invite.names() & claimed
    worker.send(invite.answer(486, extra=OWN_WORDS))
    assert not alice.expect("INVITE", 486).names() & {"x-outbound-cli", "x-pbx-rogue"}


def test_what_the_worker_says_of_the_caller_reaches_the_provider_unchanged(
    provider: Endpoint, worker: Worker
) -> None:
    worker.invite("0049891234@sip.provider.example", TRUNK, *IDENTITY, *OWN_WORDS, dest="trunk")
    received = provider.expect("INVITE")
    assert [(name, received[name]) for name, _ in IDENTITY] == list(IDENTITY)
    assert not received.names() & {"x-outbound-cli", "x-pbx-rogue", "x-pbx-trunk"}
    provider.send(received.answer(486, extra=(("P-Asserted-Identity", "<sip:x@y>"), *OWN_WORDS)))
    refused = worker.expect("INVITE", 486)
    assert not refused.names() & {"p-asserted-identity", "x-outbound-cli", "x-pbx-rogue"}


@pytest.mark.parametrize(
    ("source", "uri", "to", "extra", "found"),
    [
        ("number=request_uri", ACMES_NUMBER, GLOBEXS_NUMBER, (), ACMES_NUMBER),
        ("number=to", ACMES_NUMBER, GLOBEXS_NUMBER, (), GLOBEXS_NUMBER),
        ("number=auto", "trunk-name", GLOBEXS_NUMBER, (), GLOBEXS_NUMBER),
        ("number=called_party", "1", "2", (("P-Called-Party-ID", f"<sip:+{ACMES_NUMBER}@x>"),), ACMES_NUMBER),
        ("number=header;header=X-Called", "1", "2", (("X-Called", ACMES_NUMBER),), ACMES_NUMBER),
        ("number=header;header=X-Called", "1", "2", (("x-called", f" +{ACMES_NUMBER} "),), ACMES_NUMBER),
        (
            "number=header;header=X-Called",
            "1",
            "2",
            (("X-Called", f'"Acme" <tel:+{ACMES_NUMBER};phone-context=x>'),),
            ACMES_NUMBER,
        ),
        ("number=header;header=X-Called", ACMES_NUMBER, ACMES_NUMBER, (), None),
        ("number=header;header=X-Called", "1", "2", (("X-Called", "' or 1=1 --"),), None),
        ("number=request_uri", "trunk-name", ACMES_NUMBER, (), None),
    ],
)
def test_the_called_number_stands_where_the_trunk_says(
    provider: Endpoint,
    worker: Worker,
    how: Edge,
    source: str,
    uri: str,
    to: str,
    extra: tuple[Header, ...],
    found: str | None,
) -> None:
    how.rpc("htable.sets", "trunks", f"how:{PROVIDER_TRUNK}", f"max=0;hide=1;{source}")
    inbound(provider, uri, *extra, to=to)
    if found is None:
        assert provider.expect_final("INVITE").status == 404
        return
    invite = worker.expect("INVITE")
    assert invite["X-PBX-Did"] == found
    worker.send(invite.answer(486))
    provider.expect("INVITE", 486)


def test_answers_to_our_questions_are_noted_and_a_strangers_are_not(
    provider: Endpoint, phone: PhoneMaker, edge: Edge
) -> None:
    key, call_id = f"ping:{PROVIDER_TRUNK}", f"trunk-ping-{PROVIDER_TRUNK}-00ff"
    edge.rpc("htable.sets", "trunk_answers", key, "")
    stranger = phone(ALICE)
    options = stranger.request("OPTIONS", "sip:x@y", call_id=call_id)
    stranger.send(options.answer(200))

    target = f"sip:{PROVIDER_HOST}:{provider.transport.port}"
    headers = (
        f"From: <sip:ping@edge.invalid>;tag=1\r\nTo: <{target}>\r\nCall-ID: {call_id}\r\nMax-Forwards: 70\r\n"
    )
    edge.rpc(
        "tm.t_uac_start", "OPTIONS", target, ".", f"udp:127.0.0.1:{edge.ports['PBX_SIP_UDP_PORT']}", headers
    )
    asked = provider.expect("OPTIONS")
    assert (len(asked.all("Via")), len(asked.all("Max-Forwards"))) == (1, 1)

    def noted() -> str:
        return str(edge.rpc("htable.get", "trunk_answers", key)["item"]["value"])

    assert noted() == ""
    provider.send(asked.answer(404))
    wait_for("the answer is noted", lambda: f"|404|{call_id}|" in noted())
    edge.rpc("htable.delete", "trunk_answers", key)


@pytest.fixture
def public_edge(
    services: dict[str, str], worker_port: int, directory: Directory, tmp_path: Path
) -> Iterator[Edge]:
    """Another edge, behind an address translation that gives it the address PUBLIC."""
    edge = Edge(tmp_path, services["EDGE_DATABASE_URL"], settings={"PBX_PUBLIC_ADDRESS": PUBLIC})
    edge.prepare()
    edge.start()
    yield edge
    edge.stop()


@pytest.mark.parametrize("hides", ["1", "0"])
@pytest.mark.parametrize("is_same_lan", [True, False])
def test_providers_outside_see_the_public_address_and_those_inside_do_not(
    public_edge: Edge, worker_port: int, is_same_lan: bool, hides: str
) -> None:
    edge, shown = public_edge, "127.0.0.1" if is_same_lan else PUBLIC
    port = edge.ports["PBX_SIP_UDP_PORT"]
    provider = Endpoint(UdpTransport(edge.at("SIP_UDP"), host=PROVIDER_HOST))
    worker = Worker(edge.at("EDGE_PRIVATE"), worker_port)
    edge.rpc("dispatcher.reload")
    target = f"sip:{PROVIDER_HOST}:{provider.transport.port}"
    edge.rpc("htable.sets", "trunks", f"to:{PROVIDER_TRUNK}", target)
    lan = int(is_same_lan)
    edge.rpc("htable.sets", "trunks", f"how:{PROVIDER_TRUNK}", f"max=0;hide={hides};lan={lan}")
    try:
        invite = worker.invite("0049891234@sip.provider.example", TRUNK, dest="trunk")
        received = provider.expect("INVITE")
        assert received["Via"].startswith(f"SIP/2.0/UDP {shown}:{port};")
        if hides == "1":
            assert received["Contact"].endswith(f"@{shown}:{port}>")
            assert f"c=IN IP4 {shown}" in received.body
            assert ("127.0.0.1" in received.render()) == is_same_lan
        else:
            assert received.all("Record-Route")[0].startswith(f"<sip:{shown}:{port};")
        sent = provider.send(received.answer(200, contact=contact_of(provider)))
        answered = worker.expect("INVITE", 200)
        as_caller(worker, "ACK", invite, answered, int(invite["CSeq"].split()[0]))
        provider.expect("ACK")
        as_callee(provider, "BYE", received, sent, 7)
        worker.send(worker.expect("BYE").answer(200))
        provider.expect("BYE", 200)

        incoming = inbound(provider, ACMES_NUMBER, host=shown)
        taken = worker.expect("INVITE")
        assert PUBLIC not in taken["Via"]
        worker.send(taken.answer(200, contact=f"<{worker.uri}>"))
        accepted = provider.expect("INVITE", 200)
        if hides == "1":
            assert accepted["Contact"].endswith(f"@{shown}:{port}>")
        as_caller(provider, "ACK", incoming, accepted, 1)
        worker.expect("ACK")
        as_caller(provider, "BYE", incoming, accepted, 2)
        worker.send(worker.expect("BYE").answer(200))
        provider.expect("BYE", 200)
    finally:
        provider.close()
        worker.close()


def test_an_edge_without_ipv6_refuses_a_provider_that_has_nothing_else(
    services: dict[str, str], worker_port: int, directory: Directory, tmp_path: Path
) -> None:
    edge = Edge(tmp_path, services["EDGE_DATABASE_URL"], settings={"PBX_BIND6": ""})
    edge.prepare()
    edge.start()
    worker = Worker(edge.at("EDGE_PRIVATE"), worker_port)
    try:
        edge.rpc("dispatcher.reload")
        edge.rpc("htable.sets", "trunks", f"to:{PROVIDER_TRUNK}", "sip:[2001:db8::7]:5060")
        worker.invite("0049891234@sip.provider.example", TRUNK, dest="trunk")
        assert worker.expect_final("INVITE").status >= 500
        assert edge.rpc("dlg.profile_get_size", "trunk", str(PROVIDER_TRUNK)) == 0
    finally:
        worker.close()
        edge.stop()
