"""What managers of a queue are told by e-mail: that somebody waits too long, and that somebody is lost. Once each."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from callmanager.fleet.models import QueueStay
from callmanager.models import CallQueueManager
from callmanager.selectors.call_queue import is_mail_address
from tenants.models import Tenant
from tenants.scope import across_tenants, tenant_scope
from tenants.selectors.mail_server import mail_server_find
from tenants.services.mail import mail_send

# Of what was stored much later, because the database was away, nobody wants a mail.
TOLD_WITHIN = timedelta(hours=1)


def queue_mails_send() -> int:
    """How many alerts were sent."""
    since = timezone.now() - TOLD_WITHIN
    with across_tenants():
        stays = QueueStay.objects.filter(entered_at__gte=since - timedelta(days=1))
        is_new = Q(left_at=None) | Q(left_at__gte=since)
        breached = list(stays.filter(is_new, is_sla_breached=True, sla_mailed_at=None))
        lost = list(stays.filter(is_lost=True, left_at__gte=since, lost_mailed_at=None))
        tenants = Tenant.objects.in_bulk({one.tenant_id for one in (*breached, *lost)})
    sent = 0
    for column, rows in (("sla_mailed_at", breached), ("lost_mailed_at", lost)):
        for row in rows:
            tenant = tenants.get(row.tenant_id)
            if tenant is not None:
                sent += _tell(tenant, row, column)
    return sent


def _tell(tenant: Tenant, stay: QueueStay, column: str) -> bool:
    with tenant_scope(tenant), transaction.atomic():
        # By its month, so that one partition is asked.
        claimed = QueueStay.objects.filter(pk=stay.pk, entered_at=stay.entered_at, **{column: None})
        if not claimed.update(**{column: timezone.now()}):
            return False
        addresses = _managers(stay.queue)
        if not addresses or mail_server_find(tenant=tenant) is None:
            return False
        subject, text = (_breach if column == "sla_mailed_at" else _loss)(tenant, stay)
        for address in addresses:
            mail_send(tenant=tenant, to=address, subject=subject, text=text)
    return True


def _managers(number: str) -> list[str]:
    rows = CallQueueManager.objects.filter(queue__number=number)
    addresses = rows.values_list("extension__email", flat=True)
    return sorted({address for address in addresses if is_mail_address(address)})


def _breach(tenant: Tenant, stay: QueueStay) -> tuple[str, str]:
    text = (
        f"{_who(stay)} has waited in the queue {_queue(stay)} since {_at(tenant, stay.entered_at)}, for longer than "
        f"the {stay.sla_s} seconds of its service level.\n"
    )
    return f"{_queue(stay)}: a caller waits for more than {stay.sla_s} seconds", text


_WHY = {
    "abandoned": "The caller hung up.",
    "no_answer": "No agent answered in time.",
    "max_wait": "The longest wait of the queue was over.",
    "no_agents": "No agent was signed in.",
    "deleted": "The queue was deleted.",
    "worker_lost": "The telephone system lost the call.",
}


def _loss(tenant: Tenant, stay: QueueStay) -> tuple[str, str]:
    waited_s = round((stay.waited_ms or 0) / 1000)
    text = (
        f"{_who(stay)} came into the queue {_queue(stay)} on {_at(tenant, stay.entered_at)}, waited for {waited_s} "
        f"seconds and was not answered.\n\n{_WHY.get(stay.outcome, '')}\n"
    )
    return f"{_queue(stay)}: lost call from {stay.caller}", text


def _queue(stay: QueueStay) -> str:
    return f"{stay.queue} {stay.queue_name}".strip()


def _who(stay: QueueStay) -> str:
    return f"{stay.caller_name} ({stay.caller})" if stay.caller_name else stay.caller


def _at(tenant: Tenant, moment: datetime) -> str:
    return f"{moment.astimezone(ZoneInfo(tenant.time_zone)):%d %B %Y at %H:%M:%S}"
