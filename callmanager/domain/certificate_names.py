"""Whom a provider's certificate is for (RFC 5922). Pure; whether it can be trusted is asked elsewhere."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from typing import Any

# As OpenSSL describes a certificate: {"subjectAltName": (("DNS", "sip.example.com"), ...), "subject": ...}.
Described = Mapping[str, Any]


def is_certificate_for(name: str, described: Described) -> bool:
    """`name`: the host as the trunk has it, or an address. A common name counts only where nothing else stands."""
    wanted = name.strip().lower().rstrip(".").removeprefix("[").removesuffix("]")
    alternatives = [(kind, str(value)) for kind, value in described.get("subjectAltName", ())]
    if (address := _address(wanted)) is not None:
        return any(kind == "IP Address" and _address(value) == address for kind, value in alternatives)
    hosts = [host for kind, value in alternatives if (host := _host(kind, value))]
    if not alternatives:
        hosts = list(_common_names(described))
    return any(_fits(wanted, host.lower().rstrip(".")) for host in hosts)


def _host(kind: str, value: str) -> str:
    """A URI names a whole SIP domain; one with a user in it names a person."""
    if kind == "DNS":
        return value
    scheme, _, host = value.partition(":")
    return host if kind == "URI" and scheme.lower() in ("sip", "sips") and "@" not in host else ""


def _common_names(described: Described) -> Iterator[str]:
    for part in described.get("subject", ()):
        for name, value in part:
            if name == "commonName":
                yield str(value)


def _fits(wanted: str, host: str) -> bool:
    """`*.example.com` is one label more than example.com, and no address."""
    if not host.startswith("*."):
        return wanted == host
    first, _, rest = wanted.partition(".")
    return bool(first) and "." in rest and rest == host[2:]


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None
