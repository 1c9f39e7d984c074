"""The pages of an extension: every tab, its exceptions, and the report of weak passwords."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from callmanager.domain.week_hours import WEEKDAYS
from callmanager.models import Extension, ExtensionGroup
from callmanager.selectors.extension import exception_list, extension_get
from tenants.models import Job, Tenant
from tenants.scope import across_tenants, tenant_scope
from tenants.services.job import job_run
from tests.web.conftest import sip_password

EXTENSIONS = "/admin/callmanager/extension/"


def form(*exceptions: dict[str, str], **changes: str) -> dict[str, str]:
    rows = {
        f"exceptions-{place}-{name}": value
        for place, row in enumerate(exceptions)
        for name, value in row.items()
    }
    return {
        "number": "102",
        "display_name": "Bob",
        "is_enabled": "on",
        "ring_timeout_s": "30",
        "status": "available",
        "is_decline_final": "on",
        "max_external_calls": "0",
        "max_external_minutes_per_day": "0",
        "sip_password": sip_password("Bob"),
        **dict.fromkeys(WEEKDAYS[:5], "09:00-17:00"),
        "exceptions-TOTAL_FORMS": str(len(exceptions)),
        "exceptions-INITIAL_FORMS": "0",
        **rows,
        **changes,
    }


def page_of(acme: Tenant) -> str:
    with tenant_scope(acme):
        return f"{EXTENSIONS}{extension_get(number='102').pk}/change/"


def test_all_tabs_are_there(acme_browser: Client, acme: Tenant) -> None:
    page = acme_browser.get(page_of(acme)).content.decode()
    for tab in (
        "General", "Voicemail", "Forwarding rules", "Options", "Office hours", "Phone provisioning", "BLF", "Billing",
        "Profile", "Exceptions",
    ):  # fmt: skip
        assert f">{tab}" in page.replace("\n", "").replace("  ", ""), tab
    assert "Yes, by DEFAULT" in page


def test_hours_and_exceptions_are_saved(acme_browser: Client, acme: Tenant) -> None:
    rows = (
        {"caller_mask": "", "received_during": "always", "action": "end_call", "other": "", "position": "1"},
        {"caller_mask": "1**", "received_during": "office_hours", "action": "extension", "other": "101",
         "position": "0"},
    )  # fmt: skip
    posted = form(*rows, has_own_hours="on", monday="08:00-12:00, 22:00-06:00", time_zone="Asia/Tokyo")
    assert acme_browser.post(page_of(acme), posted).status_code == 302
    with tenant_scope(acme):
        bob = extension_get(number="102")
        assert bob.week["monday"] == [{"from": "08:00", "to": "12:00"}, {"from": "22:00", "to": "06:00"}]
        assert (bob.has_own_hours, bob.time_zone) == (True, "Asia/Tokyo")
        assert [row.caller_mask for row in exception_list(extension=bob)] == ["1**", ""]


def test_wrong_rows_are_told_in_the_form(acme_browser: Client, acme: Tenant) -> None:
    rows = (
        {"caller_mask": "1*2", "received_during": "always", "action": "end_call", "other": ""},
        {"caller_mask": "", "received_during": "always", "action": "extension", "other": "999"},
    )
    answer = acme_browser.post(page_of(acme), form(*rows, tuesday="9", sip_password="102", did="x"))
    page = answer.content.decode()
    assert answer.status_code == 200
    for words in (
        "is not a number",
        "There is no extension 999.",
        "Write times such as",
        "10 to 64",
        "Digits only",
    ):
        assert words in page
    with tenant_scope(acme):
        assert not exception_list(extension=extension_get(number="102")).exists()


def test_the_report_of_weak_passwords(acme_browser: Client, globex_browser: Client, acme: Tenant) -> None:
    with tenant_scope(acme):
        Extension.objects.bulk_create([Extension(number="777", sip_password="777")])
    page = acme_browser.get(f"{EXTENSIONS}weak-passwords/").content.decode()
    assert ">777</a>" in page
    assert ">102</a>" not in page
    assert ">777</a>" not in globex_browser.get(f"{EXTENSIONS}weak-passwords/").content.decode()


def test_a_sip_password_that_is_not_shown_can_be_replaced(acme_browser: Client, acme: Tenant) -> None:
    path = page_of(acme)
    assert sip_password("Bob") not in acme_browser.get(path).content.decode()
    assert acme_browser.post(path, form(sip_password="", first_name="Robert")).status_code == 302
    with tenant_scope(acme):
        assert extension_get(number="102").sip_password == sip_password("Bob")
        assert extension_get(number="102").first_name == "Robert"
    assert acme_browser.post(path, form(sip_password=sip_password("other"))).status_code == 302
    with tenant_scope(acme):
        assert extension_get(number="102").sip_password == sip_password("other")
    Tenant.objects.filter(pk=acme.pk).update(is_sip_password_shown=True)
    assert sip_password("other") in acme_browser.get(path).content.decode()


def test_a_table_is_imported_by_the_page(acme_browser: Client, globex_browser: Client, acme: Tenant) -> None:
    sample = acme_browser.get(f"{EXTENSIONS}import/sample.csv").content
    wanted = {"existing": "refuse", "on_errors": "all_or_nothing"}
    empty = acme_browser.post(
        f"{EXTENSIONS}import/", {**wanted, "file": SimpleUploadedFile("a.csv", b"x\n1\n")}
    )
    assert "names no column number" in empty.content.decode()
    begun = acme_browser.post(f"{EXTENSIONS}import/", {**wanted, "file": SimpleUploadedFile("a.csv", sample)})
    assert begun.status_code == 302
    with across_tenants():
        job = Job.objects.get()
    job_run(tenant_id=job.tenant_id, job_id=job.pk)
    page = acme_browser.get(begun.headers["Location"]).content.decode()
    assert "Done" in page
    assert globex_browser.get(begun.headers["Location"]).status_code in (302, 404)
    with tenant_scope(acme):
        assert Extension.objects.count() == 4
    exported = acme_browser.get(f"{EXTENSIONS}export.csv", {"q": "lovelace"}).content.decode()
    assert "201" in exported
    assert "102" not in exported


def test_chosen_rows_are_changed_together(acme_browser: Client, acme: Tenant) -> None:
    with tenant_scope(acme):
        chosen = list(Extension.objects.values_list("pk", flat=True))
        group = ExtensionGroup.objects.create(name="Sales")

    def act(action: str, **more: object) -> None:
        body = {"action": action, "_selected_action": chosen, **more}
        assert acme_browser.post(EXTENSIONS, body).status_code == 302

    act("disable_chosen")
    act("add_chosen_to_group", group=group.pk)
    act("add_chosen_to_group", group="")
    with tenant_scope(acme):
        assert not Extension.objects.filter(is_enabled=True).exists()
        assert group.members.count() == 2
    act("delete_selected", post="yes")
    with tenant_scope(acme):
        assert not Extension.objects.exists()
