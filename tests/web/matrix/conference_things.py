"""A conference room for the matrix."""

from __future__ import annotations

from typing import Any

from callmanager.services.conference import conference_create
from tenants.models import Tenant
from tenants.scope import tenant_scope


def conference_make(tenant: Tenant, number: str, subject: str) -> dict[str, Any]:
    with tenant_scope(tenant):
        return {"pk": conference_create(number=number, subject=subject, room_pin="135790").pk}
