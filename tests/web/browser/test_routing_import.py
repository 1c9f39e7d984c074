"""An import that would break a routing test: the page of its job asks, and applies it when told to."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from callmanager.services.routing_test import routing_test_create
from tenants.models import Job, Tenant
from tenants.scope import across_tenants, tenant_scope
from tenants.services.job import job_run
from tests.web.asgi_server import committed
from tests.web.simulated_company import DID, simulated_company_make, simulated_company_unmake

TABLE = f"name,trunk,did,in_office_hours\nMain number,First line,{DID},extension 101\n"
JOB_PAGE = "**/admin/tenants/job/*/change/"


@pytest.fixture(autouse=True)
def guarded_company(asgi_server: object, acme: Tenant) -> Iterator[None]:
    def make() -> None:
        trunk = simulated_company_make(acme)
        with tenant_scope(acme):
            routing_test_create(
                name="Monday rings Bob",
                caller="+34911234567",
                trunk_id=trunk.pk,
                called=DID,
                when="weekday",
                weekday=0,
                expected_end="extension",
                expected_number="102",
            )

    committed(make)
    yield
    committed(lambda: _forget(acme))


def _forget(acme: Tenant) -> None:
    simulated_company_unmake(acme)
    with across_tenants():
        Job.objects.all().delete()


def _work(acme: Tenant) -> None:
    """As a task process would."""

    def run() -> None:
        with across_tenants():
            job = Job.objects.latest("created_at")
        job_run(tenant_id=acme.pk, job_id=job.pk)

    committed(run)


def _photograph(page: Page, name: str) -> None:
    directory = os.environ.get("KEEP_SCREENSHOTS")
    if not directory:
        return
    for theme, width in (("light", 1280), ("dark", 1280), ("light", 390)):
        page.evaluate(f"document.documentElement.classList.toggle('dark', {str(theme == 'dark').lower()})")
        page.set_viewport_size({"width": width, "height": 800})
        page.screenshot(path=f"{directory}/{name}-{theme}-{width}.png", full_page=True)
    page.set_viewport_size({"width": 1280, "height": 800})


def _import(page: Page, file: Path, *, only_try: bool) -> None:
    page.goto("/admin/callmanager/inboundrule/import/")
    page.get_by_label("CSV file").set_input_files(file)
    page.get_by_label("A name that is there already").select_option("update")
    page.get_by_label("Only try").set_checked(only_try)
    page.get_by_role("button", name="Import").click()
    page.wait_for_url(JOB_PAGE)


def test_an_import_is_tried_refused_and_applied_all_the_same(
    acme_page: Page, acme: Tenant, tmp_path: Path
) -> None:
    file = tmp_path / "rules.csv"
    file.write_text(TABLE, encoding="utf-8")
    broken = acme_page.get_by_role("table", name="What would be different")

    _import(acme_page, file, only_try=True)
    _work(acme)
    expect(broken).to_contain_text("Monday rings Bob")
    expect(acme_page.locator("[data-job-state]")).to_have_text("Done")
    _photograph(acme_page, "import-tried")

    _import(acme_page, file, only_try=False)
    _work(acme)
    expect(acme_page.get_by_text("Nothing was imported.")).to_be_visible()
    expect(broken).to_contain_text("Extension 101 answers")
    _photograph(acme_page, "import-asks")
    acme_page.get_by_role("button", name="Apply it all the same").click()
    acme_page.wait_for_url(JOB_PAGE)
    _work(acme)
    expect(acme_page.locator("[data-job-state]")).to_have_text("Done")
    expect(broken).to_have_count(0)
