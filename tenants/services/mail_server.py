"""Setting up where e-mails are handed over, and trying it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone

from tenants.integrity import refusing_duplicates
from tenants.models import MailServer, MailState, OutgoingMail, Tenant
from tenants.selectors.mail_server import mail_server_find, mail_server_find_own
from tenants.services.mail import mail_message
from tenants.smtp import SmtpRefused, smtp_deliver

_FIELDS = frozenset(
    {
        "is_enabled",
        "host",
        "port",
        "security",
        "is_certificate_checked",
        "username",
        "password",
        "from_address",
        "from_name",
        "timeout_s",
    }
)
TEST_SUBJECT = "Test of the mail server"
# A person waits for it.
TEST_LIMIT_S = 25.0
# Enough to find the right settings, too few to send anybody a flood.
TESTS_PER_HOUR = 20


@dataclass(frozen=True, slots=True)
class MailTest:
    """`answer` is what the server said, or in words why it said nothing."""

    is_sent: bool
    server: str
    is_system: bool
    answer: str


def mail_server_set(*, tenant: Tenant | None, **fields: Any) -> MailServer:
    """Of a tenant, or (None) of the system. A password goes with its user name: without one it is forgotten."""
    if unknown := fields.keys() - _FIELDS:
        raise TypeError(f"A mail server has no {', '.join(sorted(unknown))} to set.")
    server = mail_server_find_own(tenant=tenant) or MailServer(tenant=tenant)
    for name, value in fields.items():
        setattr(server, name, value)
    if not server.username and "password" not in fields:
        server.password = ""
    with refusing_duplicates():
        server.full_clean()
        server.save()
    return server


def mail_server_remove(*, tenant: Tenant | None) -> None:
    MailServer.objects.filter(tenant=tenant).delete()


def mail_server_test(*, tenant: Tenant | None, to: str) -> MailTest:
    """Sends one e-mail now by the server in force; it stands in the list of e-mails like any other."""
    validate_email(to)
    _require_patience(tenant)
    server = mail_server_find(tenant=tenant)
    if server is None:
        raise ValidationError("No mail server is set up.", code="no_mail_server")
    mail = OutgoingMail.objects.create(
        tenant=tenant,
        to=to,
        subject=TEST_SUBJECT,
        text=f"This e-mail was sent by {server} to test the settings. It arrived, so they are right.\n",
    )
    try:
        answer, is_sent = (
            smtp_deliver(server, mail_message(server, mail), recipient=to, limit_s=TEST_LIMIT_S),
            True,
        )
    except SmtpRefused as refusal:
        answer, is_sent = str(refusal), False
    mail.state = MailState.SENT if is_sent else MailState.FAILED
    mail.attempts, mail.text = 1, ""
    mail.error = "" if is_sent else answer[:500]
    mail.sent_at = timezone.now() if is_sent else None
    mail.save()
    return MailTest(is_sent, str(server), server.tenant_id is None, answer)


def _require_patience(tenant: Tenant | None) -> None:
    since = timezone.now() - timedelta(hours=1)
    tests = OutgoingMail.objects.filter(tenant=tenant, subject=TEST_SUBJECT, created_at__gt=since)
    if tests.count() >= TESTS_PER_HOUR:
        raise ValidationError(f"{TESTS_PER_HOUR} tests an hour are enough. Try again later.", code="too_many")
