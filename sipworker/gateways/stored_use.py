"""StoredUse: minutes outside from the stored call records, for the tenants that limit them.

What this process itself has carried is left out, since it counts that as it happens. Read anew every half minute:
another worker may have had a tenant's calls for a while.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from psycopg2 import extensions

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
        # Whether anybody of a tenant has a limit, at that revision of its configuration.
        self._has_limits: dict[int, tuple[int, bool]] = {}
        self._turns = 0
        self._turn_ended = threading.Condition()

    def minutes(self, tenant_id: int, day_began_at: datetime) -> Mapping[str, float]:
        day, minutes = self._minutes.get(tenant_id, (None, {}))
        return minutes if day == day_began_at else {}

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
        if not self._is_limited(snapshot):
            return False
        day, _ = self._minutes.get(snapshot.tenant_id, (None, {}))
        is_old = time.monotonic() - self._read_at.get(snapshot.tenant_id, 0.0) > READ_EVERY_S
        return is_old or day != _day_began_at(snapshot)

    def _is_limited(self, snapshot: TenantSnapshot) -> bool:
        revision, has_limits = self._has_limits.get(snapshot.tenant_id, (-1, False))
        if revision != snapshot.config_rev:
            has_limits = any(entry.max_external_minutes_per_day for entry in snapshot.extensions)
            self._has_limits[snapshot.tenant_id] = (snapshot.config_rev, has_limits)
        return has_limits

    def _read(self, link: extensions.connection, snapshot: TenantSnapshot) -> None:
        day = _day_began_at(snapshot)
        with link.cursor() as cursor:
            parameters = {
                "tenant": snapshot.tenant_id,
                "day": day,
                "worker": self._worker,
                "own_since": self._own_since,
            }
            cursor.execute(MINUTES_SQL, parameters)
            minutes = dict(cursor.fetchall())
        self._minutes = self._minutes | {snapshot.tenant_id: (day, minutes)}
        self._read_at[snapshot.tenant_id] = time.monotonic()


def _day_began_at(snapshot: TenantSnapshot) -> datetime:
    now = datetime.now(ZoneInfo(snapshot.time_zone))
    return now.replace(hour=0, minute=0, second=0, microsecond=0)
