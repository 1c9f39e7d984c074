"""When a call has lost its worker, and the moment it is taken to have ended. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

# A worker reports every few seconds; a new one first replays what its predecessor had spooled.
SILENCE = timedelta(seconds=20)
UNKNOWN_WORKER_GRACE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class WorkerSighting:
    """What the worker's row says: this process began then, and was seen last then."""

    started_at: datetime
    last_seen_at: datetime


def find_loss(call_started_at: datetime, sighting: WorkerSighting | None, now: datetime) -> datetime | None:
    """When the open call ended because its worker went away; None while it may still be running."""
    if sighting is None:
        return call_started_at if now - call_started_at > UNKNOWN_WORKER_GRACE else None
    if sighting.started_at > call_started_at:  # another process took the name: the call died with the former
        return sighting.started_at if now - sighting.started_at > SILENCE else None
    return sighting.last_seen_at if now - sighting.last_seen_at > SILENCE else None
