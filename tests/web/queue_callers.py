"""Callers of queues whom tests need, in the scope of their tenant."""

from __future__ import annotations

from callmanager.models import ExclusiveAgent, HarassNumber, HarassPrompt, VipCaller
from tenants.models import FileKind, Tenant, TenantFile
from tenants.scope import tenant_scope


def vip_make(tenant: Tenant, number: int, description: str) -> dict[str, int]:
    with tenant_scope(tenant):
        return {"pk": VipCaller.objects.create(number=f"4420{number}", description=description).pk}


def harass_number_make(tenant: Tenant, number: int, description: str) -> dict[str, int]:
    with tenant_scope(tenant):
        return {"pk": HarassNumber.objects.create(number=f"4420{number}", description=description).pk}


def exclusive_agent_make(tenant: Tenant, number: int, description: str) -> dict[str, int]:
    with tenant_scope(tenant):
        made = ExclusiveAgent.objects.create(description=f"{description} {number}", callers=["4420"])
        return {"pk": made.pk}


def harass_prompt_make(tenant: Tenant, number: int, description: str) -> dict[str, object]:
    """There is one for each level."""
    with tenant_scope(tenant):
        level = 1 + number % 2
        known = HarassPrompt.objects.filter(level=level).first()
        if known is None:
            file = TenantFile.objects.create(tenant_id=tenant.pk, kind=FileKind.PROMPT, size_bytes=0)
            known = HarassPrompt.objects.create(
                level=level, name=description, length_s=1.0, stored_file_id=file.pk, stored_name=file.name
            )
        return {"pk": known.pk, "level": level}
