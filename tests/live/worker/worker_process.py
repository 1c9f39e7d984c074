"""A worker whose contacts, and a tenant's trunks and rules, come from files.

`python -m tests.live.worker.worker_process`
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from types import FrameType

from callmanager.domain.snapshot import TenantSnapshot
from sipworker.bootstrap import build_worker
from sipworker.config import WorkerConfig
from sipworker.logs import configure_logging
from sipworker.ports import Contact, SnapshotSource


class ContactsInFile:
    """`{"102@acme.example": [["ruid", "sip:...", "user agent"]]}`, read anew for each call."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def contacts(self, number: str, sip_domain: str) -> tuple[Contact, ...]:
        rows = json.loads(self._path.read_text()).get(f"{number}@{sip_domain}", [])
        return tuple(Contact(*row) for row in rows)


class SnapshotInFile:
    """What `stand.configure` wrote stands in for what the database would say; read anew for each call."""

    def __init__(self, path: Path, snapshots: SnapshotSource) -> None:
        self._path = path
        self._find = snapshots.find

    def find(self, tenant_id: int) -> TenantSnapshot | None:
        if not self._path.exists():
            return self._find(tenant_id)
        snapshot = TenantSnapshot.from_json(json.loads(self._path.read_text()))
        return snapshot if snapshot.tenant_id == tenant_id else self._find(tenant_id)


def main() -> None:
    config = WorkerConfig.from_environment(os.environ)
    configure_logging(config.log_level)
    stops: list[int] = []

    def stop(number: int, frame: FrameType | None) -> None:
        stops.append(number)

    signal.signal(signal.SIGTERM, stop)
    worker = build_worker(config, ContactsInFile(Path(os.environ["TEST_CONTACTS"])))
    stand_in = SnapshotInFile(Path(os.environ["TEST_SNAPSHOT"]), worker.snapshots)
    worker.snapshots.find = stand_in.find  # type: ignore[method-assign]
    worker.start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    worker.run(lambda: len(stops))
    sys.stdout.write(f"legs left: {worker.sip.leg_count}\n")
    sys.stdout.flush()
    worker.stop()


if __name__ == "__main__":
    main()
