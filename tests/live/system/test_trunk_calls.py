"""Calls over trunks through the whole system: limits over both workers, gateways, and what lasts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from callmanager.edge.trunk_rpc import TrunkRpc
from tests.live.edge.endpoints import SDP, Endpoint
from tests.live.edge.endpoints import Phone as RawPhone
from tests.live.edge.messages import Account, Challenge, SipMessage
from tests.live.edge.providers import acknowledge_refusal, as_caller, inbound
from tests.live.edge.transports import UdpTransport
from tests.live.system.conftest import InForce
from tests.live.system.event_socket import EventSocket
from tests.live.system.provider import Provider
from tests.live.system.running_system import RunningSystem
from tests.phones.phone import Phone
from tests.phones.rest import RestClient
from tests.phones.waiting import PATIENCE_S, holds_for, until

PROVIDER_HOST, GATEWAY_HOST = "127.0.0.4", "gateway1.example"
ALICES_DID, GLOBEXS_DID = "4930101", "4930201"


@pytest.fixture(scope="module")
def administrator(system: RunningSystem) -> RestClient:
    demo = system.demo
    return RestClient.sign_in(demo.url, username=demo.admin_username, password=demo.admin_password)


@pytest.fixture
def provider(system: RunningSystem) -> Iterator[Provider]:
    with Provider(system.sip_udp, PROVIDER_HOST) as provider:
        yield provider


@pytest.fixture
def by_address(administrator: RestClient, provider: Provider) -> Iterator[str]:
    """A trunk that is known by its address, lent to both companies; its path."""
    body = {
        "name": "By address",
        "authentication": "ip",
        "host": provider.host,
        "port": provider.port,
        "ping_interval_s": 15,
    }
    trunk = administrator.post("/trunks", body)["id"]
    for tenant, pool in (("demo", "49301**"), ("globex", "49302**")):
        administrator.post("/did_pools", {"trunk": trunk, "tenant": tenant, "did_pool": pool})
    yield f"/trunks/{trunk}"
    administrator.delete(f"/trunks/{trunk}")


def give_did(rest: RestClient, number: str, did: str) -> None:
    extension = rest.rows("/extensions/", search=number)[0]
    rest.patch(f"/extensions/{extension['id']}/", {"did": did})


@pytest.fixture
def dids(by_address: str, rest: RestClient, globex_rest: RestClient, in_force: InForce) -> Iterator[None]:
    give_did(rest, "101", ALICES_DID)
    give_did(globex_rest, "101", GLOBEXS_DID)
    in_force()
    yield
    give_did(rest, "101", "")
    give_did(globex_rest, "101", "")


def test_a_providers_call_lasts_longer_than_the_edges_questions(
    administrator: RestClient, provider: Provider, by_address: str, dids: None, alice: Phone
) -> None:
    """The edge asks the worker within the call whether it still lives; that must not disturb it."""
    sent = inbound(provider, ALICES_DID)
    call = alice.wait_incoming()
    call.answer()
    answered = provider.expect("INVITE", 200)
    as_caller(provider, "ACK", sent, answered, 1)
    call.wait_confirmed()
    until(lambda: administrator.get(by_address)["calls"] == 1, PATIENCE_S, "the call is counted")
    holds_for(lambda: not call.is_over, 45, "the call goes on")
    as_caller(provider, "BYE", sent, answered, 2)
    provider.expect("BYE", 200)
    call.wait_over()
    until(lambda: administrator.get(by_address)["calls"] == 0, PATIENCE_S, "no call is counted")


def test_a_trunks_limit_holds_over_both_workers(
    system: RunningSystem,
    administrator: RestClient,
    provider: Provider,
    by_address: str,
    dids: None,
    alice: Phone,
    mallory: Phone,
) -> None:
    administrator.patch(by_address, {"max_calls": 4})
    until(lambda: _limit_at_edge(system, by_address) == "4", 10, "the edge knows the limit")
    for phone in (alice, mallory):
        phone.on_incoming(provisional=180)
    invites = {}
    for _ in range(10):
        for did in (ALICES_DID, GLOBEXS_DID):
            invite = inbound(provider, did)
            invites[invite["Call-ID"]] = invite
    refused: dict[str, SipMessage] = {}
    while len(refused) < 16:
        answer = provider.expect_final("INVITE")
        assert answer.start_line == "SIP/2.0 486 Trunk Full"
        refused[answer["Call-ID"]] = answer
    until(lambda: administrator.get(by_address)["calls"] == 4, PATIENCE_S, "four calls are counted")
    for call_id, answer in refused.items():
        acknowledge_refusal(provider, invites[call_id], answer)
    for call_id in invites.keys() - refused.keys():
        cancel(provider, invites[call_id])
    until(lambda: administrator.get(by_address)["calls"] == 0, 10, "no call is counted")


def _limit_at_edge(system: RunningSystem, trunk: str) -> str:
    key = f"how:{trunk.rpartition('/')[2]}"
    how = TrunkRpc(system.stack.config.ports.edge_rpc).table("trunks").get(key, "")
    return how.partition("max=")[2].partition(";")[0]


def cancel(provider: Endpoint, invite: SipMessage) -> None:
    kept = [(n, v) for n, v in invite.headers if n in {"Via", "From", "To", "Call-ID", "Max-Forwards"}]
    cseq = ("CSeq", f"{invite['CSeq'].split()[0]} CANCEL")
    provider.send(SipMessage(f"CANCEL {invite.request_uri} SIP/2.0", (*kept, cseq)))


def test_a_provider_that_stops_answering_is_seen_and_told(
    system: RunningSystem, administrator: RestClient, provider: Provider, by_address: str
) -> None:
    demo = system.demo
    with EventSocket(system.websocket_url) as socket:
        socket.sign_in(name=demo.admin_username, password=demo.admin_password)
        socket.subscribe("trunk_events")
        provider.send(provider.expect("OPTIONS", timeout_s=20).answer(200))
        until(lambda: administrator.get(by_address)["round_trip_ms"], PATIENCE_S, "the round trip is known")
        assert administrator.get(by_address)["state"] == "ready"
        # It is asked again twice, and answers no more.
        until(lambda: administrator.get(by_address)["state"] == "silent", 60, "the trunk is silent")
        trunk = administrator.get(by_address)
        assert (trunk["last_error"]["code"], trunk["last_error"]["reason"]) == (408, "No answer")
        (event,) = until(
            lambda: [one for one in list(socket.events) if one["key"] == "trunk_disconnected"],
            PATIENCE_S,
            "administrators are told",
        )
        assert (event["trunk_name"], event["state"]) == ("By address", "silent")
        assert isinstance(event["trunk_id"], str)


@pytest.fixture
def gateway(system: RunningSystem, administrator: RestClient) -> Iterator[tuple[RawPhone, str]]:
    account = Account("123456", GATEWAY_HOST, "gateway-secret")
    body = {
        "name": "Gateway",
        "authentication": "accept_register",
        "host": account.domain,
        "authorization_name": account.number,
        "password": account.password,
    }
    trunk = administrator.post("/trunks", body)["id"]
    administrator.post("/did_pools", {"trunk": trunk, "tenant": "demo", "did_pool": ALICES_DID})
    box = RawPhone(UdpTransport(system.sip_udp, host="127.0.0.1"), account)
    yield box, f"/trunks/{trunk}"
    box.close()
    administrator.delete(f"/trunks/{trunk}")


def test_a_gateway_registers_here_calls_alice_and_leaves(
    administrator: RestClient, gateway: tuple[RawPhone, str], rest: RestClient, alice: Phone
) -> None:
    box, trunk = gateway
    assert administrator.get(trunk)["state"] in ("registering", "offline")
    until(lambda: box.register().status == 200, 10, "the edge knows the gateway")
    until(lambda: administrator.get(trunk)["state"] == "registered", 10, "the gateway is registered")
    assert "123456" not in str(rest.rows("/registrations/")), "a gateway is no phone"
    give_did(rest, "101", ALICES_DID)
    try:
        sent = until(lambda: _called(box, alice), 20, "the number rings at Alice's")
        call = alice.wait_incoming()
        call.answer()
        answered = box.expect("INVITE", 200)
        as_caller(box, "ACK", sent, answered, int(sent["CSeq"].split()[0]))
        call.wait_confirmed()
        call.hang_up()
        box.send(box.expect("BYE").answer(200))
    finally:
        give_did(rest, "101", "")
    assert box.register(expires=0).status == 200
    until(lambda: administrator.get(trunk)["state"] == "offline", 10, "the gateway is gone")
    # Another password: the registration of before is nobody's any more.
    assert box.register().status == 200
    administrator.patch(trunk, {"password": "another-secret"})
    until(lambda: administrator.get(trunk)["state"] == "offline", 10, "the gateway must register anew")
    until(lambda: box.register().status == 401, PATIENCE_S, "the edge knows the new password")


def _called(box: RawPhone, alice: Phone) -> SipMessage | None:
    """The gateway's call, once it rings; None while the number is not known yet."""
    uri = f"sip:{ALICES_DID}@{GATEWAY_HOST}"
    first = box.send(box.request("INVITE", uri, body=SDP))
    refused = box.expect("INVITE", 407)
    box.acknowledge(first, refused)
    credentials = Challenge.of(refused).credentials(box.account, "INVITE", uri)
    invite = box.send(box.request("INVITE", uri, credentials, call_id=first["Call-ID"], body=SDP))
    while True:
        answer = box.next_message()
        if not answer.is_response or answer["Call-ID"] != invite["Call-ID"] or answer.status == 100:
            continue
        if answer.status < 200:
            return invite
        box.acknowledge(invite, answer)
        return None
