"""SIGINT, SIGTERM and SIGHUP end the program by unwinding its `with` and `finally` blocks."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

LEAVE_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class AskedToLeave(SystemExit):
    """Its code is what a shell reports for the signal."""


@contextmanager
def signals_as_exit() -> Iterator[None]:
    def leave(number: int) -> None:
        raise AskedToLeave(128 + number)

    with signals_handled(leave):
        yield


@contextmanager
def signals_handled(handler: Callable[[int], None]) -> Iterator[None]:
    def handle(number: int, _frame: FrameType | None) -> None:
        handler(number)

    before = {number: signal.signal(number, handle) for number in LEAVE_SIGNALS}
    try:
        yield
    finally:
        for number, previous in before.items():
            signal.signal(number, previous)
