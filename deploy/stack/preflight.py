"""What can be known to fail before anything is started. Every finding names the variable to change."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator
from dataclasses import dataclass

from deploy.stack.config import StackConfig, port_variable
from deploy.stack.errors import StackError
from deploy.stack.free_ports import is_bindable

LOOPBACK = "127.0.0.1"
PROGRAMS = {"kamailio": "kamailio", "nginx": "nginx-light"}
PRIVILEGED_BELOW = 1024


@dataclass(frozen=True, slots=True)
class Wanted:
    variable: str
    host: str
    port: int
    transport: str

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.port}/{self.transport} on {host}"


def preflight_check(config: StackConfig) -> None:
    _check_programs()
    _check_addresses(config)
    wanted = list(wanted_ports(config))
    _check_twice(wanted)
    for one in wanted:
        kind = socket.SOCK_DGRAM if one.transport == "udp" else socket.SOCK_STREAM
        if not is_bindable(one.host, one.port, kind):
            raise StackError(_refusal(one))


def wanted_ports(config: StackConfig) -> Iterator[Wanted]:
    for host in filter(None, (config.bind, config.bind6)):
        for name in ("http", "https", "sip_tcp", "sip_tls", "sip_ws", "sip_wss"):
            yield _wanted(config, name, host, "tcp")
        yield _wanted(config, "sip_udp", host, "udp")
    yield _wanted(config, "edge_private", LOOPBACK, "udp")
    for name in ("edge_rpc", "edge_events", "web", "ws"):
        yield _wanted(config, name, LOOPBACK, "tcp")
    if config.has_own_postgres:
        yield _wanted(config, "postgres", LOOPBACK, "tcp")
    if config.has_own_redis:
        yield _wanted(config, "redis", LOOPBACK, "tcp")
    for index in range(config.workers):
        yield Wanted("PBX_WORKER_SIP_BASE_PORT", LOOPBACK, config.worker_sip_base_port + index, "udp")


def _wanted(config: StackConfig, name: str, host: str, transport: str) -> Wanted:
    return Wanted(port_variable(name), host, getattr(config.ports, name), transport)


def _check_programs() -> None:
    for program, package in PROGRAMS.items():
        if shutil.which(program) is None:
            raise StackError(f"{program} is not installed; install the package {package}.")


def _check_addresses(config: StackConfig) -> None:
    for variable, host in (("PBX_BIND", config.bind), ("PBX_BIND6", config.bind6)):
        if host and not is_bindable(host, 0, socket.SOCK_DGRAM):
            raise StackError(f"{host} is not an address of this machine; set {variable} to one that is.")


def _check_twice(wanted: list[Wanted]) -> None:
    seen: dict[tuple[str, int, str], str] = {}
    for one in wanted:
        key = (one.host, one.port, one.transport)
        if key in seen:
            raise StackError(
                f"{seen[key]} and {one.variable} are both {one.port}/{one.transport}; change one of them."
            )
        seen[key] = one.variable


def _refusal(one: Wanted) -> str:
    if one.port < PRIVILEGED_BELOW:
        return f"Port {one} is in use or reserved for root; set {one.variable} to another one."
    return f"Port {one} is in use; set {one.variable} to another one."
