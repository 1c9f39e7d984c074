"""What the edge says about registrations and workers, read from JSON. Pure: no socket, no database, no clock."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from callmanager.domain.sip_publish import Lamp, Package
from callmanager.domain.trunk_accounts import TrunkAccount, TrunkState, registration_state

NOT_SET = "[not set]"


class EdgeFormatError(ValueError):
    """A line or an answer that does not follow docs/interfaces.md section 3."""


@dataclass(frozen=True, slots=True)
class EdgeRegistration:
    """One contact of one extension, as the edge keeps it. `ruid` names the record for as long as it exists."""

    ruid: str
    aor: str
    contact: str
    received: str
    user_agent: str
    source: str
    instance: str
    reg_id: int
    expires_at: int

    @property
    def number(self) -> str:
        return self.aor.partition("@")[0]

    @property
    def domain(self) -> str:
        return self.aor.partition("@")[2]


class RegistrationChange(StrEnum):
    REGISTERED = "registered"
    REFRESHED = "refreshed"
    UNREGISTERED = "unregistered"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class RegistrationChanged:
    """A contact came, changed or went."""

    change: RegistrationChange
    registration: EdgeRegistration
    at: int

    @property
    def is_gone(self) -> bool:
        return self.change in (RegistrationChange.UNREGISTERED, RegistrationChange.EXPIRED)


@dataclass(frozen=True, slots=True)
class WorkerChanged:
    """The edge found that a worker answers its pings again, or no more."""

    sip_uri: str
    is_up: bool
    at: int


@dataclass(frozen=True, slots=True)
class EdgeAbout:
    version: str
    uptime_s: int


@dataclass(frozen=True, slots=True)
class RegistrationRefused:
    """`number` and `domain` are what the phone named; nobody may have them."""

    cause: str
    number: str
    domain: str
    source: str
    user_agent: str
    at: int


@dataclass(frozen=True, slots=True)
class PenaltyImposed:
    """For one number from one address, or (no `aor`) for everything from that address."""

    aor: str
    source: str
    penalty_s: int
    at: int


@dataclass(frozen=True, slots=True)
class LampWatched:
    """A phone has begun to watch something, or goes on."""

    lamp: Lamp


EdgeEvent = LampWatched | RegistrationChanged | WorkerChanged | RegistrationRefused | PenaltyImposed


def edge_event_parse(line: str | bytes) -> EdgeEvent | None:
    """None for the greeting, and for an event of a kind this version does not know."""
    document = _mapping(_json(line))
    kind, at = _text(document, "event"), _integer(document, "at")
    if kind in ("worker_up", "worker_down"):
        return WorkerChanged(_text(document, "worker"), kind == "worker_up", at)
    if kind == "refused":
        return RegistrationRefused(
            cause=_filled(document, "cause"),
            number=_text(document, "number"),
            domain=_text(document, "domain").lower(),
            source=_text(document, "source"),
            user_agent=_text(document, "user_agent"),
            at=at,
        )
    if kind == "watched":
        return _watched(document)
    if kind == "penalised":
        penalty_s = _integer(document, "penalty_s")
        return PenaltyImposed(_text(document, "aor"), _text(document, "source"), penalty_s, at)
    if kind not in list(RegistrationChange):
        return None
    registration = EdgeRegistration(
        ruid=_filled(document, "ruid"),
        aor=_aor(_text(document, "aor")),
        contact=_text(document, "contact"),
        received=_text(document, "received"),
        user_agent=_text(document, "user_agent"),
        source=_text(document, "source"),
        instance=_text(document, "instance"),
        reg_id=_integer(document, "reg_id"),
        expires_at=_integer(document, "expires_at"),
    )
    return RegistrationChanged(RegistrationChange(kind), registration, at)


def _watched(document: Mapping[str, object]) -> LampWatched | None:
    """What is no address of ours has no state either."""
    try:
        return LampWatched(Lamp(_text(document, "uri"), Package(_text(document, "package"))))
    except ValueError:
        return None


def rpc_question(method: str, *parameters: str | int) -> bytes:
    """The body of a JSON-RPC request to the edge."""
    return json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}).encode()


def rpc_result(answer: bytes) -> object:
    """The result in the edge's answer; EdgeFormatError if it is none."""
    document = _mapping(_json(answer))
    if "result" not in document:
        raise EdgeFormatError("the answer holds no result")
    return document["result"]


def edge_about_parse(version: object, uptime: object) -> EdgeAbout:
    """From the answers to `core.version` ("kamailio 5.6.3 (x86_64/linux)") and `core.uptime`."""
    words = version.split() if isinstance(version, str) else []
    number = next((word for word in words if word[:1].isdigit()), "")
    return EdgeAbout(version=number, uptime_s=_integer(_mapping(uptime), "uptime"))


def location_dump_parse(result: object, *, at: float) -> tuple[EdgeRegistration, ...]:
    """All registrations of extensions in the result of `ul.dump`, asked at `at`."""
    return tuple(
        registration
        for entry in _list(_mapping(result), "Domains")
        if (domain := _mapping(_mapping(entry).get("Domain"))).get("Domain") == "location"
        for entry in _list(domain, "AoRs")
        for registration in _contacts_of(_mapping(_mapping(entry).get("Info")), at)
    )


def gateway_contact_parse(result: object, *, at: float) -> EdgeRegistration | None:
    """The answer to `ul.lookup` about a gateway; None (the edge's 404) if it is not registered."""
    return None if result is None else next(_contacts_of(_mapping(result), at), None)


def table_dump_parse(result: object) -> dict[str, str]:
    """The answer to `htable.dump`; None (the edge's 404) is an empty table."""
    if result is None:
        return {}
    if not isinstance(result, list):
        raise EdgeFormatError("a list was expected")
    entries = (_mapping(entry) for slot in result for entry in _list(_mapping(slot), "slot"))
    return {_filled(entry, "name"): str(entry.get("value", "")) for entry in entries}


def _contacts_of(info: Mapping[str, object], at: float) -> Iterator[EdgeRegistration]:
    aor = _aor(_text(info, "AoR"))
    for entry in _list(info, "Contacts"):
        contact = _mapping(_mapping(entry).get("Contact"))
        expires = contact.get("Expires")
        # "expired" and "deleted" are on their way out; "permanent" does not occur behind a registrar.
        if not isinstance(expires, int):
            continue
        address, received = _text(contact, "Address"), _given(contact, "Received")
        yield EdgeRegistration(
            ruid=_filled(contact, "Ruid"),
            aor=aor,
            contact=address,
            received=received,
            user_agent=_given(contact, "User-Agent"),
            source=_source(received or address, _given(contact, "Socket")),
            instance=_given(contact, "Instance"),
            reg_id=_integer(contact, "Reg-Id"),
            expires_at=int(at) + expires,
        )


def trunk_account_dump_parse(result: object) -> dict[str, tuple[TrunkAccount, TrunkState]]:
    """The answer to `uac.reg_dump`, by user; None (the edge's 404) is an empty one."""
    if result is None:
        return {}
    if not isinstance(result, list):
        raise EdgeFormatError("a list was expected")
    accounts: dict[str, tuple[TrunkAccount, TrunkState]] = {}
    for entry in result:
        record = _mapping(entry)
        account = TrunkAccount(
            user=_filled(record, "l_uuid"),
            username=_text(record, "l_username"),
            domain=_text(record, "l_domain"),
            authorization_name=_text(record, "auth_username"),
            password=_text(record, "auth_password"),
            proxy=_text(record, "auth_proxy"),
            expires_s=_integer(record, "expires"),
        )
        accounts[account.user] = (account, registration_state(_integer(record, "flags")))
    return accounts


def _source(uri: str, socket: str) -> str:
    """`udp:192.0.2.7:5060`, as events give it, from where the edge would send a request and by what."""
    host_and_port = uri.partition(":")[2].rpartition("@")[2].split(";")[0].split("?")[0]
    transport = next(
        (part.partition("=")[2] for part in uri.split(";")[1:] if part.lower().startswith("transport=")), ""
    )
    has_port = ":" in host_and_port.rpartition("]")[2]
    protocol = transport.lower() or socket.partition(":")[0] or "udp"
    return f"{protocol}:{host_and_port}" if has_port else f"{protocol}:{host_and_port}:5060"


def _json(text: str | bytes) -> object:
    try:
        document: object = json.loads(text)
    except ValueError as error:
        raise EdgeFormatError("not JSON") from error
    return document


def _mapping(value: object) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise EdgeFormatError("an object was expected")
    return value


def _list(document: Mapping[str, object], name: str) -> list[object]:
    value = document.get(name, [])
    if not isinstance(value, list):
        raise EdgeFormatError(f"{name} must be a list")
    return value


def _text(document: Mapping[str, object], name: str) -> str:
    value = document.get(name)
    if not isinstance(value, str):
        raise EdgeFormatError(f"{name} must be a string")
    # PostgreSQL has no place for it.
    return value.replace("\x00", "")


def _filled(document: Mapping[str, object], name: str) -> str:
    value = _text(document, name)
    if not value:
        raise EdgeFormatError(f"{name} must not be empty")
    return value


def _given(document: Mapping[str, object], name: str) -> str:
    value = _text(document, name)
    return "" if value == NOT_SET else value


def _integer(document: Mapping[str, object], name: str) -> int:
    value = document.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise EdgeFormatError(f"{name} must be a whole number")
    return value


def _aor(value: str) -> str:
    number, _, domain = value.partition("@")
    if not number or not domain:
        raise EdgeFormatError("an address of record is number@domain")
    return f"{number}@{domain.lower()}"
