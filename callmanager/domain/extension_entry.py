"""One extension of a snapshot, and how it is written in the worker's copy on disk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from callmanager.domain.call_exceptions import CallException, ExceptionAction, ReceivedDuring
from callmanager.domain.schedule import Interval


@dataclass(frozen=True, slots=True)
class ExtensionEntry:
    """What a worker must know of one extension. `own_intervals` None: it keeps the company's hours."""

    number: str
    display_name: str
    is_enabled: bool = True
    ring_timeout_s: int = 30
    time_zone: str = ""
    own_intervals: tuple[Interval, ...] | None = None
    exceptions: tuple[CallException, ...] = ()


def entry_to_row(entry: ExtensionEntry) -> list[object]:
    """Short for the many that have neither hours nor exceptions of their own."""
    row: list[object] = [entry.number, entry.display_name, entry.is_enabled, entry.ring_timeout_s]
    if entry.time_zone or entry.own_intervals is not None or entry.exceptions:
        own = entry.own_intervals
        row += [
            entry.time_zone,
            None if own is None else [[one.weekday, one.start_minute, one.end_minute] for one in own],
            [[one.caller_mask, one.received_during, one.action, one.target] for one in entry.exceptions],
        ]
    return row


def entry_from_row(row: Sequence[Any]) -> ExtensionEntry:
    number, display_name, is_enabled, ring_timeout_s, *more = row
    if not more:
        return ExtensionEntry(number, display_name, is_enabled, ring_timeout_s)
    time_zone, own, exceptions = more
    return ExtensionEntry(
        number,
        display_name,
        is_enabled,
        ring_timeout_s,
        time_zone,
        None if own is None else tuple(Interval(*one) for one in own),
        tuple(exception_of(*one) for one in exceptions),
    )


def exception_of(caller_mask: str, received_during: str, action: str, target: str | None) -> CallException:
    return CallException(caller_mask, ReceivedDuring(received_during), ExceptionAction(action), target or "")
