"""What was looked at on the way to a decision, for people who ask why. Calls of workers carry none."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Considered:
    """One thing that was asked. `what` is its kind (`inbound_rule`, `route`, ...), `reason` a sentence."""

    what: str
    name: str
    is_taken: bool
    reason: str = ""


Trace = list[Considered] | None


def note(trace: Trace, what: str, name: str, *, is_taken: bool, reason: str = "") -> None:
    if trace is not None:
        trace.append(Considered(what, name, is_taken, reason))
