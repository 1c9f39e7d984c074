"""SIP messages as text: a test says exactly what goes on the wire, also what no stack would send."""

from __future__ import annotations

import hashlib
import itertools
import re
import secrets
from dataclasses import dataclass, field

Header = tuple[str, str]
_numbers = itertools.count(1)


def unique(prefix: str) -> str:
    return f"{prefix}{next(_numbers)}{secrets.token_hex(4)}"


@dataclass(frozen=True, slots=True)
class SipMessage:
    start_line: str
    headers: tuple[Header, ...]
    body: str = ""

    @classmethod
    def parse(cls, text: str) -> SipMessage:
        head, _, body = text.partition("\r\n\r\n")
        start_line, *lines = head.split("\r\n")
        pairs = (line.partition(":") for line in lines)
        return cls(start_line, tuple((name.strip(), value.strip()) for name, _, value in pairs), body)

    def render(self) -> str:
        lines = [self.start_line, *(f"{name}: {value}" for name, value in self.headers)]
        if not self.all("Content-Length"):
            lines.append(f"Content-Length: {len(self.body.encode())}")
        return "\r\n".join(lines) + "\r\n\r\n" + self.body

    @property
    def is_response(self) -> bool:
        return self.start_line.startswith("SIP/2.0 ")

    @property
    def code(self) -> int | None:
        """The status of a response, None of a request."""
        return self.status if self.is_response else None

    @property
    def status(self) -> int:
        assert self.is_response, self.start_line
        return int(self.start_line.split()[1])

    @property
    def method(self) -> str:
        return self["CSeq"].split()[1] if self.is_response else self.start_line.split()[0]

    @property
    def request_uri(self) -> str:
        return self.start_line.split()[1]

    def all(self, name: str) -> list[str]:
        return [value for header, value in self.headers if header.lower() == name.lower()]

    def __getitem__(self, name: str) -> str:
        values = self.all(name)
        assert values, f"no {name} in\n{self.render()}"
        return values[0]

    def __contains__(self, name: str) -> bool:
        return bool(self.all(name))

    def names(self) -> set[str]:
        return {name.lower() for name, _ in self.headers}

    def answer(self, status: int, *, contact: str = "", extra: tuple[Header, ...] = ()) -> SipMessage:
        """A response to this request, with a To tag and the Record-Routes it needs."""
        kept = [
            (n, v) for n, v in self.headers if n.lower() in {"via", "from", "call-id", "cseq", "record-route"}
        ]
        to = self["To"]
        if status > 100 and "tag=" not in to:
            to += f";tag={hashlib.md5(self['Call-ID'].encode(), usedforsecurity=False).hexdigest()[:8]}"
        more = [("Contact", contact)] if contact else []
        return SipMessage(f"SIP/2.0 {status} Answer", (*kept, ("To", to), *more, *extra))


@dataclass(frozen=True, slots=True)
class Account:
    number: str
    domain: str
    password: str

    @property
    def aor(self) -> str:
        return f"{self.number}@{self.domain}"

    @property
    def ha1(self) -> str:
        return md5(f"{self.number}:{self.domain}:{self.password}")


def md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


@dataclass(slots=True)
class Challenge:
    """A nonce and how often it was used."""

    realm: str
    nonce: str
    header: str
    used: int = field(default=0)

    @classmethod
    def of(cls, response: SipMessage) -> Challenge:
        is_proxy = "Proxy-Authenticate" in response
        text = response["Proxy-Authenticate" if is_proxy else "WWW-Authenticate"]
        values = dict(re.findall(r'(\w+)="([^"]*)"', text))
        header = "Proxy-Authorization" if is_proxy else "Authorization"
        return cls(values["realm"], values["nonce"], header)

    def credentials(self, account: Account, method: str, uri: str, *, with_count: bool = True) -> Header:
        self.used += 1
        ha2 = md5(f"{method}:{uri}")
        start = (
            f'Digest username="{account.number}", realm="{self.realm}", nonce="{self.nonce}", uri="{uri}", '
            "algorithm=MD5, "
        )
        if not with_count:
            return self.header, start + f'response="{md5(f"{account.ha1}:{self.nonce}:{ha2}")}"'
        count, cnonce = f"{self.used:08x}", "c0ffee"
        response = md5(f"{account.ha1}:{self.nonce}:{count}:{cnonce}:auth:{ha2}")
        return self.header, start + f'qop=auth, nc={count}, cnonce="{cnonce}", response="{response}"'
