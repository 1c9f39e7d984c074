"""The e-mail that tells an extension's owner of a new message, with the sound if it is wanted."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from callmanager.fleet.models import Voicemail
from callmanager.models import Mailbox
from callmanager.models.mailbox import MailboxMail
from tenants.files import file_path
from tenants.models import OutgoingMail, TenantFile
from tenants.scope import current_tenant_id
from tenants.selectors.mail_server import mail_server_find
from tenants.selectors.tenant import tenant_get
from tenants.services.mail import Attachment, mail_send

# What most mail servers still take; a longer message is told of without its sound.
ATTACHED_BYTES_MAX = 15_000_000


def voicemail_mail_send(*, voicemail: Voicemail) -> OutgoingMail | None:
    """None where nobody wants one or none can be sent."""
    box = Mailbox.objects.filter(extension__number=voicemail.mailbox).select_related("extension").first()
    if box is None or box.mail == MailboxMail.NONE or not box.extension.email:
        return None
    tenant = tenant_get(tenant_id=current_tenant_id())
    if not box.extension.email.isascii() or mail_server_find(tenant=tenant) is None:
        return None
    who = f"{voicemail.caller_name} ({voicemail.caller})" if voicemail.caller_name else voicemail.caller
    at = voicemail.left_at.astimezone(ZoneInfo(box.extension.time_zone or tenant.time_zone))
    urgent = "Urgent: " if voicemail.is_urgent else ""
    text = (
        f"Hello {box.extension.display_name or box.extension.number},\n\n"
        f"{who} left you a message of {voicemail.duration_s:.0f} seconds on {at:%A, %d %B %Y at %H:%M}.\n"
        "You can hear it on your phone or on your own page.\n"
    )
    return mail_send(
        tenant=tenant,
        to=box.extension.email,
        subject=f"{urgent}Message from {who}",
        text=text,
        attachments=_attachments(voicemail) if box.mail == MailboxMail.ATTACHED else (),
    )


def _attachments(voicemail: Voicemail) -> tuple[Attachment, ...]:
    path = file_path(TenantFile.objects.get(pk=voicemail.file_id))
    if path.stat().st_size > ATTACHED_BYTES_MAX:
        return ()
    return (Attachment("message.wav", "audio/wav", path.read_bytes()),)
