"""The bars of a day's calls, hour by hour. Geometry only; the template draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, BASE, LEFT = 720, 200, 172, 34
_STEP = (WIDTH - LEFT) / 24
_BAR_WIDTH = 18


@dataclass(frozen=True, slots=True)
class HourBar:
    """One hour: the answered part stands below, the rest on top of it."""

    label: str
    x: float
    answered_y: float
    answered_height: float
    other_y: float
    other_height: float
    answered: int
    other: int


@dataclass(frozen=True, slots=True)
class GridLine:
    y: float
    label: str


@dataclass(frozen=True, slots=True)
class HourlyChart:
    bars: tuple[HourBar, ...]
    grid: tuple[GridLine, ...]
    width: int = WIDTH
    height: int = HEIGHT
    base: int = BASE
    left: int = LEFT


def hourly_chart(hours: Sequence[tuple[int, int]]) -> HourlyChart:
    """`hours` holds (answered, other) for each hour from midnight."""
    top = _round_up(max((answered + other for answered, other in hours), default=0))
    scale = (BASE - 16) / top
    bars = tuple(_bar(hour, answered, other, scale) for hour, (answered, other) in enumerate(hours))
    grid = tuple(GridLine(BASE - part * top * scale, f"{part * top:g}") for part in (0, 0.5, 1))
    return HourlyChart(bars, grid)


def _bar(hour: int, answered: int, other: int, scale: float) -> HourBar:
    answered_height, other_height = answered * scale, other * scale
    return HourBar(
        label=f"{hour:02d}",
        x=LEFT + hour * _STEP + (_STEP - _BAR_WIDTH) / 2,
        answered_y=BASE - answered_height,
        answered_height=answered_height,
        other_y=BASE - answered_height - other_height,
        other_height=other_height,
        answered=answered,
        other=other,
    )


def _round_up(value: int) -> int:
    """The next of 4, 10, 20, 40, 100, 200 ..., so that half of it is a whole number too."""
    size = 1
    while True:
        for step in (4, 10, 20):
            if value <= step * size:
                return step * size
        size *= 10
