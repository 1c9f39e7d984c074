"""Acme with two lines, rules, a forwarding and hours: enough that a call has a way to tell of. Undone by `unmake`."""

from __future__ import annotations

from callmanager.domain.destination import Destination, DestinationKind
from callmanager.domain.outbound_rules import OutboundRoute
from callmanager.fleet.models import Trunk, TrunkAssignment
from callmanager.models import (
    Extension,
    ExtensionForward,
    ExtensionGroup,
    InboundRule,
    OfficeHours,
    OutboundRule,
    RoutingTest,
)
from callmanager.services.inbound_rule import inbound_rule_create
from callmanager.services.office_hours import office_hours_set
from callmanager.services.outbound_rule import outbound_rule_create
from tenants.models import Tenant
from tenants.scope import tenant_scope
from tests.web.rules import lent_trunk

DID, SALES_DID = "493055500", "493055501"
NINE_TO_FIVE = {day: [{"from": "09:00", "to": "17:00"}] for day in ("monday", "tuesday", "wednesday")}


def to(number: str) -> Destination:
    return Destination(DestinationKind.EXTENSION, number)


def simulated_company_make(acme: Tenant) -> Trunk:
    """Bob's calls go on to a mobile number after 12 seconds. The first of the two lines is returned."""
    Tenant.objects.filter(pk=acme.pk).update(country="DE")
    first = lent_trunk(acme, pool="4930555**", name="First line")
    second = lent_trunk(acme, name="Second line")
    with tenant_scope(acme):
        inbound_rule_create(
            name="Main number",
            trunk_id=first.pk,
            did=DID,
            in_office_hours=to("102"),
            outside_office_hours=to("101"),
        )
        inbound_rule_create(name="Sales", trunk_id=first.pk, did=SALES_DID, in_office_hours=to("101"))
        inbound_rule_create(name="All other numbers", trunk_id=first.pk, did="*", in_office_hours=to("101"))
        outbound_rule_create(name="Abroad", prefixes="00", routes=[OutboundRoute(first.pk)])
        outbound_rule_create(
            name="Germany",
            prefixes="0;+49",
            routes=[OutboundRoute(first.pk, 1, "0049"), OutboundRoute(second.pk, 1, "+49")],
        )
        ExtensionGroup.objects.update(may_call_external=True)
        ExtensionForward.objects.create(
            extension=Extension.objects.get(number="102"),
            status="available",
            during="office_hours",
            when="no_answer",
            action="external_number",
            external_number="017012345678",
            ring_timeout_s=12,
        )
        office_hours_set(is_always_open=False, week=NINE_TO_FIVE)
    return first


def simulated_company_unmake(acme: Tenant) -> None:
    with tenant_scope(acme):
        ExtensionForward.objects.all().delete()
        InboundRule.objects.all().delete()
        OutboundRule.objects.all().delete()
        OfficeHours.objects.all().delete()
        RoutingTest.objects.all().delete()
        # As the group DEFAULT is made, and there is no other.
        ExtensionGroup.objects.update(may_call_external=True)
        TrunkAssignment.objects.all().delete()
    Trunk.objects.filter(name__in=("First line", "Second line")).delete()
    Tenant.objects.filter(pk=acme.pk).update(country=acme.country)
