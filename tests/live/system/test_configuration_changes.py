"""What is changed by REST is in force a moment later, without a restart."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.live.system.conftest import InForce, PhoneMaker
from tests.phones.phone import Phone
from tests.phones.rest import Json, RestClient
from tests.phones.waiting import PATIENCE_S, until

NEW_NUMBER, NEW_PASSWORD = "177", "correct-horse-battery-staple-7"


@pytest.fixture
def new_extension(rest: RestClient) -> Iterator[Json]:
    made = rest.post(
        "/extensions/",
        {
            "number": NEW_NUMBER,
            "display_name": "New",
            "sip_password": NEW_PASSWORD,
            "web_password": NEW_PASSWORD,
        },
    )
    yield made
    rest.delete(f"/extensions/{made['id']}/")


def test_a_new_extension_is_called_without_a_restart(
    alice: Phone, make_phone: PhoneMaker, new_extension: Json, rest: RestClient, in_force: InForce
) -> None:
    in_force()
    # 404 would mean that there is none.
    assert alice.dial(NEW_NUMBER).wait_over().code == 480
    phone = make_phone("demo", "103", account=(NEW_NUMBER, NEW_PASSWORD))
    phone.register()
    phone.on_incoming(final=200)
    call = alice.dial(NEW_NUMBER).wait_confirmed()
    call.wait_heard(phone.config.tone_hz)
    call.hang_up()
    call.wait_over()
    assert rest.wait_cdr(call.sip_call_id)["callee"] == NEW_NUMBER


def test_a_disabled_extension_neither_calls_nor_is_called_any_more(
    alice: Phone, make_phone: PhoneMaker, rest: RestClient, in_force: InForce
) -> None:
    carol = make_phone("demo", "103")
    carol.register()
    path = f"/extensions/{rest.rows('/extensions/', search='103')[0]['id']}/"
    rest.patch(path, {"is_enabled": False})
    try:
        in_force()
        until(lambda: alice.dial("103").wait_over().code == 480, PATIENCE_S, "calls to 103 are refused")
        until(lambda: carol.dial("101").wait_over().code == 403, PATIENCE_S, "calls from 103 are refused")
        assert not carol.calls[0].is_incoming
    finally:
        rest.patch(path, {"is_enabled": True})
    until(carol.registration_works, PATIENCE_S, "103 may register again")
    until(
        lambda: any(row["extension_number"] == "103" for row in rest.rows("/registrations/")),
        PATIENCE_S,
        "103 is listed again",
    )
    in_force()
    carol.on_incoming(final=200)
    call = alice.dial("103").wait_confirmed()
    call.hang_up()
    call.wait_over()
