"""Agents that sign in, out and pause by themselves or by who manages their queue; and the minutes after a call."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from callmanager.models import CallQueue
from callmanager.selectors.call_queue import QueueAgentMember
from callmanager.selectors.snapshot import snapshot_get
from callmanager.services.call_queue import call_queue_create
from callmanager.services.registration import registrations_apply
from tenants.models import Tenant
from tenants.scope import tenant_scope
from tests.web.api.conftest import rest_as
from tests.web.callmanager.test_registrations import DESK, change
from tests.web.calls import FakeWorker, cdr_make, registration_make
from tests.web.conftest import ACME_DOMAIN, Cast
from tests.web.queue_calls import queue_stay_make

OWN, AGENTS, BOARD = "/api/account/queues", "/api/account/queue_agents", "/api/wallboard"


@pytest.fixture
def worker(redis_url: str, db: None) -> Iterator[FakeWorker]:
    worker = FakeWorker(redis_url)
    worker.register()
    yield worker
    worker.close()


@pytest.fixture
def queues(acme: Tenant, globex: Tenant, cast: Cast) -> None:
    """101 is an agent of both and manages the first, where it is none therefore; the stranger has such a one."""
    members = [QueueAgentMember("101"), QueueAgentMember("102")]
    with tenant_scope(acme):
        call_queue_create(number="8000", name="Sales", members=members, managers=["101"], wrap_up_s=60)
        call_queue_create(number="8001", name="Help", members=members)
    with tenant_scope(globex):
        call_queue_create(number="8000", name="Mallory's", members=[QueueAgentMember("101")])


def state(tenant: Tenant, queue: str, agent: str) -> tuple[bool, bool, str]:
    found = snapshot_get(tenant=tenant).agent_state(queue, agent)
    return found.is_signed_in, found.is_paused, found.pause_reason


@pytest.mark.usefixtures("queues")
class TestThemselves:
    def test_an_agent_sees_its_queues_and_not_those_that_it_manages(self) -> None:
        assert [one["queue_number"] for one in rest_as("101@acme").get(OWN).body] == ["8001"]
        assert [one["queue_number"] for one in rest_as("102@acme").get(OWN).body] == ["8000", "8001"]

    def test_it_pauses_resumes_and_signs_out(self, acme: Tenant) -> None:
        bob = rest_as("102@acme")
        asked = {"queue_number": "8000", "happening": "pause", "pause_reason": " lunch "}
        rows = {one["queue_number"]: one for one in bob.post(OWN, asked).body}
        assert (rows["8000"]["is_paused"], rows["8000"]["pause_reason"]) == (True, "lunch")
        assert state(acme, "8000", "102") == (True, True, "lunch")
        assert state(acme, "8001", "102") == (True, False, "")
        bob.post(OWN, {"happening": "resume"})
        assert state(acme, "8000", "102") == (True, False, "")
        bob.post(OWN, {"happening": "sign_out"})
        assert [state(acme, queue, "102")[0] for queue in ("8000", "8001")] == [False, False]

    @pytest.mark.parametrize(
        ("asked", "status", "field"),
        [
            ({"happening": "sign_in", "queue_number": "8009"}, 404, None),
            ({"happening": "registered"}, 400, "happening"),
            ({}, 400, "happening"),
            ({"happening": "sign_in", "pause_reason": "x"}, 400, "pause_reason"),
            ({"happening": "pause", "pause_reason": "x" * 65}, 400, "pause_reason"),
        ],
    )
    def test_what_is_wrong_changes_nothing(
        self, acme: Tenant, asked: dict[str, Any], status: int, field: str | None
    ) -> None:
        answer = rest_as("102@acme").post(OWN, asked)
        assert answer.status == status
        assert field is None or [one["field"] for one in answer.body["errors"]] == [field]
        assert state(acme, "8000", "102") == (True, False, "")

    def test_a_stranger_and_the_company_are_no_agents(self, acme: Tenant) -> None:
        rest_as("101@globex").post(OWN, {"happening": "sign_out"})
        assert state(acme, "8001", "101") == (True, False, "")
        assert rest_as("acme").get(OWN).status == 403


@pytest.mark.usefixtures("queues")
class TestManagers:
    def test_a_manager_changes_the_agents_of_its_queue_alone(self, acme: Tenant) -> None:
        alice = rest_as("101@acme")
        (row,) = alice.get(AGENTS).body
        assert (row["queue_number"], row["extension_number"]) == ("8000", "102")
        asked = {"extension_number": "102", "happening": "sign_out"}
        (row,) = alice.post(AGENTS, asked).body
        assert row["is_signed_in"] is False
        assert state(acme, "8000", "102") == (False, False, "")
        assert state(acme, "8001", "102") == (True, False, "")
        assert alice.post(AGENTS, asked | {"queue_number": "8001"}).status == 404
        assert alice.post(AGENTS, {"extension_number": "101", "happening": "sign_out"}).status == 404
        assert alice.post(AGENTS, {"extension_number": "999", "happening": "sign_out"}).status == 404

    @pytest.mark.parametrize("who", ["102@acme", "101@globex"])
    def test_who_manages_nothing_changes_nobody(self, acme: Tenant, who: str) -> None:
        asked = {"extension_number": "102", "happening": "sign_out"}
        assert rest_as(who).post(AGENTS, asked).status == 404
        assert rest_as(who).get(AGENTS).body == []
        assert state(acme, "8000", "102") == (True, False, "")

    def test_the_company_can_change_no_manager_either(self, acme: Tenant) -> None:
        with tenant_scope(acme):
            members = CallQueue.objects.get(number="8000").members
            alice = members.get(extension__number="101").extension_id
        body = {"extension_number": "8000", "status": False, "extension_id": alice}
        assert rest_as("acme").post("/api/call_queues/member_state", body).status == 404

    @pytest.mark.usefixtures("worker")
    def test_a_managers_wallboard_has_its_queues(self) -> None:
        assert [one["number"] for one in rest_as("101@acme").get(BOARD).body["queues"]] == ["8000"]
        assert rest_as("101@acme").get(f"{BOARD}?queue=8001").body["queues"] == []
        assert rest_as("102@acme").get(BOARD).body["queues"] == []


@pytest.mark.usefixtures("queues", "worker")
def test_after_a_call_an_agent_is_left_in_peace_and_shown_so(acme: Tenant) -> None:
    registration_make(acme, "102", "r2")
    now = timezone.now()

    def shown() -> tuple[str, bool]:
        (agent,) = rest_as("acme").get(f"{BOARD}?queue=8000").body["queues"][0]["agents"]
        return agent["state"], agent["rests_until"] is not None

    assert shown() == ("ready", False)
    queue_stay_make(acme, "old", agent="102", entered_at=now - timedelta(minutes=9))
    cdr_make(acme, "old", ended_at=now - timedelta(seconds=90))
    assert shown() == ("ready", False)
    queue_stay_make(acme, "s1", agent="102", entered_at=now - timedelta(minutes=3))
    cdr_make(acme, "s1", ended_at=now - timedelta(seconds=20))
    assert shown() == ("wrap_up", True)


@pytest.mark.usefixtures("queues")
def test_a_second_telephone_signs_nobody_in_again(acme: Tenant) -> None:
    def registers(phone: str) -> None:
        found = replace(DESK, ruid=f"uloc-{phone}", aor=f"102@{ACME_DOMAIN}")
        registrations_apply(changes=[change(found, "registered")])

    rest_as("102@acme").post(OWN, {"happening": "sign_out"})
    registers("desk")
    assert state(acme, "8000", "102")[0] is True
    rest_as("102@acme").post(OWN, {"happening": "sign_out"})
    registers("pocket")
    assert state(acme, "8000", "102")[0] is False
