"""The trunks that the tenant in scope may use, with its own numbers on each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import islice

from django.db.models import OuterRef, Subquery

from callmanager.domain.did_pool import DidPool, parse_did_pool
from callmanager.fleet.models import TrunkAssignment


@dataclass(frozen=True, slots=True)
class LentTrunk:
    trunk_id: int
    name: str
    is_enabled: bool
    did_pool: str
    pool: DidPool


def trunk_lent_list() -> dict[int, LentTrunk]:
    """By id, in the order of their names."""
    rows = TrunkAssignment.objects.order_by("trunk__name").values_list(
        "trunk_id", "trunk__name", "trunk__is_enabled", "did_pool"
    )
    return {
        trunk_id: LentTrunk(trunk_id, name, is_enabled, pool, parse_did_pool(pool))
        for trunk_id, name, is_enabled, pool in rows
    }


def is_own_number(did: str, trunks: Mapping[int, LentTrunk]) -> bool:
    """Whether a number is among the tenant's on any trunk."""
    return any(did in trunk.pool for trunk in trunks.values())


def lent_trunk_name() -> Subquery:
    """For rows with a `trunk_id`: the trunk's name, or null where it is not the tenant's any more."""
    lent = TrunkAssignment.objects.filter(trunk_id=OuterRef("trunk_id"))
    return Subquery(lent.values("trunk__name")[:1])


def free_numbers(trunks: Iterable[LentTrunk], taken: Collection[str], *, at_most: int) -> list[str]:
    """The first numbers of the pools that are not taken; of a pool of every number none can be named."""
    gone = {number.removeprefix("+") for number in taken}
    every = (
        f"{number:0{numbers.digits}d}"
        for trunk in trunks
        for numbers in trunk.pool.numbers.ranges
        for number in range(numbers.first, numbers.last + 1)
    )
    return list(islice((number for number in every if number not in gone), at_most))
