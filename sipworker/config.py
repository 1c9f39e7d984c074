"""The worker's configuration: read once from the environment, frozen, loud about what is wrong."""

from __future__ import annotations

import ipaddress
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

Value = TypeVar("Value")

HIGHEST_PORT = 65535
BRIDGE_CLOCK_RATES_HZ = (8000, 16000)
SHORTEST_KEY = 32


class ConfigError(ValueError):
    """A variable is missing or breaks its rule; the message names both."""

    def __init__(self, name: str, rule: str) -> None:
        super().__init__(f"{name}: {rule}")


@dataclass(frozen=True, slots=True)
class WorkerConfig:
    """Everything a worker must know before it starts. `docs/interfaces.md` section 1 names the variables."""

    index: int
    state_dir: Path
    sip_port: int
    media_address: str
    media_address6: str
    rtp_port_min: int
    rtp_port_max: int
    edge_sip_port: int
    edge_rpc_port: int
    edge_events_port: int
    database_url: str
    redis_url: str
    drain_timeout_s: int
    log_level: int
    bridge_clock_rate_hz: int
    music_dir: Path
    sounds_dir: Path
    # Below that much space nothing is recorded any more.
    recording_min_free_mb: int = 256
    # Where servers of tenants may stand besides in public.
    tenant_networks: tuple[IPv4Network | IPv6Network, ...] = ()
    # Open the passwords of trunks; the first one is the newest.
    encryption_keys: tuple[str, ...] = field(default=(), repr=False)

    @property
    def name(self) -> str:
        return f"worker-{self.index}"

    @property
    def worker_dir(self) -> Path:
        """What this worker alone keeps on disk."""
        return self.state_dir / self.name

    @property
    def files_dir(self) -> Path:
        """Where the web side keeps tenants' files; read only."""
        return self.state_dir / "files"

    @property
    def sip_uri(self) -> str:
        return f"sip:127.0.0.1:{self.sip_port}"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> WorkerConfig:
        read = _Reader(environment)
        index = read.integer("PBX_WORKER_INDEX", "0", 0, 999)
        workers = read.integer("PBX_WORKERS", "1", 1, 1000)
        if index >= workers:
            raise ConfigError("PBX_WORKER_INDEX", f"must be below PBX_WORKERS ({workers})")
        rtp_port_min, rtp_port_max = _rtp_slice(read, index, workers)
        return cls(
            index=index,
            state_dir=Path(read.text("PBX_STATE_DIR", "var")).absolute(),
            sip_port=read.port("PBX_WORKER_SIP_BASE_PORT", "15100") + index,
            media_address=read.address("PBX_BIND", "127.0.0.1", version=4),
            media_address6=read.address("PBX_BIND6", "", version=6),
            rtp_port_min=rtp_port_min,
            rtp_port_max=rtp_port_max,
            edge_sip_port=read.port("PBX_EDGE_PRIVATE_PORT", "15060"),
            edge_rpc_port=read.port("PBX_EDGE_RPC_PORT", "15065"),
            edge_events_port=read.port("PBX_EDGE_EVENTS_PORT", "15066"),
            database_url=read.url("DATABASE_URL", ("postgres", "postgresql")),
            redis_url=read.url("REDIS_URL", ("redis", "rediss", "unix")),
            drain_timeout_s=read.integer("PBX_DRAIN_TIMEOUT_S", "30", 0, 86_400),
            log_level=read.log_level("PBX_LOG_LEVEL", "info"),
            bridge_clock_rate_hz=read.choice("PBX_BRIDGE_CLOCK_RATE", "16000", BRIDGE_CLOCK_RATES_HZ),
            music_dir=Path(read.text("PBX_MUSIC_DIR", "/usr/share/asterisk/moh")),
            sounds_dir=Path(read.text("PBX_SOUNDS_DIR", "/usr/share/asterisk/sounds")),
            recording_min_free_mb=read.integer("PBX_RECORDING_MIN_FREE_MB", "256", 0, 1_000_000_000),
            tenant_networks=read.networks("PBX_TENANT_NETWORKS"),
            encryption_keys=read.secrets("FIELD_ENCRYPTION_KEY", SHORTEST_KEY),
        )


def _rtp_slice(read: _Reader, index: int, workers: int) -> tuple[int, int]:
    """An equal share of the range for each worker, starting at an even port as RTP wants."""
    lowest = read.port("PBX_RTP_PORT_MIN", "45000")
    highest = read.port("PBX_RTP_PORT_MAX", "65000")
    share = (highest - lowest) // workers // 2 * 2
    if share < 4:
        raise ConfigError("PBX_RTP_PORT_MAX", f"must leave at least 4 ports for each of {workers} workers")
    start = lowest + lowest % 2 + index * share
    return start, start + share - 2


class _Reader:
    """Typed reading of one variable; an empty value counts as absent where a default exists."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    def text(self, name: str, default: str) -> str:
        return self._environment.get(name, "").strip() or default

    def integer(self, name: str, default: str, low: int, high: int) -> int:
        return _checked(
            name,
            self.text(name, default),
            int,
            f"must be a whole number {low} to {high}",
            lambda value: low <= value <= high,
        )

    def port(self, name: str, default: str) -> int:
        return self.integer(name, default, 1, HIGHEST_PORT)

    def choice(self, name: str, default: str, allowed: tuple[int, ...]) -> int:
        rule = f"must be one of {', '.join(map(str, allowed))}"
        return _checked(name, self.text(name, default), int, rule, lambda value: value in allowed)

    def address(self, name: str, default: str, version: int) -> str:
        text = self.text(name, default)
        if not text:
            return ""
        rule = f"must be an IPv{version} address"
        return str(_checked(name, text, ipaddress.ip_address, rule, lambda value: value.version == version))

    def url(self, name: str, schemes: tuple[str, ...]) -> str:
        # The value may hold a password: it must not appear in the message.
        text = self.text(name, "")
        if urlsplit(text).scheme not in schemes:
            raise ConfigError(name, f"must be a URL beginning with {' or '.join(f'{s}://' for s in schemes)}")
        return text

    def networks(self, name: str) -> tuple[IPv4Network | IPv6Network, ...]:
        """Comma-separated; none is fine."""
        rule = "must be networks such as 192.168.7.0/24, separated by commas"
        parts = (part.strip() for part in self.text(name, "").split(","))
        return tuple(_checked(name, part, ip_network, rule, lambda _: True) for part in parts if part)

    def secrets(self, name: str, shortest: int) -> tuple[str, ...]:
        """Comma-separated; neither the values nor parts of them may appear in the message."""
        values = tuple(part.strip() for part in self.text(name, "").split(",") if part.strip())
        if not values or any(len(value) < shortest for value in values):
            raise ConfigError(name, f"must be one or more keys of at least {shortest} characters")
        return values

    def log_level(self, name: str, default: str) -> int:
        levels = logging.getLevelNamesMapping()
        text = self.text(name, default).upper()
        if text not in levels:
            raise ConfigError(name, "must be debug, info, warning or error")
        return levels[text]


def _checked(
    name: str, text: str, convert: Callable[[str], Value], rule: str, is_allowed: Callable[[Value], bool]
) -> Value:
    try:
        value = convert(text)
    except ValueError as error:
        raise ConfigError(name, f"{rule}, not {text!r}") from error
    if not is_allowed(value):
        raise ConfigError(name, f"{rule}, not {text!r}")
    return value
