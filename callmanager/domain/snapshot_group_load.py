"""Reads ring groups and paging of a snapshot, over the same cursor as `snapshot_load`."""

from __future__ import annotations

from collections import defaultdict

from callmanager.domain.destination import Destination, DestinationKind
from callmanager.domain.paging import COMMON_AUTO_ANSWER, AlertInfo, AutoAnswer
from callmanager.domain.ring_groups import RingGroupEntry, RingStrategy
from callmanager.domain.snapshot_destination import with_target
from callmanager.domain.snapshot_routing_load import Execute

_GROUPS_SQL = with_target("""
    SELECT made.id, made.number, made.name, made.strategy, made.ring_timeout_s, made.skips_busy,
           made.outbound_caller_id, made.action, <target>
      FROM callmanager_ringgroup AS made
<joins>
     ORDER BY length(made.number), made.number
""")

_MEMBERS_SQL = """
    SELECT member.group_id, extension.number, member.external_number
      FROM callmanager_ringgroupmember AS member
      LEFT JOIN callmanager_extension AS extension ON extension.id = member.extension_id
     ORDER BY member.group_id, member.position
"""


_PAGING_SQL = "SELECT alert_info, says_call_info, says_answer_mode FROM callmanager_pagingsettings"


def load_auto_answer(execute: Execute) -> AutoAnswer:
    """A value that another version knew is not sent."""
    rows = execute(_PAGING_SQL, ())
    if not rows:
        return COMMON_AUTO_ANSWER
    alert_info, says_call_info, says_answer_mode = rows[0]
    known = alert_info in set(AlertInfo)
    return AutoAnswer(AlertInfo(alert_info) if known else AlertInfo.NONE, says_call_info, says_answer_mode)


def load_ring_groups(execute: Execute) -> tuple[RingGroupEntry, ...]:
    members: defaultdict[int, list[str]] = defaultdict(list)
    outside: defaultdict[int, set[str]] = defaultdict(set)
    for group_id, extension, external_number in execute(_MEMBERS_SQL, ()):
        members[group_id].append(extension or external_number)
        if extension is None:
            outside[group_id].add(external_number)
    return tuple(
        RingGroupEntry(
            group_id=group_id,
            number=number,
            name=name,
            strategy=RingStrategy(strategy),
            ring_timeout_s=ring_timeout_s,
            members=tuple(members[group_id]),
            outside_members=frozenset(outside[group_id]),
            skips_busy=skips_busy,
            outbound_caller_id=outbound_caller_id,
            no_answer=Destination(DestinationKind(action), target),
        )
        for (
            group_id,
            number,
            name,
            strategy,
            ring_timeout_s,
            skips_busy,
            outbound_caller_id,
            action,
            target,
        ) in execute(_GROUPS_SQL, ())
    )
