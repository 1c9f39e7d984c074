"""Who may register, by which road, and what the application hears of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress

import pytest

from tests.live.edge.conftest import (
    ALICE,
    BOB,
    CAROL_DISABLED,
    MALLORY,
    TRENT_SUSPENDED,
    PhoneMaker,
)
from tests.live.edge.edge_process import Directory, Edge, EventStream, wait_for
from tests.live.edge.messages import Account, Challenge
from tests.live.edge.transports import NothingReceived


def test_phone_registers_by_every_transport(phone: PhoneMaker, events: EventStream) -> None:
    for kind in ("udp", "tcp", "tls", "ws", "wss", "udp6", "tcp6"):
        device = phone(ALICE, kind)
        assert device.register().status == 200, kind
        event = events.next(event="registered", aor=ALICE.aor)
        protocol = kind.rstrip("6")
        assert event["source"].startswith(f"{protocol}:{'[::1]' if '6' in kind else '127.0.0.1'}:"), event
        assert event["ruid"]
        assert event["user_agent"] == "Acme Desk 1.0"
        assert 250 < event["expires_at"] - time.time() <= 300
        assert abs(event["at"] - time.time()) < 5
        assert bool(event["received"]) == (protocol != "udp"), event


def test_same_number_in_two_tenants_has_two_passwords(phone: PhoneMaker) -> None:
    assert phone(ALICE).register().status == 200
    assert phone(MALLORY).register().status == 200
    assert phone(Account("101", "globex.example", ALICE.password)).register().status == 401


def test_wrong_password_is_401(phone: PhoneMaker) -> None:
    assert phone(Account("101", "acme.example", "guess")).register().status == 401


def test_unknown_number_is_answered_like_a_wrong_password(phone: PhoneMaker) -> None:
    assert phone(Account("999", "acme.example", "guess")).register().status == 401


def test_unknown_domain_is_404(phone: PhoneMaker) -> None:
    assert phone(Account("101", "nowhere.example", "x")).register().status == 404


def test_disabled_extension_is_403_after_its_password_was_right(phone: PhoneMaker) -> None:
    assert phone(CAROL_DISABLED).register().status == 403


def test_suspended_tenant_is_403(phone: PhoneMaker) -> None:
    assert phone(TRENT_SUSPENDED).register().status == 403


def test_domain_is_compared_without_case(phone: PhoneMaker) -> None:
    device = phone(ALICE)
    answer = device.ask(
        device.register_request(("From", "<sip:101@ACME.Example>;tag=1"), ("To", "<sip:101@ACME.Example>"))
    )
    assert Challenge.of(answer).realm == "acme.example"


def test_own_password_does_not_open_another_number(phone: PhoneMaker, edge: Edge) -> None:
    device = phone(ALICE)
    others = (("From", f"<sip:{BOB.aor}>;tag=1"), ("To", f"<sip:{BOB.aor}>"))
    challenge = Challenge.of(device.ask(device.register_request(*others)))
    credentials = challenge.credentials(ALICE, "REGISTER", "sip:acme.example")
    assert device.ask(device.register_request(*others, credentials)).status in (401, 403)
    third_party = (("To", f"<sip:{BOB.aor}>"), challenge.credentials(ALICE, "REGISTER", "sip:acme.example"))
    assert device.ask(device.register_request(*third_party)).status == 403
    assert not edge.rpc("ul.lookup", "location", BOB.aor).get("Contacts")


def test_replayed_request_is_challenged_as_stale(phone: PhoneMaker) -> None:
    device = phone(ALICE)
    challenge = Challenge.of(device.ask(device.register_request()))
    credentials = challenge.credentials(ALICE, "REGISTER", "sip:acme.example")
    assert device.ask(device.register_request(credentials)).status == 200
    replay = device.ask(device.register_request(credentials))
    assert replay.status == 401
    assert "stale=true" in replay["WWW-Authenticate"]


def test_nonce_without_a_count_serves_once(phone: PhoneMaker) -> None:
    device = phone(ALICE)
    challenge = Challenge.of(device.ask(device.register_request()))
    credentials = challenge.credentials(ALICE, "REGISTER", "sip:acme.example", with_count=False)
    assert device.ask(device.register_request(credentials)).status == 200
    assert device.ask(device.register_request(credentials)).status == 401


def test_nonce_is_good_for_several_counted_requests(phone: PhoneMaker) -> None:
    device = phone(ALICE)
    assert device.register().status == 200
    assert device.challenge is not None
    for _ in range(3):
        credentials = device.challenge.credentials(ALICE, "REGISTER", "sip:acme.example")
        assert device.ask(device.register_request(credentials)).status == 200


def test_retransmission_gets_the_same_answer_and_no_challenge(phone: PhoneMaker) -> None:
    device = phone(ALICE)
    challenge = Challenge.of(device.ask(device.register_request()))
    request = device.register_request(challenge.credentials(ALICE, "REGISTER", "sip:acme.example"))
    assert [device.ask(request).status for _ in range(3)] == [200, 200, 200]


def test_refresh_is_silent_and_unregistering_names_the_same_record(
    phone: PhoneMaker, events: EventStream
) -> None:
    device = phone(ALICE)
    device.register()
    registered = events.next(event="registered", aor=ALICE.aor)
    device.register()
    device.register(("User-Agent", "Acme Desk 2.0"))
    refreshed = events.next(aor=ALICE.aor)
    assert (refreshed["event"], refreshed["user_agent"]) == ("refreshed", "Acme Desk 2.0")
    device.register(expires=0)
    gone = events.next(aor=ALICE.aor)
    assert gone["event"] == "unregistered"
    assert registered["ruid"] == refreshed["ruid"] == gone["ruid"]
    assert registered["source"] == gone["source"]


def test_star_unregisters_every_contact(phone: PhoneMaker, events: EventStream, edge: Edge) -> None:
    first, second = phone(ALICE), phone(ALICE)
    first.register()
    second.register()
    ruids = {events.next(event="registered")["ruid"] for _ in range(2)}
    first.register(("Contact", "*"), expires=0)
    assert {events.next(event="unregistered")["ruid"] for _ in range(2)} == ruids


def test_lost_connection_expires_the_contact(phone: PhoneMaker, events: EventStream) -> None:
    for kind in ("tcp", "wss"):
        device = phone(ALICE, kind)
        device.register()
        ruid = events.next(event="registered", aor=ALICE.aor)["ruid"]
        device.close()
        assert events.next(event="expired", ruid=ruid)["aor"] == ALICE.aor


def test_events_escape_what_phones_write(phone: PhoneMaker, events: EventStream) -> None:
    nasty = 'quote " backslash \\ brace } $ru {s.len} %s'
    device = phone(ALICE)
    device.register(("User-Agent", nasty))
    assert events.next(event="registered", aor=ALICE.aor)["user_agent"] == nasty


def test_instance_and_reg_id_are_announced(phone: PhoneMaker, events: EventStream) -> None:
    device = phone(ALICE)
    instance = '"<urn:uuid:00000000-0000-1000-8000-AABBCCDDEEFF>"'
    device.register(("Contact", f"{device.contact};+sip.instance={instance};reg-id=1"))
    event = events.next(event="registered", aor=ALICE.aor)
    assert event["instance"].strip('"') == instance.strip('"')
    assert event["reg_id"] == 1


def test_eleventh_contact_is_refused(phone: PhoneMaker, edge: Edge) -> None:
    assert [phone(BOB).register().status for _ in range(10)] == [200] * 10
    assert phone(BOB).register().status == 503
    assert len(edge.rpc("ul.lookup", "location", BOB.aor)["Contacts"]) == 10


def test_too_short_a_registration_is_423(phone: PhoneMaker) -> None:
    answer = phone(ALICE).register(expires=5)
    assert (answer.status, answer["Min-Expires"]) == (423, "60")


def test_registration_survives_a_restart(phone: PhoneMaker, edge: Edge, events: EventStream) -> None:
    phone(ALICE).register()
    ruid = events.next(event="registered")["ruid"]
    edge.stop()
    edge.start()
    contacts = edge.rpc("ul.lookup", "location", ALICE.aor)["Contacts"]
    assert [contact["Contact"]["Ruid"] for contact in contacts] == [ruid]


def test_phone_behind_nat_is_remembered_by_its_source(phone: PhoneMaker, events: EventStream) -> None:
    device = phone(ALICE)
    device.register(("Contact", "<sip:101@192.168.7.7:5060>"))
    event = events.next(event="registered")
    assert event["contact"] == "sip:101@192.168.7.7:5060"
    assert event["received"] == f"sip:127.0.0.1:{device.transport.port}"


def test_changed_password_counts_once_the_cache_entry_is_dropped(
    phone: PhoneMaker, edge: Edge, directory: Directory, new_extension: Callable[[], Account]
) -> None:
    account = new_extension()
    changed = Account(account.number, account.domain, "changed")
    assert phone(account).register().status == 200
    directory.execute("UPDATE sip_directory SET ha1 = %s WHERE username = %s", changed.ha1, account.number)
    assert phone(changed).register().status == 401
    edge.rpc("htable.delete", "auth", account.aor)
    assert phone(changed).register().status == 200
    assert phone(account).register().status == 401


def test_new_extension_is_known_after_ten_seconds_at_the_latest(
    phone: PhoneMaker, edge: Edge, directory: Directory
) -> None:
    late = Account("777", "acme.example", "late")
    assert phone(late).register().status == 401
    directory.add_extension(1, late)
    edge.rpc("htable.delete", "auth", late.aor)
    assert phone(late).register().status == 200


def test_wrong_passwords_cost_a_growing_time(
    phone: PhoneMaker, edge: Edge, new_extension: Callable[[], Account]
) -> None:
    account = new_extension()
    intruder = phone(Account(account.number, account.domain, "guess"))
    for _ in range(5):
        assert intruder.register().status == 401
    refused = intruder.register()
    assert (refused.status, refused["Retry-After"]) == (403, "10")
    assert phone(account).register().status == 403
    assert phone(ALICE).register().status == 200, "a neighbour behind the same address is not punished"
    edge.rpc("htable.flush", "penalties")
    for _ in range(5):
        assert intruder.register().status == 401
    assert intruder.register()["Retry-After"] == "60"
    edge.rpc("htable.flush", "penalties")
    assert phone(account).register().status == 200


def test_attack_on_many_numbers_is_met_with_silence(phone: PhoneMaker, edge: Edge) -> None:
    assert phone(ALICE).register().status == 200
    attacker = phone(Account("x", "acme.example", "guess"))
    challenge = Challenge.of(attacker.ask(attacker.register_request()))
    for number in range(100):
        attacker.account = Account(f"9{number}", "acme.example", "guess")
        credentials = challenge.credentials(attacker.account, "REGISTER", "sip:acme.example")
        attacker.ask(attacker.register_request(credentials))
    attacker.send(attacker.register_request())
    with pytest.raises(NothingReceived):
        attacker.next_message(0.5)
    assert phone(ALICE).register().status == 200, "a phone that was here before still gets in"


def test_injected_sql_reaches_nothing(phone: PhoneMaker) -> None:
    for number, domain in (
        ("101'%20or%20'1'='1", "acme.example"),
        ("101' or 1=1 --", "acme.example"),
        ("101\\' or 1=1 --", "acme.example"),
        ("101';DROP TABLE location;--", "acme.example"),
        ("101", "acme.example' or '1'='1"),
        ("101", "acme.example'--"),
    ):
        device = phone(Account(number, domain, "x"))
        device.send(device.register_request())
        # The parser would not even have some of them.
        with suppress(NothingReceived):
            assert device.next_message(1).status in (400, 403, 404), (number, domain)
    assert phone(ALICE).register().status == 200


def test_edge_writes_registrations_back(phone: PhoneMaker, edge: Edge, directory: Directory) -> None:
    phone(ALICE).register()
    edge.rpc("ul.flush")
    wait_for(
        "a row in location",
        lambda: (
            directory.execute("SELECT 1 FROM location WHERE username = '101' AND domain = 'acme.example'")
            != []
        ),
    )


def test_absent_values_are_empty_in_events(phone: PhoneMaker, events: EventStream) -> None:
    device = phone(ALICE)
    device.register(("User-Agent", ""))
    event = events.next(event="registered")
    assert (event["user_agent"], event["instance"], event["received"], event["reg_id"]) == ("", "", "", 0)


def test_unreadable_directory_is_503_and_not_remembered_as_an_unknown_number(
    phone: PhoneMaker, edge: Edge, directory: Directory, new_extension: Callable[[], Account]
) -> None:
    account = new_extension()
    for view, cache, key in (
        ("edge_auth", "auth", account.aor),
        ("edge_tenants", "tenants", account.domain),
    ):
        directory.execute(f"ALTER VIEW {view} RENAME TO away")
        try:
            edge.rpc("htable.delete", cache, key)
            answer = phone(account).register()
            assert (answer.status, answer["Retry-After"]) == (503, "10")
        finally:
            directory.execute(f"ALTER VIEW away RENAME TO {view}")
        assert phone(account).register().status == 200
