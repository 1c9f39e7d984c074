"""What a tenant has built on a trunk that is lent to it: what would break if it, or some numbers, were taken away."""

from __future__ import annotations

from collections.abc import Mapping

from callmanager.domain.did_pool import ANY_NUMBER, DidPool
from callmanager.models import Extension, InboundRule, OutboundRoute
from callmanager.selectors.trunk_lent import LentTrunk, is_own_number, trunk_lent_list
from callmanager.selectors.usage import Usage, UserKind

NO_NUMBERS = DidPool()


def inbound_usage(*, trunk_id: int, left: DidPool) -> list[InboundRule]:
    """Of the tenant in scope: enabled rules whose number would not be in the pool that is left."""
    rules = InboundRule.objects.filter(trunk_id=trunk_id, is_enabled=True)
    return [rule for rule in rules if not (bool(left) if rule.did == ANY_NUMBER else rule.did in left)]


def outbound_usage(*, trunk_id: int) -> list[OutboundRoute]:
    """Routes of enabled rules over the trunk."""
    routes = OutboundRoute.objects.filter(trunk_id=trunk_id, rule__is_enabled=True)
    return list(routes.select_related("rule").order_by("rule__position"))


def did_usage(*, trunk_id: int, left: DidPool) -> list[Extension]:
    """Extensions whose own number would be in no pool any more."""
    trunks = trunk_lent_list()
    if trunk_id not in trunks:
        return []
    remaining = _with_pool(trunks, trunk_id, left)
    having = Extension.objects.exclude(did="").only("number", "did")
    return [
        one for one in having if one.did in trunks[trunk_id].pool and not is_own_number(one.did, remaining)
    ]


def trunk_usage(*, trunk_id: int, left: DidPool | None) -> list[Usage]:
    """`left` None: the whole trunk goes."""
    pool = NO_NUMBERS if left is None else left
    usages = [
        *(
            Usage(UserKind.INBOUND_RULE, rule.name, rule.pk)
            for rule in inbound_usage(trunk_id=trunk_id, left=pool)
        ),
        *(
            Usage(UserKind.EXTENSION_DID, one.number, one.pk)
            for one in did_usage(trunk_id=trunk_id, left=pool)
        ),
    ]
    if left is None:
        rules = {route.rule for route in outbound_usage(trunk_id=trunk_id)}
        usages += [Usage(UserKind.OUTBOUND_RULE, rule.name, rule.pk) for rule in rules]
    return sorted(usages)


def _with_pool(trunks: Mapping[int, LentTrunk], trunk_id: int, pool: DidPool) -> dict[int, LentTrunk]:
    changed = trunks[trunk_id]
    mine = LentTrunk(changed.trunk_id, changed.name, changed.is_enabled, changed.did_pool, pool)
    return {**trunks, trunk_id: mine}
