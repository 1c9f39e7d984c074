"""The wallboard by REST: who waits, what agents do, and how the day went, of one's own company alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from callmanager.domain.agent_state import AgentHappening
from callmanager.models import Extension
from callmanager.selectors.call_queue import QueueAgentMember, call_queue_list
from callmanager.services.call_queue import call_queue_create
from callmanager.services.queue_agent import queue_agent_change
from callmanager.services.queue_stay import queue_stays_watch
from tenants.models import Tenant, User
from tenants.scope import tenant_scope
from tests.web.api.conftest import Rest, rest_as
from tests.web.calls import FakeWorker, registration_make
from tests.web.conftest import Cast
from tests.web.queue_calls import BREACHED, left, queue_call_tell, queue_stay_make

BOARD = "/api/wallboard"


@pytest.fixture
def worker(redis_url: str, db: None) -> Iterator[FakeWorker]:
    worker = FakeWorker(redis_url)
    worker.register()
    yield worker
    worker.close()


@pytest.fixture
def queue(acme: Tenant, cast: Cast) -> None:
    with tenant_scope(acme):
        members = [QueueAgentMember("101"), QueueAgentMember("102")]
        call_queue_create(number="8000", name="Sales", members=members, sla_s=20)


def sales(rest: Rest) -> dict[str, Any]:
    (found,) = rest.get(BOARD).body["queues"]
    shown: dict[str, Any] = found
    return shown


def states(rest: Rest) -> dict[str, str]:
    return {one["number"]: one["state"] for one in sales(rest)["agents"]}


@pytest.mark.usefixtures("queue", "worker")
def test_callers_wait_in_the_order_in_which_they_came(acme: Tenant) -> None:
    queue_call_tell(acme, "s2", caller="00492", ago_s=20)
    queue_call_tell(acme, "s1", BREACHED, ("target_ringing", {"number": "102"}), caller="00491", ago_s=60)
    queue_call_tell(acme, "s3", caller="00493", queue="8001")
    shown = sales(rest_as("acme"))
    assert [one["caller"] for one in shown["waiting"]] == ["00491", "00492"]
    first = shown["waiting"][0]
    assert (first["caller_name"], first["is_sla_breached"], first["ringing"]) == ("Zoe", True, ["102"])
    assert shown["today"]["calls"] == 0
    assert shown["today"]["sla_percent"] is None


@pytest.mark.usefixtures("queue", "worker")
def test_who_was_answered_counts_at_once_and_not_twice(acme: Tenant) -> None:
    noon = timezone.now()
    queue_call_tell(acme, "s1", BREACHED, left("answered", "101"), ago_s=5)
    queue_call_tell(acme, "s2", left("abandoned"), ago_s=5)
    queue_stay_make(acme, "s0", entered_at=noon - timedelta(seconds=6), waited_ms=4000)
    queue_stay_make(acme, "old", entered_at=noon - timedelta(days=2))
    expected = {
        "calls": 3,
        "answered": 2,
        "lost": 1,
        "sla_percent": 67,
        "mean_wait_s": 2,
        "longest_wait_s": 4,
    }
    for _ in range(2):
        shown = sales(rest_as("acme"))
        assert (shown["waiting"], shown["today"]) == ([], expected)
        queue_stays_watch()


@pytest.mark.usefixtures("queue")
def test_agents_are_shown_with_what_counts_for_who_waits(acme: Tenant, worker: FakeWorker) -> None:
    rest = rest_as("acme")
    assert states(rest) == {"101": "offline", "102": "offline"}
    registration_make(acme, "101", "r1")
    registration_make(acme, "102", "r2")
    assert states(rest) == {"101": "ready", "102": "ready"}
    with tenant_scope(acme):
        bob = Extension.objects.get(number="102")
        queue_agent_change(
            queues=call_queue_list(),
            extension_id=bob.pk,
            happening=AgentHappening.PAUSE,
            pause_reason="Lunch",
        )
    assert states(rest) == {"101": "ready", "102": "paused"}
    assert sales(rest)["agents"][1]["pause_reason"] == "Lunch"
    queue_call_tell(acme, "s1", ("target_ringing", {"number": "101"}))
    assert states(rest)["101"] == "ringing"
    worker.begin_call(acme, "s2", direction="in", caller="102", answered_number="101")
    assert states(rest) == {"101": "talking", "102": "paused"}
    with tenant_scope(acme):
        queue_agent_change(queues=call_queue_list(), extension_id=bob.pk, happening=AgentHappening.SIGN_OUT)
    assert states(rest)["102"] == "signed_out"


@pytest.mark.usefixtures("queue", "worker")
def test_a_stranger_sees_nothing_of_it(acme: Tenant, globex: Tenant) -> None:
    queue_call_tell(acme, "s1")
    assert rest_as("globex").get(BOARD).body["queues"] == []
    with tenant_scope(globex):
        call_queue_create(number="8000", name="Mallory's")
    shown = sales(rest_as("globex"))
    assert (shown["name"], shown["waiting"], shown["agents"]) == ("Mallory's", [], [])
    assert rest_as("101@acme").get(BOARD).body["queues"] == []
    assert rest_as("101@globex").get(BOARD).body["queues"] == []


@pytest.mark.usefixtures("queue", "worker")
def test_some_queues_alone_can_be_asked_for(acme: Tenant) -> None:
    with tenant_scope(acme):
        call_queue_create(number="8001", name="Help")
        call_queue_create(number="8002", name="Repairs")
    rest = rest_as("acme")

    def numbers(asked: str) -> list[str]:
        return [one["number"] for one in rest.get(f"{BOARD}?queue={asked}").body["queues"]]

    assert numbers("") == ["8000", "8001", "8002"]
    assert numbers("8001,8002") == ["8001", "8002"]
    assert numbers("9999") == []
    assert numbers("%00") == []


@pytest.mark.usefixtures("worker")
def test_it_costs_as_many_queries_for_many_queues_as_for_one(
    acme: Tenant, cast: Cast, django_assert_max_num_queries: Any
) -> None:
    with tenant_scope(acme):
        for number in range(8000, 8012):
            call_queue_create(
                number=str(number), name="Q", members=[QueueAgentMember("101"), QueueAgentMember("102")]
            )
    for number in range(8000, 8012):
        queue_call_tell(acme, f"s{number}", queue=str(number))
    client = Client()
    client.force_login(User.objects.get(username="acme"), backend="tenants.authentication.SignInBackend")
    with django_assert_max_num_queries(20):
        answer = client.get("/admin/wallboard/list/")
    assert len(answer.json()["queues"]) == 12
