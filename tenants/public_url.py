"""The address of this installation, for links in e-mails."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

from tenants.models import EventSource, Severity
from tenants.services.event_log import event_record


def find_public_url(request: HttpRequest) -> str | None:
    """What the operator says; else the host of the request, unless any host is believed: a stranger could then
    send people links to the stranger's own host.
    """
    if settings.PUBLIC_URL:
        return str(settings.PUBLIC_URL).rstrip("/")
    if "*" not in settings.ALLOWED_HOSTS:
        return request.build_absolute_uri("/").rstrip("/")
    event_record(
        severity=Severity.WARNING,
        source=EventSource.MAIL,
        kind="mail.no_public_url",
        message="An e-mail with a link was not sent: set PBX_PUBLIC_URL to the address people use.",
        at_most_every_s=3600,
    )
    return None
