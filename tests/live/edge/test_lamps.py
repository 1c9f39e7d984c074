"""Lamps at the edge: who may watch what, what watchers are told, and that nobody else may tell it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from xml.etree import ElementTree

import pytest

from callmanager.domain.forwarding import PresenceStatus
from callmanager.domain.lamp_documents import (
    Dialog,
    DialogSide,
    DialogState,
    MailboxCounts,
    dialog_document,
    mailbox_document,
    presence_document,
)
from callmanager.domain.sip_publish import Lamp, Package, publish_request
from callmanager.edge.publisher import Publisher
from tests.live.edge.conftest import ALICE, BOB, CAROL_DISABLED, MALLORY, PhoneMaker
from tests.live.edge.edge_process import Directory, Edge, EventStream
from tests.live.edge.endpoints import Endpoint, Phone
from tests.live.edge.messages import Account, SipMessage, unique
from tests.live.edge.transports import UdpTransport

BOBS = "sip:102@acme.example"
ALICES_BOX = Lamp("sip:101@acme.example", Package.MAILBOX)
XML = {"d": "urn:ietf:params:xml:ns:dialog-info", "p": "urn:ietf:params:xml:ns:pidf"}


@pytest.fixture
def publisher(edge: Edge) -> Iterator[Publisher]:
    with Publisher(edge.ports["PBX_EDGE_PRIVATE_PORT"]) as publisher:
        edge.rpc("htable.sets", "publishers", publisher.source, "1")
        yield publisher
        edge.rpc("htable.delete", "publishers", publisher.source)


@pytest.fixture
def line() -> Lamp:
    """The calls of a number that no other test watches."""
    return Lamp(f"sip:{unique('8')}@acme.example", Package.DIALOG)


def tell(publisher: Publisher, lamp: Lamp, body: str) -> None:
    publisher.publications.want(lamp, body, keeps=True)
    publisher.settle(5)


def calls(line: Lamp, *states: DialogState) -> str:
    dialogs = [Dialog(f"call{number}", DialogSide.RECIPIENT, state) for number, state in enumerate(states)]
    return dialog_document(line.uri, dialogs)


def shown(notify: SipMessage) -> list[tuple[str, str]]:
    """Direction and state of each dialog."""
    root = ElementTree.fromstring(notify.body)  # noqa: S314 - of our own edge
    assert root.get("state") == "full"
    return [
        (str(row.get("direction")), str(row.findtext("d:state", namespaces=XML)))
        for row in root.findall("d:dialog", XML)
    ]


def watching(phone: Phone, uri: str, package: str = "dialog") -> SipMessage:
    """Subscribed; the first NOTIFY."""
    answer = phone.subscribe(uri, package)
    assert answer.status in (200, 202), answer.render()
    return phone.notified()


@pytest.mark.parametrize("kind", ["udp", "udp6", "tcp", "tls", "ws", "wss"])
def test_a_watcher_sees_a_call_come_and_go(
    phone: PhoneMaker, publisher: Publisher, events: EventStream, kind: str, line: Lamp
) -> None:
    alice = phone(ALICE, kind)
    first = watching(alice, line.uri)
    assert first["Subscription-State"].startswith("active")
    assert all(state == "terminated" for _, state in shown(first))
    assert events.next(event="watched", package="dialog")["uri"] == line.uri
    versions = []
    for state in (DialogState.TRYING, DialogState.EARLY, DialogState.CONFIRMED, DialogState.TERMINATED):
        began = time.monotonic()
        tell(publisher, line, calls(line, state))
        notify = alice.notified()
        assert time.monotonic() - began < 1
        assert shown(notify) == [("recipient", state.value)]
        assert "remote" not in notify.body
        versions.append(int(ElementTree.fromstring(notify.body).get("version") or ""))  # noqa: S314 - as above
    assert versions == sorted(set(versions))


def test_who_comes_amid_a_call_is_told_at_once(phone: PhoneMaker, publisher: Publisher, line: Lamp) -> None:
    tell(publisher, line, calls(line, DialogState.CONFIRMED, DialogState.EARLY))
    assert sorted(shown(watching(phone(ALICE), line.uri))) == [
        ("recipient", "confirmed"),
        ("recipient", "early"),
    ]


def test_call_after_call_is_shown_alone(phone: PhoneMaker, publisher: Publisher, line: Lamp) -> None:
    alice = phone(ALICE)
    watching(alice, line.uri)
    for number in range(3):
        for state in (DialogState.TRYING, DialogState.CONFIRMED):
            body = dialog_document(line.uri, [Dialog(f"id{number}", DialogSide.INITIATOR, state)])
            tell(publisher, line, body)
            # On a busy machine the call before may still be there, as terminated.
            running = [one for one in shown(alice.notified()) if one[1] != "terminated"]
            assert running == [("initiator", state.value)]
        over = [Dialog(f"id{number}", DialogSide.INITIATOR, DialogState.TERMINATED)]
        publisher.publications.want(line, dialog_document(line.uri, over), is_last=True)
        publisher.settle(5)
        # Once as it was told, once because it is taken back.
        for _ in range(2):
            assert {state for _, state in shown(alice.notified())} == {"terminated"}


def test_the_same_said_twice_is_told_once(phone: PhoneMaker, publisher: Publisher, line: Lamp) -> None:
    alice = phone(ALICE)
    watching(alice, line.uri)
    tell(publisher, line, calls(line, DialogState.EARLY))
    alice.notified()
    tell(publisher, line, calls(line, DialogState.EARLY))
    alice.expect_silence("NOTIFY", 0.3)


@pytest.mark.parametrize(
    ("account", "uri", "package", "status"),
    [
        (ALICE, "sip:101@globex.example", "dialog", 403),
        (MALLORY, BOBS, "dialog", 403),
        (MALLORY, BOBS, "presence", 403),
        (MALLORY, "sip:101@acme.example", "message-summary", 403),
        (ALICE, BOBS, "message-summary", 403),
        (ALICE, "sip:%0d@acme.example", "dialog", 404),
        (ALICE, BOBS, "presence.winfo", 489),
        (ALICE, BOBS, "conference", 489),
        (ALICE, BOBS, "dialog.winfo", 489),
        (ALICE, BOBS, "", 489),
        (CAROL_DISABLED, BOBS, "dialog", 403),
        (Account("102", "acme.example", "guess"), BOBS, "dialog", 407),
    ],
)
def test_what_is_nobodys_business_is_refused(
    phone: PhoneMaker, account: Account, uri: str, package: str, status: int
) -> None:
    watcher = phone(account)
    assert watcher.subscribe(uri, package).status == status
    watcher.expect_silence("NOTIFY", 0.1)


def test_too_short_subscriptions_are_refused(phone: PhoneMaker) -> None:
    assert phone(ALICE).subscribe(BOBS, "dialog", expires=5).status == 423


def test_lamps_that_are_off_are_not_shown(phone: PhoneMaker, edge: Edge) -> None:
    edge.rpc("htable.sets", "lamps", "off:acme.example", "1")
    try:
        assert phone(ALICE).subscribe(BOBS, "dialog").status == 403
        assert phone(ALICE).subscribe("sip:101@acme.example", "message-summary").status in (200, 202)
    finally:
        edge.rpc("htable.delete", "lamps", "off:acme.example")


def test_mailboxes_are_told_to_their_owner(phone: PhoneMaker, publisher: Publisher) -> None:
    alice = phone(ALICE)
    watching(alice, "sip:101@acme.example", "message-summary")
    tell(publisher, ALICES_BOX, mailbox_document(MailboxCounts(2, 5, 1, 0), "sip:999@acme.example"))
    notify = alice.notified()
    assert notify["Content-Type"] == "application/simple-message-summary"
    assert notify.body == (
        "Messages-Waiting: yes\r\nMessage-Account: sip:999@acme.example\r\nVoice-Message: 2/5 (1/0)\r\n"
    )
    tell(publisher, ALICES_BOX, mailbox_document(MailboxCounts(), "sip:999@acme.example"))
    assert "Messages-Waiting: no" in alice.notified().body


def test_what_people_say_of_themselves_is_shown(phone: PhoneMaker, publisher: Publisher) -> None:
    alice = phone(ALICE)
    watching(alice, BOBS, "presence")
    document = presence_document(
        BOBS, status=PresenceStatus.DO_NOT_DISTURB, is_registered=True, is_talking=True
    )
    tell(publisher, Lamp(BOBS, Package.PRESENCE), document)
    root = ElementTree.fromstring(alice.notified().body)  # noqa: S314 - of our own edge
    assert root.findtext(".//p:basic", namespaces=XML) == "open"
    assert root.findtext(".//p:note", namespaces=XML) == "Do not disturb, on the phone"


def test_a_subscription_is_renewed_and_ended(phone: PhoneMaker, publisher: Publisher, line: Lamp) -> None:
    alice = phone(ALICE)
    call_id, tag = unique("sub"), unique("f")
    answer = alice.subscribe(line.uri, "dialog", call_id=call_id, tag=tag)
    alice.notified()
    contact = answer["Contact"].strip("<>").split(">")[0]
    for expires, state in ((300, "active"), (0, "terminated")):
        renewed = alice.subscribe(
            contact, "dialog", expires=expires, call_id=call_id, tag=tag, to=answer["To"]
        )
        assert renewed.status in (200, 202)
        assert alice.notified()["Subscription-State"].startswith(state)
    tell(publisher, line, calls(line, DialogState.EARLY))
    alice.expect_silence("NOTIFY", 0.3)


def test_somebody_elses_subscription_is_not_renewed(phone: PhoneMaker, line: Lamp) -> None:
    alice, bob = phone(ALICE), phone(BOB)
    call_id, tag = unique("sub"), unique("f")
    answer = alice.subscribe(line.uri, "dialog", call_id=call_id, tag=tag)
    alice.notified()
    contact = answer["Contact"].strip("<>").split(">")[0]
    stranger = bob.subscribe(contact, "dialog", call_id=call_id, tag=unique("f"), to=answer["To"])
    assert stranger.status == 481
    bob.expect_silence("NOTIFY", 0.1)


def test_nobody_but_the_application_publishes(
    phone: PhoneMaker, edge: Edge, publisher: Publisher, line: Lamp
) -> None:
    alice = phone(ALICE)
    watching(alice, line.uri)
    stranger = Endpoint(UdpTransport(edge.at("EDGE_PRIVATE")))
    try:
        forged = publish_request(
            line,
            body=calls(line, DialogState.CONFIRMED),
            etag="",
            expires_s=60,
            key=unique("k"),
            sequence=1,
            source=f"127.0.0.1:{stranger.transport.port}",
            edge=f"127.0.0.1:{edge.ports['PBX_EDGE_PRIVATE_PORT']}",
        )
        stranger.transport.send(forged.decode())
        assert stranger.expect_final("PUBLISH").status == 403
    finally:
        stranger.close()
    alice.expect_silence("NOTIFY", 0.2)


def test_a_hundred_watch_one_extension(phone: PhoneMaker, publisher: Publisher, line: Lamp) -> None:
    alice = phone(ALICE)
    for _ in range(100):
        watching(alice, line.uri)
    tell(publisher, line, calls(line, DialogState.CONFIRMED))
    for _ in range(100):
        assert shown(alice.notified()) == [("recipient", "confirmed")]


def test_subscriptions_outlive_a_restart_of_the_edge(
    phone: PhoneMaker, publisher: Publisher, edge: Edge, directory: Directory, line: Lamp
) -> None:
    alice = phone(ALICE)
    watching(alice, line.uri)
    tell(publisher, line, calls(line, DialogState.CONFIRMED))
    alice.notified()
    edge.stop()
    assert (
        directory.execute("SELECT count(*) FROM active_watchers WHERE presentity_uri = %s", line.uri)[0][0]
        >= 1
    )
    edge.start()
    edge.rpc("htable.sets", "publishers", publisher.source, "1")
    publisher.publications.want(line, calls(line, DialogState.TERMINATED), keeps=True)
    publisher.publications.tell_all_again()
    publisher.settle(5)
    assert shown(alice.notified()) == [("recipient", "terminated")]
