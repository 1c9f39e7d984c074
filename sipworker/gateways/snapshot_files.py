"""The last good snapshots on disk, for a start while PostgreSQL is away."""

from __future__ import annotations

import json
import os
from pathlib import Path

import structlog

from callmanager.domain.snapshot import SnapshotFormatError, TenantSnapshot

log = structlog.get_logger(__name__)


class SnapshotFiles:
    """One JSON file per tenant, replaced atomically."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        directory.mkdir(parents=True, exist_ok=True)

    def load_all(self) -> dict[int, TenantSnapshot]:
        """What can be read; a file of another version or a damaged one is left out with a log line."""
        snapshots: dict[int, TenantSnapshot] = {}
        for path in self._directory.glob("*.json"):
            try:
                snapshot = TenantSnapshot.from_json(json.loads(path.read_text()))
            except (OSError, ValueError, TypeError, KeyError, SnapshotFormatError) as error:
                log.warning("snapshot.file_unreadable", file=path.name, error=type(error).__name__)
                continue
            snapshots[snapshot.tenant_id] = snapshot
        return snapshots

    def save(self, snapshot: TenantSnapshot) -> None:
        path = self._path(snapshot.tenant_id)
        draft = path.with_suffix(".new")
        with draft.open("w") as file:
            file.writelines(snapshot.json_pieces())
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)

    def remove(self, tenant_id: int) -> None:
        self._path(tenant_id).unlink(missing_ok=True)

    def _path(self, tenant_id: int) -> Path:
        return self._directory / f"{tenant_id:d}.json"
