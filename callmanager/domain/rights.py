"""What an extension may do: the union of what its groups give. Pure; workers and every door of the web ask here.

Some rights are the extension's own (`PAGE`), some reach only as far as the group that gives them (`SEE_MEMBERS`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

# Every new extension begins there; nobody can rename it.
DEFAULT_GROUP = "DEFAULT"


class Right(StrEnum):
    SEE_MEMBERS = "see_members"
    SEE_MEMBER_CALLS = "see_member_calls"
    USE_CONSOLE = "use_console"
    PAGE = "page"
    CALL_EXTERNAL = "call_external"


class MonitorScope(StrEnum):
    """Whose calls the monitors of a group may listen to."""

    EVERYBODY = "everybody"
    MEMBERS = "members"


# What a manager sees of the group, whatever its ordinary members may.
MANAGER_RIGHTS = frozenset({Right.SEE_MEMBERS, Right.SEE_MEMBER_CALLS})


@dataclass(frozen=True, slots=True)
class Membership:
    """One extension's place in one group. `may_change` says that the group lets its managers change members."""

    group_id: int
    group_name: str
    rights: frozenset[Right]
    is_manager: bool = False
    may_change: bool = False

    @property
    def granted(self) -> frozenset[Right]:
        return self.rights | MANAGER_RIGHTS if self.is_manager else self.rights


@dataclass(frozen=True, slots=True)
class Sight:
    """The groups whose members, whose members' calls a person sees, and whose members it may change."""

    members_of: frozenset[int] = frozenset()
    calls_of: frozenset[int] = frozenset()
    changes_of: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class GroupEntry:
    """What a worker must know of one group. `monitors` is empty while monitoring is not allowed in it."""

    group_id: int
    name: str
    rights: frozenset[Right] = frozenset()
    members: frozenset[str] = frozenset()
    monitors: frozenset[str] = frozenset()
    monitor_scope: MonitorScope = MonitorScope.EVERYBODY


def effective_rights(memberships: Iterable[Membership]) -> frozenset[Right]:
    return frozenset().union(*(membership.granted for membership in memberships))


def groups_granting(memberships: Iterable[Membership], right: Right) -> tuple[str, ...]:
    """The names of the groups a right comes from: for people who wonder why."""
    return tuple(membership.group_name for membership in memberships if right in membership.granted)


def sight_of(memberships: Iterable[Membership]) -> Sight:
    places = tuple(memberships)
    return Sight(
        members_of=frozenset(one.group_id for one in places if Right.SEE_MEMBERS in one.granted),
        calls_of=frozenset(one.group_id for one in places if Right.SEE_MEMBER_CALLS in one.granted),
        changes_of=frozenset(one.group_id for one in places if one.is_manager and one.may_change),
    )


def rights_by_number(groups: Iterable[GroupEntry]) -> dict[str, frozenset[Right]]:
    """The ordinary members' rights; what managers see more is the web's business."""
    rights: dict[str, frozenset[Right]] = {}
    for group in groups:
        for number in group.members:
            rights[number] = rights.get(number, frozenset()) | group.rights
    return rights


def group_ids_by_number(groups: Iterable[GroupEntry]) -> dict[str, frozenset[int]]:
    """Which groups each extension is in."""
    ids: dict[str, set[int]] = {}
    for group in groups:
        for number in group.members:
            ids.setdefault(number, set()).add(group.group_id)
    return {number: frozenset(found) for number, found in ids.items()}


def may_monitor(groups: Iterable[GroupEntry], monitor: str, target: str) -> bool:
    """Whether one extension may listen to another's calls; nobody monitors itself."""
    return monitor != target and any(
        monitor in group.monitors
        and (group.monitor_scope is MonitorScope.EVERYBODY or target in group.members)
        for group in groups
    )
