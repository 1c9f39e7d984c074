"""A conference that goes on: who is in, what its company's people may do to it, and whom it shall call.

Everything is asked of the worker by the call of somebody who is in the room: it alone knows who that is at this moment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from callmanager.fleet.models import StoredCallEvent
from callmanager.models import Conference
from callmanager.selectors.live_call import live_call_list
from callmanager.services.live_call import LiveCallNotFound, live_call_command, worker_command
from tenants.models import Tenant

Order = Literal["look", "lock", "mute", "mute_all", "kick", "end"]


class ConferenceEmpty(LookupError):
    """Nobody is in the room."""


@dataclass(frozen=True, slots=True)
class ParticipantState:
    """`joined_at` is unix seconds."""

    session_id: str
    number: str
    name: str
    is_admin: bool
    is_muted: bool
    is_talking: bool
    joined_at: float


@dataclass(frozen=True, slots=True)
class ConferenceState:
    """In the order in which they came in."""

    is_locked: bool = False
    is_muted: bool = False
    participants: tuple[ParticipantState, ...] = ()


def conference_look(*, tenant: Tenant, room: Conference) -> ConferenceState:
    """The same errors as those of `conference_order`, without ConferenceEmpty."""
    try:
        return conference_order(tenant=tenant, room=room, order="look")
    except ConferenceEmpty:
        return ConferenceState()


def conference_order(
    *, tenant: Tenant, room: Conference, order: Order, is_on: bool = True, session_id: str = ""
) -> ConferenceState:
    """How the room is then. `session_id` is the participant's whom MUTE and KICK are for.

    LiveCallNotFound for one who is not in this room. WorkerUnavailable or LiveCallsUnavailable where nobody answers.
    """
    inside = [
        call.session_id for call in live_call_list(tenant_id=tenant.pk) if call.conference == room.number
    ]
    if session_id and session_id not in inside:
        raise LiveCallNotFound(session_id)
    for asked in (session_id,) if session_id else inside:
        arguments = {"order": order, "is_on": is_on}
        try:
            told = live_call_command(
                tenant_id=tenant.pk, session_id=asked, command="conference", arguments=arguments
            )
        except LiveCallNotFound:
            if session_id:
                raise
            continue  # has just left; somebody else knows as much
        return _state(told)
    raise ConferenceEmpty(room.number)


def conference_invite(
    *,
    tenant: Tenant,
    room: Conference,
    worker: str,
    session_id: str,
    number: str,
    ring_timeout_s: int = 30,
    request_id: str = "",
) -> None:
    """The room calls an extension, or a number outside; whoever answers is in.

    `session_id` names the call from now on: asked twice with the same one, it is made once.
    """
    if StoredCallEvent.objects.filter(session_id=session_id).exists():
        return  # by a worker that has been started anew since
    worker_command(
        tenant_id=tenant.pk,
        worker=worker,
        session_id=session_id,
        command="conference_invite",
        arguments={
            "room": room.number,
            "number": number,
            "ring_timeout_s": ring_timeout_s,
            "request_id": request_id or session_id,
        },
    )


def _state(told: Mapping[str, object]) -> ConferenceState:
    people = told.get("participants")
    return ConferenceState(
        is_locked=told.get("is_locked") is True,
        is_muted=told.get("is_muted") is True,
        participants=tuple(
            ParticipantState(
                session_id=str(one["session_id"]),
                number=str(one["number"]),
                name=str(one["name"]),
                is_admin=one["is_admin"] is True,
                is_muted=one["is_muted"] is True,
                is_talking=one["is_talking"] is True,
                joined_at=float(one["joined_at"]),
            )
            for one in (people if isinstance(people, list) else [])
        ),
    )
