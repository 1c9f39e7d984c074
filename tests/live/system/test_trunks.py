"""Trunks from the console's word to the provider's wire and back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.live.edge.providers import ListeningTransport
from tests.live.system.provider import LineAccount, Provider
from tests.live.system.running_system import RunningSystem
from tests.phones.rest import RestClient
from tests.phones.waiting import until

PROVIDER_HOST, OTHER_HOST = "127.0.0.2", "127.0.0.3"
STATE_WITHIN_S = 10.0


@pytest.fixture
def provider(system: RunningSystem) -> Iterator[Provider]:
    with Provider(system.sip_udp, PROVIDER_HOST) as provider:
        yield provider


@pytest.fixture
def trunks(administrator: RestClient) -> Iterator[list[str]]:
    """Paths of what a test made; gone afterwards."""
    made: list[str] = []
    yield made
    for path in made:
        administrator.response("DELETE", path)


def make_trunk(administrator: RestClient, trunks: list[str], provider: Provider, **fields: Any) -> str:
    body = {
        "name": f"Provider {len(trunks)}",
        "host": provider.host,
        "port": provider.port,
        "authorization_name": provider.account.name,
        "password": provider.account.password,
        "reregister_interval_s": 60,
        **fields,
    }
    trunks.append(f"/trunks/{administrator.post('/trunks', body)['id']}")
    return trunks[-1]


def wait_state(administrator: RestClient, trunk: str, state: str) -> None:
    until(lambda: administrator.get(trunk)["state"] == state, STATE_WITHIN_S, f"{trunk} is {state}")


def test_a_trunk_registers_changes_and_leaves(
    administrator: RestClient, trunks: list[str], provider: Provider
) -> None:
    trunk = make_trunk(administrator, trunks, provider)
    register = provider.take_registration()
    assert register["To"] == f"<sip:{provider.account.name}@{provider.host}>"
    wait_state(administrator, trunk, "registered")
    events = administrator.rows("/event_log", kind="trunk.connected")
    assert events[0]["message"] == "Trunk Provider 0: registered."

    administrator.patch(trunk, {"password": "no longer right"})
    provider.take_farewell()
    provider.take_registration()
    wait_state(administrator, trunk, "failed")

    administrator.patch(trunk, {"is_enabled": False})
    wait_state(administrator, trunk, "disabled")


def test_a_change_of_one_trunk_leaves_the_others_alone(
    system: RunningSystem, administrator: RestClient, trunks: list[str], provider: Provider
) -> None:
    with Provider(system.sip_udp, OTHER_HOST, LineAccount("acct-2", "other-secret")) as other:
        first = make_trunk(administrator, trunks, provider)
        provider.take_registration()
        wait_state(administrator, first, "registered")
        second = make_trunk(administrator, trunks, other)
        other.take_registration()
        wait_state(administrator, second, "registered")
        administrator.patch(second, {"username": "4930123"})
        other.take_farewell()
        assert "4930123@" in other.take_registration()["To"]
        administrator.patch(first, {"website": "https://provider.example", "max_calls": 10})
        administrator.patch(first, {"is_single_via": False, "called_number_source": "to", "codecs": ["PCMA"]})
        wait_state(administrator, second, "registered")
        provider.expect_silence("REGISTER", for_s=3)


def test_lending_taking_back_and_deleting_registers_nobody_anew(
    system: RunningSystem, administrator: RestClient, trunks: list[str], provider: Provider
) -> None:
    with Provider(system.sip_udp, OTHER_HOST, LineAccount("acct-2", "other-secret")) as other:
        first = make_trunk(administrator, trunks, provider)
        provider.take_registration()
        second = make_trunk(administrator, trunks, other)
        other.take_registration()
        for trunk in (first, second):
            wait_state(administrator, trunk, "registered")
        first_id = int(first.rpartition("/")[2])
        lent = [
            administrator.post("/did_pools", {"trunk": first_id, "tenant": tenant, "did_pool": pool})["id"]
            for tenant, pool in (("demo", "493011*"), ("globex", "493012*"))
        ]
        # A tenant is taken away: the other keeps its numbers.
        administrator.delete(f"/did_pools/{lent[1]}")
        assert [row["did_pool"] for row in administrator.rows("/did_pools", trunk=first_id)] == ["493011*"]
        administrator.delete(second)
        other.take_farewell()
        # The link starts anew and finds everything as it should be.
        with system.stopped("edge-link"):
            pass
        provider.expect_silence("REGISTER", for_s=6)
        wait_state(administrator, first, "registered")


def test_a_trunk_whose_host_nobody_knows_says_so(
    administrator: RestClient, trunks: list[str], provider: Provider
) -> None:
    trunk = make_trunk(administrator, trunks, provider, host="no-such-provider.invalid")
    wait_state(administrator, trunk, "unresolved")


def test_registrations_are_back_after_the_edge_was_restarted(
    system: RunningSystem, administrator: RestClient, trunks: list[str], provider: Provider
) -> None:
    trunk = make_trunk(administrator, trunks, provider)
    provider.take_registration()
    wait_state(administrator, trunk, "registered")
    with system.stopped("edge"):
        pass
    system.wait_healthy()
    provider.take_registration(timeout_s=20)
    wait_state(administrator, trunk, "registered")


@pytest.mark.parametrize(
    ("kind", "contact"),
    [("udp6", r"<sip:trk-\d+-\w+@\[::1\]:\d+>"), ("tcp", r"<sip:trk-\d+-\w+@127.0.0.1:\d+;transport=tcp>")],
)
def test_we_register_by_the_transport_of_the_trunk(
    system: RunningSystem, administrator: RestClient, trunks: list[str], kind: str, contact: str
) -> None:
    edge = ("::1", system.sip_udp[1]) if kind == "udp6" else system.sip_udp
    transport = ListeningTransport(PROVIDER_HOST) if kind == "tcp" else None
    with Provider(edge, PROVIDER_HOST, transport=transport) as provider:
        trunk = make_trunk(
            administrator, trunks, provider, transport=kind.rstrip("6"), is_enabled=True, ping_interval_s=0
        )
        register = provider.take_registration()
        assert re.fullmatch(contact, register["Contact"]), register["Contact"]
        assert register["Via"].startswith(f"SIP/2.0/{provider.transport.via} ")
        wait_state(administrator, trunk, "registered")
