"""What one worker has counted since it started: written on the SIP thread, read by the heartbeat's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from callmanager.domain.outcome import CallStatus
from sipworker.call.signals import MediaReport


class Tally:
    """Numbers that only grow, so that whoever asks now and then misses none."""

    def __init__(self) -> None:
        # All keys from the beginning: a reader on another thread never sees the dictionary change its size.
        self._ended = dict.fromkeys((status.value for status in CallStatus), 0)
        self._rtp = dict.fromkeys(("rx_packets", "rx_lost", "tx_packets", "tx_lost"), 0)

    @property
    def ended(self) -> Mapping[str, int]:
        """Calls by how they ended."""
        return self._ended

    @property
    def rtp(self) -> Mapping[str, int]:
        """Packets of all legs that are over; `rx` came from phones, `tx` went to them."""
        return self._rtp

    def note_ended(self, status: CallStatus, media: Iterable[MediaReport]) -> None:
        self._ended[status.value] += 1
        for report in media:
            self._rtp["rx_packets"] += report.rx_packets
            self._rtp["rx_lost"] += report.rx_lost
            self._rtp["tx_packets"] += report.tx_packets
            self._rtp["tx_lost"] += report.tx_lost
