"""How a leg sounded over its call: a point for every few seconds, fewer of a long call. Values in, values out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from callmanager.domain.media_quality import loss_percent, mean_opinion_score
from sipworker.call.signals import LegId, MediaReport

# Of a long call, half as often each time this many are full.
POINTS_MAX = 60

# Seconds since the first look, mean opinion score (None: nothing was received), loss in percent, jitter and round trip
# in milliseconds; each of what happened since the point before.
Point = tuple[float, float | None, float, float, float]


@dataclass(slots=True)
class QualitySeries:
    """Of one leg in one call."""

    began_at: float
    _points: list[Point] = field(default_factory=list)
    _before: MediaReport | None = None
    _stride: int = 1
    _skipped: int = 0

    def look(self, report: MediaReport, at: float) -> None:
        """Of every so many looks one becomes a point; what is passed over counts in the next one."""
        if self._before is None:
            self._before = report
            return
        self._skipped += 1
        if self._skipped < self._stride:
            return
        self._skipped = 0
        self._points.append(_point(self._before, report, at - self.began_at))
        self._before = report
        if len(self._points) >= POINTS_MAX:
            pairs = zip(self._points[::2], self._points[1::2], strict=True)
            self._points = [_joined(first, second) for first, second in pairs]
            self._stride *= 2

    @property
    def latest(self) -> dict[str, object]:
        """How it sounds just now, for those who watch."""
        codec = self._before.codec if self._before is not None else ""
        if not self._points:
            return {"codec": codec, "mos": None, "loss_percent": None}
        return {"codec": codec, "mos": self._points[-1][1], "loss_percent": self._points[-1][2]}

    @property
    def document(self) -> dict[str, object] | None:
        """None for a call that was over before there was anything to tell."""
        points = [list(point) for point in self._points]
        return {"began_at": round(self.began_at, 3), "points": points} if points else None


def _point(before: MediaReport, now: MediaReport, offset_s: float) -> Point:
    received = max(now.rx_packets - before.rx_packets, 0)
    lost = loss_percent(received, max(now.rx_lost - before.rx_lost, 0))
    sent = max(now.tx_packets - before.tx_packets, 0)
    lost_there = min(max(now.tx_lost - before.tx_lost, 0), sent)
    loss = max(lost, loss_percent(sent - lost_there, lost_there))
    jitter_ms = max(now.rx_jitter_last_ms, now.tx_jitter_last_ms)
    score = None
    if received:
        score = mean_opinion_score(
            now.codec, loss_percent=loss, jitter_ms=jitter_ms, round_trip_ms=now.round_trip_last_ms
        )
    return round(offset_s, 1), score, round(loss, 2), round(jitter_ms, 1), round(now.round_trip_last_ms, 1)


def _joined(first: Point, second: Point) -> Point:
    """The worse of both, so that no bad moment disappears; loss is a share and so its mean."""
    scores = [point[1] for point in (first, second) if point[1] is not None]
    loss = round((first[2] + second[2]) / 2, 2)
    return second[0], min(scores, default=None), loss, max(first[3], second[3]), max(first[4], second[4])


def sides_document(
    series: Mapping[LegId, QualitySeries], caller_leg: LegId, callee_leg: LegId
) -> dict[str, object]:
    """The `caller_quality` and `callee_quality` of `call_ended`."""
    sides = {"caller_quality": series.get(caller_leg), "callee_quality": series.get(callee_leg)}
    return {name: one.document for name, one in sides.items() if one is not None and one.document is not None}
