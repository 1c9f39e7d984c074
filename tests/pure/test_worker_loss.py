"""When the reaper may close a call."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from callmanager.domain.worker_loss import Silence, WorkerSighting, find_loss, notice_silences

pytestmark = pytest.mark.pure

CALL_AT = datetime(2026, 11, 24, 12, tzinfo=UTC)


def _s(seconds: float) -> datetime:
    return CALL_AT + timedelta(seconds=seconds)


def _sighting(started_s: float, seen_s: float) -> WorkerSighting:
    return WorkerSighting(_s(started_s), _s(seen_s))


@pytest.mark.parametrize(
    ("sighting", "silence", "now", "lost_at"),
    [
        pytest.param(_sighting(-60, 100), None, 110, None, id="a worker seen just now keeps its calls"),
        pytest.param(_sighting(-60, 100), (100, 121), 122, None, id="silence noticed once proves nothing"),
        pytest.param(
            _sighting(-60, 100), (100, 121), 131, 100, id="noticed twice it ends them at the last sight"
        ),
        pytest.param(
            _sighting(-60, 125), (100, 121), 131, None, id="a worker that reported since is not gone"
        ),
        pytest.param(_sighting(50, 60), None, 60, None, id="a new process first replays the spool"),
        pytest.param(_sighting(50, 75), None, 75, 50, id="a new process never has older calls"),
        pytest.param(None, None, 30, None, id="a worker nobody knows yet may still announce itself"),
        pytest.param(None, None, 61, 0, id="a worker nobody knows has no calls"),
    ],
)
def test_a_call_is_lost_only_with_its_process(
    sighting: WorkerSighting | None, silence: tuple[float, float] | None, now: float, lost_at: float | None
) -> None:
    noticed = None if silence is None else Silence(_s(silence[0]), _s(silence[1]))
    expected = None if lost_at is None else _s(lost_at)
    assert find_loss(CALL_AT, sighting, noticed, _s(now)) == expected


def test_a_silence_keeps_the_time_it_was_noticed_until_the_worker_reports() -> None:
    first = notice_silences({"w0": _sighting(-60, 0), "w1": _sighting(-60, 20)}, {}, _s(25))
    assert first == {"w0": Silence(_s(0), _s(25))}
    assert notice_silences({"w0": _sighting(-60, 0)}, first, _s(35)) == first
    assert notice_silences({"w0": _sighting(-60, 30)}, first, _s(35)) == {}
    assert notice_silences({"w0": _sighting(-60, 30)}, first, _s(55)) == {"w0": Silence(_s(30), _s(55))}
