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
from sipworker.ports import StoredUse

Owner = tuple[int, str]


@dataclass(slots=True)
class _Line:
    """Calls on behalf of one extension: when those that run were answered, and what those that are over came to."""

    time_zone: str
    running: dict[str, datetime | None] = field(default_factory=dict)
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
    def __init__(self, stored: StoredUse) -> None:
        self._stored = stored
        self._lines: dict[Owner, _Line] = {}
        # Each call has one line at most: where it was forwarded, the last one counts.
        self._owner_of: dict[str, Owner] = {}
        self._running: defaultdict[int, Counter[str]] = defaultdict(Counter)

    def dial(self, snapshot: TenantSnapshot, extension: str, session_id: str) -> None:
        """A call goes outside on behalf of this extension; saying so again for its next trunk changes nothing."""
        owner = (snapshot.tenant_id, extension)
        if not extension or self._owner_of.get(session_id) == owner:
            return
        self._leave(session_id)
        self._owner_of[session_id] = owner
        line = self._lines.setdefault(owner, _Line(snapshot.time_zone))
        line.running[session_id] = None
        self._running[snapshot.tenant_id][extension] += 1

    def answer(self, session_id: str, at: datetime) -> None:
        owner = self._owner_of.get(session_id)
        if owner is not None:
            self._lines[owner].running[session_id] = at

    def end(self, session_id: str, at: datetime) -> None:
        owner = self._owner_of.get(session_id)
        answered_at = self._leave(session_id)
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

    def _leave(self, session_id: str) -> datetime | None:
        owner = self._owner_of.pop(session_id, None)
        if owner is None:
            return None
        tenant_id, extension = owner
        self._running[tenant_id][extension] -= 1
        if not self._running[tenant_id][extension]:
            del self._running[tenant_id][extension]
        return self._lines[owner].running.pop(session_id)


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
