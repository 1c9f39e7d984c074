"""Who of a queue's agents takes calls (manual 5.10): signed in or out, pausing, and what the queue changes by itself.

An agent's state is kept for each queue. Pure; the worker holds the truth while it runs, and the database after it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum


class AgentHappening(StrEnum):
    """What changes an agent's state: the first three by the queue's own rule, the others because somebody wished it."""

    REGISTERED = "registered"
    RUNG_IN_VAIN = "rung_in_vain"
    CALL_ENDED = "call_ended"
    SIGN_IN = "sign_in"
    SIGN_OUT = "sign_out"
    PAUSE = "pause"
    RESUME = "resume"


BY_RULE = frozenset({AgentHappening.REGISTERED, AgentHappening.RUNG_IN_VAIN, AgentHappening.CALL_ENDED})
# What people ask for.
WISHED = tuple(one for one in AgentHappening if one not in BY_RULE)


@dataclass(frozen=True, slots=True)
class AgentState:
    """`since` is unix seconds; 0: for ever. Whoever pauses stays signed in, and is rung after resuming."""

    is_signed_in: bool = False
    is_paused: bool = False
    pause_reason: str = ""
    since: float = 0.0

    @property
    def is_ready(self) -> bool:
        return self.is_signed_in and not self.is_paused


def state_after(
    state: AgentState,
    happening: AgentHappening,
    *,
    is_ready_automatically: bool,
    at: float,
    pause_reason: str = "",
) -> AgentState:
    """The very same object when nothing changes.

    The queue's rule signs in where members become ready by themselves and signs out where they do not; a pause, which
    somebody has wished, is not ended by it.
    """
    match happening:
        case AgentHappening.SIGN_IN:
            wanted = replace(state, is_signed_in=True, is_paused=False, pause_reason="")
        case AgentHappening.SIGN_OUT:
            wanted = replace(state, is_signed_in=False, is_paused=False, pause_reason="")
        case AgentHappening.PAUSE:
            wanted = replace(state, is_signed_in=True, is_paused=True, pause_reason=pause_reason)
        case AgentHappening.RESUME:
            wanted = replace(state, is_signed_in=True, is_paused=False, pause_reason="")
        case _ if state.is_paused:
            wanted = state
        case _:
            wanted = replace(state, is_signed_in=is_ready_automatically)
    return state if wanted == state else replace(wanted, since=at)
