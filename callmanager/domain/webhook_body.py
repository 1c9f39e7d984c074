"""The JSON that event URLs receive: the documents of the reference, more fields beside theirs. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from callmanager.domain.call_events import CallEvent
from callmanager.domain.call_parties import FROM_OUTSIDE
from callmanager.domain.cdr import CallDetail
from callmanager.domain.edge_events import EdgeRegistration
from callmanager.domain.live_events import live_message
from callmanager.domain.public_record import to_public_json
from callmanager.domain.subscriptions import EXTENSION_PRESENCE, extensions_of

CALL_CDR = "call_cdr"
REGISTERED, UNREGISTERED = "extension_registered", "extension_unregistered"


def cdr_body(detail: CallDetail) -> str:
    """Strings alone, times in whole unix seconds."""
    return _json(to_public_json(detail))


def registration_body(
    event_type: str, *, tenant_name: str, number: str, registration: EdgeRegistration, at: float
) -> str:
    """`tenant_id` is the tenant's name here and `time` a number, as the reference has it."""
    return _json(
        {
            "event_type": event_type,
            "tenant_id": tenant_name,
            "extension_number": number,
            "source_ip": source_ip(registration.source),
            "time": int(at),
            "domain": registration.domain,
            "contact": registration.contact,
            "user_agent": registration.user_agent,
        }
    )


def presence_body(*, tenant_name: str, domain: str, number: str, status: str, at: float) -> str:
    return _json(
        {
            "event_type": EXTENSION_PRESENCE,
            "tenant_id": tenant_name,
            "extension_number": number,
            "source_ip": "",
            "time": int(at),
            "domain": domain,
            "status": status,
        }
    )


def recording_body(message: Mapping[str, Any], *, tenant_name: str, domain: str) -> str:
    """What subscribers of the socket are told when a recording can be heard, in the same frame."""
    frame = {
        "event_type": message["key"],
        "tenant_id": tenant_name,
        "extension_number": next(iter(message["extensions"]), ""),
        "source_ip": "",
        "time": int(message["time"]),
        "domain": domain,
    }
    return _json(message["data"] | frame)


def call_event_body(event: CallEvent, start: CallEvent | None, *, tenant_name: str, domain: str) -> str:
    """What subscribers of the socket are told, in the frame of the documents above."""
    message = live_message(event, start)
    data = dict(message["data"]) if isinstance(message["data"], Mapping) else {}
    about: Mapping[str, object] = start.data if start else {}
    frame: dict[str, object] = {
        "event_type": event.kind.value,
        "tenant_id": tenant_name,
        "extension_number": _whose(data, sorted(extensions_of(message))),
        "source_ip": source_ip(str(about.get("source") or "")),
        "time": int(event.at),
        "domain": domain,
    }
    return _json(frame | {name: value for name, value in data.items() if name not in frame})


def contact_changes(
    there: Iterable[EdgeRegistration], gone: Iterable[EdgeRegistration]
) -> list[tuple[str, EdgeRegistration]]:
    """Each contact that came or went, with its kind."""
    return [(REGISTERED, one) for one in there] + [(UNREGISTERED, one) for one in gone]


def source_ip(source: str) -> str:
    """`192.0.2.7` of `udp:192.0.2.7:5060`, `2001:db8::7` of `udp:[2001:db8::7]:5060`."""
    host = source.partition(":")[2].rpartition(":")[0]
    return host.removeprefix("[").removesuffix("]")


def _whose(data: Mapping[str, object], extensions: Sequence[str]) -> str:
    """The extension it is about: the phone that rings or talks, otherwise who calls, otherwise the first there is."""
    asked = (
        [data.get("number")]
        if data.get("direction") == FROM_OUTSIDE
        else [data.get("number"), data.get("caller")]
    )
    known = [str(number) for number in asked if number in extensions]
    return [*known, *extensions, ""][0]


def _json(document: Mapping[str, object]) -> str:
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False)
