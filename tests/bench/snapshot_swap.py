"""What a change of a large company costs a worker: when it is in force, and how long another thread waits meanwhile."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psycopg2
from psycopg2 import extensions

from callmanager.domain.snapshot_load import load_snapshot
from sipworker.gateways.snapshot_files import SnapshotFiles
from sipworker.gateways.snapshots import SnapshotGateway, SnapshotLink
from sipworker.interpreter import interpreter_prepare
from tests.bench.results import percentiles
from tests.phones.waiting import until

ROUNDS = 10
BEAT_S = 0.002
LOADED_WITHIN_S, CHANGED_WITHIN_S = 120.0, 30.0


@dataclass(frozen=True, slots=True)
class SnapshotSwap:
    """`wait_ms` is how late a thread was that wants to run every two milliseconds, as the one that owns the calls."""

    extensions: int
    build_ms: dict[str, float]
    in_force_ms: dict[str, float]
    wait_idle_ms: dict[str, float]
    longest_wait_idle_ms: float
    wait_ms: dict[str, float]
    longest_wait_ms: float


def snapshot_swap(database_url: str, tenant_id: int, change: Callable[[int], None]) -> SnapshotSwap:
    """`change(n)` changes something of the tenant by the way people do. Of one worker's snapshots, in this process."""
    builds = [_build_ms(database_url, tenant_id) for _ in range(ROUNDS)]
    interpreter_prepare()
    with tempfile.TemporaryDirectory() as directory:
        gateway = SnapshotGateway(database_url, "tandem-bench", SnapshotFiles(Path(directory)))
        gateway.start()
        assert gateway.wait_loaded(LOADED_WITHIN_S)
        idle = _waits_while(lambda: time.sleep(3.0))
        in_force: list[float] = []
        busy = _waits_while(
            lambda: in_force.extend(_changed_ms(gateway, tenant_id, change, n) for n in range(ROUNDS))
        )
        snapshot = gateway.find(tenant_id)
        gateway.stop()
    assert snapshot is not None
    return SnapshotSwap(
        extensions=len(snapshot.extensions),
        build_ms=percentiles(builds),
        in_force_ms=percentiles(in_force),
        wait_idle_ms=percentiles(idle),
        longest_wait_idle_ms=max(idle),
        wait_ms=percentiles(busy),
        longest_wait_ms=max(busy),
    )


def _build_ms(database_url: str, tenant_id: int) -> float:
    with closing(psycopg2.connect(database_url)) as connection:
        connection.set_session(isolation_level=extensions.ISOLATION_LEVEL_REPEATABLE_READ, readonly=True)
        link = SnapshotLink(connection, connection)
        with connection:
            began = time.perf_counter()
            assert load_snapshot(link.execute, tenant_id) is not None
            return 1000 * (time.perf_counter() - began)


def _changed_ms(
    gateway: SnapshotGateway, tenant_id: int, change: Callable[[int], None], number: int
) -> float:
    """From the commit, which the answer follows, until the worker's calls would see it."""
    before = gateway.find(tenant_id)
    change(number)
    began = time.perf_counter()
    until(lambda: gateway.find(tenant_id) is not before, CHANGED_WITHIN_S, "the change is in force")
    return 1000 * (time.perf_counter() - began)


def _waits_while(work: Callable[[], None]) -> list[float]:
    """Milliseconds beyond each beat. Sleeping gives the interpreter away; coming back, it has to be asked for."""
    working = threading.Thread(target=work)
    waits: list[float] = []
    working.start()
    while working.is_alive():
        began = time.perf_counter()
        time.sleep(BEAT_S)
        waits.append(1000 * (time.perf_counter() - began - BEAT_S))
    return waits
