from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from deploy.stack import preflight
from deploy.stack.config import StackConfig
from deploy.stack.errors import StackError
from deploy.stack.preflight import preflight_check, wanted_ports


@pytest.fixture
def config() -> StackConfig:
    return StackConfig.for_tests(Path("/var/lib/tandem"), workers=2)


@pytest.fixture(autouse=True)
def programs_are_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight, "PROGRAMS", {})


@pytest.fixture
def udp() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        yield taken


@pytest.fixture
def tcp() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as taken:
        yield taken


def test_free_ports_pass(config: StackConfig) -> None:
    preflight_check(config)


def test_a_udp_port_in_use_names_the_variable_to_change(config: StackConfig, udp: socket.socket) -> None:
    port = config.ports.sip_udp
    udp.bind(("127.0.0.1", port))
    sentence = f"Port {port}/udp on 127.0.0.1 is in use; set PBX_SIP_UDP_PORT to another one."
    with pytest.raises(StackError) as refused:
        preflight_check(config)
    assert str(refused.value) == sentence


def test_a_tcp_port_in_use_names_the_variable_to_change(config: StackConfig, tcp: socket.socket) -> None:
    tcp.bind(("127.0.0.1", config.ports.https))
    tcp.listen()
    with pytest.raises(StackError, match="PBX_HTTPS_PORT"):
        preflight_check(config)


def test_the_second_worker_needs_the_port_after_the_first(config: StackConfig, udp: socket.socket) -> None:
    udp.bind(("127.0.0.1", config.worker_sip_base_port + 1))
    with pytest.raises(StackError, match="PBX_WORKER_SIP_BASE_PORT"):
        preflight_check(config)


def test_two_variables_with_one_port_are_told_apart(config: StackConfig) -> None:
    same = replace(config, ports=replace(config.ports, https=config.ports.http))
    with pytest.raises(StackError, match="PBX_HTTP_PORT and PBX_HTTPS_PORT"):
        preflight_check(same)


def test_an_address_of_another_machine_is_refused(config: StackConfig) -> None:
    with pytest.raises(StackError, match="is not an address of this machine; set PBX_BIND"):
        preflight_check(replace(config, bind="192.0.2.1"))


def test_ports_of_the_operators_servers_are_not_asked_for(config: StackConfig) -> None:
    theirs = replace(config, database_url="x", edge_database_url="y", redis_url="z")
    wanted = {one.variable for one in wanted_ports(theirs)}
    assert not wanted & {"PBX_POSTGRES_PORT", "PBX_REDIS_PORT"}
