"""From what happens to the server of the tenant, over real connections."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json

import pytest
from django.conf import LazySettings
from django.db import transaction

from callmanager.domain.edge_events import EdgeRegistration, RegistrationChange, RegistrationChanged
from callmanager.selectors.extension import extension_get
from callmanager.services.cdr import cdrs_assemble
from callmanager.services.extension import extension_update
from callmanager.services.registration import registrations_apply
from tenants.models import Tenant
from tenants.scope import tenant_scope
from tests.pure.cdr.events import answered_call
from tests.web.hook_host import PASSWORD, USER, HookHost, running_hook_host
from tests.web.webhooks.conftest import SetUrl, drain, rows, store_call


def phone(domain: str, source: str = "udp:192.168.0.98:5060") -> EdgeRegistration:
    return EdgeRegistration(
        "r1", f"101@{domain}", "sip:101@192.168.0.98", "", "Desk", source, "", 0, 1999999999
    )


def test_a_finished_call_is_told_with_the_record(
    acme: Tenant, globex: Tenant, host: HookHost, set_url: SetUrl
) -> None:
    event_url = set_url("cdr")
    set_url("cdr", globex)
    store_call(acme)
    cdrs_assemble(session_ids=["s1"])
    assert rows(globex) == []
    assert drain(event_url) == 1
    told = host.received[0]
    assert (told.path, told.headers["content-type"]) == ("/events", "application/json")
    assert (told.document["caller"], told.document["call_status"]) == ("101", "ANSWERED")
    assert told.document["tenant_id"] == str(acme.pk)
    row = rows(acme)[0]
    assert (row.state, row.status_code, row.response_body) == ("delivered", 200, "taken")
    cdrs_assemble(session_ids=["s1"])
    assert len(rows(acme)) == 1


def test_what_was_rolled_back_is_told_to_nobody(acme: Tenant, set_url: SetUrl) -> None:
    set_url("cdr")
    store_call(acme)

    with transaction.atomic():
        cdrs_assemble(session_ids=["s1"])
        assert len(rows(acme)) == 1
        transaction.set_rollback(True)
    assert rows(acme) == []


def test_call_events_are_told_in_their_order_and_once(
    acme: Tenant, globex: Tenant, host: HookHost, set_url: SetUrl
) -> None:
    event_url = set_url()
    set_url(tenant=globex)
    store_call(acme)
    assert rows(globex) == []
    drain(event_url)
    kinds = [event.kind.value for event in answered_call()]
    assert [one.document["event_type"] for one in host.received] == kinds
    assert host.received[0].document["domain"] == acme.sip_domain
    assert {one.document["caller"] for one in host.received} == {"101"}
    assert len({one.headers["webhook-id"] for one in host.received}) == len(kinds)


def test_nothing_is_written_for_who_wants_nothing(acme: Tenant, set_url: SetUrl) -> None:
    set_url(is_enabled=False)
    store_call(acme)
    registrations_apply(
        changes=[RegistrationChanged(RegistrationChange.REGISTERED, phone(acme.sip_domain), 1)]
    )
    assert rows(acme) == []


def test_phones_that_come_and_go_are_told(
    acme: Tenant, host: HookHost, set_url: SetUrl, announced: list[int]
) -> None:
    event_url = set_url()
    for change in (RegistrationChange.REGISTERED, RegistrationChange.UNREGISTERED):
        registrations_apply(changes=[RegistrationChanged(change, phone(acme.sip_domain), 1489482652)])
    drain(event_url)
    first, second = (one.document for one in host.received)
    assert (first["event_type"], second["event_type"]) == ("extension_registered", "extension_unregistered")
    assert (first["tenant_id"], first["extension_number"]) == ("acme", "101")
    assert (first["source_ip"], first["domain"]) == ("192.168.0.98", acme.sip_domain)
    assert isinstance(first["time"], int)


def test_a_delivery_is_signed_so_that_its_receiver_can_check_it(
    acme: Tenant, host: HookHost, set_url: SetUrl
) -> None:
    event_url = set_url("cdr")
    store_call(acme)
    cdrs_assemble(session_ids=["s1"])
    drain(event_url)
    told = host.received[0]
    key = base64.b64decode(event_url.signing_secret.removeprefix("whsec_"), validate=True)
    signed = f"{told.headers['webhook-id']}.{told.headers['webhook-timestamp']}.{told.body}"
    wanted = base64.b64encode(hmac.new(key, signed.encode(), hashlib.sha256).digest()).decode()
    assert told.headers["webhook-signature"] == f"v1,{wanted}"


@pytest.mark.parametrize("method", ["basic", "digest"])
def test_the_server_may_ask_who_it_is_and_the_log_keeps_that_secret(
    acme: Tenant, set_url: SetUrl, method: str
) -> None:
    with running_hook_host(wants=method) as host:
        host.answer_body = f"hello {USER}, your password is {PASSWORD}".encode()
        sign_in = {"authentication": method, "username": USER, "password": PASSWORD}
        event_url = set_url("cdr", url=host.url, **sign_in)
        store_call(acme)
        cdrs_assemble(session_ids=["s1"])
        drain(event_url)
        assert len(host.received) == 1
        assert host.unauthorised == (1 if method == "digest" else 0)
    row = rows(acme)[0]
    assert row.state == "delivered"
    assert row.request_headers["authorization"] == f"{method.capitalize()} ***"
    kept = json.dumps([row.request_headers, row.response_headers, row.response_body, row.attempt_log])
    assert PASSWORD not in kept
    assert event_url.signing_secret not in kept


def test_a_wrong_password_is_tried_again_later(acme: Tenant, set_url: SetUrl) -> None:
    with running_hook_host(wants="digest") as host:
        wrong = {"authentication": "digest", "username": USER, "password": "wrong-one"}
        event_url = set_url("cdr", url=host.url, **wrong)
        store_call(acme)
        cdrs_assemble(session_ids=["s1"])
        drain(event_url)
        assert host.received == []
    row = rows(acme)[0]
    assert (row.state, row.status_code, row.attempts) == ("queued", 401, 1)


def test_the_address_is_checked_again_when_it_is_connected_to(
    acme: Tenant, host: HookHost, set_url: SetUrl, settings: LazySettings
) -> None:
    """What was a public name when it was set may lead into this network now."""
    event_url = set_url("cdr")
    settings.PBX_TENANT_NETWORKS = ()
    store_call(acme)
    cdrs_assemble(session_ids=["s1"])
    drain(event_url)
    assert host.received == []
    row = rows(acme)[0]
    assert (row.state, row.status_code) == ("queued", None)
    assert "inside this network" in row.error


def test_only_the_chosen_events_are_told(acme: Tenant, set_url: SetUrl) -> None:
    set_url(events=["call_ended", "extension_unregistered"])
    store_call(acme)
    for change in (RegistrationChange.REGISTERED, RegistrationChange.UNREGISTERED):
        registrations_apply(changes=[RegistrationChanged(change, phone(acme.sip_domain), 1489482652)])
    assert [row.key for row in rows(acme)] == ["call_ended", "extension_unregistered"]


def test_a_new_status_is_told(acme: Tenant, host: HookHost, set_url: SetUrl) -> None:
    event_url = set_url()
    with tenant_scope(acme):
        extension_update(extension=extension_get(number="101"), status="do_not_disturb")
    drain(event_url)
    told = host.received[0].document
    assert (told["event_type"], told["extension_number"], told["status"]) == (
        "extension_presence",
        "101",
        "do_not_disturb",
    )
