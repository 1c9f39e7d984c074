"""Which addresses a tenant may make this machine connect to: anything public, and what the operator allows.

A tenant chooses its mail server and the addresses of its events. Without this rule it could have the PBX knock on
the doors of the operator's own network. The address that was checked is the one to connect to: asking the name
service twice could give two answers.
"""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.conf import settings

Address = IPv4Address | IPv6Address
# RFC 6052: the last 32 bits are an IPv4 address.
_NAT64 = ip_network("64:ff9b::/96")


class AddressRefused(ValueError):
    """The host has no address that a tenant may reach."""


class HostUnknown(OSError):
    """No name service knows the host."""


def addresses_of(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        raise HostUnknown(host) from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def reachable_address(host: str, port: int) -> str:
    """An address of the host that may be connected to on behalf of a tenant; raises AddressRefused."""
    return reachable_addresses(host, port)[0]


def reachable_addresses(host: str, port: int) -> list[str]:
    """All of them, one at least; raises AddressRefused."""
    addresses = addresses_of(host, port)
    # One forbidden address among good ones is a trick, not a server.
    if not addresses or not all(is_reachable(address) for address in addresses):
        raise AddressRefused(host)
    return addresses


def is_reachable(address: str) -> bool:
    ip: Address = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address):
        ip = _address_behind(ip)
    allowed = (ip_network(network) for network in settings.PBX_TENANT_NETWORKS)
    return (ip.is_global and not ip.is_multicast) or any(
        ip in network for network in allowed if network.version == ip.version
    )


def _address_behind(ip: IPv6Address) -> Address:
    """The IPv4 address that packets for an IPv6 one end at, where gateways translate; otherwise itself."""
    if ip.ipv4_mapped is not None:
        return ip.ipv4_mapped
    if ip.sixtofour is not None:
        return ip.sixtofour
    if ip in _NAT64:
        return IPv4Address(int(ip) & 0xFFFF_FFFF)
    return ip
