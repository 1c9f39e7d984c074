"""Mallory is 101 too, in another tenant. What she must not reach, see or hear."""

from __future__ import annotations

from tests.live.system.event_socket import EventSocket
from tests.live.system.running_system import RunningSystem
from tests.phones.phone import Phone
from tests.phones.rest import RestClient


def test_a_number_is_looked_for_in_the_callers_own_tenant_only(
    alice: Phone, bob: Phone, mallory: Phone, rest: RestClient
) -> None:
    bob.on_incoming(final=200)
    call = bob.dial("101")
    alice.wait_incoming().answer()
    call.wait_confirmed()
    call.wait_heard(alice.config.tone_hz)
    assert not mallory.calls
    call.hang_up()
    call.wait_over()
    assert rest.wait_cdr(call.sip_call_id)["status"] == "answered"


def test_the_other_tenants_domain_in_the_request_does_not_help(
    alice: Phone, mallory: Phone, system: RunningSystem, rest: RestClient, globex_rest: RestClient
) -> None:
    call = alice.dial("101", domain=system.demo.tenants["globex"].domain).wait_over()
    assert call.code in (403, 404)
    assert not mallory.calls
    cdr = rest.wait_cdr(call.sip_call_id)
    assert cdr["status"] == "refused"
    assert globex_rest.cdrs_of_call(call.sip_call_id) == []


def test_the_stranger_sees_no_calls_records_registrations_or_extensions(
    alice: Phone, bob: Phone, rest: RestClient, globex_rest: RestClient
) -> None:
    bob.on_incoming(final=200)
    call = alice.dial("102").wait_confirmed()
    call.wait_heard(bob.config.tone_hz)
    live = rest.rows("/call_sessions/")
    assert any(row["caller"] == "101" and row["callee"] == "102" for row in live)
    assert globex_rest.rows("/call_sessions/") == []
    refused = globex_rest.response("DELETE", f"/call_sessions/{live[0]['session_id']}/")
    assert refused.status_code == 404
    assert not call.is_over
    call.hang_up()
    call.wait_over()
    cdr = rest.wait_cdr(call.sip_call_id)
    assert globex_rest.cdrs_of_call(call.sip_call_id) == []
    assert globex_rest.response("GET", f"/cdrs/{cdr['id']}/").status_code == 404
    domains = {row["domain"] for row in globex_rest.rows("/registrations/")}
    assert "demo.local" not in domains
    for extension in rest.rows("/extensions/"):
        path = f"/extensions/{extension['id']}/"
        foreign = globex_rest.response("GET", path)
        assert foreign.status_code == 404 or foreign.json() != rest.get(path)


def test_the_stranger_hears_no_events(
    system: RunningSystem, alice: Phone, bob: Phone, mallory: Phone, events: EventSocket
) -> None:
    globex = system.demo.tenants["globex"]
    with EventSocket(system.websocket_url) as stranger:
        stranger.sign_in(name=globex.username, password=globex.password)
        stranger.subscribe("extension_events", "cdr_events")
        bob.on_incoming(final=200)
        call = alice.dial("102").wait_confirmed()
        call.hang_up()
        events.wait_key(call.sip_call_id, "call_ended")
        events.wait_key(call.sip_call_id, "call_cdr", 15)
        # Her own call arrives, so her socket is alive and would have told her of the other one too.
        own = mallory.dial("199").wait_over()
        stranger.wait_key(own.sip_call_id, "call_ended")
        assert stranger.of_call(call.sip_call_id) == []
        assert events.of_call(own.sip_call_id) == []


def test_an_extension_signs_in_to_its_own_tenant_only(system: RunningSystem) -> None:
    demo, globex = system.demo.tenants["demo"], system.demo.tenants["globex"]
    nobody = RestClient(system.demo.url)
    body = {
        "extension_number": "101",
        "sip_domain": globex.domain,
        "password": demo.extensions["101"].web_password,
    }
    assert nobody.response("POST", "/auth/login", json=body).status_code in (400, 401, 403)
