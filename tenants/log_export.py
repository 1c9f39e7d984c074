"""Both logs as tables for spreadsheets. The newest first, and no more than a spreadsheet takes."""

from __future__ import annotations

import json
from collections.abc import Iterator

from django.db.models import QuerySet
from django.http import HttpResponse

from tenants.csv_writing import csv_response
from tenants.models import AuditEntry, EventLogEntry

ROWS_AT_MOST = 50_000
AUDIT_HEADER = (
    "time", "person", "tenant", "by", "action", "object type", "object id", "object", "outcome", "reason",
    "changes", "address",
)  # fmt: skip
EVENT_HEADER = ("time", "severity", "source", "kind", "tenant", "message", "data")


def audit_csv(entries: QuerySet[AuditEntry]) -> HttpResponse:
    def rows() -> Iterator[tuple[object, ...]]:
        for one in entries[:ROWS_AT_MOST]:
            yield (
                one.at, one.actor, one.tenant_name, one.get_door_display(), one.action, one.object_type,
                one.object_id, one.object_name, one.get_outcome_display(), one.reason,
                changes_text(one), one.ip,
            )  # fmt: skip

    return csv_response("activity-log", AUDIT_HEADER, rows())


def event_csv(events: QuerySet[EventLogEntry]) -> HttpResponse:
    def rows() -> Iterator[tuple[object, ...]]:
        for one in events[:ROWS_AT_MOST]:
            data = json.dumps(one.data) if one.data else ""
            yield (
                one.at, one.get_severity_display(), one.get_source_display(), one.kind, one.tenant_name,
                one.message, data,
            )  # fmt: skip

    return csv_response("event-log", EVENT_HEADER, rows())


def changes_text(entry: AuditEntry) -> str:
    """`ring time: 30 → 20; enabled: True → False`."""
    return "; ".join(
        f"{name}: {_shown(change['before'])} → {_shown(change['after'])}"
        for name, change in entry.changes.items()
    )


def _shown(value: object) -> str:
    return "–" if value in (None, "") else str(value)
