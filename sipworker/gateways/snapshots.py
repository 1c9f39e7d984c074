"""SnapshotSource: every tenant's configuration in memory, fresh within a second of a change.

NOTIFY says what changed. Notifications get lost while a connection is down, so everything is read anew after
connecting, and all revisions are compared every few seconds.
"""

from __future__ import annotations

import select
import threading
import time
from collections import deque
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

import structlog
from psycopg2 import extensions

from callmanager.domain.snapshot import TenantSnapshot
from callmanager.domain.snapshot_load import load_revisions, load_snapshot
from sipworker.gateways.postgres import OUTAGES, connect
from sipworker.gateways.reconnecting import ReconnectingThread
from sipworker.gateways.snapshot_files import SnapshotFiles
from sipworker.interpreter import long_lived_settle

log = structlog.get_logger(__name__)

COMPARE_EVERY_S = 5.0
WAIT_S = 1.0
ROWS_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class SnapshotLink:
    """One connection hears of changes, the other reads at one revision of everything."""

    listener: extensions.connection
    reader: extensions.connection

    def execute(self, sql: str, parameters: Sequence[object]) -> list[tuple[Any, ...]]:
        with self.reader.cursor() as cursor:
            cursor.execute(sql, parameters)
            rows: list[tuple[Any, ...]] = []
            # Not all at once: the driver keeps Python while it makes rows, and the thread of calls waits.
            while some := cursor.fetchmany(ROWS_AT_ONCE):
                rows += some
            return rows

    def revisions(self) -> dict[int, int]:
        with self.reader:
            return load_revisions(self.execute)

    def snapshots(self, tenant_ids: Collection[int]) -> dict[int, TenantSnapshot | None]:
        with self.reader:
            return {tenant_id: load_snapshot(self.execute, tenant_id) for tenant_id in tenant_ids}


class SnapshotGateway(ReconnectingThread[SnapshotLink]):
    outages = OUTAGES

    def __init__(self, database_url: str, application_name: str, files: SnapshotFiles) -> None:
        super().__init__("snapshots")
        self._database_url = database_url
        self._application_name = application_name
        self._files = files
        # Replaced as a whole, never changed: the SIP thread reads it without a lock.
        self._snapshots = files.load_all()
        # Filled by this thread, emptied by the SIP thread.
        self._changed: deque[int] = deque()
        self._loaded = threading.Event()
        self._compared_at = 0.0

    @property
    def count(self) -> int:
        return len(self._snapshots)

    @property
    def age_s(self) -> float | None:
        """Since the snapshots were last compared with the database; None if never."""
        return time.monotonic() - self._compared_at if self._compared_at else None

    def find(self, tenant_id: int) -> TenantSnapshot | None:
        return self._snapshots.get(tenant_id)

    def all(self) -> Collection[TenantSnapshot]:
        return self._snapshots.values()

    def take_changed(self) -> frozenset[int]:
        changed = set()
        while self._changed:
            changed.add(self._changed.popleft())
        return frozenset(changed)

    def wait_loaded(self, timeout_s: float) -> bool:
        """Whether everything has been read from the database once."""
        return self._loaded.wait(timeout_s)

    @contextmanager
    def open(self) -> Iterator[SnapshotLink]:
        with (
            closing(connect(self._database_url, self._application_name)) as listener,
            closing(connect(self._database_url, self._application_name)) as reader,
        ):
            listener.autocommit = True
            with listener.cursor() as cursor:
                # Listen first, read after: a change in between is then announced, not missed.
                cursor.execute("LISTEN tenant_config")
            reader.set_session(isolation_level=extensions.ISOLATION_LEVEL_REPEATABLE_READ, readonly=True)
            link = SnapshotLink(listener, reader)
            self._load_all(link)
            yield link

    def turn(self, link: SnapshotLink) -> None:
        if select.select([link.listener], [], [], WAIT_S)[0]:
            link.listener.poll()
            changed = {_tenant_of(notify.payload) for notify in link.listener.notifies}
            link.listener.notifies.clear()
            self._load(link, changed - {0})
        if time.monotonic() - self._compared_at > COMPARE_EVERY_S:
            self._compare(link)

    def _load_all(self, link: SnapshotLink) -> None:
        """All tenants, also those whose revision is the one on disk: the database may be another one."""
        revisions = self._read_revisions(link)
        self._load(link, revisions)
        self._forget(self._snapshots.keys() - revisions.keys())
        self._loaded.set()
        log.info("snapshot.all_loaded", tenants=len(self._snapshots))

    def _compare(self, link: SnapshotLink) -> None:
        revisions = self._read_revisions(link)
        known = self._snapshots
        self._load(link, {t for t, rev in revisions.items() if t not in known or known[t].config_rev != rev})
        self._forget(known.keys() - revisions.keys())

    def _read_revisions(self, link: SnapshotLink) -> dict[int, int]:
        self._compared_at = time.monotonic()
        return link.revisions()

    def _load(self, link: SnapshotLink, tenant_ids: Collection[int]) -> None:
        if not tenant_ids:
            return
        found = link.snapshots(tenant_ids)
        loaded = {tenant_id: snapshot for tenant_id, snapshot in found.items() if snapshot is not None}
        self._snapshots = self._snapshots | loaded
        self._changed.extend(loaded)
        self._forget(found.keys() - loaded.keys())
        long_lived_settle()
        for snapshot in loaded.values():
            self._files.save(snapshot)

    def _forget(self, tenant_ids: Collection[int]) -> None:
        if not tenant_ids:
            return
        self._snapshots = {t: snapshot for t, snapshot in self._snapshots.items() if t not in tenant_ids}
        self._changed.extend(tenant_ids)
        for tenant_id in tenant_ids:
            self._files.remove(tenant_id)


def _tenant_of(payload: str) -> int:
    """`TENANT_ID:CONFIG_REV`; 0 for anything else, which the next comparison makes good."""
    tenant, _, _ = payload.partition(":")
    return int(tenant) if tenant.isascii() and tenant.isdigit() else 0
