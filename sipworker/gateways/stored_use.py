"""StoredUse: from the stored call records, minutes outside for the tenants that limit them, and what members of ring
groups have had of the groups' calls, for those whose order depends on it.

What this process itself has carried is left out, since it counts that as it happens. Read anew every half minute:
another worker may have had a tenant's calls for a while.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from psycopg2 import extensions

from callmanager.domain.ring_groups import REMEMBERED_DAYS, REMEMBERING, MembersUse, MemberUse
from callmanager.domain.snapshot import TenantSnapshot
from sipworker.gateways.postgres import OUTAGES, connect
from sipworker.gateways.reconnecting import ReconnectingThread

WAIT_S = 0.25
READ_EVERY_S = 30.0

MINUTES_SQL = """
    SELECT on_behalf_of, sum(extract(epoch FROM ended_at - greatest(answered_at, %(day)s)) / 60)::float
      FROM cdr
     WHERE tenant_id = %(tenant)s AND started_at >= %(day)s - interval '1 day' AND ended_at > %(day)s
       AND answered_at IS NOT NULL AND on_behalf_of <> ''
       AND NOT (worker = %(worker)s AND started_at >= %(own_since)s)
     GROUP BY on_behalf_of
"""

MEMBERS_SQL = """
    SELECT target ->> 'ring_group', target ->> 'number',
           count(*) FILTER (WHERE target ->> 'status' = 'answered'),
           coalesce(max((target ->> 'added_at')::float), 0)
      FROM cdr CROSS JOIN LATERAL jsonb_array_elements(call_targets) AS target
     WHERE tenant_id = %(tenant)s AND ring_group <> '' AND started_at >= now() - %(days)s * interval '1 day'
       AND target ->> 'ring_group' <> ''
       AND NOT (worker = %(worker)s AND started_at >= %(own_since)s)
     GROUP BY 1, 2
"""


class StoredUseGateway(ReconnectingThread[extensions.connection]):
    outages = OUTAGES

    def __init__(
        self, database_url: str, worker: str, snapshots: Callable[[], Collection[TenantSnapshot]]
    ) -> None:
        super().__init__("stored-use")
        self._database_url = database_url
        self._worker = worker
        self._snapshots = snapshots
        self._own_since = datetime.now(UTC)
        self._read_at: dict[int, float] = {}
        # Replaced as a whole, never changed: the SIP thread reads it without a lock.
        self._minutes: dict[int, tuple[datetime, Mapping[str, float]]] = {}
        self._members: dict[int, MembersUse] = {}
        # What is wanted of a tenant's records, at that revision of its configuration.
        self._wanted: dict[int, tuple[int, _Wanted]] = {}
        self._turns = 0
        self._turn_ended = threading.Condition()

    def minutes(self, tenant_id: int, day_began_at: datetime) -> Mapping[str, float]:
        day, minutes = self._minutes.get(tenant_id, (None, {}))
        return minutes if day == day_began_at else {}

    def group_members(self, tenant_id: int) -> MembersUse:
        return self._members.get(tenant_id, {})

    def wait_read(self, timeout_s: float) -> bool:
        """Whether all that is wanted by now has been read; a turn that is under way may have begun too early."""
        with self._turn_ended:
            wanted = self._turns + 2
            return self._turn_ended.wait_for(lambda: self._turns >= wanted, timeout_s)

    @contextmanager
    def open(self) -> Iterator[extensions.connection]:
        with closing(connect(self._database_url, self._worker)) as connection:
            connection.autocommit = True
            yield connection

    def turn(self, link: extensions.connection) -> None:
        for snapshot in tuple(self._snapshots()):
            if self._is_due(snapshot):
                self._read(link, snapshot)
        with self._turn_ended:
            self._turns += 1
            self._turn_ended.notify_all()
        self._stopping.wait(WAIT_S)

    def _is_due(self, snapshot: TenantSnapshot) -> bool:
        wanted = self._wanted_of(snapshot)
        tenant_id = snapshot.tenant_id
        if not (wanted.minutes or wanted.members):
            return False
        day, _ = self._minutes.get(tenant_id, (None, {}))
        is_old = time.monotonic() - self._read_at.get(tenant_id, 0.0) > READ_EVERY_S
        is_missing = wanted.members and tenant_id not in self._members
        return is_old or is_missing or (wanted.minutes and day != _day_began_at(snapshot))

    def _wanted_of(self, snapshot: TenantSnapshot) -> _Wanted:
        revision, wanted = self._wanted.get(snapshot.tenant_id, (-1, _NOTHING))
        if revision != snapshot.config_rev:
            wanted = _Wanted(
                minutes=any(entry.max_external_minutes_per_day for entry in snapshot.extensions),
                members=any(group.strategy in REMEMBERING for group in snapshot.ring_groups),
            )
            self._wanted[snapshot.tenant_id] = (snapshot.config_rev, wanted)
        return wanted

    def _read(self, link: extensions.connection, snapshot: TenantSnapshot) -> None:
        tenant_id, day, wanted = snapshot.tenant_id, _day_began_at(snapshot), self._wanted_of(snapshot)
        parameters = {
            "tenant": tenant_id,
            "day": day,
            "days": REMEMBERED_DAYS,
            "worker": self._worker,
            "own_since": self._own_since,
        }
        with link.cursor() as cursor:
            if wanted.minutes:
                cursor.execute(MINUTES_SQL, parameters)
                self._minutes = self._minutes | {tenant_id: (day, dict(cursor.fetchall()))}
            if wanted.members:
                cursor.execute(MEMBERS_SQL, parameters)
                members = {
                    (group, number): MemberUse(answered, last_rung_at)
                    for group, number, answered, last_rung_at in cursor.fetchall()
                }
                self._members = self._members | {tenant_id: members}
        self._read_at[tenant_id] = time.monotonic()


@dataclass(frozen=True, slots=True)
class _Wanted:
    minutes: bool = False
    members: bool = False


_NOTHING = _Wanted()


def _day_began_at(snapshot: TenantSnapshot) -> datetime:
    now = datetime.now(ZoneInfo(snapshot.time_zone))
    return now.replace(hour=0, minute=0, second=0, microsecond=0)
