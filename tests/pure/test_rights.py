"""Rights add up over groups; what reaches into a group ends at that group."""

from __future__ import annotations

import pytest

from callmanager.domain.rights import (
    GroupEntry,
    Membership,
    MonitorScope,
    Right,
    effective_rights,
    groups_granting,
    may_monitor,
    rights_by_number,
    sight_of,
)

SEE, CALLS, CONSOLE, PAGE, EXTERNAL = (
    Right.SEE_MEMBERS,
    Right.SEE_MEMBER_CALLS,
    Right.USE_CONSOLE,
    Right.PAGE,
    Right.CALL_EXTERNAL,
)


def in_group(group_id: int, *rights: Right, is_manager: bool = False, may_change: bool = False) -> Membership:
    return Membership(group_id, f"group {group_id}", frozenset(rights), is_manager, may_change)


TABLE = {
    "no group, no right": ((), set()),
    "a group without rights gives none": ((in_group(1),), set()),
    "rights of all groups add up": ((in_group(1, PAGE), in_group(2, EXTERNAL, PAGE)), {PAGE, EXTERNAL}),
    "one group's lack takes nothing away": ((in_group(1, CONSOLE), in_group(2)), {CONSOLE}),
    "a manager sees members and their calls": ((in_group(1, is_manager=True),), {SEE, CALLS}),
    "a manager may not enter the console for that": (
        (in_group(1, PAGE, is_manager=True),),
        {SEE, CALLS, PAGE},
    ),
}


@pytest.mark.parametrize(("memberships", "expected"), TABLE.values(), ids=TABLE.keys())
def test_effective_rights(memberships: tuple[Membership, ...], expected: set[Right]) -> None:
    assert effective_rights(memberships) == expected


def test_sight_reaches_as_far_as_the_group_that_gives_it() -> None:
    sight = sight_of(
        [
            in_group(1, SEE),
            in_group(2, CALLS),
            in_group(3, is_manager=True),
            in_group(4, is_manager=True, may_change=True),
            in_group(5, may_change=True),
        ]
    )
    assert sight.members_of == {1, 3, 4}
    assert sight.calls_of == {2, 3, 4}
    assert sight.changes_of == {4}


def test_a_right_names_the_groups_it_comes_from() -> None:
    memberships = [in_group(1, PAGE), in_group(2), in_group(3, PAGE)]
    assert groups_granting(memberships, PAGE) == ("group 1", "group 3")
    assert groups_granting(memberships, CONSOLE) == ()


def test_a_worker_knows_the_union_for_each_number() -> None:
    groups = (
        GroupEntry(1, "DEFAULT", frozenset({PAGE}), frozenset({"101", "102"})),
        GroupEntry(2, "Sales", frozenset({EXTERNAL}), frozenset({"102"})),
    )
    assert rights_by_number(groups) == {"101": {PAGE}, "102": {PAGE, EXTERNAL}}


SALES = GroupEntry(
    1,
    "Sales",
    members=frozenset({"101", "102"}),
    monitors=frozenset({"101", "105"}),
    monitor_scope=MonitorScope.MEMBERS,
)
QUEUE_MANAGER = GroupEntry(2, "Queue manager", monitors=frozenset({"104"}))


@pytest.mark.parametrize(
    ("monitor", "target", "expected"),
    [
        pytest.param("101", "102", True, id="a monitor listens to a member"),
        pytest.param("105", "102", True, id="a monitor need not be a member"),
        pytest.param("102", "101", False, id="a member is no monitor"),
        pytest.param("101", "103", False, id="a scope of members ends at the group"),
        pytest.param("104", "103", True, id="a scope of everybody reaches everybody"),
        pytest.param("104", "104", False, id="nobody monitors itself"),
        pytest.param("999", "101", False, id="a stranger is no monitor"),
    ],
)
def test_may_monitor(monitor: str, target: str, expected: bool) -> None:
    assert may_monitor((SALES, QUEUE_MANAGER), monitor, target) is expected
