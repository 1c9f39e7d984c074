"""How a call sounded over its time: looked at every few seconds, told at its end, bounded however long it was."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callmanager.domain.call_events import CallEventKind
from sipworker.call.signals import MediaReport
from sipworker.runtime.quality import LEGS_PER_TURN, LOOKED_EVERY_S
from sipworker.runtime.quality_series import POINTS_MAX, QualitySeries
from tests.cast import ACME_ID, alice_calls
from tests.fakes import WorkerInMemory

START = MediaReport(
    "PCMA", 8000, 100, 0, 1.0, 100, 0, 1.0, 20.0, rx_jitter_last_ms=2.0, round_trip_last_ms=20.0
)


def later(report: MediaReport, packets: int, lost: int, **changes: float) -> MediaReport:
    return replace(report, rx_packets=report.rx_packets + packets, rx_lost=report.rx_lost + lost, **changes)  # type: ignore[arg-type] # figures alone


@pytest.mark.pure
def test_a_point_tells_of_the_time_since_the_one_before() -> None:
    series = QualitySeries(1000.0)
    series.look(START, 1000.0)
    bad = later(START, 200, 50, rx_jitter_last_ms=40.0)
    series.look(bad, 1005.0)
    series.look(later(bad, 250, 0, rx_jitter_last_ms=1.0), 1010.0)
    series.look(later(bad, 250, 0), 1015.0)
    document = series.document
    assert document is not None
    points = document["points"]
    assert isinstance(points, list)
    (first, second, silent) = points
    assert (first[0], first[2], first[3]) == (5.0, 20.0, 40.0)
    assert (second[0], second[2]) == (10.0, 0.0)
    assert second[1] > first[1] + 1
    assert silent[1] is None, "silence has no score"


@pytest.mark.pure
def test_a_long_call_has_no_more_points_than_a_short_one_and_loses_none_of_its_loss() -> None:
    series, report = QualitySeries(0.0), START
    series.look(report, 0.0)
    for turn in range(1, 3000):
        report = later(report, 240, 10)
        series.look(report, turn * 5.0)
    document = series.document
    assert document is not None
    points = document["points"]
    assert isinstance(points, list)
    assert POINTS_MAX // 2 <= len(points) <= POINTS_MAX
    assert points[-1][0] > 2900 * 5 - 64 * 5
    assert {point[2] for point in points} == {4.0}


@pytest.mark.pure
def test_a_call_that_was_short_tells_nothing() -> None:
    series = QualitySeries(0.0)
    assert series.document is None
    series.look(START, 0.0)
    assert series.document is None


def test_the_worker_looks_while_a_call_lasts_and_tells_when_it_ends(worker: WorkerInMemory) -> None:
    worker.sip.media["alice"] = START
    worker.hear(alice_calls("*43"))
    for turn in range(1, 5):
        worker.clock.seconds += LOOKED_EVERY_S
        worker.sip.media["alice"] = later(START, 250 * turn, 0)
        worker.runner.run_once(0.0)
    assert worker.command("hang_up", ACME_ID, "s1").ok
    ended = worker.events.of("s1")[-1]
    assert ended.kind is CallEventKind.CALL_ENDED
    quality = ended.data["caller_quality"]
    assert isinstance(quality, dict)
    assert [point[0] for point in quality["points"]] == [5.0, 10.0, 15.0]
    assert "callee_quality" not in ended.data


def test_many_calls_are_looked_at_in_turns() -> None:
    worker = WorkerInMemory(capacity=500)
    calls = 3 * LEGS_PER_TURN
    worker.sip.media |= {f"leg {number}": START for number in range(calls)}
    worker.hear(*(alice_calls("*43", leg=f"leg {number}") for number in range(calls)))
    assert worker.runner.live_calls == calls
    asked = worker.sip.asked_media
    asked.clear()
    worker.clock.seconds += LOOKED_EVERY_S
    for turn in range(1, 5):
        worker.runner.run_once(0.0)
        assert len(set(asked)) == min(turn * LEGS_PER_TURN, calls)
    assert len(asked) == calls
