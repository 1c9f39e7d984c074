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
        pytest.param(_sighting(-60, 100), None, 108, None, id="a worker seen just now keeps its calls"),
        pytest.param(_sighting(-60, 100), (100, 113), 114, None, id="silence noticed once proves nothing"),
        pytest.param(
            _sighting(-60, 100), (100, 113), 118, 100, id="noticed twice it ends them at the last sight"
        ),
        pytest.param(
            _sighting(-60, 116), (100, 113), 118, None, id="a worker that reported since is not gone"
        ),
        pytest.param(_sighting(50, 60), None, 60, 50, id="a new process never has older calls"),
        pytest.param(None, None, 15, None, id="a worker nobody knows yet may still announce itself"),
        pytest.param(None, None, 21, 0, id="a worker nobody knows has no calls"),
    ],
)
def test_a_call_is_lost_only_with_its_process(
    sighting: WorkerSighting | None, silence: tuple[float, float] | None, now: float, lost_at: float | None
) -> None:
    noticed = None if silence is None else Silence(_s(silence[0]), _s(silence[1]))
    expected = None if lost_at is None else _s(lost_at)
    assert find_loss(CALL_AT, sighting, noticed, _s(now)) == expected


def test_a_silence_keeps_the_time_it_was_noticed_until_the_worker_reports() -> None:
    first = notice_silences({"w0": _sighting(-60, 0), "w1": _sighting(-60, 10)}, {}, _s(15))
    assert first == {"w0": Silence(_s(0), _s(15))}
    assert notice_silences({"w0": _sighting(-60, 0)}, first, _s(20)) == first
    assert notice_silences({"w0": _sighting(-60, 18)}, first, _s(20)) == {}
    assert notice_silences({"w0": _sighting(-60, 18)}, first, _s(35)) == {"w0": Silence(_s(18), _s(35))}


def test_the_calls_of_a_worker_that_is_gone_are_closed_within_half_a_minute() -> None:
    """Swept every five seconds, at the worst moment."""
    sightings, silences, swept_at = {"w0": _sighting(-60, 100)}, dict[str, Silence](), 99.9
    while find_loss(CALL_AT, sightings["w0"], silences.get("w0"), _s(swept_at)) is None:
        swept_at += 5
        silences = notice_silences(sightings, silences, _s(swept_at))
    assert swept_at - 100 <= 30


@pytest.mark.parametrize("pause_s", [3, 8, 11])
def test_a_worker_that_pauses_for_some_seconds_keeps_its_calls(pause_s: int) -> None:
    sightings, silences = {"w0": _sighting(-60, 100)}, dict[str, Silence]()
    for swept_at in range(100, 101 + pause_s):
        silences = notice_silences(sightings, silences, _s(swept_at))
        assert find_loss(CALL_AT, sightings["w0"], silences.get("w0"), _s(swept_at)) is None
