"""The outbound rules of the tenant in scope."""

from __future__ import annotations

from django.db.models import Prefetch, QuerySet

from callmanager.domain.outbound_rules import OutboundRoute as DomainRoute
from callmanager.models import ExtensionGroup, OutboundRoute, OutboundRule
from callmanager.selectors.trunk_lent import lent_trunk_name


def outbound_rule_list() -> QuerySet[OutboundRule]:
    """In order of priority, with groups, and routes with their `trunk_name`: three queries."""
    routes = OutboundRoute.objects.annotate(trunk_name=lent_trunk_name()).order_by("position")
    return OutboundRule.objects.prefetch_related(
        Prefetch("routes", routes), Prefetch("groups", ExtensionGroup.objects.only("name"))
    ).order_by("position")


def outbound_routes(rule: OutboundRule) -> tuple[DomainRoute, ...]:
    """As the domain knows them; a rule that is not stored has none."""
    rows = rule.routes.all() if rule.pk else ()
    return tuple(DomainRoute(row.trunk_id, row.strip_digits, row.prepend) for row in rows)
