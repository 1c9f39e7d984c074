"""What the process runner asks before it says that the system is up."""

from __future__ import annotations

from datetime import timedelta

import pytest
import redis
from django.test import Client
from django.utils import timezone

from callmanager.fleet.models import WorkerNode
from tests.web.calls import FakeWorker


@pytest.fixture
def _a_worker(redis_url: str, db: None) -> None:
    FakeWorker(redis_url).register()


@pytest.mark.parametrize("path", ["/health", "/health/"])
def test_a_living_process_says_so_without_asking_anything(client: Client, path: str) -> None:
    assert client.get(path).json() == {"status": "ok"}


@pytest.mark.usefixtures("_a_worker")
def test_everything_there_is_ready(client: Client) -> None:
    answer = client.get("/health/ready")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "database": "ok", "redis": "ok", "workers": "ok"}


@pytest.mark.usefixtures("_a_worker")
def test_a_worker_that_went_silent_does_not_count(client: Client) -> None:
    WorkerNode.objects.update(last_seen_at=timezone.now() - timedelta(minutes=1))
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()["workers"]) == (503, "unavailable")


@pytest.mark.usefixtures("_a_worker")
def test_redis_away_is_said_so(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pbxsite.health.live_redis", lambda: redis.Redis(host="127.0.0.1", port=1))
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()["redis"]) == (503, "unavailable")
