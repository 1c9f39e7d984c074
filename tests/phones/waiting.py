"""Waiting for the real world: a condition and a deadline, never a fixed pause."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

Value = TypeVar("Value")

# What happens at once on an idle machine may take this long on one that does other work as well. What has to be
# faster is measured by benchmarks.
PATIENCE_S = 20.0
_POLL_INTERVAL_S = 0.02
# `Event.wait` on an event nobody sets: the pause between two looks at the condition.
_never = threading.Event()


class DeadlineError(AssertionError):
    """The condition did not come true in time."""


def until(condition: Callable[[], Value | None], timeout_s: float, what: str = "") -> Value:
    """The first true value of `condition`; DeadlineError when `timeout_s` passes without one."""
    deadline = time.monotonic() + timeout_s
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() >= deadline:
            raise DeadlineError(f"not within {timeout_s:g} s: {what or _describe(condition)} ({value!r})")
        _never.wait(_POLL_INTERVAL_S)


def holds_for(condition: Callable[[], object], duration_s: float, what: str = "") -> None:
    """The condition stays true for the whole duration; DeadlineError as soon as it does not."""
    end = time.monotonic() + duration_s
    while time.monotonic() < end:
        if not condition():
            raise DeadlineError(f"did not hold for {duration_s:g} s: {what or _describe(condition)}")
        _never.wait(_POLL_INTERVAL_S)


def _describe(condition: Callable[[], object]) -> str:
    code = getattr(condition, "__code__", None)
    return f"{code.co_filename}:{code.co_firstlineno}" if code else repr(condition)
