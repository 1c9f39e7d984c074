"""The conference rooms of the tenant in scope, and who is in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import QuerySet

from callmanager.domain.call_parties import FROM_OUTSIDE
from callmanager.domain.live_call import LiveCall
from callmanager.models import Conference
from callmanager.selectors.live_call import live_call_list

BEFORE_THE_ANSWER = ("dialling", "ringing")


@dataclass(frozen=True, slots=True)
class InvitedGuest:
    """Whom a room calls and who is not in yet. `state` is `dialling` or `ringing`."""

    session_id: str
    number: str
    state: str


def conference_list() -> QuerySet[Conference]:
    return Conference.objects.all()


def participant_counts(*, tenant_id: int) -> Mapping[str, int]:
    """How many are in each room, by its number; rooms that nobody is in are left out.

    LiveCallsUnavailable when nobody can tell.
    """
    return Counter(call.conference for call in live_call_list(tenant_id=tenant_id) if call.conference)


def invited_guests(*, tenant_id: int, number: str) -> list[InvitedGuest]:
    """Whom this room calls at the moment, the first one first; LiveCallsUnavailable when nobody can tell."""
    return [
        InvitedGuest(call.session_id, call.callee, call.state)
        for call in live_call_list(tenant_id=tenant_id)
        if _is_invitation(call, number)
    ]


def _is_invitation(call: LiveCall, number: str) -> bool:
    """No extension has the number of a room; somebody outside may."""
    is_of_room = call.caller == number and call.direction != FROM_OUTSIDE
    return is_of_room and not call.conference and call.state in BEFORE_THE_ANSWER
