"""How trunks fare: what is kept, who is told, how often, and when administrators get mail."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from redis import Redis

from callmanager.domain.trunk_accounts import TrunkState
from callmanager.fleet.models import Trunk, TrunkStatus
from callmanager.services.trunk import trunk_assign, trunk_create, trunk_update
from callmanager.services.trunk_outage import trunk_outages_mail
from callmanager.services.trunk_status import TrunkReport, trunk_reports_record
from tenants.models import EventLogEntry, Tenant, User
from tenants.models.outgoing_mail import OutgoingMail
from tenants.scope import across_tenants
from tenants.services.tenant import tenant_create, tenant_update
from tests.web.conftest import WEB_PASSWORD

REGISTERED = TrunkReport(TrunkState.REGISTERED, "sip:192.0.2.7:5060", round_trip_ms=12.5, calls=3)
FAILED = TrunkReport(TrunkState.FAILED, "sip:192.0.2.7:5060", error_code=403, error_reason="Forbidden")


@pytest.fixture
def trunk(acme: Tenant, globex: Tenant) -> Trunk:
    trunk = trunk_create(
        name="Provider", host="sip.provider.example", authorization_name="acct-1", password="pr0vider-secret"
    )
    trunk_assign(trunk=trunk, tenant=acme, did_pool="4930123")
    return trunk


@pytest.fixture
def told(redis_url: str) -> Iterator[list[dict[str, Any]]]:
    """What was published; read it after the change."""

    class Told(list[dict[str, Any]]):
        def read(self) -> list[dict[str, Any]]:
            while (message := subscription.get_message(timeout=0.2)) is not None:
                if message["type"] == "pmessage":
                    self.append(json.loads(message["data"]))
            return self

    client = Redis.from_url(redis_url)
    subscription = client.pubsub()  # type: ignore[no-untyped-call]
    subscription.psubscribe("pbx:events:*")
    assert subscription.get_message(timeout=2) is not None
    yield Told()
    subscription.close()
    client.close()


def events() -> list[str]:
    with across_tenants():
        return list(
            EventLogEntry.objects.filter(kind__startswith="trunk.")
            .order_by("id")
            .values_list("kind", flat=True)
        )


def later(trunk: Trunk, seconds: float) -> None:
    """As if everything had happened so much earlier."""
    status = TrunkStatus.objects.get(trunk=trunk)
    for field in ("since", "told_at", "down_since", "mailed_at", "error_at"):
        if (at := getattr(status, field)) is not None:
            setattr(status, field, at - timedelta(seconds=seconds))
    status.save()


def record(trunk: Trunk, report: TrunkReport) -> TrunkStatus:
    trunk_reports_record(reports={trunk.pk: report})
    return TrunkStatus.objects.get(trunk=trunk)


def test_a_state_keeps_its_time_and_the_last_error_stays(trunk: Trunk) -> None:
    first = record(trunk, FAILED)
    assert (first.state, first.error_code, first.error_reason) == ("failed", 403, "Forbidden")
    again = record(trunk, FAILED)
    assert (again.since, again.error_at) == (first.since, first.error_at)
    well = record(trunk, REGISTERED)
    assert well.since > first.since
    assert (well.round_trip_ms, well.calls, well.error_code, well.down_since) == (12.5, 3, 403, None)


def test_who_has_the_trunk_is_told_and_nobody_else(
    trunk: Trunk, acme: Tenant, told: Any, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        record(trunk, FAILED)
    heard = {message["tenant_id"]: message for message in told.read()}
    assert heard.keys() == {0, acme.pk}
    assert {message["key"] for message in heard.values()} == {"trunk_disconnected"}
    assert heard[0]["data"]["error_code"] == "403"
    assert heard[acme.pk]["data"] == {
        "trunk_id": str(trunk.pk),
        "trunk_name": "Provider",
        "state": "failed",
        "error_code": "",
        "error_reason": "",
    }
    assert events() == ["trunk.disconnected"]


def test_a_trunk_that_flaps_is_told_of_at_most_once_in_ten_seconds_and_its_end_always(trunk: Trunk) -> None:
    for _ in range(50):
        record(trunk, REGISTERED)
        record(trunk, FAILED)
    assert events() == ["trunk.connected"]
    later(trunk, 11)
    record(trunk, FAILED)
    assert events() == ["trunk.connected", "trunk.disconnected"]


def test_a_trunk_that_is_deleted_meanwhile_is_no_error(trunk: Trunk) -> None:
    with across_tenants():
        Trunk.objects.filter(pk=trunk.pk).delete()
    trunk_reports_record(reports={trunk.pk: FAILED, 999_999: REGISTERED})
    assert not TrunkStatus.objects.exists()
    assert events() == []


def test_administrators_get_one_mail_for_an_outage_and_one_when_it_is_over(trunk: Trunk) -> None:
    User.objects.filter(username="root").update(email="root@pbx.example")
    record(trunk, REGISTERED)
    record(trunk, FAILED)
    assert trunk_outages_mail() == 0, "not yet a minute"
    later(trunk, 61)
    assert trunk_outages_mail() == 1
    # It comes and goes: the same outage.
    for report in (REGISTERED, FAILED, REGISTERED):
        record(trunk, report)
        later(trunk, 30)
        assert trunk_outages_mail() == 0
    later(trunk, 61)
    assert trunk_outages_mail() == 1
    assert trunk_outages_mail() == 0
    mails = OutgoingMail.objects.order_by("id")
    assert [(mail.tenant, mail.to, mail.subject) for mail in mails] == [
        (None, "root@pbx.example", "Trunk Provider is down"),
        (None, "root@pbx.example", "Trunk Provider is back"),
    ]
    assert "403 Forbidden" in mails[0].text
    assert "pr0vider-secret" not in mails[0].text


def test_a_trunk_that_was_switched_off_is_no_outage(trunk: Trunk) -> None:
    record(trunk, REGISTERED)
    trunk_update(trunk=trunk, is_enabled=False)
    record(trunk, TrunkReport(TrunkState.DISABLED))
    later(trunk, 120)
    assert trunk_outages_mail() == 0


def test_a_domain_is_a_tenants_or_a_gateways(acme: Tenant, globex: Tenant) -> None:
    gateway = {
        "authorization_name": "123456",
        "password": "s3cret-enough",
        "authentication": "accept_register",
    }
    trunk_create(name="Gateway", host="gateway1.example", **gateway)
    attempts: tuple[Callable[[], Tenant], ...] = (
        lambda: tenant_create(name="third", sip_domain="gateway1.example", password=WEB_PASSWORD),
        lambda: tenant_update(tenant=acme, sip_domain="gateway1.example"),
    )
    for attempt in attempts:
        with pytest.raises(ValidationError) as refusal:
            attempt()
        assert refusal.value.error_dict["sip_domain"][0].code == "domain_is_trunk"
    assert not Tenant.objects.filter(name="third").exists()
    with pytest.raises(ValidationError) as refusal:
        trunk_create(name="Other", host=globex.sip_domain, **gateway)
    assert refusal.value.error_dict["host"][0].code == "host_is_tenant"
    assert timezone.now() > Trunk.objects.get().created_at
