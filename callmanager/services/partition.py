"""The months of call events, CDRs and queue calls: made ahead, dropped when their retention is over."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import connection

MONTHS_AHEAD = 2
_TABLES = (("call_event", "at"), ("cdr", "started_at"), ("queue_stay", "entered_at"))

_MAKE_SQL = """
    SELECT public.make_month_partition(%s, %s, (date_trunc('month', %s::date) + n * interval '1 month')::date)
      FROM generate_series(0, %s) AS n
"""


def partitions_make_ahead(*, today: date) -> int:
    """This month's and the next ones', where they are missing; the number made."""
    made = 0
    with connection.cursor() as cursor:
        for table, key_column in _TABLES:
            cursor.execute(_MAKE_SQL, (table, key_column, today, MONTHS_AHEAD))
            made += sum(is_new for (is_new,) in cursor.fetchall())
    return made


def call_events_expire(*, today: date, retention_days: int) -> int:
    """Drop the months of events that are wholly older than the retention; their CDRs stay."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT public.drop_months_before('call_event', %s)", (today - timedelta(days=retention_days),)
        )
        row = cursor.fetchone()
    return int(row[0]) if row else 0
