"""The pages of the company's own settings: without scripts, by the right people, and nobody else's data."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from callmanager.models import Holiday
from callmanager.selectors.office_hours import office_hours_get
from deploy.stack.free_ports import free_port
from tenants.models import AuditEntry, MailServer, Tenant
from tenants.scope import tenant_scope
from tenants.services.mail_server import TESTS_PER_HOUR
from tests.web.mail_host import running_mail_host

HOURS, IMPORT, HOLIDAYS = "/admin/office-hours/", "/admin/holidays/import/", "/admin/callmanager/holiday/"
CALENDAR = (
    b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nSUMMARY:<b>Stock</b>\r\n"
    b"DTSTART;VALUE=DATE:20260105\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_hours_are_saved_for_the_tenant_and_written_into_the_log(
    acme_browser: Client, acme: Tenant, globex: Tenant
) -> None:
    form = {"monday": "09:00-12:00, 13:00-17:00", "friday": "22:00-02:00"}
    answer = acme_browser.post(HOURS, form, follow=True)
    assert "The office hours are saved" in text(answer)
    with tenant_scope(acme):
        hours = office_hours_get()
        assert not hours.is_always_open
        assert hours.week["friday"] == [{"from": "22:00", "to": "02:00"}]
    with tenant_scope(globex):
        assert office_hours_get().is_always_open
    entry = AuditEntry.objects.get(action="office_hours.update")
    assert entry.tenant == acme


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("nine to five", "is not a time"),
        ("09:00-12:00, 11:00-13:00", "begins before"),
        ("9-12", "not a time"),
    ],
)
def test_what_can_not_be_read_stands_beside_its_day(acme_browser: Client, line: str, problem: str) -> None:
    answer = acme_browser.post(HOURS, {"tuesday": line})
    assert answer.status_code == 400
    assert problem in text(answer) or problem in str(answer.context["form"].errors)
    assert list(answer.context["form"].errors) == ["tuesday"]


def test_a_holiday_is_made_changed_and_deleted(
    acme_browser: Client, acme: Tenant, globex_browser: Client
) -> None:
    assert acme_browser.get(f"{HOLIDAYS}add/").status_code == 200
    form = {"name": "Party", "first_day": "2026-06-12", "starts_at": "15:00"}
    assert acme_browser.post(f"{HOLIDAYS}add/", form).status_code == 302
    with tenant_scope(acme):
        party = Holiday.objects.get()
    assert (party.first_day, party.last_day) == (date(2026, 6, 12), date(2026, 6, 12))
    page = f"{HOLIDAYS}{party.pk}/change/"
    assert acme_browser.post(page, {**form, "is_every_year": "on"}).status_code == 302
    assert globex_browser.post(page, form).status_code == 302
    with tenant_scope(acme):
        assert Holiday.objects.get().is_every_year
    assert "Party" in text(acme_browser.get(HOURS))
    assert "Party" not in text(globex_browser.get(HOURS))
    assert acme_browser.post(f"{HOLIDAYS}{party.pk}/delete/", {"post": "yes"}).status_code == 302
    with tenant_scope(acme):
        assert not Holiday.objects.exists()


def test_a_calendar_is_read_shown_and_added(acme_browser: Client, acme: Tenant) -> None:
    file = SimpleUploadedFile("x.ics", CALENDAR, "text/calendar")
    preview = acme_browser.post(IMPORT, {"step": "calendar", "calendar": file})
    assert "&lt;b&gt;Stock&lt;/b&gt;" in text(preview)
    with tenant_scope(acme):
        assert not Holiday.objects.exists()
    form = {"step": "add", "found": preview.context["packed"], "keep": ["0"]}
    assert "1 holiday added" in text(acme_browser.post(IMPORT, form, follow=True))
    assert "were there already" in text(acme_browser.post(IMPORT, form, follow=True))


@pytest.mark.parametrize(
    ("form", "problem"),
    [
        ({"step": "calendar"}, "Choose a file first."),
        ({"step": "calendar", "calendar": SimpleUploadedFile("x.ics", b"%PDF-1.7")}, "no calendar file"),
        ({"step": "calendar", "calendar": SimpleUploadedFile("x.ics", bytes(1_000_001))}, "larger than 1 MB"),
        ({"step": "add", "found": "forged:1abc:xyz"}, "This preview is too old"),
        ({"step": "country", "country": "DE", "first_year": "1", "last_year": "2"}, "2000 to 2199"),
    ],
)
def test_what_can_not_be_imported_is_said(acme_browser: Client, form: dict[str, Any], problem: str) -> None:
    answer = acme_browser.post(IMPORT, form)
    assert answer.status_code == 400
    assert problem in text(answer)


@pytest.mark.parametrize("path", [HOURS, IMPORT])
def test_the_pages_are_the_tenants_own(
    acme_browser: Client, administrator_browser: Client, path: str
) -> None:
    assert acme_browser.get(path).status_code == 200
    assert administrator_browser.get(path).status_code == 404
    assert Client().get(path).status_code == 302


MAIL = "/admin/mail-server/"
SETTINGS = {
    "host": "127.0.0.1",
    "port": "2525",
    "security": "none",
    "from_address": "pbx@acme.example",
    "timeout_s": "5",
    "is_enabled": "on",
}


class TestMailServer:
    @pytest.fixture(autouse=True)
    def _own_machine_is_allowed(self, settings: Any) -> None:
        settings.PBX_TENANT_NETWORKS = ["127.0.0.0/8"]

    def test_a_server_is_set_tested_and_removed(
        self, acme_browser: Client, acme: Tenant, tmp_path: Path
    ) -> None:
        with running_mail_host(tmp_path) as host:
            assert "Neither this company" in text(acme_browser.get(MAIL))
            form = {**SETTINGS, "port": str(host.port)}
            assert "is saved" in text(acme_browser.post(MAIL, form, follow=True))
            answer = text(acme_browser.post(MAIL, {"step": "test", "to": "bob@else.example"}))
            assert "answered: 250 2.0.0 taken as number 7" in answer
            host.refuse_recipient = "550 5.7.1 relaying denied"
            answer = text(acme_browser.post(MAIL, {"step": "test", "to": "bob@else.example"}))
            assert "550 5.7.1 relaying denied" in answer
            assert len(host.mails) == 1
        acme_browser.post(MAIL, {"step": "remove"})
        assert not MailServer.objects.exists()
        assert set(AuditEntry.objects.filter(tenant=acme).values_list("action", flat=True)) >= {
            "mail_server.update",
            "mail_server.test",
            "mail_server.delete",
        }

    def test_a_password_is_kept_never_shown_and_not_in_the_log(
        self, acme_browser: Client, acme: Tenant
    ) -> None:
        form = {**SETTINGS, "username": "pbx", "password": "swordfish-77"}
        acme_browser.post(MAIL, form)
        page = text(acme_browser.post(MAIL, {**form, "password": "", "from_name": "Acme"}, follow=True))
        server = MailServer.objects.get(tenant=acme)
        assert (server.password, server.from_name) == ("swordfish-77", "Acme")
        assert "swordfish-77" not in page
        assert "swordfish-77" not in str(list(AuditEntry.objects.values()))
        acme_browser.post(MAIL, {**form, "username": "", "password": ""})
        assert MailServer.objects.get(tenant=acme).password == ""

    def test_the_system_has_a_page_of_its_own(
        self, administrator_browser: Client, acme_browser: Client, globex: Tenant
    ) -> None:
        administrator_browser.post(MAIL, {**SETTINGS, "from_address": "pbx@system.example"})
        assert MailServer.objects.get().tenant is None
        page = text(acme_browser.get(MAIL))
        assert "The system&#x27;s mail server" in page or "The system's mail server" in page
        assert "127.0.0.1" not in page

    def test_too_many_tests_are_refused(self, acme_browser: Client) -> None:
        acme_browser.post(MAIL, {**SETTINGS, "port": str(free_port())})
        for _ in range(TESTS_PER_HOUR):
            assert acme_browser.post(MAIL, {"step": "test", "to": "bob@else.example"}).status_code == 200
        answer = acme_browser.post(MAIL, {"step": "test", "to": "bob@else.example"})
        assert (answer.status_code, "tests an hour" in text(answer)) == (400, True)
