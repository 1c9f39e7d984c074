"""Calls to ring groups: who of the members can be rung now, and in which order.

Members are rung as the group's, not as their own: their forwarding, exceptions and mailboxes do not count. Who does not
want to be disturbed, or calls the group, is left out; outside numbers are called with the company's rights.
"""

from __future__ import annotations

from callmanager.domain.decisions import DialOut, GroupMember, Refuse, RingGroup
from callmanager.domain.forwarding import PresenceStatus
from callmanager.domain.outside_calls import call_outside
from callmanager.domain.ring_groups import RingGroupEntry, in_rounds
from callmanager.domain.routing import Routing


def call_group(routing: Routing, group: RingGroupEntry) -> RingGroup:
    """With nobody to ring it goes on as if nobody had answered."""
    routing.note("ring_group", f"{group.number} {group.name}".strip(), is_taken=True, reason=group.strategy)
    members = {one: member for one in group.members if (member := _member(routing, group, one)) is not None}
    rounds = in_rounds(group, tuple(members), routing.call.usage.group_members)
    return RingGroup(
        group.number,
        group.name,
        tuple(tuple(members[one] for one in together) for together in rounds),
        group.ring_timeout_s,
        group.skips_busy,
        routing.passed,
    )


def _member(routing: Routing, group: RingGroupEntry, number: str) -> GroupMember | None:
    if number in group.outside_members:
        return _outside_member(routing, group, number)
    entry = routing.snapshot.find_extension(number)
    problem = ""
    if entry is None or not entry.is_enabled:
        problem = "The extension is switched off."
    elif entry.status is PresenceStatus.DO_NOT_DISTURB:
        problem = "Does not want to be disturbed."
    elif not routing.call.is_from_outside and number == routing.call.caller:
        problem = "Calls the group."
    if problem or entry is None:
        routing.note("member", number, is_taken=False, reason=problem)
        return None
    return GroupMember(number, entry.display_name)


def _outside_member(routing: Routing, group: RingGroupEntry, number: str) -> GroupMember | None:
    dial = call_outside(routing.for_group(group), number, "")
    if isinstance(dial, DialOut) and not dial.is_emergency:
        return GroupMember(number, outside=dial)
    reason = dial.reason if isinstance(dial, Refuse) else "It is an emergency number."
    routing.note("member", number, is_taken=False, reason=f"{reason}.")
    return None
