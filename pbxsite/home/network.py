"""What to type into a phone, and where this machine listens."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

import psutil
import segno
from django.conf import settings

from callmanager.domain.codecs import CODECS
from tenants.models import Tenant

# As the edge is configured (sipworker/edge/modules.cfg).
REGISTER_EXPIRES_S = 3600
QR_TITLE = "QR code of these settings"
_RESOLVER = Path("/etc/resolv.conf")
_SECURE = {"tls", "wss"}
_USES = {
    "udp": "desk phones",
    "tcp": "desk phones behind firewalls",
    "tls": "encrypted signalling",
    "ws": "browsers on this machine",
    "wss": "browsers",
}


@dataclass(frozen=True, slots=True)
class Transport:
    name: str
    port: int
    is_encrypted: bool
    use: str


@dataclass(frozen=True, slots=True)
class PhoneSettings:
    """The same for all phones of a tenant; number and password are each extension's own."""

    sip_domain: str
    server: str
    transports: tuple[Transport, ...]
    codecs: tuple[str, ...]
    register_expires_s: int
    stun: str
    dtmf: str

    @property
    def text(self) -> str:
        ports = ", ".join(f"{one.name} {one.port}" for one in self.transports)
        return f"SIP domain: {self.sip_domain}\nServer: {self.server}\nPorts: {ports}"


@dataclass(frozen=True, slots=True)
class Interface:
    name: str
    address: str
    is_up: bool
    is_used: bool


def transport_list() -> tuple[Transport, ...]:
    return tuple(
        Transport(name.upper(), port, name in _SECURE, _USES[name])
        for name, port in settings.PBX_SIP_PORTS.items()
    )


def server_address(requested_host: str) -> str:
    """Where phones reach the edge: its address, or, if it listens everywhere, what the console was reached by."""
    if not ip_address(settings.PBX_BIND).is_unspecified:
        return str(settings.PBX_BIND)
    return (
        requested_host.rpartition(":")[0] if requested_host.rpartition(":")[2].isdigit() else requested_host
    )


def phone_settings(*, tenant: Tenant, requested_host: str) -> PhoneSettings:
    return PhoneSettings(
        sip_domain=tenant.sip_domain,
        server=server_address(requested_host),
        transports=transport_list(),
        codecs=tuple(codec.name for codec in CODECS),
        register_expires_s=REGISTER_EXPIRES_S,
        stun="none",
        dtmf="RFC 4733 (telephone-event)",
    )


def qr_svg(text: str) -> str:
    """Dark on white in either theme: scanners want it so."""
    code = segno.make(text, error="m", micro=False)
    return code.svg_inline(
        scale=5, border=3, dark="#000", light="#fff", svgclass="td-qr", lineclass=None, title=QR_TITLE
    )


def interface_list() -> list[Interface]:
    """Every address of this machine; `is_used` where phones and browsers are listened for."""
    bound = {address for address in (settings.PBX_BIND, settings.PBX_BIND6) if address}
    is_everywhere = any(ip_address(address).is_unspecified for address in bound)
    states = psutil.net_if_stats()
    found = []
    for name, addresses in sorted(psutil.net_if_addrs().items()):
        is_up = name in states and states[name].isup
        for one in addresses:
            if one.family not in (socket.AF_INET, socket.AF_INET6):
                continue
            address = one.address.partition("%")[0]
            found.append(Interface(name, address, is_up, is_everywhere or address in bound))
    return found


def name_servers() -> list[str]:
    """As the resolver of this machine is configured."""
    try:
        words = [line.split() for line in _RESOLVER.read_text(encoding="utf-8").splitlines()]
    except OSError:
        return []
    return [line[1] for line in words if len(line) > 1 and line[0] == "nameserver"]
