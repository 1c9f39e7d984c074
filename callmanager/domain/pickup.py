"""Who may take whose calls, and by which code. Pure.

Everybody may take the calls of those that they share a group with. The default group is the company's, and as a group
to pick up in it counts only for those who are in no other.
"""

from __future__ import annotations

from callmanager.domain.decisions import PickUp, Refuse, Takes
from callmanager.domain.rights import DEFAULT_GROUP, GroupEntry
from callmanager.domain.routing import Routing
from callmanager.domain.snapshot import TenantSnapshot

RINGING_OR_HELD = (Takes.RINGING, Takes.HELD)
HELD_ALONE = (Takes.HELD,)
NO_RIGHT = "You may only pick up calls of your groups"


def pick_up(routing: Routing, number: str, takes: tuple[Takes, ...]) -> PickUp | Refuse:
    """One's own calls, too: held at the desk, taken on the mobile phone."""
    caller, snapshot = routing.call.caller, routing.snapshot
    if number != caller and not _share_a_group(snapshot, caller, number):
        routing.note("right", NO_RIGHT, is_taken=False)
        return Refuse(403, NO_RIGHT)
    return PickUp((number,), takes)


def take_place(snapshot: TenantSnapshot, caller: str, number: str, leg: str) -> PickUp | Refuse:
    """A telephone names the very leg (RFC 3891), which is that of `number`. In mid-talk only one's own."""
    if not number:
        return Refuse(481, "The call to be replaced does not exist")
    if number == caller:
        return PickUp((number,), (*RINGING_OR_HELD, Takes.TALKING), leg)
    if not _share_a_group(snapshot, caller, number):
        return Refuse(403, NO_RIGHT)
    return PickUp((number,), RINGING_OR_HELD, leg)


def pick_up_in_group(routing: Routing) -> PickUp | Refuse:
    caller = routing.call.caller
    numbers = frozenset().union(*(group.members for group in _pickup_groups(routing.snapshot, caller)))
    others = tuple(sorted(numbers - {caller}))
    return PickUp(others, (Takes.RINGING,)) if others else Refuse(404, "Nobody else is in your groups")


def _share_a_group(snapshot: TenantSnapshot, caller: str, number: str) -> bool:
    return bool(snapshot.group_ids_of(caller) & snapshot.group_ids_of(number))


def _pickup_groups(snapshot: TenantSnapshot, caller: str) -> tuple[GroupEntry, ...]:
    own = tuple(group for group in snapshot.groups if caller in group.members)
    return tuple(group for group in own if group.name != DEFAULT_GROUP) or own
