"""How a side of a call sounded, in words and colours for the console. Values in, values out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from callmanager.domain.quality_chart import QualityChart, draw_quality, read_samples

MOS_WORST, MOS_BEST = 1.0, 4.5
MOS_GOOD, MOS_FAIR = 3.8, 3.1


@dataclass(frozen=True, slots=True)
class SideQuality:
    """`grade` is `good`, `warn` or `bad`; `percent` fills the gauge."""

    title: str
    mos: float | None
    grade: str
    percent: int
    figures: tuple[tuple[str, str], ...]
    chart: QualityChart | None = None


def side_quality(
    title: str, media: Mapping[str, object] | None, over_time: object = None
) -> SideQuality | None:
    """None where no media flowed on this side. `over_time` as the last event of the call holds it."""
    if not media:
        return None
    mos = _number(media, "mos")
    chart = draw_quality(read_samples(over_time))
    return SideQuality(title, mos, _grade(mos), _percent(mos), _figures(media), chart)


def loss_percent(lost: float | None, received: float | None) -> float | None:
    """Of the packets that should have arrived."""
    if lost is None or received is None or lost + received <= 0:
        return None
    return 100 * lost / (lost + received)


def _figures(media: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    clock_rate_hz = _number(media, "clock_rate_hz")
    codec = str(media.get("codec") or "–")
    if clock_rate_hz:
        codec = f"{codec}, {clock_rate_hz / 1000:g} kHz"
    heard_loss = loss_percent(_number(media, "rx_lost"), _number(media, "rx_packets"))
    said_loss = loss_percent(_number(media, "tx_lost"), _number(media, "tx_packets"))
    return (
        ("Codec", codec),
        ("Round trip", _with_unit(_number(media, "round_trip_ms"), "ms")),
        ("Loss from it", _with_unit(heard_loss, "%")),
        ("Loss to it", _with_unit(said_loss, "%")),
        ("Jitter from it", _with_unit(_number(media, "rx_jitter_ms"), "ms")),
        ("Jitter to it", _with_unit(_number(media, "tx_jitter_ms"), "ms")),
    )


def _grade(mos: float | None) -> str:
    if mos is None or mos < MOS_FAIR:
        return "bad" if mos is not None else "warn"
    return "good" if mos >= MOS_GOOD else "warn"


def _percent(mos: float | None) -> int:
    if mos is None:
        return 0
    return round(100 * min(1.0, max(0.0, (mos - MOS_WORST) / (MOS_BEST - MOS_WORST))))


def _number(media: Mapping[str, object], name: str) -> float | None:
    value = media.get(name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _with_unit(value: float | None, unit: str) -> str:
    return "–" if value is None else f"{value:.1f} {unit}"
