"""The player of a recording in a browser: drawn, played, jumped in by keys and pointer."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from callmanager.fleet.models import Cdr, Recording, StoredCallEvent
from tenants.models import Tenant, TenantFile
from tenants.scope import across_tenants
from tests.web.asgi_server import committed
from tests.web.callmanager import recorded_calls
from tests.web.callmanager.recorded_calls import RATE_HZ, record, started, stopped, tell
from tests.web.calls import FakeWorker


@pytest.fixture
def recording(acme: Tenant, settings: Any, tmp_path: Path) -> Iterator[Recording]:
    """Forty seconds of something like speech, on two tracks, with a pause."""
    settings.PBX_STATE_DIR = tmp_path

    def speech(seed: int) -> bytes:
        chance = np.random.default_rng(seed)
        loud = np.repeat(
            np.abs(chance.normal(0, 0.25, 400)) * (np.arange(400) // 40 % 2 == seed), RATE_HZ // 10
        )
        return recorded_calls.wav_of((chance.normal(0, 1, loud.size) * loud * 9000).clip(-32767, 32767))

    def begin() -> Recording:
        paths = ("recordings/s1-1-caller.wav", "recordings/s1-1-callee.wav")
        for side, path in enumerate(paths):
            record(tmp_path, speech(side), Path(path).name)
        pauses = (
            ("recording_paused", 15.0, {"recording": "s1-1", "by": "101"}),
            ("recording_resumed", 21.0, {"recording": "s1-1", "by": "101"}),
        )
        tell(acme, started(paths), *pauses, stopped())
        return recorded_calls.take("s1", "s1-1", acme)

    yield committed(begin)
    committed(_forget)


def _forget() -> None:
    with across_tenants():
        for model in (Recording, Cdr, StoredCallEvent, TenantFile):
            model.objects.all().delete()


def _keep(page: Page, name: str) -> None:
    """For people to look at: PBX_SCREENSHOTS names a directory."""
    directory = os.environ.get("PBX_SCREENSHOTS")
    if not directory:
        return
    for theme, width in (("light", 1280), ("dark", 1280), ("light", 390)):
        page.set_viewport_size({"width": width, "height": 800})
        page.evaluate(f"document.documentElement.classList.toggle('dark', {str(theme == 'dark').lower()})")
        page.screenshot(path=f"{directory}/{name}-{theme}-{width}.png", full_page=True)
    page.set_viewport_size({"width": 1280, "height": 800})


def test_a_recording_is_found_drawn_and_played(acme_page: Page, recording: Recording) -> None:
    acme_page.get_by_role("link", name="Recordings").first.click()
    _keep(acme_page, "recordings")
    acme_page.get_by_role("link", name="101 Alice").click()
    wave = acme_page.get_by_role("slider", name="Recording of the call from 101 to 102")
    expect(wave).to_be_visible()
    expect(acme_page.locator(".td-player-time")).to_have_text("00:00 / 00:40")
    drawn = acme_page.evaluate(
        "() => { const c = document.querySelector('canvas');"
        " const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;"
        " return d.filter((value, place) => place % 4 === 3 && value > 0).length; }"
    )
    assert drawn > 1000
    wave.focus()
    for key, at in (
        ("PageUp", "00:30"),
        ("ArrowRight", "00:35"),
        ("Home", "00:00"),
        ("End", "00:40"),
        ("PageDown", "00:10"),
    ):
        acme_page.keyboard.press(key)
        expect(acme_page.locator(".td-player-time")).to_contain_text(f"{at} /")
    box = wave.bounding_box()
    assert box is not None
    acme_page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 10)
    expect(wave).to_have_attribute("aria-valuetext", "00:20 of 00:40")
    acme_page.get_by_role("button", name="Play").click()
    expect(acme_page.get_by_role("button", name="Pause")).to_be_visible()
    acme_page.wait_for_function("document.querySelector('audio').currentTime > 20.2")
    acme_page.get_by_role("button", name="Pause").click()
    acme_page.get_by_role("button", name="Speed 1, change").click()
    expect(acme_page.locator(".td-player-speed")).to_have_text("1.25 ×")
    _keep(acme_page, "recording")
    acme_page.get_by_role("link", name="Call record", exact=True).last.click()
    expect(acme_page.get_by_role("slider")).to_be_visible()
    _keep(acme_page, "call-record")


def test_a_running_call_shows_that_it_is_recorded(acme_page: Page, acme: Tenant, worker: FakeWorker) -> None:
    acme_page.get_by_role("link", name="Live calls").first.click()
    expect(acme_page.locator("[data-connection]")).to_have_text("Live")
    worker.begin_call(acme, "own")
    worker.publish(acme, "call_start", 0, session_id="own")
    sign = acme_page.locator("tr[data-session=own] [data-recording]")
    expect(sign).to_be_hidden()
    steps = {
        "recording_started": "Recording",
        "recording_paused": "Recording paused",
        "recording_stopped": "",
    }
    for number, (key, words) in enumerate(steps.items(), start=1):
        worker.publish(acme, key, number, session_id="own", recording="own-1")
        expect(sign).to_have_text(words)
    expect(sign).to_be_hidden()
