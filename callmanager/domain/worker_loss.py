"""When a call has lost its worker, and the moment it is taken to have ended. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

# A worker reports every two seconds; one that was only held up for a moment keeps its calls.
SILENCE = timedelta(seconds=12)
# After an outage of the database every worker looks silent, because none could report: they get this long to.
CONFIRMED_AFTER = timedelta(seconds=4)
UNKNOWN_WORKER_GRACE = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class WorkerSighting:
    """What the worker's row says: this process began then, and was seen last then.

    A new process writes it only when all that its predecessor left on disk is stored.
    """

    started_at: datetime
    last_seen_at: datetime


@dataclass(frozen=True, slots=True)
class Silence:
    """We looked at `noticed_at`, could read the worker's row, and it had been silent since `last_seen_at`."""

    last_seen_at: datetime
    noticed_at: datetime

    def is_confirmed(self, sighting: WorkerSighting, now: datetime) -> bool:
        return self.last_seen_at == sighting.last_seen_at and now - self.noticed_at >= CONFIRMED_AFTER


def notice_silences(
    sightings: Mapping[str, WorkerSighting], known: Mapping[str, Silence], now: datetime
) -> dict[str, Silence]:
    """The silent workers of now; one that was silent already keeps the time at which that was noticed."""
    silences = {}
    for worker, sighting in sightings.items():
        if now - sighting.last_seen_at > SILENCE:
            before = known.get(worker)
            is_same = before is not None and before.last_seen_at == sighting.last_seen_at
            silences[worker] = before if before and is_same else Silence(sighting.last_seen_at, now)
    return silences


def find_loss(
    call_started_at: datetime, sighting: WorkerSighting | None, silence: Silence | None, now: datetime
) -> datetime | None:
    """When the open call ended because its worker went away; None while it may still be running."""
    if sighting is None:
        return call_started_at if now - call_started_at > UNKNOWN_WORKER_GRACE else None
    if sighting.started_at > call_started_at:  # another process took the name: the call died with the former
        return sighting.started_at
    is_gone = silence is not None and silence.is_confirmed(sighting, now)
    return sighting.last_seen_at if is_gone else None
