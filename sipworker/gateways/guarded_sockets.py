"""Connections on behalf of a company: never to an address that the operator has not allowed, and never for too long.

The rule of `tenants/reachable.py`, which a worker knows nothing of; a test compares the two. The address that was
checked is the one that is connected to, so a name that answers differently the second time gains nothing.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

import httpcore

Networks = tuple[IPv4Network | IPv6Network, ...]
# RFC 6052: the last 32 bits are an IPv4 address.
_NAT64 = ip_network("64:ff9b::/96")


class AddressRefusedError(OSError):
    """The host has no address that a company may reach."""


class HostUnknownError(OSError):
    """No name service knows the host."""


def is_reachable(address: str, allowed: Networks) -> bool:
    """Anything public, and what the operator allows."""
    ip: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address):
        ip = _address_behind(ip)
    return (ip.is_global and not ip.is_multicast) or any(
        ip in network for network in allowed if network.version == ip.version
    )


def _address_behind(ip: IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that packets for an IPv6 one end at, where gateways translate; otherwise itself."""
    if ip.ipv4_mapped is not None:
        return ip.ipv4_mapped
    if ip.sixtofour is not None:
        return ip.sixtofour
    if ip in _NAT64:
        return IPv4Address(int(ip) & 0xFFFF_FFFF)
    return ip


class _Timed(httpcore.NetworkStream):
    """Everything on it is over at a moment, however slowly the other side drips; TLS counts as connecting."""

    def __init__(
        self, stream: httpcore.NetworkStream, connected_until: float, answer_timeout_s: float
    ) -> None:
        self._stream = stream
        self._connected_until = connected_until
        self._answer_timeout_s = answer_timeout_s
        self._until: float | None = None

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._left_s())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._left_s())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left_s = max(0.01, self._connected_until - time.monotonic())
        secure = self._stream.start_tls(ssl_context, server_hostname, left_s)
        return _Timed(secure, self._connected_until, self._answer_timeout_s)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

    def _left_s(self) -> float:
        now = time.monotonic()
        if self._until is None:
            self._until = now + self._answer_timeout_s
        if now >= self._until:
            raise httpcore.ReadTimeout("the time for the answer is over")
        return self._until - now


class GuardedSockets(httpcore.NetworkBackend):
    def __init__(self, allowed: Networks, connect_timeout_s: float, answer_timeout_s: float) -> None:
        self._allowed = allowed
        self._connect_timeout_s = connect_timeout_s
        self._answer_timeout_s = answer_timeout_s
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        until = time.monotonic() + self._connect_timeout_s
        *others, last = self._addresses(host, port)
        for address in others:
            try:
                return self._connect(address, port, until)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return self._connect(last, port, until)

    def _addresses(self, host: str, port: int) -> list[str]:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (socket.gaierror, UnicodeError) as error:
            raise HostUnknownError(host) from error
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        # One forbidden address among good ones is a trick, not a server.
        if not addresses or not all(is_reachable(one, self._allowed) for one in addresses):
            raise AddressRefusedError(host)
        return addresses

    def _connect(self, address: str, port: int, until: float) -> httpcore.NetworkStream:
        left_s = until - time.monotonic()
        if left_s <= 0:
            raise httpcore.ConnectTimeout("the time for connecting is over")
        return _Timed(self._sockets.connect_tcp(address, port, left_s), until, self._answer_timeout_s)
