"""One trunk in the words of the edge: where it is, how it is treated, who is believed to be it. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from callmanager.domain.trunk_accounts import TrunkAccount


class NumberSource(StrEnum):
    """Which part of a provider's call holds the number that was called. `auto`: Request-URI, or else To."""

    AUTO = "auto"
    REQUEST_URI = "request_uri"
    TO = "to"
    CALLED_PARTY = "called_party"
    HEADER = "header"


@dataclass(frozen=True, slots=True)
class Treatment:
    """What the edge must know to carry a trunk's calls. `is_blocked`: don't even try calls to it."""

    max_calls: int = 0
    is_single_via: bool = True
    is_same_lan: bool = False
    number_source: NumberSource = NumberSource.AUTO
    number_header: str = ""
    is_blocked: bool = False

    def text(self) -> str:
        parts = {
            "max": str(self.max_calls),
            "hide": str(int(self.is_single_via)),
            "lan": str(int(self.is_same_lan)),
            "number": self.number_source.value,
            "header": self.number_header if self.number_source == NumberSource.HEADER else "",
            "down": str(int(self.is_blocked)),
        }
        return ";".join(f"{name}={value}" for name, value in parts.items() if value)


@dataclass(frozen=True, slots=True)
class Gateway:
    """One that registers here. The edge is given the digest of its password, never the password."""

    name: str
    host: str
    ha1: str

    @property
    def aor(self) -> str:
        return f"{self.name}@{self.host}"


def gateway_of(name: str, host: str, password: str) -> Gateway:
    digest = hashlib.md5(f"{name}:{host}:{password}".encode(), usedforsecurity=False)
    return Gateway(name, host, digest.hexdigest())


@dataclass(frozen=True, slots=True)
class EdgeTrunk:
    """`destination`: a SIP URI with an address; empty where the gateway registers here, or nobody knows the host."""

    trunk_id: int
    destination: str
    socket: str = ""
    account: TrunkAccount | None = None
    gateway: Gateway | None = None
    treatment: Treatment = Treatment()
    # 0: never asked whether it answers.
    ping_interval_s: int = 0
    # Certificates of which it has to show one; empty: any will do.
    fingerprints: tuple[str, ...] = ()

    def entries(self) -> dict[str, str]:
        """Of the edge's table `trunks` (docs/interfaces.md section 3), limits before places."""
        entries = {f"how:{self.trunk_id}": self.treatment.text()}
        if self.fingerprints:
            entries[f"tls:{_place_of(self.destination)}"] = "|".join(self.fingerprints)
        if self.gateway is not None:
            entries[f"to:{self.trunk_id}"] = f"aor:{self.gateway.aor}"
            entries[f"gateway:{self.gateway.aor}"] = f"{self.trunk_id}:{self.gateway.ha1}"
            entries[f"host:{self.gateway.host}"] = "1"
        elif self.destination:
            entries[f"to:{self.trunk_id}"] = self.destination
        if self.account is not None:
            entries[f"account:{self.trunk_id}"] = self.account.user
        return entries


@dataclass(frozen=True, slots=True)
class TableChanges:
    removed: tuple[str, ...]
    set: tuple[tuple[str, str], ...]


def table_changes(wanted: Mapping[str, str], present: Mapping[str, str]) -> TableChanges:
    """What must be said so that a table of the edge holds `wanted` and nothing else."""
    return TableChanges(
        removed=tuple(key for key in present if key not in wanted),
        set=tuple((key, value) for key, value in wanted.items() if present.get(key) != value),
    )


@dataclass(frozen=True, slots=True)
class OwnAddresses:
    """The addresses and ports that we speak SIP at; `public` is what the Internet knows us by, if it is another."""

    bound: str
    bound6: str
    public: str
    ports: Mapping[str, int]

    def socket(self, transport: str, *, is_ipv6: bool) -> str:
        """As the edge names it; empty if we have none of that family."""
        address = f"[{self.bound6}]" if is_ipv6 and self.bound6 else "" if is_ipv6 else self.bound
        return f"{transport}:{address}:{self.ports[transport]}" if address else ""

    def contact(self, transport: str, *, is_ipv6: bool, is_same_lan: bool) -> str:
        """What a provider is told; as `route[CHOOSE_ADDRESS]` of the edge shows it in calls."""
        address = f"[{self.bound6 or '::1'}]" if is_ipv6 else self.bound
        if self.public and not is_ipv6 and not is_same_lan:
            address = self.public
        suffix = "" if transport == "udp" else f";transport={transport}"
        return f"{address}:{self.ports[transport]}{suffix}"


def sip_destination(address: str, port: int, transport: str) -> str:
    """`sip:192.0.2.7:5060;transport=tcp`; UDP is what SIP means without a word."""
    host = f"[{address}]" if ":" in address else address
    return f"sip:{host}:{port}" + ("" if transport == "udp" else f";transport={transport}")


def _place_of(destination: str) -> str:
    """`192.0.2.7:5061` of `sip:192.0.2.7:5061;transport=tls`."""
    return destination.removeprefix("sip:").partition(";")[0]
