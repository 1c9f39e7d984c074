"""Where a provider is that is given by a name: SRV records in order (RFC 2782), and the place a trunk uses. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

# An address and a port.
Place = tuple[str, int]

_SERVICES = {"udp": "_sip._udp", "tcp": "_sip._tcp", "tls": "_sips._tcp"}


@dataclass(frozen=True, slots=True)
class SrvRecord:
    priority: int
    weight: int
    port: int
    target: str


def srv_name(host: str, transport: str) -> str:
    """RFC 3263, 4.2: the transport is the trunk's, so that nobody is asked for it (NAPTR)."""
    return f"{_SERVICES[transport]}.{host}"


def srv_order(records: Iterable[SrvRecord], choose: Callable[[int], int]) -> list[SrvRecord]:
    """By priority; among equals by lot, weighted. `choose(n)`: a number from 0 to n. A target `.` is none."""
    ordered: list[SrvRecord] = []
    left = [record for record in records if record.target.rstrip(".")]
    for priority in sorted({record.priority for record in left}):
        equals = [record for record in left if record.priority == priority]
        # Those of weight 0 first, so that they too have a small chance.
        equals.sort(key=lambda record: record.weight > 0)
        while equals:
            lot = choose(sum(record.weight for record in equals))
            for record in equals:
                lot -= record.weight
                if lot <= 0:
                    break
            ordered.append(record)
            equals.remove(record)
    return ordered


def place_to_use(
    found: Sequence[Place], before: Place | None, avoided: Collection[Place] = ()
) -> Place | None:
    """Name servers give the same places in another order each time, and sometimes no answer: neither is a reason to
    move, because moving means to register anew. A place that does not answer is one, if there is another.
    """
    usable = [place for place in found if place not in avoided] or list(found)
    if before is not None and (not found or before in usable):
        return before
    return usable[0] if usable else None
