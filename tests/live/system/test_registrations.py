"""Who may register, from where, by which transport; and how others learn of it."""

from __future__ import annotations

import pytest

from tests.live.system.conftest import PhoneMaker
from tests.live.system.event_socket import EventSocket
from tests.live.system.running_system import RunningSystem
from tests.phones.foreign_phone import ForeignPhone
from tests.phones.phone import Phone
from tests.phones.rest import RestClient
from tests.phones.waiting import PATIENCE_S, until

# Its own address, so that its penalties hit nobody else.
ATTACKER_ADDRESS = "127.0.0.66"


def test_a_wrong_password_is_refused_and_soon_earns_a_penalty(make_phone: PhoneMaker) -> None:
    attacker = make_phone("demo", "103", password="guess", local_address=ATTACKER_ADDRESS)
    codes: list[int] = []
    for _ in range(8):
        codes.append(attacker.registration_answer())
        if codes[-1] != 401:
            break
    assert codes[0] == 401
    assert codes[-1] == 403
    honest = make_phone("demo", "103")
    honest.register()


def test_an_unknown_domain_is_not_served(make_phone: PhoneMaker) -> None:
    assert make_phone("demo", "101", domain="nowhere.example").registration_answer() in (403, 404)


def test_a_call_with_a_wrong_password_reaches_nobody(make_phone: PhoneMaker, bob: Phone) -> None:
    attacker = make_phone("demo", "101", password="guess", local_address=ATTACKER_ADDRESS)
    call = attacker.dial("102").wait_over()
    assert call.code in (401, 403, 407)
    assert not bob.calls


def test_registrations_are_listed_and_announced_until_they_end(
    make_phone: PhoneMaker, rest: RestClient, events: EventSocket
) -> None:
    phone = make_phone("demo", "103", user_agent="Kitchen phone")
    phone.register()

    def is_listed() -> bool:
        return any(row["user_agent"] == "Kitchen phone" for row in rest.rows("/registrations/"))

    until(is_listed, PATIENCE_S, "the registration is listed")
    until(lambda: any(event["key"] == "extension_register" for event in events.events), PATIENCE_S)
    phone.unregister()
    until(lambda: not is_listed(), PATIENCE_S, "the registration is gone")


@pytest.mark.parametrize("transport", ["tcp", "tls"])
def test_phones_call_each_other_over_connections(
    transport: str, make_phone: PhoneMaker, rest: RestClient
) -> None:
    caller = make_phone("demo", "101", transport=transport)
    callee = make_phone("demo", "103", transport=transport)
    caller.register()
    callee.register()
    callee.on_incoming(final=200)
    call = caller.dial("103").wait_confirmed()
    answered = callee.wait_incoming().wait_confirmed()
    call.wait_heard(callee.config.tone_hz)
    answered.wait_heard(caller.config.tone_hz)
    answered.hang_up()
    call.wait_over()
    cdr = rest.wait_cdr(call.sip_call_id)
    assert cdr["status"] == "answered"
    assert cdr["source"].startswith(f"{transport}:")


def test_a_phone_of_another_maker_registers_and_answers(
    system: RunningSystem, alice: Phone, rest: RestClient
) -> None:
    with ForeignPhone(system.demo.phone_config("demo", "103")) as foreign:
        foreign.wait_registered()
        call = alice.dial("103").wait_confirmed()
        # It sends back what it hears: Alice's own tone has gone both ways.
        call.wait_heard(alice.config.tone_hz)
        call.hang_up()
        call.wait_over()
    cdr = rest.wait_cdr(call.sip_call_id)
    assert cdr["status"] == "answered"
    assert "baresip" in cdr["callee_user_agent"]


def test_a_wrong_password_is_explained_by_rest(make_phone: PhoneMaker, rest: RestClient) -> None:
    confused = make_phone(
        "demo", "102", password="guess", local_address=ATTACKER_ADDRESS, user_agent="Lobby phone"
    )
    assert confused.registration_answer() == 401

    def explained() -> list[dict[str, object]]:
        rows = rest.rows("/registrations/failures/")
        return [row for row in rows if row["user_agent"] == "Lobby phone"]

    until(lambda: bool(explained()), PATIENCE_S, "the refusal is listed with its cause")
    (row,) = explained()
    assert (row["extension_number"], row["cause"]) == ("102", "wrong_password")
    assert ATTACKER_ADDRESS in str(row["source"])
    stranger = make_phone("globex", "102")
    stranger.register()
