"""What the process runner and load balancers ask."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import redis
from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client, override_settings
from django.utils import timezone

from callmanager.fleet.models import WorkerNode
from pbxsite import readiness
from pbxsite.readiness import Part, Readiness, ReadinessMemory
from tests.web.calls import FakeWorker


class EdgeStandIn(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "result": {"uptime": 7}}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def _an_edge() -> Iterator[None]:
    with HTTPServer(("127.0.0.1", 0), EdgeStandIn) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        with override_settings(PBX_EDGE_RPC_PORT=server.server_port):
            yield
        server.shutdown()
        thread.join()


@pytest.fixture
def _a_worker(redis_url: str, db: None) -> None:
    FakeWorker(redis_url).register()


@pytest.fixture(autouse=True)
def _nothing_is_remembered() -> Iterator[None]:
    readiness.readiness.forget()
    readiness._are_migrations_current.clear()
    yield
    readiness.readiness.forget()
    readiness._are_migrations_current.clear()


def parts(client: Client) -> tuple[int, dict[str, str]]:
    """Status, and the reason of what is not well."""
    answer = client.get("/health/ready")
    document = answer.json()
    assert document["status"] == ("ok" if answer.status_code == 200 else "unavailable")
    for part in document["parts"].values():
        assert (part["state"] == "ok") == (part["reason"] == "")
    return answer.status_code, {name: part["reason"] for name, part in document["parts"].items()}


@pytest.mark.parametrize("path", ["/health", "/health/", "/health/live", "/health/live/"])
def test_a_living_process_says_so_without_asking_anything(client: Client, path: str) -> None:
    assert client.get(path).json() == {"status": "ok"}


@pytest.mark.usefixtures("_a_worker", "_an_edge")
def test_only_the_task_process_is_missing_here(client: Client) -> None:
    status, reasons = parts(client)
    assert status == 503
    assert list(reasons) == ["database", "migrations", "redis", "workers", "edge", "tasks"]
    assert {name: reason for name, reason in reasons.items() if reason} == {
        "tasks": "No task process answers."
    }


@pytest.mark.usefixtures("_a_worker")
def test_an_edge_that_is_away_is_said_so(client: Client) -> None:
    with override_settings(PBX_EDGE_RPC_PORT=1):
        assert parts(client)[1]["edge"] == "The edge does not answer."


@pytest.mark.usefixtures("_a_worker")
def test_a_worker_that_went_silent_does_not_count(client: Client) -> None:
    WorkerNode.objects.update(last_seen_at=timezone.now() - timedelta(minutes=1))
    assert "No worker" in parts(client)[1]["workers"]


@pytest.mark.usefixtures("_a_worker")
def test_a_missing_migration_is_noticed(client: Client) -> None:
    recorder = MigrationRecorder(connection)
    newest = recorder.migration_qs.filter(app="tenants").order_by("-id").first()
    assert newest is not None
    newest.delete()
    assert parts(client)[1]["migrations"] == "1 database schemas lack a migration."


@pytest.mark.usefixtures("_a_worker")
def test_with_redis_away_the_tasks_are_not_asked(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pbxsite.readiness.live_redis", lambda: redis.Redis(host="127.0.0.1", port=1))
    status, reasons = parts(client)
    assert status == 503
    assert reasons["redis"] == "Redis does not answer."
    assert reasons["tasks"] == "Not known while the redis part is not well."


@pytest.mark.usefixtures("_a_worker")
def test_no_reason_tells_a_secret_or_an_address(client: Client) -> None:
    with override_settings(PBX_EDGE_RPC_PORT=1):
        text = client.get("/health/ready").content.decode()
    assert settings.REDIS_URL not in text
    assert "127.0.0.1" not in text


def test_many_who_ask_at_once_cost_one_look() -> None:
    looks = []

    def look() -> Readiness:
        looks.append(1)
        return Readiness((Part("database", ""),))

    memory = ReadinessMemory(look, remembered_for_s=60)
    threads = [threading.Thread(target=memory.get) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (memory.get().is_ready, len(looks)) == (True, 1)


def test_an_answer_is_remembered_for_a_moment_only() -> None:
    looks = []

    def look() -> Readiness:
        looks.append(1)
        return Readiness(())

    memory = ReadinessMemory(look, remembered_for_s=0)
    memory.get()
    memory.get()
    assert len(looks) == 2
