"""What a person needs to begin: the sign-in data of the phone, as a QR code and by e-mail."""

from __future__ import annotations

import socket
from html import escape
from io import BytesIO
from ipaddress import ip_address
from urllib.parse import urlsplit

import segno
from django.conf import settings
from django.core.exceptions import ValidationError

from callmanager.domain.phone_account import PhoneAccount
from callmanager.models import Extension
from tenants.models import OutgoingMail, Tenant
from tenants.selectors.mail_server import mail_server_find
from tenants.services.mail import Attachment, MailDraft, mails_send

NO_SERVER = "No mail server is set up, neither the company's nor the system's."
_CODE_ID = "sign-in-code"


def phone_account(*, tenant: Tenant, extension: Extension, has_password: bool) -> PhoneAccount:
    return PhoneAccount(
        number=extension.number,
        sip_domain=tenant.sip_domain,
        display_name=extension.display_name,
        server=phone_server(),
        ports=settings.PBX_SIP_PORTS,
        password=extension.sip_password if has_password else "",
    )


def phone_server() -> str:
    """What people type into a phone: where we listen; where that is every address, the operator's name for this
    installation, or else the address this machine goes out by.
    """
    if not ip_address(settings.PBX_BIND).is_unspecified:
        return str(settings.PBX_BIND)
    named = urlsplit(settings.PUBLIC_URL).hostname if settings.PUBLIC_URL else None
    return named or _address_outwards()


def _address_outwards() -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # Chooses the way and sends nothing (192.0.2.0/24 is for documentation).
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])


def qr_svg(account: PhoneAccount) -> str:
    """Black on white in light and dark: phones expect it so."""
    code = segno.make(account.qr_text(), error="m", micro=False)
    return code.svg_inline(scale=4, border=4, dark="black", light="white")


def welcome_send(*, tenant: Tenant, extension: Extension) -> OutgoingMail:
    """With the SIP password in the code: the mail is for the person alone. ValidationError if it can't be sent."""
    if not extension.email:
        raise ValidationError(
            {"email": ValidationError("The extension has no e-mail address.", code="required")}
        )
    if mail_server_find(tenant=tenant) is None:
        raise ValidationError(NO_SERVER, code="no_server")
    return mails_send(tenant=tenant, drafts=[welcome_draft(tenant=tenant, extension=extension)])[0]


def welcome_draft(*, tenant: Tenant, extension: Extension) -> MailDraft:
    account = phone_account(tenant=tenant, extension=extension, has_password=True)
    picture = BytesIO()
    segno.make(account.qr_text(), error="m", micro=False).save(picture, kind="png", scale=5, border=4)
    lines = _lines(tenant, account)
    return MailDraft(
        to=extension.email,
        subject=f"Your extension {extension.number} at {tenant}",
        text=_text(tenant, extension, lines),
        html=_html(tenant, extension, lines),
        attachments=(Attachment("sign-in.png", "image/png", picture.getvalue(), content_id=_CODE_ID),),
    )


def welcome_send_if_possible(*, tenant: Tenant, extension: Extension) -> OutgoingMail | None:
    """For new extensions: without an address or a mail server nobody is bothered."""
    if not extension.email or not extension.email.isascii() or mail_server_find(tenant=tenant) is None:
        return None
    return welcome_send(tenant=tenant, extension=extension)


def _lines(tenant: Tenant, account: PhoneAccount) -> list[tuple[str, str]]:
    ports = ", ".join(f"{name.upper()} {port}" for name, port in account.ports.items())
    return [
        ("Extension", account.number),
        ("SIP domain", account.sip_domain),
        ("Server", account.server),
        ("Ports", ports),
    ]


def _ended(tenant: Tenant) -> str:
    """At the end of a sentence: many a company's name has its own full stop."""
    return f"{str(tenant).rstrip('.')}."


def _text(tenant: Tenant, extension: Extension, lines: list[tuple[str, str]]) -> str:
    told = "\n".join(f"{name}: {value}" for name, value in lines)
    return (
        f"Hello {extension.display_name or extension.number},\n\n"
        f"you have the extension {extension.number} at {_ended(tenant)} "
        f"Scan the code of this mail with your phone's app, or type in:\n\n{told}\n\n"
        "The code holds your SIP password: keep this mail to yourself.\n"
    )


def _html(tenant: Tenant, extension: Extension, lines: list[tuple[str, str]]) -> str:
    rows = "".join(f"<tr><td>{escape(name)}</td><td>{escape(value)}</td></tr>" for name, value in lines)
    return (
        f"<p>Hello {escape(extension.display_name or extension.number)},</p>"
        f"<p>you have the extension <b>{escape(extension.number)}</b> at {escape(_ended(tenant))} "
        "Scan this code with your phone's app, or type in:</p>"
        f'<p><img src="cid:{_CODE_ID}" alt="QR code with your sign-in data" style="max-width:100%"></p>'
        f"<table>{rows}</table>"
        "<p>The code holds your SIP password: keep this mail to yourself.</p>"
    )
