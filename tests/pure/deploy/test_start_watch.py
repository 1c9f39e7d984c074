"""When a starting stack is ready, and when waiting is of no use."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.stack.start_watch import StartWatch
from deploy.stack.supervision import ProcessState

pytestmark = pytest.mark.pure


def _process(pid: int, *, state: str = "RUNNING", uptime_s: int = 4, name: str = "web") -> ProcessState:
    return ProcessState(name, "application", state, pid, uptime_s, Path("web.log"))


def _watch(*pids: int) -> StartWatch:
    watch = StartWatch()
    for pid in pids:
        watch.look([_process(pid)])
    return watch


@pytest.mark.parametrize(
    ("pids", "now", "is_ready"),
    [
        pytest.param((7,), _process(7), True, id="one that runs since its start"),
        pytest.param((7,), _process(7, state="STARTING"), False, id="one that has just started"),
        pytest.param((), _process(0, state="STOPPED"), False, id="one that was not started yet"),
        pytest.param((7, 8), _process(8), False, id="one that ended once is on probation"),
        pytest.param((7, 8), _process(8, uptime_s=10), True, id="one that has stood its probation"),
    ],
)
def test_a_stack_is_ready_when_every_process_stays_up(
    pids: tuple[int, ...], now: ProcessState, is_ready: bool
) -> None:
    steady = _process(1, name="redis")
    assert _watch(*pids).have_all_settled([steady, now]) is is_ready


def test_a_stack_without_processes_is_not_ready() -> None:
    assert not StartWatch().have_all_settled([])


def test_a_process_that_keeps_ending_is_hopeless() -> None:
    assert _watch(7, 8, 9).find_hopeless([_process(9)]) is None
    assert _watch(7, 8, 9, 10).find_hopeless([_process(10)]) == _process(10)
    fatal = _process(0, state="FATAL")
    assert _watch(7).find_hopeless([_process(1, name="redis"), fatal]) == fatal


def test_only_what_was_started_can_be_sick() -> None:
    starting, waiting = _process(7, state="BACKOFF"), _process(0, state="STOPPED", name="nginx")
    assert _watch(7).sick([starting, waiting, _process(1, name="redis")]) == (starting,)
