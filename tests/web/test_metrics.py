"""/metrics: who may read it, and what it says."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import redis
from django.test import Client, override_settings

from pbxsite.metrics.task_signals import note_end, note_start
from tenants.models import Rank, Role, Tenant, User
from tenants.services.api_token import api_token_create
from tenants.services.user import user_create
from tests.web.conftest import WEB_PASSWORD, Cast

pytestmark = pytest.mark.django_db

FIGURES = {
    "started_at": 1_790_000_000.5,
    "cpu_s": 12.5,
    "since_turn_s": 0.02,
    "is_draining": False,
    "calls": 3,
    "legs": 6,
    "ended": {"answered": 40, "busy": 2},
    "rtp": {"rx_packets": 1000, "rx_lost": 5, "tx_packets": 990, "tx_lost": 1},
    "events_waiting": 4,
    "spool_bytes": 0,
    "snapshots": 2,
    "snapshots_age_s": 1.5,
}


def read(client: Client, *, secret: str = "", **environ: Any) -> tuple[int, str]:
    headers = {"Authorization": f"Bearer {secret}"} if secret else {}
    answer = client.get("/metrics", headers=headers, **environ)
    return answer.status_code, answer.content.decode()


def value(page: str, series: str) -> float:
    found = re.search(rf"^{re.escape(series)} (\S+)$", page, re.M)
    assert found is not None, series
    return float(found[1])


def test_the_machine_itself_may_read_it_directly(client: Client) -> None:
    assert read(client, REMOTE_ADDR="127.0.0.1")[0] == 200
    assert read(client, REMOTE_ADDR="::1")[0] == 200


@pytest.mark.parametrize("seen", ["203.0.113.7", "127.0.0.1", "::1"])
def test_by_the_front_nobody_may_read_it_without_a_token(client: Client, seen: str) -> None:
    status, page = read(client, REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR=seen)
    assert (status, "tandem_" in page) == (403, False)


def test_a_header_of_a_stranger_opens_nothing(client: Client) -> None:
    assert read(client, REMOTE_ADDR="203.0.113.7", HTTP_X_FORWARDED_FOR="127.0.0.1")[0] == 403


@override_settings(PBX_METRICS_NETWORKS=["192.0.2.0/24"])
def test_the_operator_names_who_else_may(client: Client) -> None:
    assert read(client, REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="192.0.2.9")[0] == 200
    assert read(client, REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="198.51.100.9")[0] == 403
    assert read(client, REMOTE_ADDR="127.0.0.1")[0] == 403


def test_an_administrators_token_of_the_scope_may_read_it_from_anywhere(client: Client, cast: Cast) -> None:
    auditor = user_create(
        role=Role.ADMINISTRATOR, rank=Rank.AUDITOR, username="watcher", password=WEB_PASSWORD
    )
    for user, scope, expected in (
        (cast.administrator, "metrics", 200),
        (auditor, "metrics", 200),
        (cast.administrator, "read", 200),
        (cast.administrator, "calls", 403),
        (User.objects.get(username="acme"), "metrics", 403),
        (User.objects.get(username="acme"), "write", 403),
        (User.objects.get(username="101@acme"), "write", 403),
    ):
        secret = api_token_create(user=user, scopes=[scope])[1]
        assert read(client, secret=secret, REMOTE_ADDR="203.0.113.7")[0] == expected, (user.username, scope)
    assert read(client, secret="nonsense", REMOTE_ADDR="203.0.113.7")[0] == 403


def test_requests_are_counted_by_pattern_and_never_by_what_strangers_write(
    client: Client, acme: Tenant
) -> None:
    client.get("/sign-in/?next=tell-nobody")
    client.get("/no-such-page-zebra4711/")
    client.get("/api/extensions/zebra4711")
    client.generic("BREW", "/sign-in/")
    page = read(client)[1]
    assert value(page, 'tandem_http_requests_total{method="GET",route="sign-in/",status="200"}') >= 1
    assert value(page, 'tandem_http_requests_total{method="GET",route="unknown",status="404"}') >= 1
    assert 'method="OTHER"' in page
    assert value(page, 'tandem_http_request_duration_seconds_count{method="GET",route="sign-in/"}') >= 1
    for word in ("tell-nobody", "zebra4711", "BREW", acme.name, acme.sip_domain):
        assert word not in page


def test_tasks_are_counted_where_they_run(client: Client) -> None:
    class Task:
        name = "tests.a_task"

    before = read(client)[1]
    assert "tests.a_task" not in before
    note_start(task_id="t1")
    note_end(task_id="t1", task=Task, state="SUCCESS")
    note_end(task_id="t2", task=Task, state="FAILURE")
    page = read(client)[1]
    assert value(page, 'tandem_tasks_total{outcome="success",task="tests.a_task"}') == 1
    assert value(page, 'tandem_tasks_total{outcome="failure",task="tests.a_task"}') == 1
    assert value(page, 'tandem_task_duration_seconds_count{task="tests.a_task"}') == 1


def test_the_queue_and_the_workers_last_words_stand_in_it(client: Client, redis_url: str) -> None:
    store = redis.Redis.from_url(redis_url)
    store.set("pbx:figures:worker-7", json.dumps(FIGURES), ex=15)
    try:
        page = read(client)[1]
    finally:
        store.delete("pbx:figures:worker-7")
    assert value(page, "tandem_tasks_waiting") >= 0
    assert value(page, 'tandem_worker_up{worker="worker-7"}') == 1
    assert value(page, 'tandem_worker_calls{worker="worker-7"}') == 3
    assert value(page, 'tandem_worker_calls_ended_total{status="answered",worker="worker-7"}') == 40
    lost = 'tandem_worker_rtp_packets_total{direction="from_phones",fate="lost",worker="worker-7"}'
    assert value(page, lost) == 5
    assert value(page, 'tandem_worker_snapshots_age_seconds{worker="worker-7"}') == 1.5
    assert 'worker="worker-7"' not in read(client)[1]


def test_an_edge_that_is_away_is_a_zero_and_no_error(client: Client) -> None:
    with override_settings(PBX_EDGE_RPC_PORT=1):
        assert value(read(client)[1], "tandem_edge_up") == 0


def test_redis_away_leaves_its_figures_out(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("queue", "workers"):
        monkeypatch.setattr(
            f"pbxsite.metrics.{module}.live_redis", lambda: redis.Redis(host="127.0.0.1", port=1)
        )
    status, page = read(client)
    assert status == 200
    assert "tandem_tasks_waiting" not in page
    assert "tandem_worker_up" not in page
