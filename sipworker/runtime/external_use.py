"""What extensions have under way and used up outside the company: counted as it happens, on the SIP thread.

Minutes are those of the extension's day, in its tenant's time zone; what other workers and this one's predecessor have
used comes from the stored records.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from callmanager.domain.incoming_call import Usage
from callmanager.domain.snapshot import TenantSnapshot
from sipworker.call.party import LegId
from sipworker.ports import StoredUse

Owner = tuple[int, str]


@dataclass(slots=True)
class _Line:
    """Legs on behalf of one extension: when those that run were answered, and what those that are over came to."""

    time_zone: str
    running: dict[LegId, datetime | None] = field(default_factory=dict)
    day_began_at: datetime | None = None
    minutes_over: float = 0.0

    def add(self, answered_at: datetime, ended_at: datetime) -> None:
        self.minutes_over = self.over_on(ended_at) + _minutes(answered_at, ended_at, self._day_of(ended_at))
        self.day_began_at = self._day_of(ended_at)

    def over_on(self, at: datetime) -> float:
        return self.minutes_over if self.day_began_at == self._day_of(at) else 0.0

    def under_way(self, now: datetime) -> float:
        answered = (at for at in self.running.values() if at is not None)
        return sum(_minutes(at, now, self._day_of(now)) for at in answered)

    def _day_of(self, at: datetime) -> datetime:
        return _day_began_at(at, self.time_zone)


class ExternalUse:
    """Kept by leg, so that it goes with a leg from call to call."""

    def __init__(self, stored: StoredUse) -> None:
        self._stored = stored
        self._lines: dict[Owner, _Line] = {}
        self._owner_of: dict[LegId, Owner] = {}
        self._running: defaultdict[int, Counter[str]] = defaultdict(Counter)

    def dial(self, snapshot: TenantSnapshot, extension: str, leg: LegId) -> None:
        """A leg goes outside on behalf of this extension."""
        if not extension:
            return
        self._owner_of[leg] = owner = (snapshot.tenant_id, extension)
        line = self._lines.setdefault(owner, _Line(snapshot.time_zone))
        line.running[leg] = None
        self._running[snapshot.tenant_id][extension] += 1

    def answer(self, leg: LegId, at: datetime) -> None:
        owner = self._owner_of.get(leg)
        if owner is not None:
            self._lines[owner].running[leg] = at

    def end(self, leg: LegId, at: datetime) -> None:
        """The leg failed, hung up or went with its call; saying so again changes nothing."""
        owner = self._owner_of.get(leg)
        answered_at = self._leave(leg)
        if owner is not None and answered_at is not None:
            self._lines[owner].add(answered_at, at)

    def usage(self, snapshot: TenantSnapshot, at: datetime) -> Usage:
        """A view that stays true: a call that is forwarded later is judged by what is used then."""
        return Usage(self._running[snapshot.tenant_id], _Minutes(self, snapshot, at))

    def minutes(self, snapshot: TenantSnapshot, extension: str, now: datetime) -> float:
        day_began_at = _day_began_at(now, snapshot.time_zone)
        stored = self._stored.minutes(snapshot.tenant_id, day_began_at).get(extension, 0.0)
        line = self._lines.get((snapshot.tenant_id, extension))
        return stored + (line.over_on(now) + line.under_way(now) if line is not None else 0.0)

    def _leave(self, leg: LegId) -> datetime | None:
        owner = self._owner_of.pop(leg, None)
        if owner is None:
            return None
        tenant_id, extension = owner
        self._running[tenant_id][extension] -= 1
        if not self._running[tenant_id][extension]:
            del self._running[tenant_id][extension]
        return self._lines[owner].running.pop(leg)


class _Minutes(Mapping[str, float]):
    """Reckoned when it is asked, since few extensions have a limit."""

    def __init__(self, use: ExternalUse, snapshot: TenantSnapshot, at: datetime) -> None:
        self._use = use
        self._snapshot = snapshot
        self._at = at

    def __getitem__(self, extension: str) -> float:
        return self._use.minutes(self._snapshot, extension, self._at)

    def __iter__(self) -> Iterator[str]:
        return (entry.number for entry in self._snapshot.extensions)

    def __len__(self) -> int:
        return len(self._snapshot.extensions)


def _day_began_at(now: datetime, time_zone: str) -> datetime:
    return now.astimezone(ZoneInfo(time_zone)).replace(hour=0, minute=0, second=0, microsecond=0)


def _minutes(answered_at: datetime, ended_at: datetime, day_began_at: datetime) -> float:
    """Of a call, as far as it was on that day."""
    return max(0.0, (ended_at - max(answered_at, day_began_at)).total_seconds() / 60)
