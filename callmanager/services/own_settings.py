"""What people dialled of themselves, made true. An ended call is settled once, however often it is told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import structlog
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import transaction

from callmanager.domain.agent_state import AgentHappening
from callmanager.domain.call_events import CallEventKind
from callmanager.domain.destination import Destination, DestinationKind
from callmanager.domain.dial_features import DialKind
from callmanager.domain.forwarding import ForwardHours
from callmanager.domain.own_settings import FORWARD_OF, STATUS_OF, ForwardCode
from callmanager.fleet.models import StoredCallEvent
from callmanager.models import Extension
from callmanager.selectors.call_queue import call_queue_list
from callmanager.selectors.extension import forward_list
from callmanager.services.extension import extension_update
from callmanager.services.extension_forward import WantedForward
from callmanager.services.queue_agent import queue_agent_change
from tenants.models import EventSource, Severity, Tenant
from tenants.scope import across_tenants, no_scope, tenant_scope
from tenants.services.audit import audit_record
from tenants.services.event_log import event_record

log = structlog.get_logger(__name__)

SETTING_KINDS = frozenset({CallEventKind.SETTING_CHANGED, CallEventKind.QUEUE_AGENT_STATE})
# Nobody tells of a call later than that.
REMEMBERED_S = 7 * 24 * 3600


def own_settings_settle(*, session_ids: Sequence[str]) -> int:
    """In the order of the calls; how many changes were made."""
    with across_tenants():
        events = list(
            StoredCallEvent.objects.filter(
                session_id__in=session_ids, kind__in=[kind.value for kind in SETTING_KINDS]
            ).order_by("at", "sequence")
        )
        tenants = Tenant.objects.in_bulk({event.tenant_id for event in events})
    return sum(_settle(event, tenants.get(event.tenant_id)) for event in events)


def _settle(event: StoredCallEvent, tenant: Tenant | None) -> bool:
    """Told again, a change must not undo what was done since."""
    key = f"callmanager.own_setting.{event.session_id}.{event.sequence}"
    with no_scope():
        is_known = cache.get(key) is not None
    if tenant is None or is_known:
        return False
    with tenant_scope(tenant):
        is_agent = event.kind == CallEventKind.QUEUE_AGENT_STATE
        number = event.data["agent" if is_agent else "extension"]
        extension = Extension.objects.filter(number=number).first()
        try:
            if extension is not None and is_agent:
                _apply_agent(extension, event)
            elif extension is not None:
                _apply(extension, event, tenant)
        except (ValidationError, ValueError) as refusal:
            # What it leads to went away meanwhile.
            log.info("own_setting.refused", session_id=event.session_id, error=type(refusal).__name__)
            event_record(
                severity=Severity.WARNING,
                source=EventSource.PHONE,
                kind="own_setting.refused",
                message=f"What {number} dialled could not be set.",
                data={"change": event.data.get("change", event.data.get("happening", ""))},
            )
    with no_scope():
        cache.set(key, 1, REMEMBERED_S)
    return extension is not None


def _apply_agent(extension: Extension, event: StoredCallEvent) -> None:
    """Dialled, or by a queue's own rule; of a queue that is not there any more, nothing."""
    queues = call_queue_list()
    if event.data.get("queue"):
        queues = queues.filter(number=event.data["queue"])
    with transaction.atomic():
        queue_agent_change(
            queues=queues,
            extension_id=extension.pk,
            happening=AgentHappening(event.data["happening"]),
            pause_reason=str(event.data.get("pause_reason", "")),
            at=event.at,
            is_told=True,
        )


def _apply(extension: Extension, event: StoredCallEvent, tenant: Tenant) -> None:
    kind = DialKind(event.data["change"])
    with transaction.atomic():
        action, number = "extension.dial_code", extension.number
        reason = kind.value.replace("_", " ")
        audit_record(
            action=action, target=extension, user=None, tenant=tenant, ip=None, username=number, reason=reason
        )
        if (status := STATUS_OF.get(kind)) is not None:
            extension_update(extension=extension, status=status.value)
        elif (code := FORWARD_OF.get(kind)) is not None:
            destination = None
            if code.is_on:
                destination = Destination(
                    DestinationKind(event.data["destination"]), str(event.data["to_number"])
                )
            extension_update(extension=extension, forwards=[*_forwards(extension, code, destination)])


def _forwards(
    extension: Extension, code: ForwardCode, destination: Destination | None
) -> Iterable[WantedForward]:
    """The table as it stands, with these cells set or empty."""
    status = code.status(extension.status)
    for row in forward_list(extension=extension):
        if (row.status, row.when) != (status.value, code.when.value):
            yield WantedForward(row.status, row.during, row.when, row.destination, row.ring_timeout_s)
    if destination is not None:
        for during in ForwardHours:
            yield WantedForward(status.value, during.value, code.when.value, destination)
