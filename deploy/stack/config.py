"""Addresses, ports and places of one stack, read from the environment once; docs/interfaces.md section 1."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from pathlib import Path

from deploy.stack.errors import StackError
from deploy.stack.free_ports import free_port, free_port_run, rtp_slice

CHECKOUT = Path(__file__).resolve().parents[2]
LOG_LEVELS = ("debug", "info", "warning", "error")
MAX_WORKERS = 64
# The control socket lies below the state directory, and the kernel allows 107 characters for its path.
MAX_STATE_DIR_LENGTH = 80


@dataclass(frozen=True, slots=True)
class Ports:
    """Field `http` is `PBX_HTTP_PORT`, and so on."""

    http: int = 8888
    https: int = 8887
    sip_udp: int = 5060
    sip_tcp: int = 5060
    sip_tls: int = 5061
    sip_ws: int = 5062
    sip_wss: int = 5065
    postgres: int = 15432
    redis: int = 16379
    edge_private: int = 15060
    edge_rpc: int = 15065
    edge_events: int = 15066
    web: int = 15080
    ws: int = 15081


def port_variable(name: str) -> str:
    return f"PBX_{name.upper()}_PORT"


@dataclass(frozen=True, slots=True)
class StackConfig:
    state_dir: Path
    bind: str = "127.0.0.1"
    bind6: str = ""
    public_address: str = ""
    ports: Ports = field(default_factory=Ports)
    worker_sip_base_port: int = 15100
    rtp_port_min: int = 45000
    rtp_port_max: int = 65000
    workers: int = 1
    drain_timeout_s: int = 30
    log_level: str = "info"
    # Servers of the operator; None: this stack runs its own.
    database_url: str | None = None
    edge_database_url: str | None = None
    redis_url: str | None = None
    # Throw-away stacks trade durability for speed.
    is_durable: bool = True

    def __post_init__(self) -> None:
        if self.rtp_port_max - self.rtp_port_min < 4 * self.workers:
            raise StackError(
                "PBX_RTP_PORT_MAX must leave at least four ports per worker above PBX_RTP_PORT_MIN."
            )
        if (self.database_url is None) != (self.edge_database_url is None):
            raise StackError("Set DATABASE_URL and EDGE_DATABASE_URL together, or neither.")
        if len(str(self.state_dir)) > MAX_STATE_DIR_LENGTH:
            raise StackError(
                f"PBX_STATE_DIR is longer than {MAX_STATE_DIR_LENGTH} characters; choose a shorter path."
            )

    @property
    def has_own_postgres(self) -> bool:
        return self.database_url is None

    @property
    def has_own_redis(self) -> bool:
        return self.redis_url is None

    @property
    def log_dir(self) -> Path:
        return self.state_dir / "log"

    @property
    def run_dir(self) -> Path:
        return self.state_dir / "run"

    @property
    def tls_certificate(self) -> Path:
        return self.state_dir / "tls" / "tandem.crt"

    @property
    def tls_key(self) -> Path:
        return self.state_dir / "tls" / "tandem.key"

    @classmethod
    def from_environment(cls, environ: Mapping[str, str], state_dir: Path) -> StackConfig:
        ports = Ports(
            **{f.name: _port(environ, port_variable(f.name), _default(f.name)) for f in fields(Ports)}
        )
        return cls(
            state_dir=state_dir,
            bind=_ipv4(environ, "PBX_BIND", "127.0.0.1"),
            bind6=_ipv6(environ, "PBX_BIND6", "::1" if _machine_has_ipv6_loopback() else ""),
            public_address=_public_ipv4(environ, "PBX_PUBLIC_ADDRESS"),
            ports=ports,
            worker_sip_base_port=_port(environ, "PBX_WORKER_SIP_BASE_PORT", 15100),
            rtp_port_min=_port(environ, "PBX_RTP_PORT_MIN", 45000),
            rtp_port_max=_port(environ, "PBX_RTP_PORT_MAX", 65000),
            workers=_integer(environ, "PBX_WORKERS", min(4, os.cpu_count() or 1), 1, MAX_WORKERS),
            drain_timeout_s=_integer(environ, "PBX_DRAIN_TIMEOUT_S", 30, 0, 3600),
            log_level=_choice(environ, "PBX_LOG_LEVEL", "info", LOG_LEVELS),
            database_url=environ.get("DATABASE_URL") or None,
            edge_database_url=environ.get("EDGE_DATABASE_URL") or None,
            redis_url=environ.get("REDIS_URL") or None,
        )

    @classmethod
    def for_tests(cls, state_dir: Path, *, workers: int = 1) -> StackConfig:
        """A private stack: free ports everywhere, quick to drain, not durable."""
        names = [f.name for f in fields(Ports)]
        rtp_min, rtp_max = rtp_slice()
        return cls(
            state_dir=state_dir.resolve(),
            bind6="::1" if _machine_has_ipv6_loopback() else "",
            ports=Ports(**{name: free_port() for name in names}),
            worker_sip_base_port=free_port_run(workers),
            rtp_port_min=rtp_min,
            rtp_port_max=rtp_max,
            workers=workers,
            drain_timeout_s=5,
            is_durable=False,
        )


def _default(port_name: str) -> int:
    return int(getattr(Ports(), port_name))


def _integer(environ: Mapping[str, str], name: str, default: int, lowest: int, highest: int) -> int:
    text = environ.get(name, "").strip()
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or not lowest <= int(text) <= highest:
        raise StackError(f"{name} must be a whole number from {lowest} to {highest}, not {text!r}.")
    return int(text)


def _port(environ: Mapping[str, str], name: str, default: int) -> int:
    return _integer(environ, name, default, 1, 65535)


def _choice(environ: Mapping[str, str], name: str, default: str, choices: tuple[str, ...]) -> str:
    text = environ.get(name, "").strip().lower() or default
    if text not in choices:
        raise StackError(f"{name} must be one of {', '.join(choices)}, not {text!r}.")
    return text


def _ipv4(environ: Mapping[str, str], name: str, default: str) -> str:
    text = environ.get(name, "").strip() or default
    try:
        return _one_address(name, IPv4Address(text))
    except AddressValueError:
        raise StackError(f"{name} must be an IPv4 address of this machine, not {text!r}.") from None


def _ipv6(environ: Mapping[str, str], name: str, default: str) -> str:
    """Unset takes the default; set but empty means no IPv6."""
    text = environ.get(name, default).strip()
    if not text:
        return ""
    try:
        return _one_address(name, IPv6Address(text.strip("[]")))
    except AddressValueError:
        raise StackError(f"{name} must be an IPv6 address of this machine or empty, not {text!r}.") from None


def _public_ipv4(environ: Mapping[str, str], name: str) -> str:
    text = environ.get(name, "").strip()
    try:
        return _one_address(name, IPv4Address(text)) if text else ""
    except AddressValueError:
        raise StackError(f"{name} must be an IPv4 address or empty, not {text!r}.") from None


def _one_address(name: str, address: IPv4Address | IPv6Address) -> str:
    if address.is_unspecified:
        raise StackError(
            f"{name} must be one address, because SIP and RTP tell it to phones; {address} is none."
        )
    return str(address)


def _machine_has_ipv6_loopback() -> bool:
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True
