"""One delivery handed to one server: what was sent, what it said, in words where it said nothing."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import httpcore
import httpx

from callmanager.domain.webhook_signature import signature_headers
from callmanager.webhooks.guarded_network import Deadline, GuardedTransport
from tenants.models.event_url import EventAuthentication, EventUrl
from tenants.reachable import AddressRefused, HostUnknown

USER_AGENT = "Tandem-Webhooks/1"
# Of what a server answers; the rest is not even read.
ANSWER_BYTES_MAX = 4096
_HEADERS_MAX = 40
_HEADER_LENGTH_MAX = 300
_MASKED_ANSWER_HEADERS = frozenset({"set-cookie", "authorization", "proxy-authorization"})
_MASK = "***"


@dataclass(frozen=True, slots=True)
class Answer:
    """`status_code` None: there was no answer, and `error` says why."""

    status_code: int | None = None
    error: str = ""
    duration_ms: int = 0
    request_headers: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    retry_after_s: int | None = None


class _NoAnswer(RuntimeError):
    """The text is for people."""


class EventPoster:
    """For the deliveries to one address, one after the other."""

    def __init__(self, event_url: EventUrl) -> None:
        self.event_url = event_url
        self._deadline = Deadline()
        self._client = httpx.Client(
            transport=GuardedTransport(self._deadline),
            auth=_authentication(event_url),
            timeout=event_url.timeout_s,
            follow_redirects=False,
            trust_env=False,
        )

    def close(self) -> None:
        self._client.close()

    def post(self, *, event_id: str, body: str) -> Answer:
        """Never raises for what a server does or does not do."""
        signed = signature_headers(
            event_id=event_id, unix_s=int(time.time()), body=body, secret=self.event_url.signing_secret
        )
        headers = {
            "content-type": "application/json",
            "user-agent": USER_AGENT,
            # What is compressed a thousand times would not be bounded by what was read.
            "accept-encoding": "identity",
            **signed,
        }
        began = time.monotonic()
        try:
            return self._exchange(headers, body, began)
        except _NoAnswer as reason:
            return Answer(error=str(reason), duration_ms=_since(began), request_headers=headers)

    def _exchange(self, headers: Mapping[str, str], body: str, began: float) -> Answer:
        self._deadline.begin(self.event_url.timeout_s)
        with (
            _in_words(self.event_url),
            self._client.stream(
                "POST", self.event_url.url, content=body.encode(), headers=dict(headers)
            ) as answer,
        ):
            text = _beginning_of(answer)
            return Answer(
                status_code=answer.status_code,
                error="" if answer.is_success else _complaint(answer.status_code),
                duration_ms=_since(began),
                request_headers=_shown(answer.request.headers),
                headers=_shown(answer.headers),
                body=text,
                retry_after_s=_seconds(answer.headers.get("retry-after", "")),
            )


def _authentication(event_url: EventUrl) -> httpx.Auth | None:
    match event_url.authentication:
        case EventAuthentication.BASIC:
            return httpx.BasicAuth(event_url.username, event_url.password)
        case EventAuthentication.DIGEST:
            return httpx.DigestAuth(event_url.username, event_url.password)
        case _:
            return None


def _beginning_of(answer: httpx.Response) -> str:
    """What follows a good answer may break off: it was given."""
    read = b""
    with suppress(httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError):
        for chunk in answer.iter_raw():
            read += chunk[: ANSWER_BYTES_MAX - len(read)]
            if len(read) >= ANSWER_BYTES_MAX:
                break
    # PostgreSQL has no place for the character 0.
    return read.decode("utf-8", "replace").replace("\0", "\N{REPLACEMENT CHARACTER}")


def _shown(headers: httpx.Headers) -> dict[str, str]:
    shown = {}
    for name, value in list(headers.items())[:_HEADERS_MAX]:
        text = f"{value.split(' ')[0]} {_MASK}" if name == "authorization" else value
        if name in _MASKED_ANSWER_HEADERS and name != "authorization":
            text = _MASK
        shown[name[:_HEADER_LENGTH_MAX]] = "".join(
            one if one.isprintable() else " " for one in text[:_HEADER_LENGTH_MAX]
        )
    return shown


def _complaint(status_code: int) -> str:
    if 300 <= status_code < 400:
        return f"The server answered {status_code}: it sends on to another address, which is not followed."
    return f"The server answered {status_code}."


def _seconds(retry_after: str) -> int | None:
    return (
        int(retry_after) if retry_after.isascii() and retry_after.isdigit() and len(retry_after) < 9 else None
    )


def _since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)


@contextmanager
def _in_words(event_url: EventUrl) -> Iterator[None]:
    host = httpx.URL(event_url.url).host
    try:
        yield
    except AddressRefused as error:
        raise _NoAnswer(
            f"{host} is an address inside this network, which only the administrator can allow."
        ) from error
    except HostUnknown as error:
        raise _NoAnswer(f"No name server knows {host}. Is it spelt correctly?") from error
    except (httpcore.TimeoutException, httpx.TimeoutException) as error:
        raise _NoAnswer(f"{host} did not answer within {event_url.timeout_s} s.") from error
    except httpcore.ConnectError as error:
        raise _NoAnswer(_why_not_connected(host, error)) from error
    except (httpcore.NetworkError, OSError) as error:
        raise _NoAnswer(f"The connection to {host} broke off.") from error
    except (httpcore.ProtocolError, httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise _NoAnswer(f"What {host} answered is not HTTP.") from error


def _why_not_connected(host: str, error: httpcore.ConnectError) -> str:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"The certificate of {host} can't be trusted: {cause.verify_message}."
        if isinstance(cause, ssl.SSLError):
            return f"{host} does not speak TLS there ({cause.reason})."
        if isinstance(cause, ConnectionRefusedError):
            return f"Nothing listens on {host} there."
        cause = cause.__cause__ or cause.__context__
    return f"{host} can't be reached."
