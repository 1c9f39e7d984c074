"""Who waited in queues is recorded once, whatever happens to the worker; and managers hear of it once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone

from callmanager.domain.agent_state import AgentHappening
from callmanager.domain.wallboard import QueueFigures
from callmanager.domain.worker_loss import CONFIRMED_AFTER
from callmanager.fleet.models import Cdr, QueueStay, WorkerNode
from callmanager.models import Extension
from callmanager.selectors.call_queue import QueueAgentMember, agent_rows, call_queue_list
from callmanager.selectors.queue_stay import queue_figures
from callmanager.services.call_queue import call_queue_create
from callmanager.services.cdr import cdrs_assemble, lost_calls_reap
from callmanager.services.leaving_tenant import call_records_remove
from callmanager.services.queue_agent import queue_agent_change
from callmanager.services.queue_stay import queue_stays_watch
from tenants.models import MailSecurity, MailServer, OutgoingMail, Tenant
from tenants.scope import across_tenants, tenant_scope
from tenants.services.tenant_deletion import tenant_delete
from tests.web.queue_calls import BREACHED, ENDED, left, queue_call_tell, queue_stay_make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_silence_is_remembered() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def stays(tenant: Tenant) -> list[tuple[str, str, bool]]:
    with tenant_scope(tenant):
        rows = QueueStay.objects.order_by("entered_at", "sequence")
        return [(row.session_id, row.outcome, row.is_lost) for row in rows]


def figures(tenant: Tenant) -> QueueFigures:
    with tenant_scope(tenant):
        found = queue_figures(since=timezone.now() - timedelta(days=1))
        return found.get("8000", QueueFigures())


def test_an_ended_call_is_recorded_with_its_call_record_and_once(acme: Tenant, globex: Tenant) -> None:
    queue_call_tell(acme, "s1", BREACHED, left("answered", "101"), ENDED)
    assert cdrs_assemble(session_ids=["s1"]) == 1
    assert cdrs_assemble(session_ids=["s1"]) == 0
    assert stays(acme) == [("s1", "answered", False)]
    assert stays(globex) == []
    with tenant_scope(acme):
        row = QueueStay.objects.get()
    assert (row.queue, row.queue_name, row.caller, row.caller_name) == ("8000", "Sales", "00491711", "Zoe")
    assert (row.waited_ms, row.agent, row.sla_s, row.is_sla_breached) == (2000, "101", 20, True)
    assert figures(acme) == QueueFigures(1, 1, 0, 1, 2000, 2000)
    assert figures(globex) == QueueFigures()


def test_who_waits_is_recorded_while_the_call_runs_and_followed(acme: Tenant) -> None:
    queue_call_tell(acme, "s1")
    queue_stays_watch()
    queue_stays_watch()
    assert stays(acme) == [("s1", "waiting", False)]
    assert figures(acme).calls == 0
    queue_call_tell(acme, "s2", left("no_answer"))
    queue_stays_watch()
    assert ("s2", "no_answer", True) in stays(acme)


def test_callers_of_a_killed_worker_are_lost_and_counted(acme: Tenant) -> None:
    now = timezone.now()
    WorkerNode.objects.create(
        worker="w0",
        sip_uri="sip:127.0.0.1:15100",
        started_at=now - timedelta(hours=1),
        last_seen_at=now - timedelta(seconds=20),
        state="up",
    )
    queue_call_tell(acme, "s1", worker="w0", ago_s=60)
    queue_call_tell(acme, "s2", left("answered", "101"), worker="w0", ago_s=60)
    queue_stays_watch()
    lost_calls_reap(now=now)
    lost_calls_reap(now=now + CONFIRMED_AFTER + timedelta(seconds=1))
    with tenant_scope(acme):
        assert Cdr.objects.count() == 2
    assert sorted(stays(acme)) == [("s1", "worker_lost", True), ("s2", "answered", False)]
    found = figures(acme)
    assert (found.calls, found.answered, found.lost) == (2, 1, 1)


def test_yesterdays_callers_are_not_todays(acme: Tenant) -> None:
    queue_stay_make(acme, "s1", entered_at=timezone.now() - timedelta(days=2))
    queue_stay_make(acme, "s2", outcome="abandoned", is_lost=True, waited_ms=90_000)
    assert figures(acme) == QueueFigures(1, 0, 1, 0, 90_000, 90_000)
    assert figures(acme).sla_percent == 100


def test_a_companys_records_go_with_its_call_records_and_with_the_company(
    acme: Tenant, globex: Tenant
) -> None:
    queue_call_tell(acme, "s1", left("abandoned"), ENDED)
    cdrs_assemble(session_ids=["s1"])
    with across_tenants():
        assert QueueStay.objects.count() == 1
    assert call_records_remove(tenant_id=globex.pk) == 0
    assert call_records_remove(tenant_id=acme.pk) == 1
    queue_stay_make(globex, "g1")
    queue_stay_make(acme, "s2")
    tenant_delete(tenant=acme)
    with across_tenants():
        assert [row.session_id for row in QueueStay.objects.all()] == ["g1"]


def test_an_agent_who_rang_in_vain_is_signed_out_while_the_caller_still_waits(acme: Tenant) -> None:
    with tenant_scope(acme):
        call_queue_create(
            number="8000", name="Sales", members=[QueueAgentMember("101")], is_ready_automatically=False
        )
        alice = Extension.objects.get(number="101")
        queue_agent_change(
            queues=call_queue_list(),
            extension_id=alice.pk,
            happening=AgentHappening.SIGN_IN,
            at=timezone.now() - timedelta(hours=1),
        )
    vain = {"queue": "8000", "agent": "101", "happening": "rung_in_vain"}
    queue_call_tell(acme, "s1", ("queue_agent_state", vain))
    queue_stays_watch()
    with tenant_scope(acme):
        assert not agent_rows(list(call_queue_list()))[0].state.is_signed_in


# Mails


@pytest.fixture
def queue(acme: Tenant) -> None:
    """Managed by 101, who has an address, and 102, who has none."""
    with tenant_scope(acme):
        Extension.objects.filter(number="101").update(email="boss@acme.example")
        Extension.objects.filter(number="102").update(email="")
        call_queue_create(number="8000", name="Sales", managers=["101", "102"], sla_s=20)
    MailServer.objects.create(
        tenant=acme,
        host="mail.acme.example",
        port=25,
        security=MailSecurity.NONE,
        from_address="pbx@acme.example",
    )


def mails() -> list[tuple[str, str]]:
    with across_tenants():
        return [(mail.to, mail.subject) for mail in OutgoingMail.objects.order_by("pk")]


@pytest.mark.usefixtures("queue")
def test_managers_hear_once_of_a_caller_who_waits_too_long(acme: Tenant) -> None:
    queue_call_tell(acme, "s1", BREACHED)
    assert queue_stays_watch() == 1
    assert queue_stays_watch() == 0
    assert mails() == [("boss@acme.example", "8000 Sales: a caller waits for more than 20 seconds")]


@pytest.mark.usefixtures("queue")
def test_managers_hear_once_of_a_lost_call(acme: Tenant) -> None:
    queue_call_tell(acme, "s1", left("abandoned"), ENDED)
    cdrs_assemble(session_ids=["s1"])
    assert queue_stays_watch() == 1
    assert queue_stays_watch() == 0
    assert mails() == [("boss@acme.example", "8000 Sales: lost call from 00491711")]
    with across_tenants():
        text = OutgoingMail.objects.get().text
    assert "Zoe (00491711)" in text
    assert "The caller hung up." in text


@pytest.mark.usefixtures("queue")
def test_nobody_is_written_to_of_answered_calls_and_of_old_ones(acme: Tenant) -> None:
    queue_call_tell(acme, "s1", left("answered", "101"), ENDED)
    cdrs_assemble(session_ids=["s1"])
    old = timezone.now() - timedelta(hours=2)
    queue_stay_make(acme, "s2", outcome="abandoned", is_lost=True, is_sla_breached=True, entered_at=old)
    assert queue_stays_watch() == 0
    assert mails() == []


def test_without_a_mail_server_nothing_is_written_and_nothing_tried_again(
    acme: Tenant, django_assert_max_num_queries: Any
) -> None:
    with tenant_scope(acme):
        Extension.objects.filter(number="101").update(email="boss@acme.example")
        call_queue_create(number="8000", name="Sales", managers=["101"])
    queue_call_tell(acme, "s1", left("abandoned"), ENDED)
    cdrs_assemble(session_ids=["s1"])
    assert queue_stays_watch() == 0
    assert mails() == []
    with django_assert_max_num_queries(12):
        queue_stays_watch()


def test_two_companies_queues_of_the_same_number_write_to_their_own_managers(
    acme: Tenant, globex: Tenant, queue: None
) -> None:
    with tenant_scope(globex):
        call_queue_create(number="8000", name="Mallory's", managers=["101"])
        Extension.objects.filter(number="101").update(email="mallory@globex.example")
    queue_call_tell(acme, "s1", BREACHED)
    queue_stays_watch()
    assert [to for to, _ in mails()] == ["boss@acme.example"]
