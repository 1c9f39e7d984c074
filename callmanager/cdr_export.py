"""Call records as a table for spreadsheets. The newest first, and no more than a spreadsheet takes."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import QuerySet
from django.http import HttpResponse

from callmanager.fleet.models import Cdr
from tenants.csv_writing import csv_response

ROWS_AT_MOST = 50_000
HEADER = (
    "started", "answered", "ended", "tenant", "caller", "caller name", "dialled", "answered number", "direction",
    "status", "rang (ms)", "talked (ms)", "ended by", "SIP code", "reason", "caller MOS", "callee MOS",
    "session", "SIP Call-ID",
)  # fmt: skip


def cdr_csv(records: QuerySet[Cdr]) -> HttpResponse:
    def rows() -> Iterator[tuple[object, ...]]:
        for one in records[:ROWS_AT_MOST]:
            yield (
                one.started_at, one.answered_at, one.ended_at, one.tenant_name, one.caller,
                one.caller_display_name, one.callee, one.answered_number, one.direction, one.status,
                one.ring_duration_ms, one.talk_duration_ms, one.ended_by, one.sip_code, one.ended_reason,
                one.caller_mos, one.callee_mos, one.session_id, one.call_id,
            )  # fmt: skip

    return csv_response("call-records", HEADER, rows())
