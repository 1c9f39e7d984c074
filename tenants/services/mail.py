"""E-mails: written down with the change they tell of, sent by the task processes, tried again, given up aloud."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

import structlog
from celery import current_app
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from tenants.brand_mail import LOGO_ID, html_framed, text_framed
from tenants.brand_picture_content import brand_picture_content, brand_picture_find
from tenants.brand_shown import ShownBrand
from tenants.models import EventSource, Severity, Tenant
from tenants.models.mail_server import MailServer
from tenants.models.outgoing_mail import MailAttachment, MailState, OutgoingMail
from tenants.selectors.brand import brand_shown
from tenants.selectors.mail_server import mail_server_find
from tenants.services.event_log import event_record
from tenants.smtp import SmtpRefused, smtp_deliver

logger = structlog.get_logger(__name__)

DELIVER_TASK = "tenants.deliver_mail"
ATTACHMENTS_BYTES_MAX = 20_000_000
SUBJECT_LENGTH_MAX = 200
# After the first attempt, the second, ...; then it is given up.
RETRY_AFTER_S = (60, 300, 900, 3600, 3 * 3600, 12 * 3600)
# Longer than any conversation with a server may last.
_LEASE_S = 240
_BATCH = 500
KEPT_FOR_DAYS = 30
# A server that is down refuses every mail for the same reason.
EVENT_AT_MOST_EVERY_S = 3600


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file; with a `content_id` a picture that the HTML shows as `cid:…`."""

    name: str
    content_type: str
    content: bytes
    content_id: str = ""


@dataclass(frozen=True, slots=True)
class MailDraft:
    """One e-mail before it is written down."""

    to: str
    subject: str
    text: str
    html: str = ""
    attachments: tuple[Attachment, ...] = ()


class AttachmentsTooLarge(ValueError):
    """No mail server would take them."""


def mail_send(
    *,
    tenant: Tenant | None,
    to: str,
    subject: str,
    text: str,
    html: str | None = None,
    attachments: Sequence[Attachment] = (),
) -> OutgoingMail:
    """Never waits for a server: the mail leaves after the transaction, by the tenant's server or the system's.

    `tenant` None is the system's own mail, to administrators.
    """
    draft = MailDraft(to, subject, text, html or "", tuple(attachments))
    return mails_send(tenant=tenant, drafts=[draft])[0]


def mails_send(*, tenant: Tenant | None, drafts: Sequence[MailDraft]) -> list[OutgoingMail]:
    """Many at once: all of them are written down, or none."""
    for draft in drafts:
        _require_sendable(draft)
    with transaction.atomic():
        mails = OutgoingMail.objects.bulk_create(
            [
                OutgoingMail(
                    tenant=tenant,
                    to=draft.to,
                    subject=_one_line(draft.subject),
                    text=draft.text,
                    html=draft.html,
                )
                for draft in drafts
            ],
            batch_size=_BATCH,
        )
        MailAttachment.objects.bulk_create(
            [
                MailAttachment(
                    mail=mail,
                    name=_one_line(attachment.name),
                    content_type=attachment.content_type,
                    content_id=attachment.content_id,
                    content=attachment.content,
                )
                for mail, draft in zip(mails, drafts, strict=True)
                for attachment in draft.attachments
            ],
            batch_size=_BATCH,
        )
        transaction.on_commit(lambda: _announce_all([mail.pk for mail in mails]))
    return mails


def _require_sendable(draft: MailDraft) -> None:
    validate_email(draft.to)
    if not draft.to.isascii():
        raise ValidationError("Only ASCII characters in e-mail addresses.", code="invalid")
    if sum(len(attachment.content) for attachment in draft.attachments) > ATTACHMENTS_BYTES_MAX:
        raise AttachmentsTooLarge(f"more than {ATTACHMENTS_BYTES_MAX // 1_000_000} MB")


def mail_deliver(*, mail_id: int) -> None:
    """One attempt, if it is due and nobody else is at it."""
    now = timezone.now()
    claimed = OutgoingMail.objects.filter(
        pk=mail_id, state=MailState.QUEUED, next_attempt_at__lte=now
    ).update(next_attempt_at=now + timedelta(seconds=_LEASE_S))
    if not claimed:
        return
    mail = OutgoingMail.objects.select_related("tenant").get(pk=mail_id)
    server = mail_server_find(tenant=mail.tenant)
    if server is None:
        _give_up(mail, "No mail server is set up, neither the tenant's nor the system's.")
        return
    try:
        smtp_deliver(server, mail_message(server, mail), recipient=mail.to)
    except SmtpRefused as refusal:
        _note_refusal(mail, refusal)
    else:
        _finish(mail, MailState.SENT)


def mails_sweep(*, at_most: int = 200) -> int:
    """Announce what is due: later attempts, and what was written while the task queue was away."""
    now = timezone.now()
    due = OutgoingMail.objects.filter(state=MailState.QUEUED, next_attempt_at__lte=now).order_by(
        "next_attempt_at"
    )
    mail_ids = list(due.values_list("pk", flat=True)[:at_most])
    for mail_id in mail_ids:
        _announce(mail_id)
    return len(mail_ids)


def mails_expire() -> int:
    oldest = timezone.now() - timedelta(days=KEPT_FOR_DAYS)
    gone, _ = OutgoingMail.objects.exclude(state=MailState.QUEUED).filter(created_at__lt=oldest).delete()
    return gone


def mail_message(server: MailServer, mail: OutgoingMail) -> EmailMessage:
    """In the frame of the brand as it is now."""
    brand = brand_shown(tenant=mail.tenant)
    logo = _logo_of(brand)
    message = EmailMessage()
    message["Subject"] = mail.subject
    message["From"] = Address(server.from_name or brand.name, addr_spec=server.from_address)
    message["To"] = mail.to
    message["Date"] = format_datetime(mail.created_at)
    message["Message-ID"] = make_msgid(str(mail.pk), server.from_address.rpartition("@")[2])
    # Out-of-office answers to machines help nobody (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text_framed(brand, mail.text))
    attachments = list(mail.attachments.all())
    framed = html_framed(brand, text=mail.text, html=mail.html, has_logo=logo is not None)
    message.add_alternative(framed, subtype="html")
    _add_pictures(message, [*filter(None, [logo]), *(one for one in attachments if one.content_id)])
    for attachment in attachments:
        if not attachment.content_id:
            main, sub = _media_type(attachment)
            message.add_attachment(
                bytes(attachment.content), maintype=main, subtype=sub, filename=attachment.name
            )
    return message


def _logo_of(brand: ShownBrand) -> MailAttachment | None:
    picture = brand_picture_find(brand.logo.name) if brand.logo is not None else None
    content = brand_picture_content(picture=picture) if picture is not None else None
    if content is None:
        return None
    return MailAttachment(name="logo.png", content_type="image/png", content_id=LOGO_ID, content=content)


def _add_pictures(message: EmailMessage, pictures: list[MailAttachment]) -> None:
    html = message.get_body(("html",))
    if not isinstance(html, EmailMessage):
        return
    for picture in pictures:
        main, sub = _media_type(picture)
        html.add_related(bytes(picture.content), maintype=main, subtype=sub, cid=f"<{picture.content_id}>")


def _media_type(attachment: MailAttachment) -> tuple[str, str]:
    main, _, sub = attachment.content_type.partition("/")
    return main, sub


def _note_refusal(mail: OutgoingMail, refusal: SmtpRefused) -> None:
    if refusal.is_permanent or mail.attempts >= len(RETRY_AFTER_S):
        _give_up(mail, str(refusal))
        return
    wait = timedelta(seconds=RETRY_AFTER_S[mail.attempts])
    mail.attempts += 1
    mail.next_attempt_at = timezone.now() + wait
    mail.error = str(refusal)[:500]
    mail.save(update_fields=["attempts", "next_attempt_at", "error"])
    _tell(mail, "mail.postponed", f"An e-mail could not be sent and will be tried again. {mail.error}")


def _give_up(mail: OutgoingMail, error: str) -> None:
    mail.error = error[:500]
    _finish(mail, MailState.FAILED)
    _tell(mail, "mail.given_up", f"An e-mail was given up. {error}")


def _tell(mail: OutgoingMail, kind: str, message: str) -> None:
    logger.warning(kind, mail=mail.pk, attempts=mail.attempts)
    event_record(
        severity=Severity.WARNING,
        source=EventSource.MAIL,
        kind=kind,
        message=message,
        tenant=mail.tenant,
        data={"mail_id": mail.pk, "subject": mail.subject},
        at_most_every_s=EVENT_AT_MOST_EVERY_S,
    )


def _finish(mail: OutgoingMail, state: MailState) -> None:
    mail.state = state
    mail.attempts += 1
    mail.text = mail.html = ""
    if state == MailState.SENT:
        mail.sent_at, mail.error = timezone.now(), ""
    with transaction.atomic():
        mail.save(update_fields=["state", "attempts", "text", "html", "sent_at", "error"])
        mail.attachments.all().delete()


def _announce_all(mail_ids: Iterable[int]) -> None:
    """Until the queue is away: one that is not there is not asked for every mail."""
    for mail_id in mail_ids:
        if not _announce(mail_id):
            return


def _announce(mail_id: int) -> bool:
    try:
        current_app.send_task(DELIVER_TASK, [mail_id], retry=False)
    except OperationalError:
        # Written down already: the sweep finds it when the queue is back.
        logger.warning("mail.not_announced", mail=mail_id)
        return False
    return True


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:SUBJECT_LENGTH_MAX]
