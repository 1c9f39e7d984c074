"""How a side of a call sounded over its time, drawn: a line of the score, bars of the loss. Geometry, no markup."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 320, 96
LEFT, RIGHT, TOP, BOTTOM = 26, 8, 8, 20
SCORE_WORST, SCORE_BEST = 1.0, 4.5
# As much loss as fills the height.
LOSS_FULL_PERCENT = 20.0
_TICKS = 4


@dataclass(frozen=True, slots=True)
class Sample:
    """Of the time since the sample before. `mos` None: nothing was received, as on hold."""

    offset_s: float
    mos: float | None
    loss_percent: float
    jitter_ms: float
    round_trip_ms: float


@dataclass(frozen=True, slots=True)
class Bar:
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Tick:
    x: float
    label: str


@dataclass(frozen=True, slots=True)
class QualityChart:
    """`lines`: points of polylines; a silence parts them. `worst` and `mean` are scores."""

    samples: tuple[Sample, ...]
    lines: tuple[str, ...]
    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    worst: float | None
    mean: float | None
    width: int = WIDTH
    height: int = HEIGHT
    floor: int = HEIGHT - BOTTOM
    left: int = LEFT
    right: int = WIDTH - RIGHT
    # Where a good score begins, and a bad one.
    good_y: float = 0.0
    bad_y: float = 0.0
    loss_full: int = round(LOSS_FULL_PERCENT)


def read_samples(stored: object) -> tuple[Sample, ...]:
    """`caller_quality` or `callee_quality` of the event `call_ended`; nothing for what can't be read."""
    points = stored.get("points") if isinstance(stored, Mapping) else None
    if not isinstance(points, Sequence) or isinstance(points, str):
        return ()
    return tuple(sample for point in points if (sample := _sample(point)) is not None)


def draw_quality(samples: Sequence[Sample]) -> QualityChart | None:
    """None for fewer than two samples: that is no course of anything."""
    if len(samples) < 2:
        return None
    end_s = max(samples[-1].offset_s, 0.1)
    scores = [sample.mos for sample in samples if sample.mos is not None]
    step = (WIDTH - LEFT - RIGHT) / len(samples)
    return QualityChart(
        samples=tuple(samples),
        lines=_lines(samples, end_s),
        bars=tuple(
            Bar(round(_x(one.offset_s, end_s) - step / 2, 1), *_bar(one.loss_percent, step))
            for one in samples
            if one.loss_percent > 0
        ),
        ticks=tuple(
            Tick(round(_x(end_s * place / _TICKS, end_s), 1), _clock(end_s * place / _TICKS))
            for place in range(_TICKS + 1)
        ),
        worst=min(scores, default=None),
        mean=round(sum(scores) / len(scores), 2) if scores else None,
        good_y=_y(3.8),
        bad_y=_y(3.1),
    )


def _lines(samples: Sequence[Sample], end_s: float) -> tuple[str, ...]:
    lines: list[list[str]] = [[]]
    for sample in samples:
        if sample.mos is None:
            lines.append([])
        else:
            lines[-1].append(f"{_x(sample.offset_s, end_s):.1f},{_y(sample.mos):.1f}")
    # One point alone would not be seen.
    return tuple(" ".join(line if len(line) > 1 else [*line, *line]) for line in lines if line)


def _bar(loss_percent: float, step: float) -> tuple[float, float, float]:
    height = (HEIGHT - TOP - BOTTOM) * min(loss_percent / LOSS_FULL_PERCENT, 1.0)
    return round(HEIGHT - BOTTOM - height, 1), round(max(step * 0.6, 1.5), 1), round(height, 1)


def _x(offset_s: float, end_s: float) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * min(offset_s / end_s, 1.0)


def _y(score: float) -> float:
    share = (min(max(score, SCORE_WORST), SCORE_BEST) - SCORE_WORST) / (SCORE_BEST - SCORE_WORST)
    return round(TOP + (HEIGHT - TOP - BOTTOM) * (1 - share), 1)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def _sample(point: object) -> Sample | None:
    if not isinstance(point, Sequence) or isinstance(point, str) or len(point) != 5:
        return None
    numbers = [one for one in point if isinstance(one, int | float) and not isinstance(one, bool)]
    has_score = len(numbers) == 5
    if not has_score and not (len(numbers) == 4 and point[1] is None):
        return None
    return Sample(
        float(point[0]),
        float(point[1]) if has_score else None,
        float(point[2]),
        float(point[3]),
        float(point[4]),
    )
