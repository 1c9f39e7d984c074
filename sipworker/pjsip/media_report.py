"""RTP figures of a leg. A re-INVITE may replace the stream, so a leg's report adds up all its streams."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pjsua2 as pj

from sipworker.call.signals import MediaReport


def read_stream(call: pj.Call, stream_index: int) -> MediaReport | None:
    """The figures of a stream that still exists, None if nothing was sent or received on it."""
    # Each of these is held in a variable: pjsua2 frees a temporary while its members are being read.
    info = call.getStreamInfo(stream_index)
    stat = call.getStreamStat(stream_index)
    rtcp = stat.rtcp
    received, sent = rtcp.rxStat, rtcp.txStat
    if not received.pkt and not sent.pkt:
        return None
    return MediaReport(
        codec=info.codecName.upper(),
        clock_rate_hz=info.codecClockRate,
        rx_packets=received.pkt,
        rx_lost=received.loss,
        rx_jitter_ms=_milliseconds(received.jitterUsec.mean),
        tx_packets=sent.pkt,
        tx_lost=sent.loss,
        tx_jitter_ms=_milliseconds(sent.jitterUsec.mean),
        round_trip_ms=_milliseconds(rtcp.rttUsec.mean),
        rx_jitter_last_ms=_milliseconds(received.jitterUsec.last),
        tx_jitter_last_ms=_milliseconds(sent.jitterUsec.last),
        round_trip_last_ms=_milliseconds(rtcp.rttUsec.last),
    )


def _milliseconds(microseconds: float) -> float:
    return round(microseconds / 1000, 1)


@dataclass(slots=True)
class MediaTotals:
    """What the ended streams of one leg came to."""

    past: MediaReport | None = None

    def add(self, report: MediaReport | None) -> None:
        self.past = self.including(report)

    def including(self, current: MediaReport | None) -> MediaReport | None:
        """The total with a stream that is still running; the last stream says codec, jitter and delay."""
        if current is None or self.past is None:
            return current or self.past
        return replace(
            current,
            rx_packets=current.rx_packets + self.past.rx_packets,
            rx_lost=current.rx_lost + self.past.rx_lost,
            tx_packets=current.tx_packets + self.past.tx_packets,
            tx_lost=current.tx_lost + self.past.tx_lost,
        )
