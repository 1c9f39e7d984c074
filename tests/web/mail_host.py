"""A real mail server in a thread, on a free port: takes mails, or answers as it is told."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from deploy.stack.certificate import certificate_ensure
from deploy.stack.config import StackConfig
from deploy.stack.free_ports import free_port

MAIL_USER, MAIL_PASSWORD = "pbx@acme.example", "mail-server-secret-1"


@dataclass
class MailHost:
    """`refuse_recipient` and `refuse_data` are answers to give instead of taking a mail."""

    port: int = 0
    security: str = "none"
    needs_sign_in: bool = False
    refuse_recipient: str = ""
    refuse_data: str = ""
    mails: list[EmailMessage] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    signed_in: list[str] = field(default_factory=list)
    is_encrypted: list[bool] = field(default_factory=list)

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        if self.refuse_recipient:
            return self.refuse_recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.refuse_data:
            return self.refuse_data
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.mails.append(message)
        self.senders.append(envelope.mail_from)
        self.recipients += envelope.rcpt_tos
        self.is_encrypted.append(self.security == "ssl" or session.ssl is not None)
        return "250 2.0.0 taken as number 7"

    def authenticate(
        self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        is_right = (data.login, data.password) == (MAIL_USER.encode(), MAIL_PASSWORD.encode())
        if is_right:
            self.signed_in.append(MAIL_USER)
        return AuthResult(success=is_right, handled=False)


@contextmanager
def running_mail_host(
    directory: Path, *, security: str = "none", needs_sign_in: bool = False
) -> Iterator[MailHost]:
    host = MailHost(free_port(), security, needs_sign_in)
    context = None
    if security != "none":
        stack = StackConfig.for_tests(directory)
        stack.tls_key.parent.mkdir(exist_ok=True)
        certificate_ensure(stack)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(stack.tls_certificate, stack.tls_key)
    controller = Controller(
        host,
        hostname="127.0.0.1",
        port=host.port,
        ready_timeout=20,
        ssl_context=context if security == "ssl" else None,
        tls_context=context if security == "starttls" else None,
        require_starttls=security == "starttls",
        authenticator=host.authenticate if needs_sign_in else None,
        auth_required=needs_sign_in,
        auth_require_tls=False,
    )
    controller.start()
    try:
        yield host
    finally:
        controller.stop()
