"""A running call as its worker describes it to the console."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from callmanager.domain.call_parties import FROM_OUTSIDE, TRUNK, inside_numbers


class CallSide(StrEnum):
    """Who made the call, and who answered it."""

    CALLER = "caller"
    CALLEE = "callee"


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
    answered_by: str = ""
    trunk_name: str = ""
    did: str = ""
    outbound_trunk_name: str = ""
    # Extensions whose phones were rung.
    rung: tuple[str, ...] = ()
    # Sides: who holds the call, and who is not heard.
    held_by: tuple[str, ...] = ()
    muted: tuple[str, ...] = ()
    # How both sides sounded in the last seconds.
    caller_codec: str = ""
    caller_mos: float | None = None
    caller_loss_percent: float | None = None
    callee_codec: str = ""
    callee_mos: float | None = None
    callee_loss_percent: float | None = None
    # Who is on the caller's side since a transfer; empty: the caller.
    caller_now: str = ""
    is_caller_outside: bool = False
    # Whether somebody else talks than at first, and whom the call is being transferred to.
    is_transferred: bool = False
    transferring_to: str = ""
    # Where it is parked, by which extension, and who waits; empty: it is not.
    park_slot: str = ""
    parked_by: str = ""
    parked_number: str = ""
    parked_at: float | None = None
    # Whose call its caller monitors, and how.
    monitored: str = ""
    monitor_mode: str = ""
    is_confidential: bool = False
    # Empty, `recording` or `paused`.
    recording: str = ""
    # The conference room that it is in, behind the door; empty: none.
    conference: str = ""
    is_talking: bool = False

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
            answered_by=_text(document, "answered_by"),
            trunk_name=_text(document, "trunk_name"),
            did=_text(document, "did"),
            outbound_trunk_name=_text(document, "outbound_trunk_name"),
            rung=_texts(document, "rung"),
            held_by=_texts(document, "held_by"),
            muted=_texts(document, "muted"),
            caller_codec=_text(document, "caller_codec"),
            caller_mos=_number(document, "caller_mos"),
            caller_loss_percent=_number(document, "caller_loss_percent"),
            callee_codec=_text(document, "callee_codec"),
            callee_mos=_number(document, "callee_mos"),
            callee_loss_percent=_number(document, "callee_loss_percent"),
            caller_now=_text(document, "caller_now"),
            is_caller_outside=document.get("is_caller_outside") is True,
            is_transferred=document.get("is_transferred") is True,
            transferring_to=_text(document, "transferring_to"),
            park_slot=_text(document, "park_slot"),
            parked_by=_text(document, "parked_by"),
            parked_number=_text(document, "parked_number"),
            parked_at=_number(document, "parked_at"),
            monitored=_text(document, "monitored"),
            monitor_mode=_text(document, "monitor_mode"),
            is_confidential=document.get("is_confidential") is True,
            recording=_text(document, "recording"),
            conference=_text(document, "conference"),
            is_talking=document.get("is_talking") is True,
        )

    def extension_on(self, side: CallSide) -> str:
        """The extension that talks on that side; empty where that is somebody outside, or nobody yet."""
        if side is CallSide.CALLER and self.caller_now:
            return "" if self.is_caller_outside else self.caller_now
        if side is CallSide.CALLER:
            return "" if self.direction == FROM_OUTSIDE else self.caller
        return "" if self.answered_by == TRUNK else self.answered_number

    def party_on(self, side: CallSide) -> str:
        """Whoever is on that side, as people call them."""
        if side is CallSide.CALLER:
            return self.caller_now or self.caller
        return self.answered_number or self.callee

    def side_of(self, number: str) -> CallSide | None:
        """Where an extension talks; of two phones of its own, the one that calls."""
        return next((side for side in CallSide if number and self.extension_on(side) == number), None)

    def is_shown_to(self, number: str, seen: Collection[str]) -> bool:
        """To this extension, which sees the calls of those; who monitors whom stays with the monitor."""
        return self.caller == number if self.is_confidential else self.concerns_any(seen)

    def concerns_any(self, numbers: Collection[str]) -> bool:
        """Whether one of these extensions is a party of the call."""
        parties = inside_numbers(self.direction, self.caller, self.callee)
        if self.answered_by != TRUNK:
            parties = (*parties, self.answered_number)
        if not self.is_caller_outside:
            parties = (*parties, self.caller_now)
        return any(number in numbers for number in (*parties, *self.rung))


def _texts(document: Mapping[str, object], name: str) -> tuple[str, ...]:
    values = document.get(name)
    return tuple(str(value) for value in values) if isinstance(values, list) else ()


def _text(document: Mapping[str, object], name: str) -> str:
    value = document.get(name)
    return "" if value is None else str(value)


def _number(document: Mapping[str, object], name: str) -> float | None:
    value = document.get(name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
