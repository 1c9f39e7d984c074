"""Records of calls over trunks: who sees them, and what they come to for limits of an extension."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from callmanager.fleet.models import Cdr
from sipworker.gateways.stored_use import MINUTES_SQL
from tenants.models import Tenant
from tenants.scope import across_tenants
from tests.web.api.conftest import Rest
from tests.web.calls import FakeWorker, cdr_make

INBOUND: dict[str, Any] = {"direction": "in", "trunk_id": 5, "trunk_name": "Telco", "caller": "101"}


def sessions(rest: Rest, **query: Any) -> list[str]:
    answer = rest.get("/api/cdrs", **query)
    assert answer.status == 200, answer.body
    return sorted(row["session_id"] for row in answer.body["results"])


def test_a_caller_outside_with_her_number_shows_alice_nothing(
    acme_user: Rest, alice: Rest, mallory: Rest, acme: Tenant
) -> None:
    cdr_make(acme, "not-hers", **INBOUND, callee="4930555", did="4930555", answered_number="102")
    cdr_make(acme, "of-her-number", direction="in", caller="+33", callee="101", answered_number="102")
    cdr_make(
        acme,
        "to-her-number",
        direction="out",
        caller="102",
        callee="101",
        answered_number="101",
        answered_by="trunk",
    )
    assert sessions(alice) == []
    assert sessions(mallory) == []
    assert len(sessions(acme_user)) == 3


def test_alice_sees_the_calls_that_rang_on_her_phones_and_those_she_made(alice: Rest, acme: Tenant) -> None:
    missed = {"answered_number": "", "answered_by": "", "status": "no_answer", "rung_extensions": ["101"]}
    cdr_make(acme, "missed", direction="in", caller="+33", callee="4930555", **missed)
    cdr_make(acme, "made", direction="out", callee="+49301", answered_number="+49301", answered_by="trunk")
    assert sessions(alice) == ["made", "missed"]


def test_records_are_found_by_direction_number_and_trunk(
    acme_user: Rest, globex_user: Rest, acme: Tenant
) -> None:
    cdr_make(acme, "in", **INBOUND, did="4930555")
    cdr_make(acme, "out", direction="out", outbound_trunk_name="Telco", outbound_trunk_id=5)
    cdr_make(acme, "inside")
    assert sessions(acme_user, direction="in") == sessions(acme_user, did="4930555") == ["in"]
    assert sessions(acme_user, outbound_trunk_name="Telco") == ["out"]
    assert sessions(acme_user, trunk_name="Telco") == ["in"]
    assert sessions(globex_user, direction="in") == []
    answer = acme_user.get("/api/cdrs", direction="sideways")
    assert (answer.status, answer.problems) == (400, {("direction", "invalid_choice")})


def test_running_calls_say_over_which_trunks_they_go(
    acme_user: Rest, alice: Rest, acme: Tenant, worker: FakeWorker
) -> None:
    worker.begin_call(acme, "s1", **INBOUND, callee="4930555", did="4930555", rung=["102"])
    (call,) = acme_user.get("/api/call_sessions").body["results"]
    assert (call["trunk_name"], call["did"], call["outbound_trunk_name"]) == ("Telco", "4930555", "")
    assert alice.get("/api/call_sessions").body["results"] == []


@pytest.mark.django_db
def test_minutes_of_a_day_are_those_of_others_processes_and_of_that_day(acme: Tenant, globex: Tenant) -> None:
    day = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    noon, before_midnight = day + timedelta(hours=12), day - timedelta(minutes=3)

    def call(tenant: Tenant, name: str, minutes: int, **fields: Any) -> Cdr:
        at = fields.pop("at", noon)
        times = {"started_at": at, "answered_at": at, "ended_at": at + timedelta(minutes=minutes)}
        return cdr_make(tenant, name, **{**times, "on_behalf_of": "101", "worker": "worker-1", **fields})

    call(acme, "one", 7)
    call(acme, "over midnight", 5, at=before_midnight)
    call(acme, "mine", 100, worker="worker-0")
    call(acme, "of my predecessor", 10, worker="worker-0", at=noon - timedelta(hours=6))
    call(acme, "yesterday", 60, at=day - timedelta(hours=5))
    call(acme, "inside", 60, on_behalf_of="")
    call(acme, "unanswered", 60, answered_at=None)
    call(acme, "bobs", 3, on_behalf_of="102")
    call(globex, "mallorys", 60)
    parameters: dict[str, Any] = {
        "tenant": acme.pk,
        "day": day,
        "worker": "worker-0",
        "own_since": noon - timedelta(hours=1),
    }
    with across_tenants(), connection.cursor() as cursor:
        cursor.execute(MINUTES_SQL, parameters)
        assert dict(cursor.fetchall()) == {"101": pytest.approx(19), "102": pytest.approx(3)}
