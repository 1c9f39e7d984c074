"""A tenant that is disabled or deleted loses its calls and phones within seconds; enabling brings all back."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.live.system.conftest import PhoneMaker
from tests.live.system.event_socket import EventSocket
from tests.live.system.running_system import RunningSystem
from tests.phones.calls import PhoneCall
from tests.phones.phone import Phone
from tests.phones.rest import Json, RestClient
from tests.phones.waiting import PATIENCE_S, until

PASSWORD = "correct-horse-battery-9"
# The tenant chooses it at its first sign-in.
OWN_PASSWORD = "staple-battery-horse-8"
_names = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Company:
    """A tenant of this test's own, with two phones that can call each other."""

    row: Json
    admin: RestClient
    inside: RestClient
    caller: Phone
    callee: Phone

    @property
    def path(self) -> str:
        return f"/tenants/{self.row['id']}"

    def talk(self) -> PhoneCall:
        self.callee.on_incoming(final=200)
        call = self.caller.dial(self.callee.config.number).wait_confirmed()
        call.wait_heard(self.callee.config.tone_hz)
        return call

    def listed(self) -> int:
        return len(self.inside.rows("/registrations/"))


@pytest.fixture
def company(system: RunningSystem, make_phone: PhoneMaker) -> Iterator[Company]:
    credentials = {"username": system.demo.admin_username, "password": system.demo.admin_password}
    admin = RestClient.sign_in(system.demo.url, **credentials)
    name = f"closing{next(_names)}"
    domain = f"{name}.example"
    row = admin.post("/tenants", {"name": name, "sip_domain": domain, "password": PASSWORD})
    inside = RestClient(system.demo.url, admin.token, name)
    for number in ("201", "202"):
        inside.post("/extensions", {"number": number, "sip_password": PASSWORD})
    phones = [
        make_phone("demo", "103", account=(number, PASSWORD), domain=domain, tone_hz=tone_hz)
        for number, tone_hz in (("201", 500), ("202", 700))
    ]
    for phone in phones:
        phone.register()
    made = Company(row, admin, inside, *phones)
    until(lambda: made.listed() == 2, PATIENCE_S, "both phones are listed")
    yield made
    for phone in phones:
        phone.forget_calls()
    if admin.response("GET", made.path).status_code == 200:
        admin.response("DELETE", made.path, params={"confirm": name, "cdrs": "purge"})


def test_disabling_ends_calls_and_phones_and_enabling_brings_them_back(
    system: RunningSystem, company: Company
) -> None:
    call = company.talk()
    first = {"username": company.row["name"], "password": PASSWORD, "new_password": OWN_PASSWORD}
    token = RestClient.sign_in(system.demo.url, **first)
    with EventSocket(system.websocket_url) as socket:
        socket.sign_in(name=company.row["name"], password=OWN_PASSWORD)
        company.admin.patch(company.path, {"is_enabled": False})
        until(lambda: call.is_over and company.callee.calls[0].is_over, PATIENCE_S, "both sides are hung up")
        until(lambda: socket.is_closed, PATIENCE_S, "the socket is closed")
    assert company.inside.wait_cdr(call.sip_call_id)["ended_reason"] == "Tenant disabled"
    until(lambda: company.listed() == 0, PATIENCE_S, "no phone is listed")
    assert company.caller.registration_answer() == 403
    assert company.caller.dial("202").wait_over().code == 403
    assert token.response("GET", "/auth/me").status_code == 401
    refused = {"username": company.row["name"], "password": OWN_PASSWORD}
    assert company.admin.response("POST", "/auth/login", json=refused).status_code == 401

    company.admin.patch(company.path, {"is_enabled": True})
    for phone in (company.caller, company.callee):
        phone.forget_calls()
        until(phone.registration_works, PATIENCE_S, "phones may register again")
    until(lambda: company.listed() == 2, PATIENCE_S, "both phones are listed again")
    company.talk().hang_up()


def test_a_disabled_extension_loses_its_call_and_its_phone(company: Company) -> None:
    call = company.talk()
    row = next(one for one in company.inside.rows("/extensions") if one["number"] == "202")
    company.inside.patch(f"/extensions/{row['id']}", {"is_enabled": False})
    until(lambda: call.is_over, PATIENCE_S, "the call is hung up")
    assert company.inside.wait_cdr(call.sip_call_id)["ended_reason"] == "Extension disabled"
    until(lambda: company.listed() == 1, PATIENCE_S, "its phone is not listed")


def test_a_call_above_the_limit_is_busy_and_the_next_one_finds_room(company: Company) -> None:
    company.admin.patch(company.path, {"max_simultaneous_calls": 1})
    until(
        lambda: company.inside.get("/profile")["max_simultaneous_calls"] == 1,
        PATIENCE_S,
        "the limit is stored",
    )
    first = company.talk()
    refused = company.callee.dial("*43")
    refused.wait_over()
    assert refused.code == 486
    record = company.inside.wait_cdr(refused.sip_call_id)
    assert "limit of 1 simultaneous calls" in record["ended_reason"]
    first.hang_up()
    first.wait_over()
    company.callee.dial("*43").wait_confirmed().hang_up()


def test_deleting_ends_everything_and_keeps_the_records_that_were_to_be_kept(company: Company) -> None:
    call = company.talk()
    wanted = {"confirm": company.row["name"], "cdrs": "keep"}
    assert company.admin.response("DELETE", company.path, params=wanted).status_code == 202
    until(lambda: call.is_over, PATIENCE_S, "the call is hung up")
    until(lambda: company.admin.response("GET", company.path).status_code == 404, 60, "the tenant is gone")
    (kept,) = company.admin.rows("/cdrs", tenant_name=company.row["name"])
    assert (kept["call_id"], kept["tenant_name"]) == (call.sip_call_id, company.row["name"])
    assert company.caller.registration_answer() in (403, 404)
