"""Trunks: all of them for administrators, the lent ones for a tenant."""

from __future__ import annotations

from django.db.models import Count, QuerySet

from callmanager.domain.trunk_accounts import TrunkState
from callmanager.fleet.models import Trunk, TrunkAssignment, TrunkAuthentication, TrunkStatus


def trunk_list() -> QuerySet[Trunk]:
    """With `tenant_count` and header parameters. For administrators: a tenant sees its assignments."""
    trunks = Trunk.objects.select_related("status").prefetch_related("header_rules", "caller_mappings")
    return trunks.annotate(tenant_count=Count("assignments")).order_by("name")


def trunk_assignment_list() -> QuerySet[TrunkAssignment]:
    """Of the tenant in scope, or of all."""
    assignments: QuerySet[TrunkAssignment] = TrunkAssignment.objects.select_related("trunk__status", "tenant")
    return assignments


def trunk_status_find(trunk: Trunk) -> TrunkStatus | None:
    """None for one that was made a moment ago, which nobody has looked at yet."""
    status: TrunkStatus | None = getattr(trunk, "status", None)
    return status


def trunk_state(trunk: Trunk) -> TrunkState:
    status = trunk_status_find(trunk)
    if status is not None:
        return TrunkState(status.state)
    if not trunk.is_enabled:
        return TrunkState.DISABLED
    is_gateway = trunk.authentication == TrunkAuthentication.ACCEPT_REGISTER
    return TrunkState.OFFLINE if is_gateway else TrunkState.REGISTERING
