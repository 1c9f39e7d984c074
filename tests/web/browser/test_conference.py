"""The page of a conference follows who is in and who talks, gives orders, and shows what became of them."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from callmanager.domain.live_channel import PUBLISH, channel_of, publish_arguments
from callmanager.models import Conference
from callmanager.services.conference import conference_create
from tenants.models import Tenant, User
from tenants.roles import Rank
from tenants.scope import tenant_scope
from tests.phones.waiting import until
from tests.web.asgi_server import committed
from tests.web.browser.pictures import pictures
from tests.web.calls import FakeWorker
from tests.web.conftest import WEB_PASSWORD
from tests.web.edge import running_edge

ROOM = "9000"


def participant(nth: int, number: str, name: str = "", **more: Any) -> dict[str, Any]:
    return {
        "session_id": f"s{nth}",
        "number": number,
        "name": name,
        "is_admin": nth == 1,
        "is_muted": False,
        "is_talking": False,
        "joined_at": time.time() - 100 * nth,
        **more,
    }


class Room:
    """What the worker says of the room, and what it publishes of it."""

    def __init__(self, worker: FakeWorker, tenant: Tenant, pk: int) -> None:
        self.worker = worker
        self.tenant = tenant
        self.path = f"/admin/callmanager/conference/{pk}/manage/"
        self.people = [
            participant(1, "101", "Alice Adams"),
            participant(2, "102", "Bob Brown"),
            participant(3, "+493012345678"),
        ]
        self.is_locked = self.is_muted = False
        self.tell()

    def tell(self) -> None:
        for one in self.people:
            self.worker.begin_call(
                self.tenant, one["session_id"], caller=one["number"], callee=ROOM, conference=ROOM
            )
        state = {"is_locked": self.is_locked, "is_muted": self.is_muted, "participants": self.people}
        self.worker.answers["conference"] = {"result": state}

    def happened(self, status: str, **data: str) -> None:
        event = self._event("conference_status", {"status": status, **data})
        self.worker.redis.eval(PUBLISH, 2, *publish_arguments(self.tenant.pk, json.dumps(event)))

    def talks(self, *sessions: str) -> None:
        event = self._event("conference_talking", {"talking_sessions": ",".join(sessions)})
        self.worker.redis.publish(channel_of(self.tenant.pk), json.dumps(event))

    def orders(self) -> list[tuple[str, str, bool]]:
        told = [one for one in self.worker.told() if one["command"] == "conference"]
        return [(one["order"], one["session_id"], one["is_on"]) for one in told if one["order"] != "look"]

    def cut_events(self) -> None:
        """The server loses its connection, the worker keeps its own."""
        for client in self.worker.redis.client_list(_type="pubsub"):
            if client["psub"] != "0":
                self.worker.redis.client_kill_filter(_id=client["id"])

    def _event(self, key: str, data: dict[str, str]) -> dict[str, Any]:
        return {
            "topic": "conference_events",
            "key": key,
            "tenant_id": self.tenant.pk,
            "extensions": [],
            "sequence": 1,
            "time": time.time(),
            "data": {"conference": ROOM, **data},
        }


def _make() -> int:
    with tenant_scope(Tenant.objects.get(name="acme")):
        return conference_create(number=ROOM, subject="Sales conference", mode="video").pk


def _forget() -> None:
    User.objects.filter(username="acme").update(rank=Rank.OWNER)
    with tenant_scope(Tenant.objects.get(name="acme")):
        Conference.objects.all().delete()


@pytest.fixture
def room(acme_page: Page, acme: Tenant, worker: FakeWorker) -> Iterator[Room]:
    room = Room(worker, acme, committed(_make))
    with worker.answering():
        yield room
        acme_page.goto("about:blank")
    committed(_forget)


def opened(page: Page, room: Room) -> Page:
    page.goto(room.path)
    expect(page.locator("[data-connection]")).to_have_text("Live")
    return page


def person(page: Page, words: str) -> Locator:
    return page.get_by_role("list", name="Participants").get_by_role("listitem").filter(has_text=words)


def answer(page: Page, place: str) -> Locator:
    return page.locator(f'[data-answer="{place}"]')


def test_who_is_in_and_who_talks_is_shown_as_it_happens(acme_page: Page, room: Room) -> None:
    page = opened(acme_page, room)
    alice, bob = person(page, "Alice Adams"), person(page, "Bob Brown")
    expect(alice).to_contain_text("Host")
    expect(alice.locator("[data-since]")).to_have_text(re.compile(r"^since .+ · 01:\d\d$"))
    expect(page.get_by_text("3 of 10")).to_be_visible()
    expect(page.get_by_role("note")).to_contain_text("serves audio")
    expect(bob.get_by_text("Talks")).to_be_hidden()
    room.talks("s2", "s1")
    expect(bob.get_by_text("Talks")).to_be_visible()
    expect(alice.get_by_text("Talks")).to_be_visible()
    room.talks("s1")
    expect(bob.get_by_text("Talks")).to_be_hidden()
    pictures(page, "conference")
    room.people.append(participant(4, "103", "Carol Clark"))
    room.tell()
    room.happened("joined", participant="103")
    expect(person(page, "Carol Clark")).to_be_visible()
    expect(page.locator("[data-announce]")).to_have_text("103 has come in")
    expect(page.get_by_text("4 of 10")).to_be_visible()


def test_it_works_again_after_a_lost_connection(acme_page: Page, room: Room) -> None:
    page = opened(acme_page, room)
    expect(person(page, "Bob Brown")).to_be_visible()
    room.people.pop(1)
    room.tell()
    room.cut_events()
    expect(person(page, "Bob Brown")).to_have_count(0, timeout=20_000)
    expect(page.locator("[data-connection]")).to_have_text("Live", timeout=20_000)
    sign = person(page, "Alice Adams").get_by_text("Talks")

    def is_shown() -> bool:
        """Who talks is told once and not kept: the server may be on its way back to Redis still."""
        room.talks("s1")
        return sign.is_visible()

    until(is_shown, 20, "who talks is shown again")


def test_orders_are_given_by_the_keyboard_and_answered_beside_it(acme_page: Page, room: Room) -> None:
    page = opened(acme_page, room)
    bob = person(page, "Bob Brown")
    mute = page.get_by_role("button", name="Mute Bob Brown")
    mute.focus()
    room.people[1]["is_muted"] = True
    room.tell()
    page.keyboard.press("Enter")
    expect(bob.locator("[data-note]")).to_have_text("Not heard by the others now.")
    expect(bob.locator("[data-muted]")).to_be_visible()
    expect(page.get_by_role("button", name="Unmute Bob Brown")).to_be_focused()
    room.is_locked = True
    room.tell()
    page.get_by_role("button", name="Lock", exact=True).click()
    expect(answer(page, "room")).to_have_text("The room is locked: nobody but a host gets in.")
    expect(page.get_by_role("button", name="Unlock")).to_be_visible()
    expect(page.locator("[data-locked]")).to_be_visible()
    pictures(page, "conference-orders")
    page.get_by_role("button", name="Mute all").click()
    expect(answer(page, "room")).to_have_text("Nobody hears anybody now.")
    page.get_by_role("button", name="Hang up Alice Adams").click()
    expect(answer(page, "room")).to_have_text("Alice Adams has been sent out.")
    assert room.orders() == [
        ("mute", "s2", True),
        ("lock", "s1", True),
        ("mute_all", "s1", True),
        ("kick", "s1", True),
    ]


def test_a_conference_is_ended_only_after_a_question(acme_page: Page, room: Room) -> None:
    page = opened(acme_page, room)
    page.get_by_role("button", name="End", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("hang up all 3 who are in?")
    pictures(page, "conference-end")
    dialog.get_by_role("button", name="Keep it").click()
    expect(dialog).to_have_count(0)
    assert room.orders() == []
    page.get_by_role("button", name="End", exact=True).click()
    dialog.get_by_role("button", name="End the conference").click()
    expect(answer(page, "room")).to_contain_text("The conference is over")
    assert room.orders() == [("end", "s1", True)]


def test_whom_the_room_calls_rings_and_may_not_be_reached(acme_page: Page, room: Room, acme: Tenant) -> None:
    room.worker.takes_calls_of = {acme.pk}
    with running_edge():
        page = opened(acme_page, room)
        page.get_by_label("Number to invite").fill("103")
        page.keyboard.press("Enter")
        expect(answer(page, "invite")).to_contain_text("103 is being called.")
        room.worker.begin_call(acme, "i1", caller=ROOM, callee="103", state="dialling")
        room.happened("calling", participant="103", session_id="i1")
        invited = page.get_by_role("list", name="Invited").get_by_role("listitem")
        expect(invited.locator("[data-state]")).to_have_text("Calling")
        room.worker.begin_call(acme, "i1", caller=ROOM, callee="103", state="ringing")
        room.happened("ringing", participant="103", session_id="i1")
        expect(invited.locator("[data-state]")).to_have_text("Ringing")
        pictures(page, "conference-ringing")
        page.get_by_role("button", name="Call off the call to 103").click()
        expect(answer(page, "invite")).to_have_text("103 is not called any more.")
        expect(invited).to_have_count(0)
        room.happened("not_reached", participant="103", session_id="i2", outcome="busy", reason="Busy here")
        expect(invited.locator("[data-state]")).to_have_text("Not reached")
        expect(invited.locator("[data-reason]")).to_have_text("Busy")
        pictures(page, "conference-missed")
        room.worker.answers["conference_invite"] = {
            "ok": False,
            "code": "call_refused",
            "message": "No rule leads outside",
        }
        page.get_by_role("button", name="Call 103 again").click()
        expect(answer(page, "invite")).to_have_text("No rule leads outside")


def test_an_order_that_comes_too_late_says_so(acme_page: Page, room: Room) -> None:
    page = opened(acme_page, room)
    room.worker.answers["conference mute"] = {"ok": False, "code": "not_found"}
    page.get_by_role("button", name="Mute Bob Brown").click()
    expect(person(page, "Bob Brown").locator("[data-note]")).to_have_text("Not in this conference any more.")


def test_an_empty_room_can_still_call_somebody(acme_page: Page, room: Room, worker: FakeWorker) -> None:
    worker.redis.delete(f"pbx:live:{room.tenant.pk}:worker-of-tests")
    page = opened(acme_page, room)
    expect(page.get_by_text("Nobody is in this room.")).to_be_visible()
    expect(page.get_by_role("button", name="Lock", exact=True)).to_be_disabled()
    expect(page.get_by_role("button", name="Call", exact=True)).to_be_enabled()
    pictures(page, "conference-empty")


def test_who_only_reads_sees_and_orders_nothing(acme_page: Page, room: Room) -> None:
    committed(lambda: User.objects.filter(username="acme").update(rank=Rank.AUDITOR))
    acme_page.goto("/sign-in/")  # whose rank has changed signs in anew
    acme_page.get_by_label("User name or e-mail").fill("acme")
    acme_page.get_by_label("Password").fill(WEB_PASSWORD)
    acme_page.get_by_role("button", name="Sign in").click()
    acme_page.wait_for_url("**/admin/")
    page = opened(acme_page, room)
    expect(person(page, "Alice Adams")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("Mute|Hang up|Lock|End|^Call$"))).to_have_count(0)
    pictures(page, "conference-reader")


def test_it_fits_on_a_telephone_and_is_reached_from_the_list(acme_page: Page, room: Room) -> None:
    acme_page.goto("/admin/callmanager/conference/")
    now = acme_page.get_by_role("region", name="Now")
    expect(now.locator("[data-connection]")).to_have_text("Live")
    expect(now.locator("[data-rooms]")).to_have_text("1")
    expect(now.locator("[data-people]")).to_have_text("3")
    pictures(acme_page, "conference-list")
    acme_page.get_by_role("link", name="Manage conference 9000, 3 in").wait_for()
    room.worker.begin_call(room.tenant, "s9", caller="103", callee=ROOM, conference=ROOM)
    room.happened("joined", participant="103")
    expect(now.locator("[data-people]")).to_have_text("4")
    acme_page.set_viewport_size({"width": 390, "height": 844})
    acme_page.get_by_role("link", name="Manage conference 9000, 4 in").click()
    expect(acme_page.locator("[data-connection]")).to_have_text("Live")
    expect(person(acme_page, "Alice Adams")).to_be_visible()
    widths = acme_page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert widths[0] <= widths[1]
