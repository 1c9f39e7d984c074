"""RecordingRoom: the disk's space and the tenants' quotas, looked up every few seconds on a thread of its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

import structlog
from psycopg2 import extensions

from sipworker.gateways.postgres import OUTAGES, connect
from sipworker.gateways.reconnecting import ReconnectingThread

log = structlog.get_logger(__name__)

EVERY_S = 5.0
MB = 1024 * 1024

# Of tenants that have a quota: what is left of it.
LEFT_SQL = """
    SELECT tenant.id, tenant.disk_quota_mb::bigint * 1048576 - coalesce(sum(used.size_bytes), 0)::bigint
      FROM tenants_tenant AS tenant
      LEFT JOIN tenant_file_usage AS used ON used.tenant_id = tenant.id
     WHERE tenant.disk_quota_mb IS NOT NULL
     GROUP BY tenant.id
"""


class RecordingRoomGateway(ReconnectingThread[extensions.connection]):
    """While PostgreSQL is away the last known figures count; the disk is looked at each time it is asked about."""

    outages = OUTAGES

    def __init__(self, database_url: str, worker: str, directory: Path, min_free_mb: int) -> None:
        super().__init__("recording-room")
        self._database_url = database_url
        self._worker = worker
        self._directory = directory
        self._min_free_bytes = min_free_mb * MB
        self._left: Mapping[int, int] = {}

    def is_disk_full(self) -> bool:
        try:
            return shutil.disk_usage(self._directory).free < self._min_free_bytes
        except OSError as error:
            log.error("recording_room.disk_unreadable", error=type(error).__name__)
            return True

    def left_bytes(self, tenant_id: int) -> int | None:
        return self._left.get(tenant_id)

    @contextmanager
    def open(self) -> Iterator[extensions.connection]:
        with closing(connect(self._database_url, self._worker)) as connection:
            connection.autocommit = True
            yield connection

    def turn(self, link: extensions.connection) -> None:
        with link.cursor() as cursor:
            cursor.execute(LEFT_SQL)
            # One assignment: the SIP thread reads either the old or the new figures.
            self._left = dict(cursor.fetchall())
        self.pause(EVERY_S)
