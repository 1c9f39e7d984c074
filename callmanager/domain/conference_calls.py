"""Calls to conference rooms."""

from __future__ import annotations

from callmanager.domain.conference import ConferenceRoom
from callmanager.domain.decisions import EnterConference
from callmanager.domain.routing import Routing


def call_conference(routing: Routing, room: ConferenceRoom) -> EnterConference:
    name = f"{room.number} {room.subject}".strip()
    routing.note("conference", name, is_taken=True, reason=room.mode)
    return EnterConference(room.number, room.subject)
