"""Where providers are: names asked of the name servers, and the place each trunk uses for as long as it answers."""

from __future__ import annotations

import secrets
import socket
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from ipaddress import ip_address

import dns.exception
import dns.nameserver
import dns.resolver
import structlog
from django.conf import settings

from callmanager.domain.srv_records import Place, SrvRecord, place_to_use, srv_name, srv_order

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

DEFAULT_PORTS = {"udp": 5060, "tcp": 5060, "tls": 5061}
# A name server that is slow for one must not hold up the others.
RESOLVE_AT_ONCE = 16
RESOLVED_WITHIN_S = 1.0
ASKED_FOR_S = 3.0
# A place that did not answer is passed over for so long, where there is another.
AVOIDED_FOR_S = 300.0


@dataclass(frozen=True, slots=True)
class Wanted:
    """`port` 0: as the name servers say (SRV), else the usual one of the transport."""

    host: str
    port: int
    transport: str


class NobodyAnswered(Exception):
    """No name server; what it said before still holds."""


@dataclass(slots=True)
class Places:
    """What host names stand for. The place a trunk uses is kept for as long as the name leads there and it answers."""

    _used: dict[int, tuple[Wanted, Place]] = field(default_factory=dict)
    _known: dict[Wanted, tuple[Place, ...]] = field(default_factory=dict)
    _asked: dict[Wanted, Future[tuple[Place, ...] | None]] = field(default_factory=dict)
    _avoided: dict[tuple[int, Place], float] = field(default_factory=dict)
    _pool: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(RESOLVE_AT_ONCE, thread_name_prefix="resolve")
    )

    @property
    def is_waiting(self) -> bool:
        """A name server has not answered yet."""
        return bool(self._asked)

    def resolve(self, wanted: Mapping[int, Wanted]) -> dict[int, tuple[Place, ...]]:
        """By trunk, the one to use first; no entry for a trunk that can't be found, or not yet."""
        self._ask(set(wanted.values()))
        now = time.monotonic()
        self._avoided = {key: until for key, until in self._avoided.items() if until > now}
        resolved: dict[int, tuple[Place, ...]] = {}
        used: dict[int, tuple[Wanted, Place]] = {}
        for pk, name in wanted.items():
            found = self._known.get(name, ())
            asked, before = self._used.get(pk, (None, None))
            avoided = {place for trunk_id, place in self._avoided if trunk_id == pk}
            place = place_to_use(found, before if asked == name else None, avoided)
            if place is None:
                log.warning("edge_link.trunk_unresolved", trunk=pk)
                continue
            used[pk] = name, place
            resolved[pk] = (place, *(one for one in found if one != place))
        self._used = used
        return resolved

    def avoid(self, trunk_id: int) -> bool:
        """The trunk's place does not answer. Whether there is another one to go to."""
        if trunk_id not in self._used:
            return False
        wanted, place = self._used[trunk_id]
        self._avoided[trunk_id, place] = time.monotonic() + AVOIDED_FOR_S
        return any((trunk_id, one) not in self._avoided for one in self._known.get(wanted, ()))

    def _ask(self, wanted: set[Wanted]) -> None:
        self._known = {name: known for name, known in self._known.items() if name in wanted}
        for name in wanted - self._asked.keys():
            self._asked[name] = self._pool.submit(_places_of, name)
        wait(self._asked.values(), timeout=RESOLVED_WITHIN_S)
        for name, question in list(self._asked.items()):
            if not question.done():
                continue
            # No answer takes nothing away: the name server may be out of order.
            if (found := question.result()) and name in wanted:
                self._known[name] = found
            del self._asked[name]


def _places_of(wanted: Wanted) -> tuple[Place, ...] | None:
    try:
        return tuple(dict.fromkeys(_look_up(wanted)))
    except NobodyAnswered:
        return None


def _look_up(wanted: Wanted) -> Iterable[Place]:
    if wanted.port:
        return [(address, wanted.port) for address in _addresses_of(wanted.host)]
    records = [] if _is_address(wanted.host) else _srv_records(srv_name(wanted.host, wanted.transport))
    if not records:
        return [(address, DEFAULT_PORTS[wanted.transport]) for address in _addresses_of(wanted.host)]
    ordered = srv_order(records, lambda most: secrets.randbelow(most + 1))
    return [(address, record.port) for record in ordered for address in _addresses_of(record.target)]


def _srv_records(name: str) -> list[SrvRecord]:
    try:
        answer = _resolver().resolve(name, "SRV", search=False, lifetime=ASKED_FOR_S)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except dns.exception.DNSException as error:
        raise NobodyAnswered from error
    return [
        SrvRecord(one.priority, one.weight, one.port, one.target.to_text(omit_final_dot=True))
        for one in answer
    ]


def _addresses_of(host: str) -> tuple[str, ...]:
    """IPv4 first. Without name servers of our own the system's way, which knows /etc/hosts too."""
    if settings.PBX_DNS_SERVERS and not _is_address(host):
        try:
            found = _resolver().resolve_name(host, search=False, lifetime=ASKED_FOR_S)
        except dns.exception.DNSException:
            return ()
        return tuple(sorted(found.addresses(), key=lambda address: ":" in address))
    try:
        entries = socket.getaddrinfo(host, None, type=socket.SOCK_DGRAM)
    except (OSError, UnicodeError):
        return ()
    ordered = sorted(entries, key=lambda entry: entry[0] != socket.AF_INET)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in ordered))


def _resolver() -> dns.resolver.Resolver:
    """The system's name servers, or those that were named for providers."""
    if not settings.PBX_DNS_SERVERS:
        return dns.resolver.Resolver()
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers = [
        dns.nameserver.Do53Nameserver(str(address), port) for address, port in settings.PBX_DNS_SERVERS
    ]
    return resolver


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
