"""What a worker tells of itself with every heartbeat: docs/interfaces.md section 5."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sipworker.gateways.event_store import EventStore
from sipworker.gateways.snapshots import SnapshotGateway
from sipworker.gateways.spool import Spool
from sipworker.runtime.runner import Runner


@dataclass(frozen=True, slots=True)
class WorkerFigures:
    """Reads counters of other threads; each is one number, so none is ever half-written."""

    runner: Runner
    store: EventStore
    spool: Spool
    snapshots: SnapshotGateway
    since_turn_s: Callable[[], float]
    started_at: float = field(default_factory=time.time)

    def document(self) -> Mapping[str, object]:
        return {
            "started_at": self.started_at,
            "cpu_s": time.process_time(),
            "since_turn_s": self.since_turn_s(),
            "is_draining": self.runner.is_draining,
            "calls": self.runner.live_calls,
            "legs": self.runner.live_legs,
            "ended": dict(self.runner.tally.ended),
            "rtp": dict(self.runner.tally.rtp),
            "events_waiting": self.store.waiting,
            "spool_bytes": self.spool.size_bytes,
            "snapshots": self.snapshots.count,
            "snapshots_age_s": self.snapshots.age_s,
        }
