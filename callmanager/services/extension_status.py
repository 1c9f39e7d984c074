"""What a person says of themselves: whoever watches hears of it."""

from __future__ import annotations

import time
from functools import partial

from django.db import transaction

from callmanager.domain.presence_message import presence_message
from callmanager.models import Extension
from callmanager.services.live_event import live_events_publish
from callmanager.webhooks.outbox import presence_tell
from tenants.scope import current_tenant_id
from tenants.selectors.tenant import tenant_get


def extension_status_announce(*, extension: Extension) -> None:
    """When the transaction stands."""
    at = time.time()
    message = presence_message(current_tenant_id(), extension.number, extension.status, at=at)
    tenant = tenant_get(tenant_id=current_tenant_id())
    presence_tell(tenant=tenant, number=extension.number, status=extension.status, at=at)
    transaction.on_commit(partial(live_events_publish, [message]))
