"""What goes away and comes back stands in the event log, once."""

from __future__ import annotations

from datetime import timedelta

import psycopg2
import pytest
from django.conf import settings
from django.core.cache import cache
from django.utils import timezone

from callmanager.domain.edge_events import WorkerChanged
from callmanager.edge.outages import START_GRACE_S, Outages
from callmanager.fleet.models import WorkerNode, WorkerState
from callmanager.services import live_event
from callmanager.services.cdr import lost_calls_reap
from callmanager.services.live_event import live_events_publish
from callmanager.services.worker_watch import worker_reachability_record
from tenants.models import EventLogEntry
from tenants.scope import across_tenants


@pytest.fixture(autouse=True)
def _empty_log(db: None) -> None:
    cache.clear()
    with across_tenants():
        EventLogEntry.objects.all().delete()


def told() -> list[str]:
    with across_tenants():
        return list(EventLogEntry.objects.order_by("id").values_list("kind", flat=True))


def test_an_edge_that_two_parts_lose_is_told_once_and_its_return_too(monkeypatch: pytest.MonkeyPatch) -> None:
    outages = Outages()
    outages.end()
    outages.begin(ConnectionRefusedError())
    assert told() == []
    monkeypatch.setattr("callmanager.edge.outages.TOLD_AFTER_S", 0.0)
    outages.begin(ConnectionRefusedError())
    outages.begin(ConnectionRefusedError())
    outages.end()
    outages.end()
    assert told() == ["edge.down", "edge.up"]


def test_an_edge_that_was_gone_for_a_moment_is_told_when_it_is_back() -> None:
    outages = Outages()
    outages.end()
    outages.begin(ConnectionRefusedError())
    outages.end()
    assert told() == ["edge.up"]


def test_a_database_that_was_away_is_told_when_it_is_back() -> None:
    outages = Outages()
    outages.end()
    outages.begin(psycopg2.OperationalError())
    assert told() == []
    outages.end()
    assert told() == ["database.back"]


def test_what_is_not_there_yet_at_the_start_is_no_outage() -> None:
    outages = Outages()
    outages.begin(ConnectionRefusedError())
    outages.end()
    assert told() == []
    late = Outages(started_at=outages.started_at - START_GRACE_S - 1)
    late.begin(ConnectionRefusedError())
    late.end()
    assert told() == ["edge.up"]


def test_a_silent_worker_is_told_once() -> None:
    now = timezone.now()
    WorkerNode.objects.create(
        worker="w-silent", sip_uri="sip:127.0.0.1:9", started_at=now, last_seen_at=now, state=WorkerState.UP
    )
    for minutes in (1, 2, 3):
        lost_calls_reap(now=now + timedelta(minutes=minutes))
    assert told() == ["worker.started", "worker.lost"]


def test_a_worker_the_edge_does_not_reach_is_named() -> None:
    now = timezone.now()
    WorkerNode.objects.create(
        worker="w-deaf", sip_uri="sip:127.0.0.1:9", started_at=now, last_seen_at=now, state=WorkerState.UP
    )
    for is_up in (False, True):
        worker_reachability_record(change=WorkerChanged("sip:127.0.0.1:9", is_up, 0))
    with across_tenants():
        down, up = EventLogEntry.objects.filter(source="edge").order_by("id")
    assert "w-deaf" in down.message
    assert (down.severity, up.severity) == ("warning", "info")


def test_redis_going_away_and_coming_back_is_told(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    message = {"tenant_id": 1, "topic": "t"}
    live_event._redis.cache_clear()
    monkeypatch.setattr(settings, "REDIS_URL", "redis://127.0.0.1:1/0")
    for _ in range(2):
        live_events_publish([message])
    live_event._redis.cache_clear()
    monkeypatch.setattr(settings, "REDIS_URL", redis_url)
    for _ in range(2):
        live_events_publish([message])
    live_event._redis.cache_clear()
    assert told() == ["redis.away", "redis.back"]
