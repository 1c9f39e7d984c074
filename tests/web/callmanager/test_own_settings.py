"""What people dialled of themselves is made true once, for their own company alone."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone

from callmanager.fleet.models import StoredCallEvent
from callmanager.models import Extension
from callmanager.selectors.extension import forward_list
from callmanager.selectors.lamp import person_states
from callmanager.services.extension import extension_update
from callmanager.services.own_settings import own_settings_settle
from tenants.models import AuditEntry, EventLogEntry, Tenant
from tenants.scope import across_tenants, tenant_scope
from tests.web.conftest import Cast


@pytest.fixture(autouse=True)
def _nothing_settled(cast: Cast) -> None:
    cache.clear()


def dial(tenant: Tenant, change: str, to: str = "", kind: str = "extension", session_id: str = "s1") -> int:
    data = {
        "extension": "101",
        "change": change,
        "destination": kind if to else "",
        "to_number": to,
    }
    with across_tenants():
        StoredCallEvent.objects.create(
            tenant_id=tenant.pk,
            session_id=session_id,
            sequence=1,
            kind="setting_changed",
            at=timezone.now(),
            worker="w",
            data=data,
        )
    return own_settings_settle(session_ids=[session_id])


def alice(tenant: Tenant) -> Extension:
    with tenant_scope(tenant):
        return Extension.objects.get(number="101")


def cells(tenant: Tenant) -> set[tuple[str, str, str]]:
    with tenant_scope(tenant):
        rows = forward_list(extension=Extension.objects.get(number="101"))
        return {(row.status, row.when, row.destination.target) for row in rows}


def test_a_status_is_set_once(acme: Tenant, globex: Tenant) -> None:
    assert dial(acme, "do_not_disturb_on") == 1
    assert alice(acme).status == "do_not_disturb"
    assert alice(globex).status == "available"
    assert person_states(tenant_id=acme.pk, numbers=["101"])["101"].status == "do_not_disturb"
    with tenant_scope(acme):
        extension_update(extension=Extension.objects.get(number="101"), status="lunch")
    # Told again later, it does not undo what was done since.
    assert own_settings_settle(session_ids=["s1"]) == 0
    assert alice(acme).status == "lunch"
    assert dial(acme, "do_not_disturb_off", session_id="s2") == 1
    assert alice(acme).status == "available"
    assert AuditEntry.objects.filter(action="extension.dial_code", username="101").count() == 2


def test_forwarding_is_set_for_the_present_status_and_cleared(acme: Tenant) -> None:
    dial(acme, "forward_busy_on", "102")
    dial(acme, "forward_always_on", "030123", "external_number", session_id="s2")
    dial(acme, "forward_offline_on", "102", session_id="s3")
    assert cells(acme) == {
        ("available", "busy", "102"),
        ("available", "always", "030123"),
        ("offline", "always", "102"),
    }
    dial(acme, "forward_always_off", session_id="s4")
    assert cells(acme) == {("available", "busy", "102"), ("offline", "always", "102")}
    dial(acme, "forward_offline_off", session_id="s5")
    dial(acme, "forward_busy_on", "102", session_id="s6")
    assert cells(acme) == {("available", "busy", "102")}


@pytest.mark.parametrize(
    ("change", "to", "kind"),
    [
        ("forward_always_on", "999999", "extension"),
        ("forward_always_on", "102", "teleport"),
        ("of_tomorrow", "", ""),
    ],
)
def test_what_can_not_be_set_is_told_and_changes_nothing(
    acme: Tenant, change: str, to: str, kind: Any
) -> None:
    dial(acme, change, to, kind)
    assert cells(acme) == set()
    assert alice(acme).status == "available"
    with across_tenants():
        assert EventLogEntry.objects.filter(kind="own_setting.refused").count() == 1
    assert not AuditEntry.objects.filter(action="extension.dial_code").exists()


def test_an_extension_that_is_gone_changes_nothing(acme: Tenant) -> None:
    with tenant_scope(acme):
        Extension.objects.filter(number="101").delete()
    assert dial(acme, "do_not_disturb_on") == 0
