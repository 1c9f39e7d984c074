"""The worker's picture of who is registered, fed by a real edge."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sipworker.gateways.edge_contacts import EdgeContacts
from tests.live.edge.conftest import ALICE, BOB, MALLORY, PhoneMaker
from tests.live.edge.edge_process import Edge, EventStream, wait_for


@pytest.fixture
def contacts(edge: Edge) -> Iterator[EdgeContacts]:
    contacts = EdgeContacts(edge.ports["PBX_EDGE_EVENTS_PORT"], edge.ports["PBX_EDGE_RPC_PORT"])
    contacts.start()
    wait_for("the event socket is open", lambda: contacts.is_connected)
    yield contacts
    contacts.stop()


def user_agents(contacts: EdgeContacts, number: str = "101", domain: str = "acme.example") -> list[str]:
    return sorted(contact.user_agent for contact in contacts.contacts(number, domain))


def test_contacts_come_and_go_with_the_phones(phone: PhoneMaker, contacts: EdgeContacts) -> None:
    desk, app = phone(ALICE), phone(ALICE, "wss")
    desk.register()
    wait_for("one contact", lambda: user_agents(contacts) == ["Acme Desk 1.0"])
    app.register(("User-Agent", "Acme App"))
    wait_for("two contacts", lambda: user_agents(contacts) == ["Acme App", "Acme Desk 1.0"])
    desk.register(expires=0)
    wait_for("the desk phone has left", lambda: user_agents(contacts) == ["Acme App"])
    app.close()
    wait_for("the app's connection is lost", lambda: user_agents(contacts) == [])


def test_same_number_of_another_tenant_is_another_extension(
    phone: PhoneMaker, contacts: EdgeContacts
) -> None:
    phone(MALLORY).register()
    wait_for("Mallory is there", lambda: user_agents(contacts, "101", "GLOBEX.example") != [])
    assert user_agents(contacts, "101", "acme.example") == []


def test_registrations_from_before_the_worker_started_are_known(phone: PhoneMaker, edge: Edge) -> None:
    phone(BOB).register()
    contacts = EdgeContacts(edge.ports["PBX_EDGE_EVENTS_PORT"], edge.ports["PBX_EDGE_RPC_PORT"])
    contacts.start()
    wait_for("Bob is there", lambda: user_agents(contacts, "102") == ["Acme Desk 1.0"])
    contacts.stop()


def test_restart_of_the_edge_is_survived(phone: PhoneMaker, contacts: EdgeContacts, edge: Edge) -> None:
    phone(ALICE).register()
    wait_for("Alice is there", lambda: user_agents(contacts) != [])
    edge.stop()
    wait_for("the loss is noticed", lambda: not contacts.is_connected)
    assert user_agents(contacts) == ["Acme Desk 1.0"], "an edge that restarts does not unregister anybody"
    edge.start()
    wait_for("the connection is back", lambda: contacts.is_connected, timeout_s=10)
    assert user_agents(contacts) == ["Acme Desk 1.0"]
    phone(BOB).register()
    wait_for("Bob is there", lambda: user_agents(contacts, "102") != [])


@pytest.fixture
def clock() -> list[float]:
    return [0.0]


@pytest.fixture
def by_clock(
    phone: PhoneMaker, edge: Edge, events: EventStream, clock: list[float]
) -> Iterator[EdgeContacts]:
    """Alice is registered for 300 s."""
    phone(ALICE).register()
    events.next(event="registered")
    contacts = EdgeContacts(
        edge.ports["PBX_EDGE_EVENTS_PORT"], edge.ports["PBX_EDGE_RPC_PORT"], lambda: clock[0]
    )
    contacts.start()
    wait_for("Alice is there", lambda: user_agents(contacts) != [])
    yield contacts
    contacts.stop()


def test_a_phone_that_stays_is_offered_for_as_long_as_the_edge_has_it(
    by_clock: EdgeContacts, clock: list[float]
) -> None:
    """The edge announces no plain refresh: whoever stays is asked for again."""
    for moment in (310.0, 620.0, 5000.0):
        clock[0] = moment
        wait_for("Alice is still there", lambda: user_agents(by_clock) != [], timeout_s=10)


def test_contact_long_past_its_time_is_not_offered_while_the_edge_is_away(
    by_clock: EdgeContacts, clock: list[float], edge: Edge
) -> None:
    edge.stop()
    wait_for("the loss is noticed", lambda: not by_clock.is_connected)
    assert user_agents(by_clock) != []
    clock[0] = 1000.0
    assert user_agents(by_clock) == []
    edge.start()
