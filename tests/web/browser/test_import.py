"""Five hundred extensions from a table: columns are chosen, the job is followed to its end, a group is filled."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Response, expect

from callmanager.models import Extension
from callmanager.services.extension_group import extension_group_create
from tenants.models import Tenant, User
from tenants.scope import tenant_scope
from tenants.services.tenant import tenant_create
from tenants.services.tenant_deletion import tenant_delete
from tests.web.asgi_server import AsgiServer, committed
from tests.web.browser.task_process import forget_old_messages, running_task_process
from tests.web.conftest import WEB_PASSWORD

LIST = "/admin/callmanager/extension/"
ROWS = 500
JOB_TIMEOUT_MS = 60_000


def table() -> str:
    """Lines 101, 201 and 301 of the file can't be imported."""
    rows = [f"{2000 + n};Person {n};person{n}@initech.example" for n in range(ROWS)]
    rows[99] = "20 99;Blank;"
    rows[199] = "2199;Mail;not-an-address"
    rows[299] = f"{2000 + 298};Twice;"
    return "\n".join(["Nebenstelle;Name;Post", *rows]) + "\n"


@pytest.fixture
def initech(asgi_server: AsgiServer, db: None) -> Iterator[Tenant]:
    def begin() -> Tenant:
        tenant = tenant_create(name="initech", sip_domain="initech.example", password=WEB_PASSWORD)
        # Nobody asks for another password first.
        User.objects.filter(username="initech").update(must_change_password=False)
        with tenant_scope(tenant):
            extension_group_create(name="Sales")
        return tenant

    tenant = committed(begin)
    yield tenant
    committed(lambda: tenant_delete(tenant=tenant))


def count(tenant: Tenant, **having: str) -> int:
    """On a connection of its own: what the test's transaction has read could not be deleted."""

    def read() -> int:
        with tenant_scope(tenant):
            return Extension.objects.filter(**having).count()

    return committed(read)


def begin_import(page: Page, file: Path, *, on_errors: str) -> None:
    page.goto(f"{LIST}import/")
    page.get_by_label("CSV file").set_input_files(file)
    expect(page.get_by_label("Field of the column Name")).to_have_value("display_name")
    page.get_by_label("If rows have errors").select_option(on_errors)
    page.get_by_label("Only try").uncheck()


def test_an_import_is_followed_to_its_errors_and_to_its_end(
    page: Page, initech: Tenant, tmp_path: Path
) -> None:
    file = tmp_path / "people.csv"
    file.write_text(table(), encoding="utf-8")
    forget_old_messages()
    page.goto("/sign-in/")
    page.get_by_label("User name or e-mail").fill("initech")
    page.get_by_label("Password").fill(WEB_PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/admin/")

    begin_import(page, file, on_errors="all_or_nothing")
    number = page.get_by_label("Field of the column Nebenstelle")
    expect(number).to_have_value("")
    expect(page.locator("[data-import-told]")).to_have_text("Choose which column is the number.")
    number.select_option("number")
    page.get_by_label("Field of the column Post").select_option("number")
    page.get_by_role("button", name="Import").click()
    assert page.url.endswith("/import/"), "two columns for one field are not sent"
    page.get_by_label("Field of the column Post").select_option("email")
    page.get_by_role("button", name="Import").click()
    page.wait_for_url("**/admin/tenants/job/*/change/")
    expect(page.locator("[data-job-state]")).to_have_text("Waiting")

    asked: list[str] = []
    page.on("response", lambda answer: _note(answer, asked))
    with running_task_process(tmp_path / "tasks.log"):
        expect(page.locator("[data-job-state]")).to_have_text("Failed", timeout=JOB_TIMEOUT_MS)
        assert asked, "the page asked how far it is"
        expect(
            page.get_by_text("Nothing was imported, because there are 3 errors in the file.")
        ).to_be_visible()
        errors = page.locator("table tbody tr")
        expect(errors).to_have_count(3)
        for row, words in enumerate((("101", "number"), ("201", "email"), ("301", "number"))):
            for word in words:
                expect(errors.nth(row)).to_contain_text(word)
        assert count(initech) == 0

        begin_import(page, file, on_errors="skip_rows")
        # As it was chosen the last time.
        expect(page.get_by_label("Field of the column Nebenstelle")).to_have_value("number")
        expect(page.get_by_label("Field of the column Post")).to_have_value("email")
        page.get_by_role("button", name="Import").click()
        page.wait_for_url("**/admin/tenants/job/*/change/")
        expect(page.locator("[data-job-state]")).to_have_text("Done", timeout=JOB_TIMEOUT_MS)
    expect(page.locator("[data-job-done]")).to_have_text(str(ROWS))
    for fact in ("Created497", "With errors3", "Rows500"):
        assert fact in "".join(page.locator("dl.td-facts").inner_text().split("\n")), fact
    expect(page.locator("table tbody tr")).to_have_count(3)

    page.goto(f"{LIST}?q=Person 4")
    page.locator("#action-toggle").check()
    page.locator("[name=action]").select_option("add_chosen_to_group")
    page.locator("[name=group]").select_option(label="Sales")
    page.get_by_role("button", name="Run").click()
    expect(page.locator("body")).to_contain_text("Done for")
    # As many as a page of the list shows.
    assert count(initech, groups__name="Sales") == 50


def _note(answer: Response, asked: list[str]) -> None:
    if answer.url.endswith("/progress/"):
        asked.append(answer.url)
