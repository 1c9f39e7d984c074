"""Callers whom queues treat in a way of their own, in a browser: VIPs, exclusive agents, harassing ones."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from callmanager.models import CallQueue, ExclusiveAgent, HarassNumber, HarassPrompt, VipCaller
from callmanager.selectors.call_queue import QueueAgentMember
from callmanager.services.call_queue import call_queue_create, call_queue_delete
from callmanager.services.queue_caller import harass_prompt_remove
from tenants.models import Job, Tenant
from tenants.scope import across_tenants, tenant_scope
from tenants.services.job import job_run
from tests.web.asgi_server import committed
from tests.web.browser.pictures import pictures
from tests.web.callmanager.recorded_calls import wav

ROOT = "/admin/callmanager"
VIP_TABLE = "number,description,last_day\n442012345678,Microsoft team,2099-12-31\n44201*******,=1+1,\n"


def _acme() -> Tenant:
    return Tenant.objects.get(name="acme")


def _make() -> None:
    with tenant_scope(_acme()):
        call_queue_create(number="8000", name="Sales", members=[QueueAgentMember("102")])


def _forget() -> None:
    with tenant_scope(_acme()):
        for model in (VipCaller, HarassNumber, ExclusiveAgent):
            model.objects.all().delete()
        for prompt in HarassPrompt.objects.all():
            harass_prompt_remove(prompt=prompt)
        for queue in CallQueue.objects.all():
            call_queue_delete(queue=queue)
    with across_tenants():
        Job.objects.all().delete()


@pytest.fixture
def acme(acme_page: Page) -> Iterator[Page]:
    committed(_make)
    yield acme_page
    committed(_forget)


def _work() -> None:
    """As a task process would."""

    def run() -> None:
        with across_tenants():
            job = Job.objects.latest("created_at")
        job_run(tenant_id=_acme().pk, job_id=job.pk)

    committed(run)


def _save(page: Page) -> None:
    page.get_by_role("button", name="Save", exact=True).click()


def test_a_vip_is_written_down_until_a_day_and_found_again(acme: Page) -> None:
    page = acme
    page.goto(f"{ROOT}/vipcaller/")
    page.get_by_role("link", name="Add VIP caller").first.click()
    page.get_by_label("Number").fill("1200-1100")
    page.get_by_label("Description").fill("Microsoft team")
    page.get_by_label("Valid until").fill("2099-12-31")
    _save(page)
    error = page.locator(".errorlist, [role=alert]").first
    expect(error).to_be_visible()
    pictures(page, "vip-wrong")
    page.get_by_label("Number").fill("44 2012 345678")
    _save(page)
    row = page.get_by_role("row").filter(has_text="442012345678")
    expect(row).to_contain_text("Microsoft team")
    expect(row).to_contain_text("2099-12-31")
    pictures(page, "vips")


def test_a_list_from_a_spreadsheet_is_tried_and_then_taken(acme: Page, tmp_path: Path) -> None:
    page = acme
    file = tmp_path / "vips.csv"
    file.write_text(VIP_TABLE, encoding="utf-8")
    page.goto(f"{ROOT}/vipcaller/")
    page.get_by_role("link", name="Import").click()
    for only_try in (True, False):
        page.goto(f"{ROOT}/vipcaller/import/")
        page.get_by_label("CSV file").set_input_files(file)
        page.get_by_label("A number that is there already").select_option("update")
        page.get_by_label("Only try").set_checked(only_try)
        pictures(page, "vip-import")
        page.get_by_role("button", name="Import").click()
        page.wait_for_url("**/admin/tenants/job/*/change/")
        _work()
        expect(page.locator("[data-job-state]")).to_have_text("Done")
        pictures(page, "vip-import-done")
        page.goto(f"{ROOT}/vipcaller/")
        expect(page.get_by_role("row").filter(has_text="44201*******")).to_have_count(0 if only_try else 1)
    with page.expect_download() as download:
        page.get_by_role("link", name="Export").click()
    assert "'=1+1" in Path(download.value.path()).read_text(encoding="utf-8")


def test_exclusive_agents_are_agents_of_a_queue(acme: Page) -> None:
    page = acme
    page.goto(f"{ROOT}/exclusiveagent/add/")
    page.get_by_label("Description").fill("XYZ Bank")
    page.get_by_label("Caller numbers").fill("4930123456\n49305550***")
    page.get_by_label("Agents").fill("8000 199")
    _save(page)
    expect(page.get_by_text("199 is no agent of the queue 8000.")).to_be_visible()
    assert page.get_by_label("Caller numbers").input_value() == "4930123456\n49305550***"
    pictures(page, "exclusive-wrong")
    page.get_by_label("Agents").fill("8000 102")
    _save(page)
    row = page.get_by_role("row").filter(has_text="XYZ Bank")
    expect(row).to_contain_text("49305550***")
    expect(row).to_contain_text("102 of 8000")
    pictures(page, "exclusive")


def test_a_harassing_number_has_a_level_and_the_level_a_prompt_to_listen_to(
    acme: Page, tmp_path: Path
) -> None:
    page = acme
    page.goto(f"{ROOT}/harassnumber/add/")
    page.get_by_label("Number").fill("442012345678")
    page.get_by_label("Level").select_option("2")
    _save(page)
    row = page.get_by_role("row").filter(has_text="442012345678")
    expect(row).to_contain_text("Level 2")
    pictures(page, "harass")
    good, bad = tmp_path / "Warning.wav", tmp_path / "noise.wav"
    good.write_bytes(wav())
    bad.write_bytes(b"no sound")
    page.goto(f"{ROOT}/harassprompt/add/")
    page.get_by_label("Level").select_option("2")
    page.get_by_label("WAV file").set_input_files(bad)
    _save(page)
    expect(page.get_by_label("WAV file")).to_be_visible()
    pictures(page, "harass-prompt-wrong")
    page.get_by_label("WAV file").set_input_files(good)
    _save(page)
    row = page.get_by_role("row").filter(has_text="Warning")
    expect(row).to_contain_text("Level 2")
    player = row.locator("audio")
    player.evaluate(
        "sound => new Promise((done, failed) => { sound.oncanplay = done; sound.onerror = failed; sound.load(); })"
    )
    assert player.evaluate("sound => sound.duration") == pytest.approx(2.0, abs=0.1)
    pictures(page, "harass-prompts")
