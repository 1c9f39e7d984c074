"""How a side sounded, drawn: lines within their frame, parted by silence, and nothing that a bad record could break."""

from __future__ import annotations

import pytest

from callmanager.domain.quality_chart import HEIGHT, WIDTH, Sample, draw_quality, read_samples

pytestmark = pytest.mark.pure

STORED = {
    "began_at": 1000.0,
    "points": [
        [5.0, 4.4, 0.0, 2.0, 20.0],
        [10.0, None, 0, 0, 0],
        [15, 2.5, 12.5, 40, 300],
        [20, 4.3, 0, 2, 21],
    ],
}


def test_a_silence_parts_the_line_and_loss_stands_below() -> None:
    chart = draw_quality(read_samples(STORED))
    assert chart is not None
    assert len(chart.lines) == 2
    assert (chart.worst, chart.mean) == (2.5, 3.73)
    (bar,) = chart.bars
    assert bar.height > 0
    assert [tick.label for tick in chart.ticks] == ["0:00", "0:05", "0:10", "0:15", "0:20"]
    for line in chart.lines:
        for point in line.split():
            x, y = map(float, point.split(","))
            assert 0 <= x <= WIDTH
            assert 0 <= y <= HEIGHT


@pytest.mark.parametrize(
    "stored",
    [
        None,
        7,
        "x",
        {},
        {"points": "abc"},
        {"points": [7, "abcde", [1, 2], [None, 1, 1, 1, 1], [1, "a", 1, 1, 1]]},
    ],
)
def test_what_can_not_be_read_is_nothing(stored: object) -> None:
    assert read_samples(stored) == ()
    assert draw_quality(read_samples(stored)) is None


def test_one_sample_is_no_course() -> None:
    assert draw_quality([Sample(5.0, 4.0, 0.0, 1.0, 1.0)]) is None


def test_more_loss_than_the_frame_is_high_stays_within() -> None:
    chart = draw_quality([Sample(0.0, 1.0, 100.0, 1.0, 1.0), Sample(0.0, 9.0, 100.0, 1.0, 1.0)])
    assert chart is not None
    assert all(bar.y >= 0 for bar in chart.bars)
