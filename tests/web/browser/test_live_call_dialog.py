"""The dialog of a running call: orders for each side, what the worker refuses, and how it looks."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

from callmanager.models import DialCodeSettings, Extension, ExtensionGroup
from callmanager.services.dial_codes import dial_codes_set
from callmanager.services.extension_group import extension_group_create, group_monitors_add
from tenants.models import Tenant
from tenants.scope import tenant_scope
from tests.web.asgi_server import committed
from tests.web.browser.pictures import pictures
from tests.web.calls import FakeWorker
from tests.web.edge import running_edge

TALKING: dict[str, Any] = {
    "answered_by": "extension",
    "caller_codec": "G722",
    "caller_mos": 4.3,
    "caller_loss_percent": 0.0,
    "callee_codec": "PCMA",
    "callee_mos": 3.1,
    "callee_loss_percent": 4.25,
}


def open_dialog(page: Page) -> None:
    page.goto("/admin/live-calls/")
    expect(page.locator("[data-connection]")).to_have_text("Live")
    button = page.get_by_role("button", name="Control the call from 101 to 102")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()


def test_a_call_is_held_muted_and_transferred_from_its_dialog(
    acme_page: Page, acme: Tenant, worker: FakeWorker
) -> None:
    worker.begin_call(acme, "s1", **TALKING)
    with worker.answering():
        open_dialog(acme_page)
        callee = acme_page.get_by_role("region", name="Callee")
        expect(callee.locator("[data-quality]")).to_have_text("PCMA · MOS 3.1 · 4.3 % lost")
        callee.get_by_role("button", name="Hold 102").click()
        worker.begin_call(acme, "s1", **TALKING, held_by=["callee"], state="held")
        worker.publish(acme, "call_hold", 3, session_id="s1", side="callee")
        expect(callee.get_by_role("button", name="Resume 102")).to_be_visible()
        expect(callee).to_contain_text("Holds the call")
        acme_page.get_by_role("region", name="Caller").get_by_role("button", name="Mute 101").click()
        expect(acme_page.get_by_role("region", name="Caller").locator("[data-mute]")).to_be_enabled()
        pictures(acme_page, "live-call")
        callee.get_by_label("Number to transfer to").fill("103")
        acme_page.keyboard.press("Enter")
        expect(acme_page.get_by_role("dialog")).to_have_count(0)
    orders = [(one["command"], one.get("side") or one.get("extension")) for one in worker.told()]
    assert orders == [("hold", "callee"), ("mute", "caller"), ("transfer", "102")]
    pictures(acme_page, "live-calls")


def test_the_workers_no_is_shown_and_the_dialog_closes_with_its_call(
    acme_page: Page, acme: Tenant, worker: FakeWorker
) -> None:
    worker.begin_call(acme, "s1", **TALKING)
    worker.answers["hold"] = {"ok": False, "code": "wrong_state", "message": "The call s1 is ringing"}
    with worker.answering():
        open_dialog(acme_page)
        acme_page.get_by_role("button", name="Hold 101").click()
        expect(acme_page.get_by_role("alert")).to_have_text("The call s1 is ringing")
    worker.publish(acme, "call_ended", 4, session_id="s1")
    expect(acme_page.get_by_role("dialog")).to_have_count(0)


def test_a_call_is_recorded_and_what_became_of_it_stands_beside_it(
    acme_page: Page, acme: Tenant, worker: FakeWorker
) -> None:
    worker.begin_call(acme, "s1", **TALKING)
    with worker.answering():
        open_dialog(acme_page)
        recorder = acme_page.get_by_role("region", name="Recording")
        for sequence, (button, state, key) in enumerate(
            (
                ("Record", "recording", "recording_started"),
                ("Pause recording", "paused", "recording_paused"),
                ("Stop recording", "", "recording_stopped"),
            ),
            start=3,
        ):
            recorder.get_by_role("button", name=button, exact=True).click()
            worker.begin_call(acme, "s1", **TALKING, recording=state)
            worker.publish(acme, key, sequence, session_id="s1")
            if state == "recording":
                expect(recorder.locator("[data-recorded]")).to_have_text("Recording")
                pictures(acme_page, "live-call-recording")
        expect(recorder.get_by_role("button", name="Record", exact=True)).to_be_visible()
        expect(acme_page.get_by_role("dialog").get_by_role("status")).to_have_text("The recording has ended.")
        worker.answers["record"] = {"ok": False, "code": "quota_full", "message": "The quota is used up"}
        recorder.get_by_role("button", name="Record", exact=True).click()
        expect(acme_page.get_by_role("alert")).to_have_text("The quota is used up")
        acme_page.get_by_role("button", name="Close").click()
    assert [one["step"] for one in worker.told()] == ["start", "pause", "stop", "start"]
    expect(acme_page.locator("tr[data-session=s1] [data-note]")).to_have_text("The recording has ended.")


def test_a_call_is_monitored_by_the_phone_of_a_monitor(
    acme_page: Page, acme: Tenant, worker: FakeWorker
) -> None:
    committed(lambda: let_monitor(acme, "102"))
    worker.begin_call(acme, "s1", **TALKING)
    worker.takes_calls_of.add(acme.pk)
    try:
        with worker.answering(), running_edge():
            open_dialog(acme_page)
            caller = acme_page.get_by_role("region", name="Caller")
            caller.get_by_label("How to monitor").select_option("whisper")
            pictures(acme_page, "live-call-monitor")
            caller.get_by_role("button", name="Monitor 101").click()
            told = "Phone 102 rings: answer it to speak to 101 alone."
            expect(acme_page.get_by_role("dialog").get_by_role("status")).to_have_text(told)
            acme_page.get_by_role("button", name="Close").click()
            expect(acme_page.locator("tr[data-session=s1] [data-note]")).to_have_text(told)
            pictures(acme_page, "live-calls-note")
        orders = [(one["command"], one["caller"], one["callee"]) for one in worker.told()]
        assert orders == [("create", "102", "888*101*2")]
    finally:
        committed(lambda: let_nobody_monitor(acme))


def let_monitor(tenant: Tenant, number: str) -> None:
    with tenant_scope(tenant):
        dial_codes_set(is_monitoring_enabled=True)
        group = extension_group_create(name="Monitors", is_monitoring_allowed=True)
        group_monitors_add(group=group, extensions=list(Extension.objects.filter(number=number)))


def let_nobody_monitor(tenant: Tenant) -> None:
    with tenant_scope(tenant):
        ExtensionGroup.objects.filter(name="Monitors").delete()
        DialCodeSettings.objects.all().delete()


def test_a_call_that_rings_is_answered_at_the_telephone_that_is_chosen(
    acme_page: Page, acme: Tenant, worker: FakeWorker
) -> None:
    ringing = {"state": "ringing", "answered_at": None, "answered_number": "", "rung": ["102", "103"]}
    worker.begin_call(acme, "s1", **ringing)
    said = "Call s1: the telephone of extension 103 can't be told to answer, it said: 489 Bad Event"
    worker.answers["answer"] = {"ok": False, "code": "not_supported", "message": said}
    with worker.answering():
        open_dialog(acme_page)
        acme_page.get_by_label("Whose telephone answers").select_option("103")
        acme_page.get_by_role("button", name="Answer", exact=True).click()
        expect(acme_page.get_by_role("alert")).to_have_text(said)
        pictures(acme_page, "live-call-ringing")
        worker.answers["answer"] = {"ok": True, "result": {"extension_number": "102"}}
        acme_page.get_by_label("Whose telephone answers").select_option("102")
        acme_page.get_by_role("button", name="Answer", exact=True).click()
        expect(acme_page.get_by_role("dialog").get_by_role("status")).to_have_text(
            "The telephone of 102 has answered."
        )
    assert [one["extension"] for one in worker.told()] == ["103", "102"]
