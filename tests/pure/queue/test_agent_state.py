"""Who takes calls of a queue: every happening in every state, as the manual has it (5.10)."""

from __future__ import annotations

import pytest

from callmanager.domain.agent_state import BY_RULE, AgentHappening, AgentState, state_after

H = AgentHappening
IN, OUT = AgentState(is_signed_in=True, since=1), AgentState(since=1)
PAUSED = AgentState(is_signed_in=True, is_paused=True, pause_reason="lunch", since=1)


@pytest.mark.parametrize("happening", sorted(BY_RULE))
@pytest.mark.parametrize("is_automatic", [True, False])
@pytest.mark.parametrize("before", [IN, OUT])
def test_the_queues_own_rule(happening: AgentHappening, is_automatic: bool, before: AgentState) -> None:
    after = state_after(before, happening, is_ready_automatically=is_automatic, at=9)
    assert after.is_signed_in is is_automatic
    assert after.is_ready is is_automatic


@pytest.mark.parametrize(
    ("before", "happening", "ready", "paused"),
    [
        (OUT, H.SIGN_IN, True, False),
        (IN, H.SIGN_OUT, False, False),
        (IN, H.PAUSE, False, True),
        (OUT, H.PAUSE, False, True),
        (PAUSED, H.RESUME, True, False),
        (PAUSED, H.SIGN_IN, True, False),
        (PAUSED, H.SIGN_OUT, False, False),
        (PAUSED, H.REGISTERED, False, True),
        (PAUSED, H.CALL_ENDED, False, True),
        (PAUSED, H.RUNG_IN_VAIN, False, True),
    ],
)
def test_what_people_wish(before: AgentState, happening: AgentHappening, ready: bool, paused: bool) -> None:
    after = state_after(before, happening, is_ready_automatically=True, at=9, pause_reason="tea")
    assert (after.is_ready, after.is_paused) == (ready, paused)
    assert after.pause_reason == ("tea" if happening is H.PAUSE else "lunch" if paused else "")


def test_what_changes_nothing_keeps_its_moment() -> None:
    assert state_after(IN, H.SIGN_IN, is_ready_automatically=False, at=9) is IN
    assert state_after(OUT, H.SIGN_IN, is_ready_automatically=False, at=9).since == 9
