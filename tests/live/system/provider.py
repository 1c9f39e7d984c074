"""A provider of telephone lines, as raw SIP: takes our registration, makes and takes calls."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from types import TracebackType

from tests.live.edge.endpoints import Endpoint
from tests.live.edge.messages import SipMessage, unique
from tests.live.edge.transports import Transport, UdpTransport

REALM = "provider.example"


@dataclass(frozen=True, slots=True)
class LineAccount:
    """What a customer got from its provider."""

    name: str = "acct-1"
    password: str = "pr0vider-secret"


class Provider(Endpoint):
    """At an address of its own, so that the edge can tell it from phones."""

    def __init__(
        self,
        edge: tuple[str, int],
        host: str,
        account: LineAccount | None = None,
        *,
        transport: Transport | None = None,
    ) -> None:
        super().__init__(transport or UdpTransport(edge, host=host))
        self.account = account or LineAccount()

    def __enter__(self) -> Provider:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def host(self) -> str:
        return self.transport.host

    @property
    def port(self) -> int:
        return self.transport.port

    def take_registration(self, timeout_s: float = 10.0, expires_s: int | None = None) -> SipMessage:
        """Challenges the first REGISTER and accepts the second if the password is right; returns that."""
        first = self.expect("REGISTER", timeout_s=timeout_s)
        challenge = f'Digest realm="{REALM}", nonce="{unique("n")}", qop="auth", algorithm=MD5'
        self.send(first.answer(401, extra=(("WWW-Authenticate", challenge),)))
        second = self.expect("REGISTER", timeout_s=timeout_s)
        while "Authorization" not in second:
            second = self.expect("REGISTER", timeout_s=timeout_s)
        if not self.proved_password(second):
            self.send(second.answer(403))
            return second
        expires = second["Expires"] if expires_s is None else str(expires_s)
        contact = second["Contact"] if expires_s is None else f"{second['Contact']};expires={expires}"
        answer = second.answer(200, contact=contact, extra=(("Expires", expires),))
        self.send(answer)
        return second

    def take_farewell(self) -> None:
        """A REGISTER that ends the registration."""
        request = self.expect("REGISTER")
        assert request["Expires"] == "0"
        self.send(request.answer(200))

    def take_call(self, *, status: int = 407, algorithm: str = "MD5") -> SipMessage:
        """Challenges the first INVITE; returns the one with credentials."""
        first = self.expect("INVITE")
        name = "WWW-Authenticate" if status == 401 else "Proxy-Authenticate"
        challenge = f'Digest realm="{REALM}", nonce="{unique("n")}", qop="auth", algorithm={algorithm}'
        self.send(first.answer(status, extra=((name, challenge),)))
        return self.expect("INVITE")

    def proved_password(self, request: SipMessage) -> bool:
        """Whether the credentials of a request are ours, by the algorithm it names."""
        name = "Authorization" if "Authorization" in request else "Proxy-Authorization"
        given = dict(re.findall(r'([\w-]+)="?([^",]*)"?', request[name]))
        digest = {"MD5": _md5, "SHA-256": _sha256}[given.get("algorithm", "MD5")]
        ha1 = digest(f"{self.account.name}:{REALM}:{self.account.password}")
        ha2 = digest(f"{request.method}:{given['uri']}")
        middle = f"{given['nonce']}:{given['nc']}:{given['cnonce']}:{given['qop']}"
        response = digest(f"{ha1}:{middle}:{ha2}")
        return (given["username"], given["response"]) == (self.account.name, response)


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
