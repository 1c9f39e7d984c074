"""RTP figures of a leg as they are told to the world."""

from __future__ import annotations

from callmanager.domain.media_quality import loss_percent, mean_opinion_score
from sipworker.call.signals import MediaReport


def media_document(report: MediaReport) -> dict[str, object]:
    """The `caller_media` and `callee_media` of `call_ended`.

    `mos` is that of the worse direction, and null where nothing was received: silence has no score.
    """
    return {
        "codec": report.codec,
        "clock_rate_hz": report.clock_rate_hz,
        "rx_packets": report.rx_packets,
        "rx_lost": report.rx_lost,
        "rx_jitter_ms": round(report.rx_jitter_ms, 2),
        "tx_packets": report.tx_packets,
        "tx_lost": report.tx_lost,
        "tx_jitter_ms": round(report.tx_jitter_ms, 2),
        "round_trip_ms": round(report.round_trip_ms, 2),
        "mos": _worse_score(report) if report.rx_packets else None,
    }


def _worse_score(report: MediaReport) -> float:
    received = _score(report, loss_percent(report.rx_packets, report.rx_lost), report.rx_jitter_ms)
    # The far end reports how many of `tx_packets` it missed.
    arrived = max(report.tx_packets - report.tx_lost, 0)
    return min(received, _score(report, loss_percent(arrived, report.tx_lost), report.tx_jitter_ms))


def _score(report: MediaReport, loss: float, jitter_ms: float) -> float:
    return mean_opinion_score(
        report.codec, loss_percent=loss, jitter_ms=jitter_ms, round_trip_ms=report.round_trip_ms
    )
