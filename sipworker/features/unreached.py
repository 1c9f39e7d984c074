"""Nobody took the call: told by a feature to `Route`, which knows where it goes instead."""

from __future__ import annotations

from dataclasses import dataclass

from callmanager.domain.outcome import CallOutcome
from sipworker.call.actions import CancelLeg


@dataclass(frozen=True, slots=True)
class Unreached:
    """`outcome` ends the call where it goes nowhere else; `cancels` end what still rings where it does."""

    outcome: CallOutcome
    cancels: tuple[CancelLeg, ...] = ()
