"""From the rows of trunks to what the edge must know of them: names resolved, passwords opened."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

import structlog
from django.conf import settings

from callmanager.domain.edge_trunk import (
    EdgeTrunk,
    NumberSource,
    OwnAddresses,
    Treatment,
    address_to_use,
    gateway_of,
    sip_destination,
)
from callmanager.domain.trunk_accounts import TrunkAccount, account_user
from callmanager.edge.certificates import Question
from callmanager.fleet.models import Trunk, TrunkAuthentication, TrunkTransport

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

DEFAULT_PORTS = {"udp": 5060, "tcp": 5060, "tls": 5061}
# A connection that has been looked at is kept, or looked at anew, by asking.
VERIFIED_PING_INTERVAL_S = 60
# A name server that is slow for one must not hold up the others.
RESOLVE_AT_ONCE = 16
RESOLVED_WITHIN_S = 1.0


@dataclass(slots=True)
class Addresses:
    """What host names stand for. The one a trunk uses is kept for as long as the name leads there at all."""

    _used: dict[tuple[int, str], str] = field(default_factory=dict)
    _known: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _asked: dict[str, Future[tuple[str, ...]]] = field(default_factory=dict)
    _pool: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(RESOLVE_AT_ONCE, thread_name_prefix="resolve")
    )

    @property
    def is_waiting(self) -> bool:
        """A name server has not answered yet."""
        return bool(self._asked)

    def resolve(self, trunks: Iterable[Trunk]) -> dict[int, tuple[str, ...]]:
        """By trunk, the one to use first; no entry for a trunk that can't be found, or not yet."""
        hosts = {trunk.pk: host for trunk in trunks if (host := _host_of(trunk))}
        self._ask(set(hosts.values()))
        resolved, used = {}, {}
        for pk, host in hosts.items():
            address = address_to_use(self._known.get(host, ()), self._used.get((pk, host)))
            if address is None:
                log.warning("edge_link.trunk_unresolved", trunk=pk)
                continue
            used[pk, host] = address
            resolved[pk] = (address, *(one for one in self._known[host] if one != address))
        self._used = used
        return resolved

    def _ask(self, hosts: set[str]) -> None:
        self._known = {host: known for host, known in self._known.items() if host in hosts}
        for host in hosts - self._asked.keys():
            self._asked[host] = self._pool.submit(_addresses_of, host)
        wait(self._asked.values(), timeout=RESOLVED_WITHIN_S)
        for host, question in list(self._asked.items()):
            if not question.done():
                continue
            # No answer takes nothing away: the name server may be out of order.
            if (found := question.result()) and host in hosts:
                self._known[host] = found
            del self._asked[host]


def certificate_question(trunk: Trunk, address: str) -> Question | None:
    """None for a trunk whose certificate nobody wants to know."""
    if trunk.transport != TrunkTransport.TLS or not trunk.verifies_certificate or not _host_of(trunk):
        return None
    own = own_addresses()
    source = own.bound6 if ":" in address else own.bound
    return Question(address, _port_of(trunk), _host_of(trunk), trunk.ca_certificates, source)


def edge_trunk_of(trunk: Trunk, address: str | None, fingerprints: tuple[str, ...] = ()) -> EdgeTrunk:
    port, transport = _port_of(trunk), trunk.transport
    treatment = Treatment(
        max_calls=trunk.max_calls,
        is_single_via=trunk.is_single_via,
        is_same_lan=trunk.is_same_lan,
        number_source=NumberSource(trunk.called_number_source),
        number_header=trunk.called_number_header,
    )
    if trunk.authentication == TrunkAuthentication.ACCEPT_REGISTER:
        gateway = gateway_of(trunk.authorization_name, trunk.host, trunk.password)
        return EdgeTrunk(
            trunk.pk, "", gateway=gateway, treatment=treatment, ping_interval_s=trunk.ping_interval_s
        )
    if address is None:
        return EdgeTrunk(trunk.pk, "", treatment=treatment)
    is_ipv6 = ":" in address
    destination = sip_destination(address, port, transport)
    own = own_addresses()
    return EdgeTrunk(
        trunk.pk,
        destination,
        socket=own.socket(transport, is_ipv6=is_ipv6),
        account=_account_of(trunk, destination, own, is_ipv6=is_ipv6),
        treatment=treatment,
        ping_interval_s=trunk.ping_interval_s or (VERIFIED_PING_INTERVAL_S if fingerprints else 0),
        fingerprints=fingerprints,
    )


def own_addresses() -> OwnAddresses:
    return OwnAddresses(
        bound=settings.PBX_BIND,
        bound6=settings.PBX_BIND6,
        public=settings.PBX_PUBLIC_ADDRESS,
        ports=settings.PBX_SIP_PORTS,
    )


def _account_of(trunk: Trunk, destination: str, own: OwnAddresses, *, is_ipv6: bool) -> TrunkAccount | None:
    if trunk.authentication != TrunkAuthentication.REGISTER:
        return None
    username = trunk.username or trunk.authorization_name
    contact = own.contact(trunk.transport, is_ipv6=is_ipv6, is_same_lan=trunk.is_same_lan)
    told = (username, trunk.host, trunk.authorization_name, trunk.password, destination, contact)
    return TrunkAccount(
        user=account_user(trunk.pk, trunk.contact_token, *told, trunk.reregister_interval_s),
        username=username,
        domain=trunk.host,
        authorization_name=trunk.authorization_name,
        password=trunk.password,
        proxy=destination,
        expires_s=trunk.reregister_interval_s,
        contact=contact,
        socket=own.socket(trunk.transport, is_ipv6=is_ipv6),
    )


def _port_of(trunk: Trunk) -> int:
    if trunk.outbound_proxy:
        return trunk.outbound_proxy_port or DEFAULT_PORTS[trunk.transport]
    return trunk.port


def _host_of(trunk: Trunk) -> str:
    """The outbound proxy if there is one. A gateway that registers here is found elsewhere."""
    if not trunk.is_enabled or trunk.authentication == TrunkAuthentication.ACCEPT_REGISTER:
        return ""
    return (trunk.outbound_proxy or trunk.host).removeprefix("[").removesuffix("]")


def _addresses_of(host: str) -> tuple[str, ...]:
    """IPv4 first."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_DGRAM)
    except (OSError, UnicodeError):
        return ()
    ordered = sorted(found, key=lambda entry: entry[0] != socket.AF_INET)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in ordered))
