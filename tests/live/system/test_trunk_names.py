"""Providers that are given by a name: found by SRV records, and left for their next server when one does not answer."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.live.system.name_server import NameServer
from tests.live.system.outside_world import OutsideWorld
from tests.live.system.provider import Provider
from tests.live.system.running_system import RunningSystem
from tests.live.system.test_trunks_over_tls import wait_state
from tests.phones.phone import Phone
from tests.phones.rest import RestClient

DOMAIN = "carrier.example"


@pytest.fixture
def servers(system: RunningSystem, name_server: NameServer) -> Iterator[tuple[Provider, Provider]]:
    """The first is to be preferred; only the records say where they are."""
    with Provider(system.sip_udp, "127.0.0.21") as first, Provider(system.sip_udp, "127.0.0.22") as second:
        name_server.tell(
            f"_sip._udp.{DOMAIN}",
            "SRV",
            f"20 0 {second.port} two.{DOMAIN}.",
            f"10 5 {first.port} one.{DOMAIN}.",
        )
        name_server.tell(f"one.{DOMAIN}", "A", first.host)
        name_server.tell(f"two.{DOMAIN}", "A", second.host)
        yield first, second


def named_trunk(world: OutsideWorld, provider: Provider) -> int:
    return world.trunk(
        DOMAIN,
        0,
        authentication="register",
        authorization_name=provider.account.name,
        password=provider.account.password,
        reregister_interval_s=60,
        ping_interval_s=15,
    )


def test_a_provider_is_found_by_its_records_and_left_when_it_does_not_answer(
    world: OutsideWorld, administrator: RestClient, servers: tuple[Provider, Provider], alice: Phone
) -> None:
    first, second = servers
    trunk = named_trunk(world, first)
    register = first.take_registration(expires_s=20)
    assert register.request_uri == f"sip:{DOMAIN}"
    wait_state(administrator, trunk, "registered")
    world.outbound(trunk)
    call = alice.dial("0049891234")
    invite = first.take_call()
    assert invite.request_uri == f"sip:0049891234@{DOMAIN}"
    first.send(invite.answer(486))
    call.wait_over()
    # It says nothing any more: the next registration goes to the other one.
    second.take_registration(timeout_s=60)
    wait_state(administrator, trunk, "registered")
    call = alice.dial("0049891234")
    second.send(second.take_call().answer(486))
    call.wait_over()


def test_without_records_the_name_and_the_usual_port_are_taken(
    world: OutsideWorld,
    administrator: RestClient,
    name_server: NameServer,
    servers: tuple[Provider, Provider],
) -> None:
    name_server.tell(f"_sip._udp.{DOMAIN}", "SRV")
    name_server.tell(DOMAIN, "A", "127.0.0.23")
    trunk = world.trunk(DOMAIN, 0, authentication="ip")
    told = wait_state(administrator, trunk, "ready")
    assert told["port"] == 0
