"""Events as clients of the socket read them: flat JSON, with numbers and times as strings. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from callmanager.domain.subscriptions import extensions_of

if TYPE_CHECKING:
    from collections.abc import Iterator


class HeardEvent(Mapping[str, object]):
    """One event for many sockets: what is the same for all of them is written once."""

    def __init__(self, document: Mapping[str, object]) -> None:
        self._document = document
        self._rest: dict[str, str] = {}

    def __getitem__(self, name: str) -> object:
        return self._document[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._document)

    def __len__(self) -> int:
        return len(self._document)

    def text(self, tenant_name: str, number: int) -> str:
        """`number` counts the messages of one socket."""
        rest = self._rest.get(tenant_name)
        if rest is None:
            rest = self._rest[tenant_name] = _without_number(self._document, tenant_name)
        return f'{{"number":"{number}",{rest}'


def render_event(event: Mapping[str, object], tenant_name: str, number: int) -> str:
    return HeardEvent(event).text(tenant_name, number)


def render_resync(reason: str, number: int) -> str:
    """Events may have been missed: read the lists anew."""
    return json.dumps(
        {"topic": "control", "key": "resync", "number": str(number), "reason": reason}, separators=(",", ":")
    )


def render_resumed(told: int, number: int) -> str:
    """All that was missed has been told; what follows happens now."""
    return json.dumps(
        {"topic": "control", "key": "resumed", "number": str(number), "events": str(told)},
        separators=(",", ":"),
    )


def _without_number(event: Mapping[str, object], tenant_name: str) -> str:
    data = event.get("data")
    flat: dict[str, object] = {}
    if isinstance(data, Mapping):
        flat.update({str(name): _as_text(value) for name, value in data.items()})
    # An event tells the number of a phone under the same name; the count of the socket has always won.
    if "number" in flat:
        flat["target_number"] = flat.pop("number")
    flat.update(
        topic=event.get("topic"),
        key=event.get("key"),
        event_id=_as_text(event.get("id", "")),
        tenant_id=_as_text(event.get("tenant_id")),
        tenant_name=tenant_name,
        time=_as_unix_seconds(event.get("time")),
        sequence=_as_text(event.get("sequence", "")),
        extensions=sorted(extensions_of(event)),
    )
    return json.dumps(flat, separators=(",", ":"))[1:]


def _as_text(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return str(value)


def _as_unix_seconds(value: object) -> str:
    return str(int(value)) if isinstance(value, int | float) else ""
