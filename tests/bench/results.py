"""What was measured, as rows of one table and one JSON document."""

from __future__ import annotations

import json
import os
import platform
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class CallRate:
    """New calls of `hold_s` seconds at a steady rate."""

    calls_per_s: int
    hold_s: float
    attempts: int
    failed: int
    retransmissions: int
    records: int
    edge_cpu_ms_per_call: float
    worker_cpu_ms_per_call: float
    post_dial_delay_ms: dict[str, float]

    @property
    def is_flawless(self) -> bool:
        return self.failed == 0 and self.records == self.attempts


@dataclass(frozen=True, slots=True)
class TrunkCost:
    """The same load, to another destination each time."""

    what: str
    rate: CallRate


@dataclass(frozen=True, slots=True)
class BridgedCalls:
    """Calls held at once, RTP both ways."""

    calls: int
    failed: int
    window_s: float
    worker_core_percent: float
    edge_core_percent: float
    packets_received: int
    packets_lost: int
    packets_not_echoed: int
    jitter_ms_p95: float
    jitter_ms_max: float
    probe: dict[str, float]


@dataclass(frozen=True, slots=True)
class RecordedCalls:
    """Bridged calls that are recorded; 0 tracks: the same calls without. `rate`: what setting them up costs."""

    tracks: int
    recordings: int
    calls: BridgedCalls
    rate: CallRate


@dataclass(frozen=True, slots=True)
class WaitingCalls:
    """Callers of one queue, who hear its music."""

    calls: int
    failed: int
    worker_core_percent: float
    edge_core_percent: float


@dataclass(frozen=True, slots=True)
class RegistrationRate:
    asked_per_s: int
    reached_per_s: float
    attempts: int
    failed: int
    retransmissions: int
    edge_cpu_us_per_registration: float


@dataclass(frozen=True, slots=True)
class EventRate:
    """Events of one tenant, each to all listeners; the delay is that of single messages."""

    listeners: int
    events_per_s: int
    messages: int
    lost: int
    ws_core_percent: float
    delay_ms: dict[str, float]


@dataclass(slots=True)
class BenchReport:
    cores: int = field(default_factory=lambda: os.cpu_count() or 1)
    processor: str = field(default_factory=lambda: _processor())
    load_before: float = field(default_factory=lambda: os.getloadavg()[0])
    started_at: str = field(default_factory=lambda: time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()))
    call_rates: list[CallRate] = field(default_factory=list)
    bridged: list[BridgedCalls] = field(default_factory=list)
    trunks: list[TrunkCost] = field(default_factory=list)
    registrations: list[RegistrationRate] = field(default_factory=list)

    events: list[EventRate] = field(default_factory=list)
    recorded: list[RecordedCalls] = field(default_factory=list)
    waiting: list[WaitingCalls] = field(default_factory=list)

    def write(self, directory: Path) -> Path:
        directory.mkdir(parents=True, exist_ok=True)
        path = directory / f"bench-{self.started_at.replace(':', '')}.json"
        path.write_text(json.dumps(asdict(self), indent=2) + "\n")
        return path

    def table(self) -> str:
        machine = (
            f"{self.cores} cores, {self.processor}, load before {self.load_before:.2f}; generator included"
        )
        parts = [machine]
        if self.call_rates:
            parts.append(
                "New calls, authenticated, RTP both ways, one worker\n" + _call_rate_table(self.call_rates)
            )
        if self.bridged:
            parts.append("Bridged calls, G.711 both sides, one worker\n" + _bridged_table(self.bridged))
        if self.recorded:
            parts.append(
                "Calls that are recorded, G.711 both sides, one worker\n" + _recorded_table(self.recorded)
            )
        if self.waiting:
            parts.append("Callers who wait in a queue, G.711, one worker\n" + _waiting_table(self.waiting))
        if self.trunks:
            parts.append("Calls outside, trunks that fail answer 503 at once\n" + _trunk_table(self.trunks))
        if self.registrations:
            parts.append("Registrations, each with its challenge\n" + _registration_table(self.registrations))
        if self.events:
            parts.append("Events of one tenant to all its listeners\n" + _event_table(self.events))
        return "\n\n".join(parts)


def _call_rate_table(rates: Sequence[CallRate]) -> str:
    header = ("calls/s", "calls", "failed", "CDRs", "edge ms", "worker ms", "PDD p50", "p95", "p99 ms")
    return _table(header, [_rate_row(rate) for rate in rates])


def _rate_row(rate: CallRate) -> tuple[str, ...]:
    return (
        str(rate.calls_per_s),
        str(rate.attempts),
        str(rate.failed),
        str(rate.records),
        f"{rate.edge_cpu_ms_per_call:.2f}",
        f"{rate.worker_cpu_ms_per_call:.2f}",
        *(f"{rate.post_dial_delay_ms[p]:.0f}" for p in ("p50", "p95", "p99")),
    )


def _trunk_table(costs: Sequence[TrunkCost]) -> str:
    header = ("", "calls/s", "calls", "failed", "CDRs", "edge ms", "worker ms", "PDD p50", "p95", "p99 ms")
    return _table(header, [(cost.what, *_rate_row(cost.rate)) for cost in costs])


def _bridged_table(measured: Sequence[BridgedCalls]) -> str:
    header = ("calls", "failed", "worker %", "edge %", "packets", "lost", "unechoed", "jitter p95", "max ms")
    rows = [
        (
            str(row.calls),
            str(row.failed),
            f"{row.worker_core_percent:.1f}",
            f"{row.edge_core_percent:.1f}",
            str(row.packets_received),
            str(row.packets_lost),
            str(row.packets_not_echoed),
            f"{row.jitter_ms_p95:.2f}",
            f"{row.jitter_ms_max:.2f}",
        )
        for row in measured
    ]
    heard = [
        f"  a phone among {row.calls}: {row.probe['rx_packets']:.0f} packets, "
        f"{row.probe['rx_lost']:.0f} lost, "
        f"{row.probe['frames_late']:.0f} too late, jitter {row.probe['rx_jitter_ms']:.2f} ms "
        f"(at most {row.probe['rx_jitter_max_ms']:.2f})"
        for row in measured
    ]
    return "\n".join([_table(header, rows), *heard])


def _recorded_table(measured: Sequence[RecordedCalls]) -> str:
    header = (
        "tracks",
        "calls",
        "stored",
        "worker %",
        "ratio",
        "lost",
        "jitter p95",
        "probe lost",
        "set-up ms",
    )
    plain = measured[0].calls.worker_core_percent
    rows = [
        (
            str(row.tracks),
            str(row.calls.calls),
            str(row.recordings),
            f"{row.calls.worker_core_percent:.1f}",
            f"{row.calls.worker_core_percent / plain:.2f}" if plain else "",
            str(row.calls.packets_lost),
            f"{row.calls.jitter_ms_p95:.2f}",
            f"{row.calls.probe['rx_lost']:.0f}",
            f"{row.rate.worker_cpu_ms_per_call:.2f}",
        )
        for row in measured
    ]
    return _table(header, rows)


def _waiting_table(measured: Sequence[WaitingCalls]) -> str:
    header = ("callers", "failed", "worker %", "each", "edge %")
    rows = [
        (
            str(row.calls),
            str(row.failed),
            f"{row.worker_core_percent:.1f}",
            f"{row.worker_core_percent / row.calls:.3f}",
            f"{row.edge_core_percent:.1f}",
        )
        for row in measured
    ]
    return _table(header, rows)


def _event_table(rates: Sequence[EventRate]) -> str:
    header = ("events/s", "listeners", "messages", "lost", "ws %", "p50", "p95", "p99 ms")
    rows = [
        (
            str(rate.events_per_s),
            str(rate.listeners),
            str(rate.messages),
            str(rate.lost),
            f"{rate.ws_core_percent:.1f}",
            *(f"{rate.delay_ms[p]:.0f}" for p in ("p50", "p95", "p99")),
        )
        for rate in rates
    ]
    return _table(header, rows)


def _registration_table(rates: Sequence[RegistrationRate]) -> str:
    header = ("asked/s", "reached/s", "number", "failed", "resent", "edge µs")
    rows = [
        (
            str(rate.asked_per_s),
            f"{rate.reached_per_s:.0f}",
            str(rate.attempts),
            str(rate.failed),
            str(rate.retransmissions),
            f"{rate.edge_cpu_us_per_registration:.0f}",
        )
        for rate in rates
    ]
    return _table(header, rows)


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(cell) for cell in column) for column in zip(header, *rows, strict=True)]
    lines = (header, *rows)
    return "\n".join(
        "  " + "  ".join(c.rjust(w) for c, w in zip(line, widths, strict=True)) for line in lines
    )


def percentiles(values: Sequence[float]) -> dict[str, float]:
    """p50, p95, p99 by the nearest rank; zeros without values."""
    if not values:
        return {"p50": 0.0, "p95": 0.0, "p99": 0.0}
    ordered = sorted(values)
    return {f"p{p}": ordered[min(len(ordered) - 1, -(-len(ordered) * p // 100) - 1)] for p in (50, 95, 99)}


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
