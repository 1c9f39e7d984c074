"""Whose lane is whose in a drawn call: who is on which side when, and one lane for a leg in all its calls. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from callmanager.domain.call_events import CallEvent, CallEventKind

CALLER, PBX = "caller", "pbx"
ANSWERS = (CallEventKind.CALL_ESTABLISHED, CallEventKind.CALL_JOINED, CallEventKind.CALL_TRANSFERRED)
_TAKES_A_SEAT = (CallEventKind.CALL_JOINED, CallEventKind.CALL_TRANSFERRED)


def lane_of(event: CallEvent) -> str:
    """The lane of the event's target; the PBX where it answers the call itself."""
    target_id = event.data.get("target_id")
    return f"target:{target_id}" if target_id not in (None, "") else PBX


def seats_before(event: CallEvent, story: Sequence[CallEvent]) -> Mapping[str, str]:
    """Who is on the sides of its call just before an event: `caller` and, once somebody answered, `callee`."""
    seats = {"caller": CALLER}
    for one in story:
        if one.sequence >= event.sequence or one.session_id != event.session_id:
            continue
        if one.kind is CallEventKind.CALL_ESTABLISHED:
            seats.setdefault("callee", lane_of(one))
        elif one.kind in _TAKES_A_SEAT:
            seats[str(one.data.get("side"))] = lane_of(one)
    return seats


def caller_lanes(story: Sequence[CallEvent], main_session: str) -> Mapping[str, str]:
    """The lane of each call's caller. Who moved into another call is the same leg in both."""
    lanes: dict[str, str] = {}
    for event in story:
        lanes.setdefault(event.session_id, f"caller:{event.session_id}")
    for event in story:
        if event.kind is CallEventKind.CALL_MOVED and not _is_rung(event, story):
            lanes[event.session_id] = lane_of(event)
    return {**lanes, main_session: CALLER}


def related_sessions(events: Sequence[CallEvent]) -> frozenset[str]:
    """The calls that somebody came from, or left for."""
    named = (event.data.get(name) for event in events for name in ("from_session", "to_session"))
    return frozenset(str(one) for one in named if one)


def _is_rung(moved: CallEvent, story: Sequence[CallEvent]) -> bool:
    return any(
        event.kind is CallEventKind.TARGET_ADD and lane_of(event) == lane_of(moved)
        for event in story
        if event.session_id == moved.session_id
    )
