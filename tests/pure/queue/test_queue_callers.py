"""Callers whom queues treat in a way of their own: by number, mask and range, as written and as E.164."""

from __future__ import annotations

from datetime import date

import pytest

from callmanager.domain import queue_callers
from callmanager.domain.queue_callers import ExclusiveAgents, HarassLevel, QueueCallers, VipCaller

TODAY = date(2026, 12, 1)


@pytest.mark.parametrize(
    ("number", "is_vip"),
    [
        ("442012345678", True),
        ("+442012345678", True),
        ("00442012345678", True),
        ("44201234567", False),
        ("", False),
    ],
)
def test_a_number_counts_however_it_is_written(number: str, is_vip: bool) -> None:
    assert QueueCallers("DE", vips=(VipCaller("442012345678"),)).is_vip(number, TODAY) is is_vip


def test_a_validity_ends_after_its_last_day() -> None:
    callers = QueueCallers(vips=(VipCaller("4420", date(2026, 12, 1)), VipCaller("4430")))
    days = (date(2026, 11, 30), TODAY, date(2026, 12, 2))
    assert [callers.is_vip("4420", day) for day in days] == [True, True, False]
    assert [callers.is_vip("4430", day) for day in days] == [True, True, True]


def test_agents_of_all_rows_that_name_a_caller_go_first() -> None:
    callers = QueueCallers(
        exclusive=(
            ExclusiveAgents(("4420****",), (("8000", "102"), ("8001", "103"))),
            ExclusiveAgents(("44201111", "555"), (("8000", "104"),)),
        )
    )
    assert callers.exclusive_agents("44201111", "8000") == {"102", "104"}
    assert callers.exclusive_agents("44202222", "8000") == {"102"}
    assert callers.exclusive_agents("555", "8001") == frozenset()


def test_the_worse_level_counts() -> None:
    callers = QueueCallers(warned=("4420****",), refused=("44201111",))
    numbers = ("44201111", "44202222", "4930")
    assert [callers.harass_level(number) for number in numbers] == [
        HarassLevel.REFUSED,
        HarassLevel.WARNED,
        None,
    ]


def test_a_list_is_read_once_and_not_for_each_caller_or_snapshot() -> None:
    vips = tuple(VipCaller(f"4420{number:08}") for number in range(500))
    before = queue_callers._judge.cache_info().misses
    for _ in range(3):
        callers = QueueCallers("DE", vips=tuple(vips))
        assert all(callers.is_vip(f"4420{number:08}", TODAY) for number in range(100))
    assert queue_callers._judge.cache_info().misses == before + 1
