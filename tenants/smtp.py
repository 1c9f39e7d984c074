"""One e-mail handed to one server, and what the server said, in words."""

from __future__ import annotations

import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email import policy
from email.message import EmailMessage

from tenants.models.mail_server import MailSecurity, MailServer
from tenants.reachable import AddressRefused, HostUnknown, addresses_of, reachable_address

# However slowly a server drips its answers.
CONVERSATION_LIMIT_S = 90.0
_ANSWER_LENGTH_MAX = 300
# What every server takes, also one without 8BITMIME (RFC 6152).
_SEVEN_BITS = policy.SMTP.clone(cte_type="7bit")


class SmtpRefused(RuntimeError):
    """Not handed over; the message is for people. Permanent: the same mail will never be taken."""

    def __init__(self, message: str, *, is_permanent: bool = False) -> None:
        super().__init__(message)
        self.is_permanent = is_permanent


class _Plain(smtplib.SMTP):
    """Connects to the address that was checked, and names the host in TLS."""

    def __init__(self, server: MailServer, address: str) -> None:
        self._address = address
        super().__init__(server.host, server.port, _host_name(server), server.timeout_s)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        return socket.create_connection((self._address, port), timeout)


class _Ssl(smtplib.SMTP_SSL):
    def __init__(self, server: MailServer, address: str, context: ssl.SSLContext) -> None:
        self._address = address
        super().__init__(
            server.host, server.port, _host_name(server), timeout=server.timeout_s, context=context
        )

    def _get_socket(self, host: str, port: int, timeout: float) -> ssl.SSLSocket:
        plain = socket.create_connection((self._address, port), timeout)
        return self.context.wrap_socket(plain, server_hostname=host)


def smtp_deliver(
    server: MailServer, message: EmailMessage, *, recipient: str, limit_s: float = CONVERSATION_LIMIT_S
) -> str:
    """The server's answer that took the mail, such as `250 2.0.0 queued`; raises SmtpRefused."""
    with _in_words(server), _connected(server) as smtp:
        watchdog = threading.Timer(limit_s, _cut, (smtp,))
        watchdog.daemon = True
        watchdog.start()
        try:
            return _hand_over(smtp, server, message, recipient)
        finally:
            watchdog.cancel()


def _hand_over(smtp: smtplib.SMTP, server: MailServer, message: EmailMessage, recipient: str) -> str:
    if server.security == MailSecurity.STARTTLS:
        smtp.starttls(context=_tls_context(server))
    if server.username:
        smtp.login(server.username, server.password)
    smtp.ehlo_or_helo_if_needed()
    _expect(smtp.mail(server.from_address), f"The server refused the sender {server.from_address}")
    _expect(smtp.rcpt(recipient), "The server refused the recipient")
    code, answer = smtp.data(message.as_bytes(policy=_SEVEN_BITS))
    _expect((code, answer), "The server refused the e-mail")
    return _said(code, answer)


@contextmanager
def _connected(server: MailServer) -> Iterator[smtplib.SMTP]:
    # The system's own server is the operator's choice and may stand anywhere.
    find = reachable_address if server.tenant_id is not None else lambda *of: addresses_of(*of)[0]
    address = find(server.host, server.port)
    smtp = (
        _Ssl(server, address, _tls_context(server))
        if server.security == MailSecurity.SSL
        else _Plain(server, address)
    )
    try:
        yield smtp
        # The mail has been taken: a bad farewell must not send it again.
        with suppress(smtplib.SMTPException, OSError):
            smtp.quit()
    finally:
        smtp.close()


def _cut(smtp: smtplib.SMTP) -> None:
    """Ends a read in another thread, which closing alone does not."""
    if smtp.sock is not None:
        smtp.sock.shutdown(socket.SHUT_RDWR)


def _tls_context(server: MailServer) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if not server.is_certificate_checked:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _host_name(server: MailServer) -> str:
    """What we say in EHLO: the sender's domain, because our own name may be known to nobody."""
    return server.from_address.rpartition("@")[2]


def _expect(answer: tuple[int, bytes], complaint: str) -> None:
    code, said = answer
    if not 200 <= code < 300:
        raise SmtpRefused(f"{complaint}: {_said(code, said)}", is_permanent=code >= 500)


def _said(code: int, answer: bytes | str) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    printable = "".join(character if character.isprintable() else " " for character in text)
    return f"{code} {printable}"[:_ANSWER_LENGTH_MAX].strip()


@contextmanager
def _in_words(server: MailServer) -> Iterator[None]:
    """Refusals that a change of the settings may cure are never permanent."""
    try:
        yield
    except AddressRefused as error:
        raise SmtpRefused(
            f"{server.host} is an address inside this network, which only the administrator can allow."
        ) from error
    except HostUnknown as error:
        raise SmtpRefused(f"No name server knows {server.host}. Is it spelt correctly?") from error
    except smtplib.SMTPAuthenticationError as error:
        raise SmtpRefused(
            "The server refused user name or password: " + _said(error.smtp_code, error.smtp_error)
        ) from error
    except smtplib.SMTPNotSupportedError as error:
        raise SmtpRefused(f"The server can't do what these settings ask for: {error}") from error
    except smtplib.SMTPResponseException as error:
        raise SmtpRefused("The server answered: " + _said(error.smtp_code, error.smtp_error)) from error
    except smtplib.SMTPServerDisconnected as error:
        raise SmtpRefused(
            "The server closed the connection. If this is its port for SSL, choose SSL."
        ) from error
    except smtplib.SMTPException as error:
        raise SmtpRefused(f"The server can't do what these settings ask for: {error}") from error
    except ssl.SSLCertVerificationError as error:
        raise SmtpRefused(
            f"The certificate of {server.host} can't be trusted: {error.verify_message}."
        ) from error
    except ssl.SSLError as error:
        raise SmtpRefused(
            f"Port {server.port} does not speak SSL ({error.reason}). Perhaps TLS (STARTTLS) is meant."
        ) from error
    except ConnectionRefusedError as error:
        raise SmtpRefused(f"Nothing listens on {server.host}, port {server.port}.") from error
    except TimeoutError as error:
        raise SmtpRefused(
            f"{server.host} did not answer within {server.timeout_s} s. Does a firewall stop port {server.port}?"
        ) from error
    except OSError as error:
        raise SmtpRefused(f"{server.host} can't be reached: {error.strerror or error}.") from error
