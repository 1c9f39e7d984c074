"""What stands around the edge in a test: phones outside, a worker inside. Both speak raw SIP."""

from __future__ import annotations

import time

from tests.live.edge.messages import Account, Challenge, Header, SipMessage, unique
from tests.live.edge.transports import ANSWER_TIMEOUT_S, NothingReceived, Transport, UdpTransport

SDP = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio 40000 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n"
)


class Endpoint:
    """A socket that sends and awaits messages."""

    def __init__(self, transport: Transport) -> None:
        self.transport = transport

    def send(self, message: SipMessage) -> SipMessage:
        self.transport.send(message.render())
        return message

    def next_message(self, timeout_s: float = ANSWER_TIMEOUT_S) -> SipMessage:
        return SipMessage.parse(self.transport.receive(timeout_s))

    def expect(
        self, method: str, status: int | None = None, timeout_s: float = ANSWER_TIMEOUT_S
    ) -> SipMessage:
        """The next request (or response with `status`) of this method; pings and others are passed over."""
        deadline = time.monotonic() + timeout_s
        seen: list[str] = []
        while (left := deadline - time.monotonic()) > 0:
            try:
                message = self.next_message(left)
            except NothingReceived:
                break
            is_wanted = not message.is_response if status is None else message.is_response
            if is_wanted and message.method == method and status in (None, message.code):
                return message
            seen.append(message.start_line)
        raise NothingReceived(f"no {method} {status or ''} within {timeout_s} s, but {seen}")

    def expect_final(
        self, method: str, timeout_s: float = ANSWER_TIMEOUT_S, *, of: SipMessage | None = None
    ) -> SipMessage:
        """The next final answer; with `of` to this request alone, because one of an earlier test may be repeated."""
        deadline = time.monotonic() + timeout_s
        while True:
            message = self.next_message(deadline - time.monotonic())
            is_meant = of is None or message["Call-ID"] == of["Call-ID"]
            if message.is_response and message.method == method and message.status >= 200 and is_meant:
                return message

    def expect_silence(self, method: str, for_s: float) -> None:
        try:
            message = self.expect(method, timeout_s=for_s)
        except NothingReceived:
            return
        raise AssertionError(f"unexpected:\n{message.render()}")

    def via(self) -> Header:
        port = f":{self.transport.port}" if self.transport.port else ""
        return (
            "Via",
            f"SIP/2.0/{self.transport.via} {self.transport.host}{port};branch={unique('z9hG4bK')};rport",
        )

    def close(self) -> None:
        self.transport.close()


class Phone(Endpoint):
    """An extension's device."""

    def __init__(self, transport: Transport, account: Account) -> None:
        super().__init__(transport)
        self.account = account
        self.call_id = unique("reg")
        self.cseq = 0
        self.challenge: Challenge | None = None

    @property
    def contact(self) -> str:
        transport = "" if self.transport.via == "UDP" else f";transport={self.transport.via.lower()}"
        port = f":{self.transport.port}" if self.transport.port else ""
        return f"<sip:{self.account.number}@{self.transport.host}{port}{transport}>"

    def request(
        self, method: str, uri: str, *extra: Header, call_id: str = "", to: str = "", body: str = ""
    ) -> SipMessage:
        self.cseq += 1
        headers: list[Header] = [
            self.via(),
            ("Max-Forwards", "70"),
            ("From", f"<sip:{self.account.aor}>;tag={unique('f')}"),
            ("To", to or f"<{uri}>"),
            ("Call-ID", call_id or unique("call")),
            ("CSeq", f"{self.cseq} {method}"),
            ("Contact", self.contact),
            ("User-Agent", "Acme Desk 1.0"),
        ]
        replaced = {name.lower() for name, _ in extra}
        headers = [header for header in headers if header[0].lower() not in replaced]
        if body:
            headers.append(("Content-Type", "application/sdp"))
        return SipMessage(f"{method} {uri} SIP/2.0", (*headers, *extra), body)

    def register_request(self, *extra: Header, expires: int = 300) -> SipMessage:
        to = f"<sip:{self.account.aor}>"
        return self.request(
            "REGISTER",
            f"sip:{self.account.domain}",
            ("Expires", str(expires)),
            *extra,
            call_id=self.call_id,
            to=to,
        )

    def ask(self, message: SipMessage) -> SipMessage:
        """Send a request without credentials and wait for the final answer."""
        self.send(message)
        return self.expect_final(message.method)

    def register(self, *extra: Header, expires: int = 300) -> SipMessage:
        """The whole exchange; the last answer."""
        answer = self.ask(self.register_request(*extra, expires=expires))
        if answer.status != 401:
            return answer
        self.challenge = Challenge.of(answer)
        uri = f"sip:{self.account.domain}"
        credentials = self.challenge.credentials(self.account, "REGISTER", uri)
        return self.ask(self.register_request(credentials, *extra, expires=expires))

    def invite(self, number: str, *extra: Header, domain: str = "") -> SipMessage:
        """Answers the challenge; returns the INVITE that carries the credentials, already sent."""
        uri = f"sip:{number}@{domain or self.account.domain}"
        call_id = unique("call")
        first = self.send(self.request("INVITE", uri, *extra, call_id=call_id, body=SDP))
        refused = self.expect("INVITE", 407)
        self.acknowledge(first, refused)
        credentials = Challenge.of(refused).credentials(self.account, "INVITE", uri)
        return self.send(self.request("INVITE", uri, credentials, *extra, call_id=call_id, body=SDP))

    def subscribe(
        self,
        uri: str,
        package: str,
        *extra: Header,
        expires: int = 300,
        call_id: str = "",
        tag: str = "",
        to: str = "",
    ) -> SipMessage:
        """The whole exchange, credentials included; the last answer. `tag` and `to`: within that dialog."""
        call_id, tag = call_id or unique("sub"), tag or unique("f")
        headers = (
            ("From", f"<sip:{self.account.aor}>;tag={tag}"),
            ("Event", package),
            ("Expires", str(expires)),
            *extra,
        )
        answer = self.ask(self.request("SUBSCRIBE", uri, *headers, call_id=call_id, to=to))
        if answer.status != 407:
            return answer
        credentials = Challenge.of(answer).credentials(self.account, "SUBSCRIBE", uri)
        return self.ask(self.request("SUBSCRIBE", uri, credentials, *headers, call_id=call_id, to=to))

    def notified(self, timeout_s: float = ANSWER_TIMEOUT_S) -> SipMessage:
        """The next NOTIFY, answered."""
        notify = self.expect("NOTIFY", timeout_s=timeout_s)
        self.send(notify.answer(200))
        return notify

    def acknowledge(self, invite: SipMessage, final: SipMessage) -> None:
        """Of a refusal: same branch, no Route. Of a 2xx: along the Record-Route."""
        if final.status >= 300:
            kept = [(n, v) for n, v in invite.headers if n in {"Via", "From", "Call-ID", "Max-Forwards"}]
            ack = ("CSeq", f"{invite['CSeq'].split()[0]} ACK")
            start_line = f"ACK {invite.request_uri} SIP/2.0"
            self.send(SipMessage(start_line, (*kept, ("To", final["To"]), ack)))
        else:
            self.send(self.in_dialog("ACK", invite, final, cseq=int(invite["CSeq"].split()[0])))

    def in_dialog(
        self,
        method: str,
        invite: SipMessage,
        answer: SipMessage,
        *extra: Header,
        cseq: int = 0,
        body: str = "",
    ) -> SipMessage:
        """A request of the caller along the route that the answer recorded."""
        self.cseq += 1
        return in_dialog_request(
            self,
            method,
            answer,
            local=invite["From"],
            remote=answer["To"],
            cseq=cseq or self.cseq,
            routes=list(reversed(answer.all("Record-Route"))),
            extra=(("Contact", self.contact), *extra),
            body=body,
        )


class Worker(Endpoint):
    """A worker's SIP side: sits on the private network of the edge."""

    def __init__(self, private: tuple[str, int], port: int) -> None:
        super().__init__(UdpTransport(private, port=port))
        self.private = private
        self.cseq = 100

    @property
    def uri(self) -> str:
        return f"sip:127.0.0.1:{self.transport.port}"

    def next_message(self, timeout_s: float = ANSWER_TIMEOUT_S) -> SipMessage:
        """Pings of the edge are answered on the way."""
        deadline = time.monotonic() + timeout_s
        while True:
            message = super().next_message(deadline - time.monotonic())
            if message.is_response or message.method != "OPTIONS":
                return message
            self.send(message.answer(200))

    def invite(self, aor: str, *extra: Header, dest: str = "ext") -> SipMessage:
        """As the worker calls an extension, or a number on a trunk, through the edge."""
        self.cseq += 1
        headers = (
            self.via(),
            ("Max-Forwards", "70"),
            ("Route", f"<sip:127.0.0.1:{self.private[1]};lr>"),
            ("From", f"<sip:101@acme.example>;tag={unique('w')}"),
            ("To", f"<sip:{aor}>"),
            ("Call-ID", unique("wcall")),
            ("CSeq", f"{self.cseq} INVITE"),
            ("Contact", f"<{self.uri}>"),
            ("X-PBX-Dest", dest),
            ("X-PBX-Tenant", "1"),
            *extra,
            ("Content-Type", "application/sdp"),
        )
        return self.send(SipMessage(f"INVITE sip:{aor} SIP/2.0", headers, SDP))

    def cancel(self, invite: SipMessage, *extra: Header) -> None:
        kept = [
            (n, v)
            for n, v in invite.headers
            if n in {"Via", "From", "To", "Call-ID", "Max-Forwards", "Route"}
        ]
        cseq = ("CSeq", f"{invite['CSeq'].split()[0]} CANCEL")
        self.send(SipMessage(f"CANCEL {invite.request_uri} SIP/2.0", (*kept, cseq, *extra)))

    def in_dialog(self, method: str, invite: SipMessage, answer: SipMessage, *extra: Header) -> SipMessage:
        """A request of the worker as the callee of `invite` (it answered) along the route it recorded."""
        self.cseq += 1
        return in_dialog_request(
            self,
            method,
            invite,
            local=answer["To"],
            remote=invite["From"],
            cseq=self.cseq,
            routes=invite.all("Record-Route"),
            extra=extra,
        )


def in_dialog_request(
    sender: Endpoint,
    method: str,
    target: SipMessage,
    *,
    local: str,
    remote: str,
    cseq: int,
    routes: list[str],
    extra: tuple[Header, ...] = (),
    body: str = "",
) -> SipMessage:
    """`target`: the message whose Contact is the far end."""
    uri = target["Contact"].strip().split(">")[0].lstrip("<")
    headers: tuple[Header, ...] = (
        sender.via(),
        ("Max-Forwards", "70"),
        *(("Route", route) for route in routes),
        ("From", local),
        ("To", remote),
        ("Call-ID", target["Call-ID"]),
        ("CSeq", f"{cseq} {method}"),
        *extra,
    )
    if body:
        headers += (("Content-Type", "application/sdp"),)
    return SipMessage(f"{method} {uri} SIP/2.0", headers, body)
