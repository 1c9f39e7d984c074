"""Who waited in the queues of the tenant in scope: the records, and figures of a time."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db.models import Count, Max, Q, QuerySet, Sum

from callmanager.domain.wallboard import QueueFigures
from callmanager.fleet.models import QueueStay


def queue_stay_list() -> QuerySet[QueueStay]:
    rows: QuerySet[QueueStay] = QueueStay.objects.all()
    return rows


def lost_call_list(*, number: str) -> QuerySet[QueueStay]:
    return queue_stay_list().filter(queue=number, is_lost=True)


def queue_figures(*, since: datetime, without: Collection[str] = ()) -> Mapping[str, QueueFigures]:
    """By queue's number, of callers who came since then, in other calls than `without`. One query."""
    over = queue_stay_list().filter(entered_at__gte=since).exclude(outcome="waiting").order_by()
    if without:
        over = over.exclude(session_id__in=without)
    rows = over.values("queue").annotate(
        calls=Count("pk"),
        answered=Count("pk", filter=Q(outcome="answered")),
        lost=Count("pk", filter=Q(is_lost=True)),
        breached=Count("pk", filter=Q(is_sla_breached=True)),
        longest=Max("waited_ms"),
        total=Sum("waited_ms"),
    )
    return {
        row["queue"]: QueueFigures(
            row["calls"],
            row["answered"],
            row["lost"],
            row["breached"],
            row["longest"] or 0,
            row["total"] or 0,
        )
        for row in rows
    }
