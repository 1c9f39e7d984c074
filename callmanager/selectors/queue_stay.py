"""Who waited in the queues of the tenant in scope: the records, and figures of a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Avg, Count, Max, Q, QuerySet

from callmanager.fleet.models import QueueStay


@dataclass(frozen=True, slots=True)
class QueueFigures:
    """Of stays that are over; `breached` of those that waited longer than the service level allows. Whole seconds."""

    calls: int = 0
    answered: int = 0
    lost: int = 0
    breached: int = 0
    longest_wait_s: int = 0
    mean_wait_s: int = 0

    @property
    def sla_percent(self) -> int | None:
        """Of how many callers the service level was kept; None while there were none."""
        return round(100 * (self.calls - self.breached) / self.calls) if self.calls else None


def queue_stay_list() -> QuerySet[QueueStay]:
    rows: QuerySet[QueueStay] = QueueStay.objects.all()
    return rows


def lost_call_list(*, number: str) -> QuerySet[QueueStay]:
    return queue_stay_list().filter(queue=number, is_lost=True)


def queue_figures(*, since: datetime) -> Mapping[str, QueueFigures]:
    """By queue's number, of callers who came since then. One query."""
    over = queue_stay_list().filter(entered_at__gte=since).exclude(outcome="waiting").order_by()
    rows = over.values("queue").annotate(
        calls=Count("pk"),
        answered=Count("pk", filter=Q(outcome="answered")),
        lost=Count("pk", filter=Q(is_lost=True)),
        breached=Count("pk", filter=Q(is_sla_breached=True)),
        longest=Max("waited_ms"),
        mean=Avg("waited_ms"),
    )
    return {
        row["queue"]: QueueFigures(
            row["calls"],
            row["answered"],
            row["lost"],
            row["breached"],
            round((row["longest"] or 0) / 1000),
            round((row["mean"] or 0) / 1000),
        )
        for row in rows
    }
