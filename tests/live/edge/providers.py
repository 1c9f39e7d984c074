"""A provider as raw SIP: one that calls, and one that the edge connects to by TCP or TLS."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path

from tests.live.edge.endpoints import SDP, Endpoint, in_dialog_request
from tests.live.edge.messages import Header, SipMessage, unique
from tests.live.edge.transports import ANSWER_TIMEOUT_S, NothingReceived, StreamTransport


def inbound(
    provider: Endpoint, number: str, *extra: Header, to: str = "", host: str = "pbx.example"
) -> SipMessage:
    """An INVITE as a provider sends it, already sent."""
    uri = f"sip:{number}@{host}"
    headers: tuple[Header, ...] = (
        provider.via(),
        ("Max-Forwards", "70"),
        ("From", f"<sip:+4917012345@provider.example>;tag={unique('p')}"),
        ("To", f"<sip:{to or number}@{host}>"),
        ("Call-ID", unique("pcall")),
        ("CSeq", "1 INVITE"),
        ("Contact", contact_of(provider)),
        *extra,
        ("Content-Type", "application/sdp"),
    )
    return provider.send(SipMessage(f"INVITE {uri} SIP/2.0", headers, SDP))


def contact_of(provider: Endpoint) -> str:
    transport = "" if provider.transport.via == "UDP" else f";transport={provider.transport.via.lower()}"
    return f"<sip:{provider.transport.host}:{provider.transport.port}{transport}>"


def as_caller(
    caller: Endpoint,
    method: str,
    invite: SipMessage,
    answer: SipMessage,
    cseq: int,
    *extra: Header,
    body: str = "",
) -> SipMessage:
    """A request of who sent `invite`, along the route that `answer` recorded; already sent."""
    return caller.send(
        in_dialog_request(
            caller,
            method,
            answer,
            local=invite["From"],
            remote=answer["To"],
            cseq=cseq,
            routes=list(reversed(answer.all("Record-Route"))),
            extra=extra,
            body=body,
        )
    )


def as_callee(
    callee: Endpoint,
    method: str,
    invite: SipMessage,
    answer: SipMessage,
    cseq: int,
    *extra: Header,
    body: str = "",
) -> SipMessage:
    """A request of who got `invite` and sent `answer`; already sent."""
    return callee.send(
        in_dialog_request(
            callee,
            method,
            invite,
            local=answer["To"],
            remote=invite["From"],
            cseq=cseq,
            routes=invite.all("Record-Route"),
            extra=extra,
            body=body,
        )
    )


def acknowledge_refusal(caller: Endpoint, invite: SipMessage, final: SipMessage) -> None:
    kept = [(n, v) for n, v in invite.headers if n in {"Via", "From", "Call-ID", "Max-Forwards"}]
    ack = ("CSeq", f"{invite['CSeq'].split()[0]} ACK")
    caller.send(SipMessage(f"ACK {invite.request_uri} SIP/2.0", (*kept, ("To", final["To"]), ack)))


class ListeningTransport(StreamTransport):
    """Waits for the edge to connect, by TCP or TLS; the first connection is the only one."""

    def __init__(self, host: str, *, certificate: Path | None = None, key: Path | None = None) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listener = socket.socket(family, socket.SOCK_STREAM)
        self._listener.bind((host, 0))
        self._listener.listen()
        self._context: ssl.SSLContext | None = None
        if certificate is not None:
            self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._context.load_cert_chain(certificate, key)
        self.via = "TCP" if self._context is None else "TLS"
        name, self.port = self._listener.getsockname()[:2]
        self.host = f"[{name}]" if family == socket.AF_INET6 else name
        self._buffer = b""
        self._accepted = False

    def receive(self, timeout_s: float = ANSWER_TIMEOUT_S) -> str:
        if not self._accepted:
            self._listener.settimeout(timeout_s)
            try:
                self._stream, _ = self._listener.accept()
            except TimeoutError:
                raise NothingReceived(f"no connection within {timeout_s} s") from None
            self._stream.settimeout(ANSWER_TIMEOUT_S)
            if self._context is not None:
                self._stream = self._context.wrap_socket(self._stream, server_side=True)
            self._accepted = True
        return super().receive(timeout_s)

    def close(self) -> None:
        self._listener.close()
        if self._accepted:
            super().close()
