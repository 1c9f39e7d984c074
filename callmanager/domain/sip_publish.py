"""PUBLISH (RFC 3903) as the application tells the edge the state of a lamp: the request, and its answer. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class Package(StrEnum):
    """What can be watched of an address."""

    DIALOG = "dialog"
    PRESENCE = "presence"
    MAILBOX = "message-summary"


CONTENT_TYPES = {
    Package.DIALOG: "application/dialog-info+xml",
    Package.PRESENCE: "application/pidf+xml",
    Package.MAILBOX: "application/simple-message-summary",
}
# Nothing that could end a header or an address.
_URI = re.compile(r"sip:[A-Za-z0-9_.+*#-]{1,64}@[a-z0-9.-]{1,64}")
BRANCH = "z9hG4bK"


@dataclass(frozen=True, slots=True)
class Lamp:
    """Something watched: `sip:102@acme.example` and what of it."""

    uri: str
    package: Package

    def __post_init__(self) -> None:
        if not _URI.fullmatch(self.uri):
            raise ValueError("not an address of ours")

    @property
    def number(self) -> str:
        return self.uri.removeprefix("sip:").partition("@")[0]

    @property
    def domain(self) -> str:
        return self.uri.partition("@")[2]


@dataclass(frozen=True, slots=True)
class PublishAnswer:
    """`key` is what the request was sent with; `etag` names the state at the edge from now on."""

    key: str
    status: int
    etag: str


def publish_request(
    lamp: Lamp,
    *,
    body: str | None,
    etag: str,
    expires_s: int,
    key: str,
    sequence: int,
    source: str,
    edge: str,
) -> bytes:
    """Without a body what was told lives on; with `expires_s` 0 it is taken back. `key` must be new each time."""
    content = (body or "").encode()
    lines = [
        f"PUBLISH {lamp.uri} SIP/2.0",
        f"Via: SIP/2.0/UDP {source};branch={BRANCH}{key}",
        "Max-Forwards: 10",
        f"From: <{lamp.uri}>;tag={key}",
        f"To: <{lamp.uri}>",
        f"Call-ID: {key}@lamps",
        f"CSeq: {sequence} PUBLISH",
        f"Route: <sip:{edge};lr>",
        f"Event: {lamp.package.value}",
        f"Expires: {expires_s}",
    ]
    if etag:
        lines.append(f"SIP-If-Match: {etag}")
    if content:
        lines.append(f"Content-Type: {CONTENT_TYPES[lamp.package]}")
    lines += [f"Content-Length: {len(content)}", "", ""]
    return "\r\n".join(lines).encode() + content


def publish_answer_parse(datagram: bytes) -> PublishAnswer | None:
    """None: no answer to a PUBLISH of ours."""
    head, _, _ = datagram.partition(b"\r\n\r\n")
    start, *lines = head.decode("utf-8", "replace").split("\r\n")
    found = re.match(r"SIP/2\.0 ([1-6][0-9]{2}) ", start)
    if found is None:
        return None
    headers: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers.setdefault(name.strip().lower(), value.strip())
    key, _, host = headers.get("call-id", "").partition("@")
    if host != "lamps":
        return None
    return PublishAnswer(key, int(found[1]), headers.get("sip-etag", ""))
