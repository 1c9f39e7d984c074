"""Agents' states that telephones change: by dialling, by ringing in vain, by registering (manual 5.10, queue 8000)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone

from callmanager.domain.agent_state import AgentHappening
from callmanager.domain.edge_events import EdgeRegistration, RegistrationChange, RegistrationChanged
from callmanager.fleet.models import StoredCallEvent
from callmanager.models import Extension
from callmanager.selectors.call_queue import QueueAgentMember, agent_rows, call_queue_list
from callmanager.services.call_queue import call_queue_create
from callmanager.services.extension import extension_create
from callmanager.services.own_settings import own_settings_settle
from callmanager.services.queue_agent import queue_agent_change
from callmanager.services.registration import registrations_apply
from tenants.models import Tenant
from tenants.scope import across_tenants, tenant_scope
from tests.web.conftest import Cast


@pytest.fixture(autouse=True)
def _nothing_settled(cast: Cast) -> None:
    cache.clear()


def queue(tenant: Tenant, number: str = "8000", **fields: Any) -> None:
    with tenant_scope(tenant):
        if not Extension.objects.filter(number="102").exists():
            extension_create(number="102", display_name="Robert", sip_password="k3ep-Out-of-here")
        call_queue_create(number=number, name="Sales", members=[QueueAgentMember("102")], **fields)


def tell(tenant: Tenant, *, session_id: str = "s1", ago_s: float = 0, **data: str) -> int:
    with across_tenants():
        StoredCallEvent.objects.create(
            tenant_id=tenant.pk,
            session_id=session_id,
            sequence=1,
            kind="queue_agent_state",
            at=timezone.now() - timedelta(seconds=ago_s),
            worker="w",
            data={"agent": "102", "queue": "", **data},
        )
    return own_settings_settle(session_ids=[session_id])


def signed_in(tenant: Tenant) -> dict[str, bool]:
    with tenant_scope(tenant):
        return {row.queue.number: row.state.is_signed_in for row in agent_rows(list(call_queue_list()))}


def test_an_agent_signs_out_of_one_queue_or_of_all(acme: Tenant, globex: Tenant) -> None:
    for tenant in (acme, globex):
        queue(tenant)
        queue(tenant, "8001")
    assert tell(acme, queue="8000", happening="sign_out") == 1
    assert signed_in(acme) == {"8000": False, "8001": True}
    tell(acme, happening="sign_out", session_id="s2")
    assert signed_in(acme) == {"8000": False, "8001": False}
    tell(acme, happening="sign_in", session_id="s3")
    assert signed_in(acme) == {"8000": True, "8001": True}
    assert signed_in(globex) == {"8000": True, "8001": True}, "the same numbers of somebody else"


def test_what_is_told_late_does_not_undo_what_was_done_since(acme: Tenant) -> None:
    queue(acme)
    with tenant_scope(acme):
        bob = Extension.objects.get(number="102")
        queue_agent_change(
            queues=call_queue_list(), extension_id=bob.pk, happening=AgentHappening.SIGN_IN, at=timezone.now()
        )
    with tenant_scope(acme):
        queue_agent_change(queues=call_queue_list(), extension_id=bob.pk, happening=AgentHappening.SIGN_OUT)
    tell(acme, happening="sign_in", ago_s=60)
    assert signed_in(acme) == {"8000": False}


def test_the_last_word_counts_though_the_one_before_it_comes_after_it(acme: Tenant) -> None:
    """The agent signs in and is signed out with the answer; the call with the code is settled later than that one."""
    queue(acme, is_ready_automatically=False)
    assert tell(acme, queue="8000", happening="rung_in_vain", session_id="answered") == 1
    tell(acme, queue="8000", happening="sign_in", session_id="dialled", ago_s=3)
    assert signed_in(acme) == {"8000": False}
    tell(acme, queue="8000", happening="sign_in", session_id="again")
    assert signed_in(acme) == {"8000": True}


@pytest.mark.parametrize("is_automatic", [True, False])
def test_a_phone_that_registers_makes_an_agent_ready_as_the_queue_says(
    acme: Tenant, globex: Tenant, is_automatic: bool
) -> None:
    for tenant in (acme, globex):
        queue(tenant, is_ready_automatically=is_automatic)
        with tenant_scope(tenant):
            bob = Extension.objects.get(number="102")
            before = AgentHappening.SIGN_OUT if is_automatic else AgentHappening.SIGN_IN
            queue_agent_change(queues=call_queue_list(), extension_id=bob.pk, happening=before)
    phone = EdgeRegistration(
        ruid="uloc-1",
        aor=f"102@{acme.sip_domain}",
        contact="sip:102@192.0.2.7",
        received="",
        user_agent="Desk",
        source="udp:192.0.2.7:5060",
        instance="",
        reg_id=0,
        expires_at=int(timezone.now().timestamp()) + 300,
    )
    registrations_apply(changes=[RegistrationChanged(RegistrationChange.REFRESHED, phone, 0)])
    assert signed_in(acme) == {"8000": not is_automatic}, "nobody has come"
    registrations_apply(changes=[RegistrationChanged(RegistrationChange.REGISTERED, phone, 0)])
    assert signed_in(acme) == {"8000": is_automatic}
    assert signed_in(globex) == {"8000": not is_automatic}


def test_a_pause_outlasts_a_registration(acme: Tenant) -> None:
    queue(acme)
    with tenant_scope(acme):
        bob = Extension.objects.get(number="102")
        queue_agent_change(
            queues=call_queue_list(),
            extension_id=bob.pk,
            happening=AgentHappening.PAUSE,
            pause_reason="lunch",
        )
    tell(acme, happening="rung_in_vain")
    with tenant_scope(acme):
        (row,) = agent_rows(list(call_queue_list()))
    assert (row.state.is_paused, row.state.pause_reason) == (True, "lunch")
