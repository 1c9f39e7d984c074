"""The base of tasks that work for one tenant: `@shared_task(base=TenantTask)`.

A task has no request to say whose it is, so the tenant travels with the message and is entered explicitly.
"""

from __future__ import annotations

from typing import Any

from celery import Task

from tenants.scope import current_tenant_id, tenant_scope
from tenants.selectors.tenant import tenant_get

TENANT_HEADER = "tandem_tenant_id"


class TenantTask(Task):
    """Sending it needs a tenant scope; it runs in that tenant's scope and leaves none behind."""

    def apply_async(self, *args: Any, headers: dict[str, Any] | None = None, **options: Any) -> Any:
        stamped = {**(headers or {}), TENANT_HEADER: current_tenant_id()}
        return super().apply_async(*args, headers=stamped, **options)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        headers = self.request.headers or {}  # where a task that is run in place finds them
        tenant_id = self.request.get(TENANT_HEADER) or headers[TENANT_HEADER]
        with tenant_scope(tenant_get(tenant_id=tenant_id)):
            return super().__call__(*args, **kwargs)
