"""An administrator enters a tenant and leaves it again. Both by POST, both in the audit log."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from tenants.acting import Actor, begin_managing, end_managing
from tenants.audit_trail import audit_request
from tenants.models import Role, Tenant
from tenants.selectors.tenant import tenant_list


@require_POST
@login_required(login_url="sign_in")
def manage_tenant(request: HttpRequest, tenant_id: int) -> HttpResponse:
    _require_administrator(request)
    tenant: Tenant = get_object_or_404(tenant_list(), pk=tenant_id)
    with transaction.atomic():
        begin_managing(request, tenant)
        audit_request(request, action="tenant.manage", target=tenant, tenant=tenant)
    return redirect("/admin/")


@require_POST
@login_required(login_url="sign_in")
def leave_tenant(request: HttpRequest) -> HttpResponse:
    actor = _require_administrator(request)
    with transaction.atomic():
        end_managing(request)
        if actor.tenant is not None:
            audit_request(request, action="tenant.leave", target=actor.tenant)
    return redirect("/admin/tenants/tenant/")


def _require_administrator(request: HttpRequest) -> Actor:
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None or actor.role != Role.ADMINISTRATOR:
        raise PermissionDenied
    return actor
