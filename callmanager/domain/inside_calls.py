"""Calls to extensions and groups: exceptions, forwarding by status, ringing, and where a destination leads."""

from __future__ import annotations

from typing import assert_never

from callmanager.domain.call_exceptions import find_exception
from callmanager.domain.conference_calls import call_conference
from callmanager.domain.decisions import (
    AnswerMenu,
    DialOut,
    EnterConference,
    EnterQueue,
    LeaveMessage,
    Page,
    Refuse,
    RingExtension,
    RingGroup,
)
from callmanager.domain.destination import Destination, DestinationKind
from callmanager.domain.extension_entry import ExtensionEntry
from callmanager.domain.forwarding import NO_FORWARDS, Forwards, PresenceStatus, forwards_at
from callmanager.domain.group_calls import call_group
from callmanager.domain.mailbox_calls import leave_message, mailbox_of
from callmanager.domain.outside_calls import call_outside
from callmanager.domain.queue_calls import call_queue
from callmanager.domain.receptionist_calls import call_receptionist
from callmanager.domain.routing import Routing
from callmanager.domain.schedule import is_open
from callmanager.domain.trace_notes import note_exceptions, note_forwards, note_own_hours

# What becomes of a call inside the company, whoever it reaches in the end.
Inside = (
    RingExtension
    | RingGroup
    | Page
    | AnswerMenu
    | EnterQueue
    | EnterConference
    | DialOut
    | LeaveMessage
    | Refuse
)

UNCONDITIONAL, BUSY, DO_NOT_DISTURB = "unconditional", "user-busy", "do-not-disturb"


def call_extension(routing: Routing, callee: ExtensionEntry) -> Inside:
    """Its exceptions for this caller, then its forwarding, then its phones."""
    if not callee.is_enabled:
        return Refuse(480, "Extension disabled")
    if not callee.exceptions and not callee.forwards and callee.status is not PresenceStatus.DO_NOT_DISTURB:
        return _ring(routing, callee, NO_FORWARDS)
    hours = routing.snapshot.hours_of(callee)
    is_office_hour = is_open(hours, routing.at)
    if routing.trace is not None:
        note_own_hours(routing, callee, hours)
        note_exceptions(routing, callee, is_office_hour=is_office_hour)
        note_forwards(routing, callee, is_office_hour=is_office_hour)
    exception = find_exception(callee.exceptions, routing.call.caller, is_office_hour=is_office_hour)
    if exception is not None and not _leads_back(routing, exception.destination):
        routing.note("exception", callee.number, is_taken=True, reason=exception.caller_mask)
        return follow(
            routing, exception.destination, callee.number, UNCONDITIONAL, "an exception of the extension"
        )
    forwards = forwards_at(callee.forwards, callee.status, is_office_hour=is_office_hour)
    return _by_forwarding(routing, callee, forwards)


def follow(routing: Routing, destination: Destination, by: str, why: str, source: str) -> Inside:
    """Where a destination leads. `by` is the extension that it belongs to (empty: the company's), `source` names it."""
    onward = routing.sent_on_by(by, why) if by else routing
    match destination.kind:
        case DestinationKind.END_CALL:
            return Refuse(603, f"Ended by {source}")
        case DestinationKind.EXTERNAL_NUMBER:
            return call_outside(onward, destination.target, by)
        case DestinationKind.VOICEMAIL:
            return leave_message(onward, destination.target, is_busy=why in (BUSY, DO_NOT_DISTURB))
        case DestinationKind.EXTENSION:
            target = routing.snapshot.find_extension(destination.target)
            if target is None or not target.is_enabled:
                return Refuse(480, f"The extension that {source} names is not available")
            if not routing.call.is_from_outside and target.number == routing.call.caller:
                return Refuse(486, f"The call would lead back to the caller by {source}")
            if onward.is_sent_on_too_often:
                return Refuse(480, "The call was forwarded too often")
            return call_extension(onward, target)
        case DestinationKind.RING_GROUP:
            return _to_group(onward, destination.target, source)
        case DestinationKind.RECEPTIONIST:
            return _to_receptionist(onward, destination.target, source)
        case DestinationKind.CALL_QUEUE:
            return _to_queue(onward, destination.target, source)
        case DestinationKind.CONFERENCE:
            return _to_conference(onward, destination.target, source)
    assert_never(destination.kind)


def _to_group(routing: Routing, number: str, source: str) -> RingGroup | Page | Refuse:
    group = routing.snapshot.find_ring_group(number)
    if group is None:
        return Refuse(480, f"The ring group that {source} names is not available")
    if number in routing.passed:
        return Refuse(480, "The call would go in a circle")
    if routing.is_sent_on_too_often:
        return Refuse(480, "The call was forwarded too often")
    return call_group(routing, group)


def _to_receptionist(routing: Routing, number: str, source: str) -> AnswerMenu | Refuse:
    """A circle through receptionists is no danger: it takes a caller who presses keys."""
    desk = routing.snapshot.find_receptionist(number)
    if desk is None:
        return Refuse(480, f"The receptionist that {source} names is not available")
    return call_receptionist(routing, desk)


def _to_queue(routing: Routing, number: str, source: str) -> EnterQueue | Refuse:
    queue = routing.snapshot.find_queue(number)
    if queue is None:
        return Refuse(480, f"The call queue that {source} names is not available")
    if number in routing.passed:
        return Refuse(480, "The call would go in a circle")
    if routing.is_sent_on_too_often:
        return Refuse(480, "The call was forwarded too often")
    return call_queue(routing, queue)


def _to_conference(routing: Routing, number: str, source: str) -> EnterConference | Refuse:
    """Nothing sends a call on from a room, so there is no circle through one."""
    room = routing.snapshot.find_conference(number)
    if room is None:
        return Refuse(480, f"The conference room that {source} names is not available")
    return call_conference(routing, room)


def _by_forwarding(routing: Routing, callee: ExtensionEntry, forwards: Forwards) -> Inside:
    always, why = forwards.always, UNCONDITIONAL
    if always is None and callee.status is PresenceStatus.DO_NOT_DISTURB:
        always, why = forwards.busy or mailbox_of(callee), DO_NOT_DISTURB
    if always is not None and not _leads_back(routing, always):
        routing.note("forwarding", callee.number, is_taken=True, reason=callee.status)
        return follow(routing, always, callee.number, why, "the extension's forwarding")
    if callee.status is PresenceStatus.DO_NOT_DISTURB:
        return Refuse(486, "Does not want to be disturbed")
    return _ring(routing, callee, forwards)


def _leads_back(routing: Routing, destination: Destination) -> bool:
    """To somebody who has sent the call on already: that would be a circle, so it is passed over."""
    is_inside = destination.kind in (DestinationKind.EXTENSION, DestinationKind.RING_GROUP)
    return is_inside and destination.target in routing.passed


def _ring(routing: Routing, callee: ExtensionEntry, forwards: Forwards) -> RingExtension:
    routing.note("extension", callee.number, is_taken=True)
    return RingExtension(
        callee.number,
        callee.display_name,
        forwards.ring_timeout_s or callee.ring_timeout_s,
        forwards,
        routing.passed,
        callee.is_decline_final,
    )
