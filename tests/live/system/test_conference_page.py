"""The page of a conference with real telephones: it shows who talks, and its buttons do what they say."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.live.system.console import company_page, photograph, running_browser
from tests.live.system.event_socket import Event, EventSocket
from tests.live.system.outside_world import OutsideWorld
from tests.live.system.running_system import RunningSystem
from tests.phones.phone import Phone
from tests.phones.rest import Json
from tests.phones.waiting import until

ROOM = "9000"
PATIENCE_S = 20
PATIENCE_MS = 20_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running_browser() as browser:
        yield browser


@pytest.fixture
def room(world: OutsideWorld) -> Json:
    return world.conference(ROOM, is_prompt_silent=True)


def opened(page: Page, room: Json) -> Page:
    page.goto(f"/admin/callmanager/conference/{room['id']}/manage/")
    expect(page.locator("[data-connection]")).to_have_text("Live", timeout=PATIENCE_MS)
    return page


def person(page: Page, words: str) -> Locator:
    return page.get_by_role("list", name="Participants").get_by_role("listitem").filter(has_text=words)


def expect_talks(page: Page, words: str, *, is_talking: bool = True) -> None:
    sign = person(page, words).locator("[data-talks]")
    expect(sign).to_be_visible(visible=is_talking, timeout=PATIENCE_MS)


def statuses(socket: EventSocket, participant: str) -> list[str]:
    return [one["status"] for one in of(socket, "conference_status") if one["participant"] == participant]


def of(socket: EventSocket, key: str) -> list[Event]:
    return [one for one in list(socket.events) if one["key"] == key]


def test_the_page_shows_who_talks_and_its_buttons_are_heard(
    browser: Browser, system: RunningSystem, room: Json, alice: Phone, bob: Phone, carol: Phone
) -> None:
    host = alice.dial(ROOM).wait_confirmed(PATIENCE_S)
    guest = bob.dial(ROOM).wait_confirmed(PATIENCE_S)
    with company_page(browser, system) as page:
        opened(page, room)
        expect_talks(page, "101")
        expect_talks(page, "102")
        bob.speak(0)
        expect_talks(page, "102", is_talking=False)
        expect_talks(page, "101")
        photograph(page, "conference-talking")
        bob.speak(bob.config.tone_hz)
        expect_talks(page, "102")
        page.get_by_label("Number to invite").fill(carol.config.number)
        page.get_by_role("button", name="Call", exact=True).click()
        rung = carol.wait_incoming(PATIENCE_S)
        invited = page.get_by_role("list", name="Invited").get_by_role("listitem")
        expect(invited.locator("[data-state]")).to_have_text("Ringing", timeout=PATIENCE_MS)
        photograph(page, "conference-ringing")
        rung.answer()
        expect_talks(page, carol.config.number)
        expect(invited).to_have_count(0)
        host.wait_heard(bob.config.tone_hz, carol.config.tone_hz, timeout_s=PATIENCE_S)
        page.get_by_role("button", name="Mute Extension 102", exact=True).click()
        host.wait_heard(carol.config.tone_hz, timeout_s=PATIENCE_S)
        guest.wait_heard(alice.config.tone_hz, carol.config.tone_hz, timeout_s=PATIENCE_S)
        expect(person(page, "102").locator("[data-muted]")).to_be_visible(timeout=PATIENCE_MS)
        expect_talks(page, "102", is_talking=False)
        photograph(page, "conference-muted")
        page.get_by_role("button", name="Unmute Extension 102", exact=True).click()
        host.wait_heard(bob.config.tone_hz, carol.config.tone_hz, timeout_s=PATIENCE_S)
        page.get_by_role("button", name="Mute all").click()
        host.wait_heard(timeout_s=PATIENCE_S)
        page.get_by_role("button", name="Unmute all").click()
        person(page, carol.config.number).locator("[data-kick]").click()
        rung.wait_over(PATIENCE_S)
        expect(person(page, carol.config.number)).to_have_count(0, timeout=PATIENCE_MS)
        guest.wait_heard(alice.config.tone_hz, timeout_s=PATIENCE_S)
        page.get_by_role("button", name="End", exact=True).click()
        page.get_by_role("button", name="End the conference").click()
        for call in (host, guest):
            call.wait_over(PATIENCE_S)
        expect(page.get_by_text("Nobody is in this room.")).to_be_visible(timeout=PATIENCE_MS)


def test_who_declines_is_shown_and_a_locked_room_takes_nobody_else(
    browser: Browser, system: RunningSystem, room: Json, alice: Phone, bob: Phone, carol: Phone
) -> None:
    host = alice.dial(ROOM).wait_confirmed(PATIENCE_S)
    with company_page(browser, system) as page:
        opened(page, room)
        expect(person(page, "101")).to_be_visible(timeout=PATIENCE_MS)
        page.get_by_label("Number to invite").fill(bob.config.number)
        page.keyboard.press("Enter")
        bob.wait_incoming(PATIENCE_S).answer(486)
        invited = page.get_by_role("list", name="Invited").get_by_role("listitem")
        expect(invited.locator("[data-state]")).to_have_text("Not reached", timeout=PATIENCE_MS)
        expect(invited.locator("[data-reason]")).to_have_text("Busy")
        page.get_by_role("button", name="Lock", exact=True).click()
        expect(page.get_by_role("button", name="Unlock")).to_be_visible(timeout=PATIENCE_MS)
        photograph(page, "conference-locked")
        carol.dial(ROOM).wait_over(PATIENCE_S)
        page.get_by_role("button", name="Unlock").click()
        expect(page.get_by_role("button", name="Lock", exact=True)).to_be_visible(timeout=PATIENCE_MS)
        late = carol.dial(ROOM).wait_confirmed(PATIENCE_S)
        late.wait_heard(alice.config.tone_hz, timeout_s=PATIENCE_S)
    for call in (host, late):
        call.hang_up()
        call.wait_over(PATIENCE_S)


def test_programs_hear_of_a_conference_and_strangers_do_not(
    system: RunningSystem, room: Json, alice: Phone, bob: Phone
) -> None:
    """Globex and an extension of the company want everything, too."""
    tenants = system.demo.tenants
    with (
        EventSocket(system.websocket_url) as company,
        EventSocket(system.websocket_url) as stranger,
        EventSocket(system.websocket_url) as extension,
    ):
        for socket, name in ((company, "demo"), (stranger, "globex")):
            socket.sign_in(name=tenants[name].username, password=tenants[name].password)
        of_bob = tenants["demo"].extensions["102"]
        extension.sign_in(extension="102", domain=tenants["demo"].domain, password=of_bob.web_password)
        for socket in (company, stranger, extension):
            socket.subscribe("conference_events")
        host = alice.dial(ROOM).wait_confirmed(PATIENCE_S)
        guest = bob.dial(ROOM).wait_confirmed(PATIENCE_S)

        def talks() -> bool:
            told = of(company, "conference_talking")
            return bool(told) and set(told[-1]["talking"].split(",")) == {"101", "102"}

        until(talks, PATIENCE_S, "both talk")
        for call in (guest, host):
            call.hang_up()
            call.wait_over(PATIENCE_S)
        until(lambda: "ended" in statuses(company, ""), PATIENCE_S, "the end of the conference")
        assert statuses(company, "101") == statuses(company, "102") == ["joined", "left"]
        until(lambda: "left" in statuses(extension, "102"), PATIENCE_S, "the extension hears of itself")
        assert {one["participant"] for one in extension.events} == {"102"}
        assert stranger.events == []
        first = next(one for one in company.events if one["event_id"])
        answer = company.command(
            command="subscribe",
            topics=[{"topic": "conference_events"}],
            last_event_id=first["event_id"],
        )
        assert answer == {"status": 0, "resumed": True}
        until(lambda: statuses(company, "102") == ["joined", "left"] * 2, PATIENCE_S, "what was kept")
        assert all(one["event_id"] == "" for one in of(company, "conference_talking"))
