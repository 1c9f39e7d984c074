"""What the workers told of themselves with their last heartbeat: docs/interfaces.md section 5."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, cast

import redis
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from callmanager.live_redis import live_redis

PREFIX = "pbx:figures:"
GAUGES = {
    "calls": ("tandem_worker_calls", "Calls in progress."),
    "legs": ("tandem_worker_legs", "Call legs in progress."),
    "is_draining": ("tandem_worker_draining", "Whether it takes no new calls."),
    "since_turn_s": ("tandem_worker_loop_age_seconds", "Since its SIP loop turned last."),
    "started_at": ("tandem_worker_start_time_seconds", "When it started, in unix time."),
    "events_waiting": ("tandem_worker_events_waiting", "Call events in memory, not stored yet."),
    "spool_bytes": ("tandem_worker_spool_bytes", "Call events on disk, because PostgreSQL was away."),
    "snapshots": ("tandem_worker_snapshots", "Tenants it knows."),
    "snapshots_age_s": ("tandem_worker_snapshots_age_seconds", "Since its configuration was compared."),
}
RTP_LABELS = {
    "rx_packets": ("from_phones", "received"),
    "rx_lost": ("from_phones", "lost"),
    "tx_packets": ("to_phones", "received"),
    "tx_lost": ("to_phones", "lost"),
}
Figures = Mapping[str, Mapping[str, Any]]


class WorkersCollector(Collector):
    def collect(self) -> Iterator[Metric]:
        figures = figures_of_workers()
        if figures is None:
            return
        up = GaugeMetricFamily("tandem_worker_up", "Heard of within the last 15 s.", labels=("worker",))
        for worker in figures:
            up.add_metric((worker,), 1)
        yield up
        for key, (name, text) in GAUGES.items():
            yield _gauge(name, text, key, figures)
        yield from _counters(figures)


def figures_of_workers() -> Figures | None:
    """By worker; None while Redis is away."""
    try:
        keys = sorted(cast(list[bytes], list(live_redis().scan_iter(f"{PREFIX}*", count=1000))))
        documents = cast(list[bytes | None], live_redis().mget(keys)) if keys else []
    except redis.RedisError:
        return None
    return {
        key.decode().removeprefix(PREFIX): json.loads(document)
        for key, document in zip(keys, documents, strict=True)
        if document is not None
    }


def _gauge(name: str, text: str, key: str, figures: Figures) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, text, labels=("worker",))
    for worker, document in figures.items():
        if document.get(key) is not None:
            family.add_metric((worker,), float(document[key]))
    return family


def _counters(figures: Figures) -> Iterator[Metric]:
    cpu = CounterMetricFamily("tandem_worker_cpu_seconds", "Processor time.", labels=("worker",))
    ended = CounterMetricFamily(
        "tandem_worker_calls_ended", "Calls that ended, by outcome.", labels=("worker", "status")
    )
    rtp = CounterMetricFamily(
        "tandem_worker_rtp_packets",
        "RTP packets of legs that are over; lost ones were sent and did not arrive.",
        labels=("worker", "direction", "fate"),
    )
    for worker, document in figures.items():
        cpu.add_metric((worker,), document["cpu_s"])
        for status, count in document["ended"].items():
            ended.add_metric((worker, status), count)
        for key, (direction, fate) in RTP_LABELS.items():
            rtp.add_metric((worker, direction, fate), document["rtp"][key])
    yield from (cpu, ended, rtp)
