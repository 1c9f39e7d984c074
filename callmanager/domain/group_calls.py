"""Calls to ring groups, paging and intercom: who of the members can be rung now, and in which order.

Members are rung as the group's, not as their own: their forwarding, exceptions and mailboxes do not count. Who does not
want to be disturbed, or calls the group, is left out; outside numbers are called with the company's rights.
"""

from __future__ import annotations

from callmanager.domain.decisions import DialOut, GroupMember, Page, Refuse, RingGroup
from callmanager.domain.forwarding import PresenceStatus
from callmanager.domain.outside_calls import call_outside
from callmanager.domain.rights import Right
from callmanager.domain.ring_groups import RingGroupEntry, in_rounds
from callmanager.domain.routing import Routing

# How long the phone of an intercom may take; it answers by itself or not at all.
INTERCOM_S = 20


def call_group(routing: Routing, group: RingGroupEntry) -> RingGroup | Page | Refuse:
    """With nobody to ring it goes on as if nobody had answered."""
    if group.is_paging:
        return page_group(routing, group)
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


def page(routing: Routing, dialled: str) -> Page | Refuse:
    """By the dial code: an extension, or the members of a group, whatever its strategy."""
    group = routing.snapshot.find_ring_group(dialled)
    if group is not None:
        return page_group(routing, group)
    if refusal := _refuse_caller(routing):
        return refusal
    callee = routing.snapshot.find_extension(dialled)
    if callee is None:
        return Refuse(404, "No such extension")
    if not callee.is_enabled:
        return Refuse(480, "Extension disabled")
    if callee.number == routing.call.caller:
        return Refuse(486, "Caller dialled their own number")
    if callee.status is PresenceStatus.DO_NOT_DISTURB:
        return Refuse(486, "Does not want to be disturbed")
    routing.note("extension", callee.number, is_taken=True)
    member = GroupMember(callee.number, callee.display_name)
    headers = routing.snapshot.auto_answer.headers(routing.snapshot.sip_domain)
    return Page(callee.number, "Intercom", (member,), INTERCOM_S, headers, is_intercom=True)


def page_group(routing: Routing, group: RingGroupEntry) -> Page | Refuse:
    """Whom the company's own rules send there need no right."""
    if refusal := _refuse_caller(routing):
        return refusal
    routing.note("ring_group", f"{group.number} {group.name}".strip(), is_taken=True, reason="paging")
    inside = (_member(routing, group, one) for one in group.members if one not in group.outside_members)
    return Page(
        group.number,
        group.name,
        tuple(member for member in inside if member is not None),
        group.ring_timeout_s,
        routing.snapshot.auto_answer.headers(routing.snapshot.sip_domain),
        group.skips_busy,
        passed=routing.passed,
    )


def _refuse_caller(routing: Routing) -> Refuse | None:
    call = routing.call
    if call.is_from_outside or Right.PAGE in routing.snapshot.rights_of(call.caller):
        return None
    return Refuse(403, "Paging and intercom are not allowed for this extension")


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
