"""When the reaper may close a call."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from callmanager.domain.worker_loss import WorkerSighting, find_loss

pytestmark = pytest.mark.pure

CALL_AT = datetime(2026, 11, 24, 12, tzinfo=UTC)


def _s(seconds: float) -> datetime:
    return CALL_AT + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("sighting", "now", "lost_at"),
    [
        pytest.param(
            WorkerSighting(_s(-60), _s(100)), _s(110), None, id="a worker seen just now keeps its calls"
        ),
        pytest.param(
            WorkerSighting(_s(-60), _s(100)), _s(121), _s(100), id="silence ends them when it was last seen"
        ),
        pytest.param(
            WorkerSighting(_s(50), _s(60)), _s(60), None, id="a new process first replays the spool"
        ),
        pytest.param(
            WorkerSighting(_s(50), _s(75)), _s(75), _s(50), id="a new process never has older calls"
        ),
        pytest.param(None, _s(30), None, id="a worker nobody knows yet may still announce itself"),
        pytest.param(None, _s(61), _s(0), id="a worker nobody knows has no calls"),
    ],
)
def test_a_call_is_lost_only_with_its_process(
    sighting: WorkerSighting | None, now: datetime, lost_at: datetime | None
) -> None:
    assert find_loss(CALL_AT, sighting, now) == lost_at
