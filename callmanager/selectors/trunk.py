"""Trunks: all of them for administrators, the lent ones for a tenant."""

from __future__ import annotations

from django.db.models import Count, QuerySet

from callmanager.fleet.models import Trunk, TrunkAssignment


def trunk_list() -> QuerySet[Trunk]:
    """With `tenant_count` and header parameters. For administrators: a tenant sees its assignments."""
    trunks = Trunk.objects.select_related("status").prefetch_related("header_rules", "caller_mappings")
    return trunks.annotate(tenant_count=Count("assignments")).order_by("name")


def trunk_assignment_list() -> QuerySet[TrunkAssignment]:
    """Of the tenant in scope, or of all."""
    assignments: QuerySet[TrunkAssignment] = TrunkAssignment.objects.select_related("trunk__status", "tenant")
    return assignments
