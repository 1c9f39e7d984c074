"""Decisions that are about a call which runs already, in words."""

from __future__ import annotations

from typing import assert_never

from callmanager.domain.decisions import Monitor, Park, PickUp, Retrieve


def other_call_title(decision: Monitor | PickUp | Park | Retrieve) -> str:
    match decision:
        case Monitor(target=target):
            return f"Monitors {target}"
        case PickUp(numbers=(number,)):
            return f"Picks up a call of {number}"
        case PickUp():
            return "Picks up a call of the group"
        case Park(slot=""):
            return "Parks a call on the first free place"
        case Park(slot=slot):
            return f"Parks a call on place {slot}"
        case Retrieve(slot=slot):
            return f"Retrieves the call on place {slot}"
    assert_never(decision)
