"""What every live event of a call says first, whatever its topic: every value a string. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from callmanager.domain.call_events import CallEvent
from callmanager.domain.call_parties import EXTENSION


def event_head(event: CallEvent, about: Mapping[str, object]) -> dict[str, str]:
    """`about`: what the call's first event said; empty where that was missed."""
    return {
        "caller": as_text(about.get("caller")),
        "callee": as_text(about.get("callee")),
        "direction": as_text(about.get("direction")) or EXTENSION,
        "cdr_id": event.session_id,
        "session_id": event.session_id,
        "call_id": as_text(about.get("call_id")),
        "request_id": as_text(about.get("request_id")),
        "tenant_id": str(event.tenant_id),
        "tenant_name": as_text(about.get("tenant_name")),
        "time": str(int(event.at)),
    }


def as_text(value: object) -> str:
    return "" if value is None else str(value)
