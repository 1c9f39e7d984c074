"""A running call as its worker describes it to the console."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass


class LiveCallFormatError(ValueError):
    """What a worker wrote is not a live call."""


@dataclass(frozen=True, slots=True)
class LiveCall:
    """Times are unix seconds, UTC. `state`: dialling, ringing, talking or held."""

    session_id: str
    worker: str
    call_id: str
    direction: str
    caller: str
    caller_display_name: str
    callee: str
    state: str
    started_at: float
    answered_at: float | None
    answered_number: str
    caller_user_agent: str
    callee_user_agent: str

    @classmethod
    def from_json(cls, text: str | bytes) -> LiveCall:
        try:
            document = json.loads(text)
        except ValueError as error:
            raise LiveCallFormatError("not JSON") from error
        if not isinstance(document, Mapping):
            raise LiveCallFormatError("not an object")
        session_id, started_at = document.get("session_id"), _number(document, "started_at")
        if not isinstance(session_id, str) or started_at is None:
            raise LiveCallFormatError("session_id or started_at missing")
        return cls(
            session_id=session_id,
            worker=_text(document, "worker"),
            call_id=_text(document, "call_id"),
            direction=_text(document, "direction"),
            caller=_text(document, "caller"),
            caller_display_name=_text(document, "caller_display_name"),
            callee=_text(document, "callee"),
            state=_text(document, "state"),
            started_at=started_at,
            answered_at=_number(document, "answered_at"),
            answered_number=_text(document, "answered_number"),
            caller_user_agent=_text(document, "caller_user_agent"),
            callee_user_agent=_text(document, "callee_user_agent"),
        )

    def concerns_any(self, numbers: Collection[str]) -> bool:
        """Whether one of these extensions is a party of the call."""
        return any(number in numbers for number in (self.caller, self.callee, self.answered_number))


def _text(document: Mapping[str, object], name: str) -> str:
    value = document.get(name)
    return "" if value is None else str(value)


def _number(document: Mapping[str, object], name: str) -> float | None:
    value = document.get(name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
