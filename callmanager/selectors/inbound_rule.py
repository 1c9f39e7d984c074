"""The inbound rules of the tenant in scope."""

from __future__ import annotations

from django.db.models import Prefetch, QuerySet

from callmanager.domain.destination import END_CALL, Destination
from callmanager.models import InboundDestination, InboundRule
from callmanager.models.destination import OBJECT_COLUMNS
from callmanager.models.inbound_rule import RuleHoursOf
from callmanager.selectors.trunk_lent import lent_trunk_name

Destinations = dict[str, Destination | None]


def inbound_rule_list() -> QuerySet[InboundRule]:
    """With destinations, and `trunk_name`, which is null where the trunk was taken away: two queries."""
    destinations = InboundDestination.objects.select_related(*OBJECT_COLUMNS).defer(
        "target__sip_password", "target__ha1"
    )
    return InboundRule.objects.annotate(trunk_name=lent_trunk_name()).prefetch_related(
        Prefetch("destinations", destinations)
    )


def inbound_destinations(rule: InboundRule) -> Destinations:
    """By the hours for which they are; a rule that is not stored has none."""
    stored = {row.at: row.destination for row in rule.destinations.all()} if rule.pk else {}
    return {
        RuleHoursOf.OFFICE_HOURS.value: stored.get(RuleHoursOf.OFFICE_HOURS, END_CALL),
        RuleHoursOf.OUTSIDE.value: stored.get(RuleHoursOf.OUTSIDE, END_CALL),
        RuleHoursOf.HOLIDAY.value: stored.get(RuleHoursOf.HOLIDAY),
    }
