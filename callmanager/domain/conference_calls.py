"""Calls to conference rooms, and from them: to those whom a room invites."""

from __future__ import annotations

from datetime import datetime

from callmanager.domain.conference import ConferenceRoom
from callmanager.domain.decisions import DialOut, EnterConference, GroupMember, Refuse
from callmanager.domain.forwarding import PresenceStatus
from callmanager.domain.incoming_call import IncomingCall
from callmanager.domain.outside_calls import call_outside
from callmanager.domain.routing import Routing
from callmanager.domain.snapshot import TenantSnapshot


def call_conference(routing: Routing, room: ConferenceRoom) -> EnterConference:
    name = f"{room.number} {room.subject}".strip()
    routing.note("conference", name, is_taken=True, reason=room.mode)
    return EnterConference(room.number, room.subject)


def invite_to_conference(
    room: ConferenceRoom, call: IncomingCall, snapshot: TenantSnapshot, at: datetime
) -> GroupMember | Refuse:
    """Whom to ring so that they come in: an extension, or an outside number with the company's rights and the room's
    caller ID. Nobody's forwarding counts: a mailbox has nothing to say in a conference.
    """
    number = call.dialled
    extension = snapshot.find_extension(number)
    if extension is not None:
        if not extension.is_enabled:
            return Refuse(480, "Extension disabled")
        if extension.status is PresenceStatus.DO_NOT_DISTURB:
            return Refuse(486, "Does not want to be disturbed")
        return GroupMember(number, extension.display_name)
    dial = call_outside(Routing(call, snapshot, at).for_group(room), number, "")
    if isinstance(dial, DialOut) and dial.is_emergency:
        return Refuse(403, "It is an emergency number")
    return GroupMember(number, outside=dial) if isinstance(dial, DialOut) else dial
