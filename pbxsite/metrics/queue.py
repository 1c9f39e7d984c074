"""How many tasks wait, as Redis knows at the moment of asking."""

from __future__ import annotations

from collections.abc import Iterator

import redis
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from callmanager.live_redis import live_redis

QUEUE = "celery"
TAKEN = "unacked"


class QueueCollector(Collector):
    def collect(self) -> Iterator[Metric]:
        """Nothing while Redis is away: 0 would be a claim."""
        try:
            waiting = live_redis().llen(QUEUE)
            taken = live_redis().hlen(TAKEN)
        except redis.RedisError:
            return
        yield GaugeMetricFamily("tandem_tasks_waiting", "Tasks nobody has taken yet.", value=waiting)
        yield GaugeMetricFamily("tandem_tasks_taken", "Tasks taken and not finished.", value=taken)
