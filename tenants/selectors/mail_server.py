"""Which server sends a tenant's e-mails."""

from __future__ import annotations

from django.db.models import F, Q, QuerySet

from tenants.models import Tenant
from tenants.models.mail_server import MailServer
from tenants.models.outgoing_mail import OutgoingMail


def mail_server_find(*, tenant: Tenant | None) -> MailServer | None:
    """The tenant's own if it is enabled, else the system's; None if neither is."""
    serving = Q(tenant__isnull=True) if tenant is None else Q(tenant__isnull=True) | Q(tenant=tenant)
    return (
        MailServer.objects.filter(serving, is_enabled=True)
        .order_by(F("tenant_id").desc(nulls_last=True))
        .first()
    )


def mail_server_find_own(*, tenant: Tenant | None) -> MailServer | None:
    """As it was set up, enabled or not; `tenant` None is the system's."""
    return MailServer.objects.filter(tenant=tenant).first()


def mail_list(*, tenant: Tenant | None) -> QuerySet[OutgoingMail]:
    """E-mails of one tenant, or (None) the system's own; without what they say."""
    return OutgoingMail.objects.filter(tenant=tenant).defer("text", "html")
