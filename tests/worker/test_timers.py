"""Timers of many calls in one heap."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sipworker.runtime.timers import Timers


def fired(timers: Timers, now: float) -> list[tuple[str, str]]:
    due = []
    while (timer := timers.pop_due(now)) is not None:
        due.append(timer)
    return due


def test_timers_fire_in_order_and_once() -> None:
    timers = Timers()
    timers.start("a", "ring", 2.0)
    timers.start("b", "ring", 1.0)
    assert timers.next_due_at() == 1.0
    assert fired(timers, 0.9) == []
    assert fired(timers, 2.0) == [("b", "ring"), ("a", "ring")]
    assert (fired(timers, 99.0), timers.next_due_at()) == ([], None)


def test_a_stopped_timer_does_not_fire() -> None:
    timers = Timers()
    timers.start("a", "ring", 1.0)
    timers.stop("a", "ring")
    timers.stop("a", "never started")
    assert timers.next_due_at() is None


def test_a_timer_that_starts_anew_fires_at_its_new_time_only() -> None:
    timers = Timers()
    timers.start("a", "ring", 1.0)
    timers.start("a", "ring", 5.0)
    assert fired(timers, 4.0) == []
    assert fired(timers, 5.0) == [("a", "ring")]


def test_the_end_of_a_call_ends_its_timers_only() -> None:
    timers = Timers()
    timers.start("a", "ring", 1.0)
    timers.start("a", "max_call", 2.0)
    timers.start("b", "ring", 3.0)
    timers.stop_all("a")
    assert fired(timers, 9.0) == [("b", "ring")]


def test_stopped_timers_do_not_pile_up() -> None:
    timers = Timers()
    for number in range(100_000):
        timers.start(str(number), "max_call", 43_200.0)
        timers.stop_all(str(number))
    assert len(timers) == 0
    assert timers.stored_entries < 2_000


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.sampled_from(["x", "y"]), st.integers(0, 20), st.booleans())
    )
)
def test_what_fires_is_what_was_started_last_and_not_stopped(
    steps: list[tuple[str, str, int, bool]],
) -> None:
    timers, expected = Timers(), dict[tuple[str, str], int]()
    for session_id, timer, due_at, is_start in steps:
        if is_start:
            timers.start(session_id, timer, due_at)
            expected[session_id, timer] = due_at
        else:
            timers.stop(session_id, timer)
            expected.pop((session_id, timer), None)
    assert len(timers) == len(expected)
    assert sorted(fired(timers, 10.0)) == sorted(key for key, due in expected.items() if due <= 10)
