"""Tenants with what they have: for administrators' lists, in one query for any number of tenants."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from callmanager.fleet.models import Registration, SipDirectoryEntry
from callmanager.models import Extension
from callmanager.selectors.extension import extension_list
from tenants.models import Tenant
from tenants.selectors.tenant import tenant_list


def tenant_list_with_counts() -> QuerySet[Tenant]:
    """With `extension_count` and `registered_count`. Across tenants only: run it in that scope."""
    entries = SipDirectoryEntry.objects.filter(tenant_id=OuterRef("pk"))
    registrations = Registration.objects.filter(tenant_id=OuterRef("pk"))
    tenants: QuerySet[Tenant] = tenant_list().annotate(
        extension_count=_count(entries, "tenant_id", Count("username")),
        registered_count=_count(registrations, "tenant_id", Count("username", distinct=True)),
    )
    return tenants


def extension_list_with_contacts() -> QuerySet[Extension]:
    """With `contact_count`: how many phones are registered for each."""
    registrations = Registration.objects.filter(username=OuterRef("number"))
    return extension_list().annotate(contact_count=_count(registrations, "username", Count("ruid")))


def _count(rows: QuerySet[Any], by: str, count: Count) -> Coalesce:
    """A correlated count; 0 where there are no rows."""
    counted = rows.order_by().values(by).annotate(counted=count).values("counted")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)
