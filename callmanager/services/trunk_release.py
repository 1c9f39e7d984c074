"""Taking a trunk, or some of its numbers, from a tenant that has built on it: refused, or forced with a word of why."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from callmanager.domain.did_pool import DidPool
from callmanager.fleet.models import Trunk
from callmanager.models import Extension, OutboundRoute
from callmanager.models.inbound_rule import NOTICE_LENGTH
from callmanager.selectors.trunk_usage import (
    NO_NUMBERS,
    did_usage,
    inbound_usage,
    outbound_usage,
    trunk_usage,
)
from callmanager.services.in_use import InUse
from tenants.models import Tenant
from tenants.scope import tenant_scope

_ADVICE = "Change these first, or force it: they are switched off then."


def trunk_release(
    *, trunk: Trunk, tenant: Tenant, left: DidPool | None = None, is_forced: bool = False
) -> None:
    """Before the assignment goes or its pool shrinks to `left`. InUse names who uses it, unless it is forced.

    Forced, rules are switched off with a notice, routes over the trunk removed, and DIDs cleared.
    """
    with tenant_scope(tenant), transaction.atomic():
        usages = trunk_usage(trunk_id=trunk.pk, left=left)
        if not usages:
            return
        if not is_forced:
            raise InUse(usages, advice=_ADVICE, whose=str(tenant))
        pool = NO_NUMBERS if left is None else left
        what = f"The trunk “{trunk.name}” was" if left is None else f"Numbers on “{trunk.name}” were"
        notice = f"{what} taken from you on {timezone.localdate():%Y-%m-%d}"[: NOTICE_LENGTH - 80]
        _switch_off_inbound(trunk, pool, notice)
        for extension in did_usage(trunk_id=trunk.pk, left=pool):
            Extension.objects.filter(pk=extension.pk).update(did="", updated_at=timezone.now())
        if left is None:
            _remove_routes(trunk, notice)


def _switch_off_inbound(trunk: Trunk, pool: DidPool, notice: str) -> None:
    for rule in inbound_usage(trunk_id=trunk.pk, left=pool):
        rule.is_enabled, rule.notice = False, f"{notice}: the rule is switched off."
        rule.save(update_fields=["is_enabled", "notice", "updated_at"])


def _remove_routes(trunk: Trunk, notice: str) -> None:
    """A rule without any route left is switched off; the others go on with the rest."""
    for route in outbound_usage(trunk_id=trunk.pk):
        route.delete()
        rule = route.rule
        if OutboundRoute.objects.filter(rule=rule).exists():
            rule.notice = f"{notice}: the route over it is gone."
        else:
            rule.is_enabled, rule.notice = False, f"{notice}: the rule has no route and is switched off."
        rule.save(update_fields=["is_enabled", "notice", "updated_at"])
