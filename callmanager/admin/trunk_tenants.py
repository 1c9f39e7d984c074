"""Whom a trunk is lent to, and with which numbers: the tab “Tenants”."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from unfold.admin import ModelAdmin

from callmanager.fleet.models import Trunk, TrunkAssignment
from callmanager.selectors.trunk import trunk_assignment_list, trunk_list
from callmanager.services.trunk import trunk_assign, trunk_unassign
from tenants.audit_trail import audit_request, audit_request_failed
from tenants.models import Tenant
from tenants.scope import across_tenants

PAGE_SIZE = 50
# So many tenants are offered by name; others are typed.
OFFERED = 500
POOL_LENGTH = 20_000


@dataclass(frozen=True, slots=True)
class Refusal:
    """Beside which field, what was typed there, and why not. `tenant` empty: the line for a new one."""

    tenant: str
    typed: str
    pool: str
    problems: tuple[str, ...]
    is_of_tenant: bool = False


def trunk_tenants_page(model_admin: ModelAdmin[Any], request: HttpRequest, trunk_id: int) -> HttpResponse:
    trunk = get_object_or_404(trunk_list(), pk=trunk_id)
    if not model_admin.has_view_permission(request, trunk):
        raise PermissionDenied
    may_change = model_admin.has_change_permission(request, trunk)
    refusal = None
    if request.method == "POST":
        if not may_change:
            raise PermissionDenied
        refusal = _obey(request, trunk)
        if refusal is None:
            return redirect("admin:fleet_trunk_tenants", trunk.pk)
    with across_tenants():
        context = {
            **model_admin.admin_site.each_context(request),
            "title": trunk.name,
            "opts": model_admin.opts,
            "original": trunk,
            "tab": "tenants",
            "may_change": may_change,
            "refusal": refusal,
            **_rows(request, trunk, refusal),
        }
        return render(request, "pbxsite/trunk_tenants.html", context, status=400 if refusal else 200)


def _rows(request: HttpRequest, trunk: Trunk, refusal: Refusal | None) -> dict[str, Any]:
    lent = trunk_assignment_list().filter(trunk=trunk).order_by("tenant__name")
    page = Paginator(lent, PAGE_SIZE).get_page(request.GET.get("page"))
    others = Tenant.objects.filter(deletion_began_at=None).exclude(pk__in=lent.values("tenant_id"))
    rows = []
    for one in page:
        is_refused = refusal is not None and refusal.tenant == one.tenant.name
        rows.append(
            {
                "assignment": one,
                "pool": refusal.pool if is_refused and refusal else one.did_pool,
                "problems": refusal.problems if is_refused and refusal else (),
            }
        )
    return {
        "page": page,
        "rows": rows,
        "others": others.order_by("name").values_list("name", "display_name")[:OFFERED],
    }


def _obey(request: HttpRequest, trunk: Trunk) -> Refusal | None:
    wanted, _, pk = request.POST.get("do", "").partition("-")
    if wanted == "add":
        return _lend_to_new(request, trunk)
    with across_tenants():
        assignment = trunk_assignment_list().filter(trunk=trunk, pk=int(pk) if pk.isdecimal() else 0).first()
        if assignment is None or wanted not in {"save", "remove"}:
            messages.warning(request, "This tenant does not have the trunk any more.")
            return None
        if wanted == "remove":
            return _take_back(request, assignment)
        pool = request.POST.get(f"pool-{assignment.pk}", "").replace("\0", "")[:POOL_LENGTH]
        return _lend(request, trunk, assignment.tenant, pool, tenant_name=assignment.tenant.name)


def _lend_to_new(request: HttpRequest, trunk: Trunk) -> Refusal | None:
    name = request.POST.get("tenant", "").replace("\0", "").strip()[:200]
    pool = request.POST.get("pool", "").replace("\0", "")[:POOL_LENGTH]
    with across_tenants():
        tenant = Tenant.objects.filter(name=name.lower(), deletion_began_at=None).first()
        if tenant is None:
            problem = f"There is no tenant “{name}”." if name else "Choose a tenant."
            return Refusal("", name, pool, (problem,), is_of_tenant=True)
        if trunk_assignment_list().filter(trunk=trunk, tenant=tenant).exists():
            return Refusal("", name, pool, (f"“{tenant}” has this trunk already.",), is_of_tenant=True)
        return _lend(request, trunk, tenant, pool, tenant_name="", typed=name)


def _lend(
    request: HttpRequest, trunk: Trunk, tenant: Tenant, pool: str, *, tenant_name: str, typed: str = ""
) -> Refusal | None:
    try:
        with transaction.atomic():
            assignment = trunk_assign(
                trunk=trunk, tenant=tenant, did_pool=pool, is_forced="force" in request.POST
            )
            audit_request(request, action="did_pool.set", target=assignment, tenant=tenant)
    except ValidationError as error:
        reason = "; ".join(error.messages)
        audit_request_failed(
            request, action="did_pool.set", reason=reason, object_type="trunk_assignment", object_id=""
        )
        return Refusal(tenant_name, typed, pool, tuple(error.messages))
    messages.success(request, f"“{tenant}” may use {trunk}.")
    return None


def _take_back(request: HttpRequest, assignment: TrunkAssignment) -> Refusal | None:
    try:
        with transaction.atomic():
            audit_request(request, action="did_pool.delete", target=assignment, tenant=assignment.tenant)
            trunk_unassign(assignment=assignment, is_forced="force" in request.POST)
    except ValidationError as error:
        return Refusal(assignment.tenant.name, "", assignment.did_pool, tuple(error.messages))
    messages.success(request, f"{assignment.trunk} was taken from “{assignment.tenant}”.")
    return None
