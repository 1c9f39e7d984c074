"""A gateway that registers here: its own domain, its own account, never an extension."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.live.edge.conftest import ALICE, PhoneMaker
from tests.live.edge.edge_process import Directory, Edge, wait_for
from tests.live.edge.endpoints import SDP, Phone, Worker
from tests.live.edge.messages import Account, Challenge, Header, SipMessage
from tests.live.edge.providers import as_callee, as_caller, contact_of
from tests.live.edge.test_trunk_lines import lines_in_use

TRUNK = 21
GATEWAY = Account("123456", "gateway1.example", "gateway-secret")
DID = "4940500"


@pytest.fixture(scope="module", autouse=True)
def trunk(directory: Directory, edge: Edge) -> None:
    directory.execute("INSERT INTO trunk (id, authentication) VALUES (%s, 'accept_register')", TRUNK)
    directory.lend_trunk(TRUNK, 1, DID)


@pytest.fixture
def gateway(phone: PhoneMaker, edge: Edge) -> Iterator[Phone]:
    edge.rpc("htable.sets", "trunks", f"host:{GATEWAY.domain}", "1")
    edge.rpc("htable.sets", "trunks", f"gateway:{GATEWAY.aor}", f"{TRUNK}:{GATEWAY.ha1}")
    edge.rpc("htable.sets", "trunks", f"to:{TRUNK}", f"aor:{GATEWAY.aor}")
    edge.rpc("htable.sets", "trunks", f"how:{TRUNK}", "max=0;hide=1")
    yield phone(GATEWAY)
    edge.rpc("ul.rm", "trunk_location", GATEWAY.aor)
    for key in (f"host:{GATEWAY.domain}", f"gateway:{GATEWAY.aor}", f"to:{TRUNK}", f"how:{TRUNK}"):
        edge.rpc("htable.delete", "trunks", key)


def call_from(gateway: Phone, called: str, *, account: Account = GATEWAY, sender: str = "") -> SipMessage:
    """The gateway's call with its caller in From, after the challenge; the INVITE with credentials, sent."""
    uri = f"sip:{called}@{GATEWAY.domain}"
    who = ("From", f"<sip:{sender or '+4917012345@' + GATEWAY.domain}>;tag=g1")
    first = gateway.send(gateway.request("INVITE", uri, who, body=SDP))
    refused = gateway.expect("INVITE", 407)
    gateway.acknowledge(first, refused)
    credentials = Challenge.of(refused).credentials(account, "INVITE", uri)
    return gateway.send(gateway.request("INVITE", uri, who, credentials, call_id=first["Call-ID"], body=SDP))


def test_a_gateway_registers_and_is_no_extension(gateway: Phone, worker: Worker, edge: Edge) -> None:
    assert gateway.register().status == 200
    assert "AoR" in str(edge.rpc("ul.lookup", "trunk_location", GATEWAY.aor))
    assert "error" in edge.rpc("ul.lookup", "location", GATEWAY.aor)
    worker.invite(GATEWAY.aor)
    assert worker.expect_final("INVITE").status == 404


@pytest.mark.parametrize(
    "account",
    [
        Account(GATEWAY.number, GATEWAY.domain, "wrong"),
        Account("101", GATEWAY.domain, ALICE.password),
        Account("nobody", GATEWAY.domain, "wrong"),
    ],
)
def test_who_does_not_know_the_gateways_password_stays_outside(
    gateway: Phone, phone: PhoneMaker, account: Account, edge: Edge
) -> None:
    stranger = phone(account)
    assert stranger.register().status == 401
    assert "error" in edge.rpc("ul.lookup", "trunk_location", account.aor)


def test_an_extension_does_not_become_a_gateway_by_its_domain(
    gateway: Phone, phone: PhoneMaker, worker: Worker
) -> None:
    alice = phone(ALICE)
    uri = f"sip:{DID}@{GATEWAY.domain}"
    first = alice.send(alice.request("INVITE", uri, body=SDP))
    refused = alice.expect("INVITE", 407)
    alice.acknowledge(first, refused)
    credentials = Challenge.of(refused).credentials(ALICE, "INVITE", uri)
    alice.send(alice.request("INVITE", uri, credentials, call_id=first["Call-ID"], body=SDP))
    assert alice.expect_final("INVITE").status == 407


@pytest.mark.parametrize("sender", ["", "4917012345@192.0.2.77"])
def test_a_gateways_call_reaches_the_owner_of_the_number(gateway: Phone, worker: Worker, sender: str) -> None:
    sent = call_from(gateway, DID, sender=sender)
    invite = worker.expect("INVITE")
    names = ("X-PBX-Kind", "X-PBX-Trunk", "X-PBX-Did", "X-PBX-Domain", "X-PBX-Tenant")
    assert [invite[name] for name in names] == ["trunk", str(TRUNK), DID, "acme.example", "1"]
    assert not [name for name in invite.names() if "authorization" in name]
    assert "17012345" in invite["From"]
    worker.send(invite.answer(200, contact=f"<{worker.uri}>"))
    answered = gateway.expect("INVITE", 200)
    as_caller(gateway, "ACK", sent, answered, int(sent["CSeq"].split()[0]))
    worker.expect("ACK")
    as_caller(gateway, "BYE", sent, answered, 900)
    worker.send(worker.expect("BYE").answer(200))
    gateway.expect("BYE", 200)


def test_a_call_goes_to_where_the_gateway_registered_from(gateway: Phone, worker: Worker, edge: Edge) -> None:
    trunk: Header = ("X-PBX-Trunk", str(TRUNK))
    invite = worker.invite(f"0049891234@{GATEWAY.domain}", trunk, dest="trunk")
    refused = worker.expect_final("INVITE")
    assert refused.start_line == "SIP/2.0 503 Trunk Not Registered"
    assert gateway.register().status == 200
    invite = worker.invite(f"0049891234@{GATEWAY.domain}", trunk, dest="trunk")
    received = gateway.expect("INVITE")
    assert received.request_uri == f"sip:0049891234@127.0.0.1:{gateway.transport.port}"
    assert len(received.all("Via")) == 1
    sent = gateway.send(received.answer(200, contact=contact_of(gateway)))
    answered = worker.expect("INVITE", 200)
    as_caller(worker, "ACK", invite, answered, int(invite["CSeq"].split()[0]))
    gateway.expect("ACK")
    as_callee(gateway, "BYE", received, sent, 9)
    worker.send(worker.expect("BYE").answer(200))
    gateway.expect("BYE", 200)
    assert lines_in_use(edge, TRUNK) == 0


@pytest.mark.parametrize("kind", ["tcp", "tls"])
def test_a_gateway_behind_a_connection_is_called_on_it(
    gateway: Phone, phone: PhoneMaker, worker: Worker, kind: str
) -> None:
    connected = phone(GATEWAY, kind)
    assert connected.register().status == 200
    worker.invite(f"0049891234@{GATEWAY.domain}", ("X-PBX-Trunk", str(TRUNK)), dest="trunk")
    received = connected.expect("INVITE")
    assert received["Via"].startswith(f"SIP/2.0/{kind.upper()} ")
    connected.send(received.answer(486))
    worker.expect("INVITE", 486)


def test_a_new_registration_takes_the_place_of_the_one_before(
    gateway: Phone, phone: PhoneMaker, edge: Edge
) -> None:
    assert gateway.register().status == 200
    moved = phone(GATEWAY)
    assert moved.register().status == 200
    contacts = str(edge.rpc("ul.lookup", "trunk_location", GATEWAY.aor))
    assert f":{moved.transport.port}" in contacts
    assert f":{gateway.transport.port}" not in contacts


def test_a_gateway_that_says_goodbye_is_gone(gateway: Phone, edge: Edge) -> None:
    assert gateway.register().status == 200
    assert gateway.register(expires=0).status == 200
    wait_for("it is gone", lambda: "error" in edge.rpc("ul.lookup", "trunk_location", GATEWAY.aor))
