"""An import's choices: which column is which field, and whether new people get the welcome mail."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from callmanager.models import Extension, ImportColumn
from callmanager.selectors.extension import extension_get
from callmanager.services import extension_welcome_job
from tenants.models import Job, MailSecurity, MailServer, OutgoingMail, Tenant, User
from tenants.scope import across_tenants, tenant_scope
from tenants.services.job import job_run
from tests.web.api.conftest import Answer, Rest
from tests.web.api.test_extension_import import imported, upload

FOREIGN = "Nebenstelle;Mitarbeiter;Kennwort;Post;Number\n201;Ada;s3cret-Word-of-Ada;ada@acme.example;9\n"
CHOICE = {"Nebenstelle": "number", "Mitarbeiter": "display_name", "Post": "email", "Number": ""}
PAGE = "/admin/callmanager/extension/import/"


def look(rest: Rest, table: str) -> Answer:
    body = {"file": SimpleUploadedFile("people.csv", table.encode(), "text/csv")}
    answer: Any = Client().post(
        "/api/extensions/import_columns", body, headers={"Authorization": f"Bearer {rest.token}"}
    )
    return Answer(answer.status_code, answer.json())


def fields(rest: Rest, table: str) -> dict[str, str]:
    return {column["header"]: column["column"] for column in look(rest, table).body}


def browser(username: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=username), backend="tenants.authentication.SignInBackend")
    return client


def mail_server(tenant: Tenant) -> None:
    MailServer.objects.create(
        tenant=tenant, host="mail.acme.example", security=MailSecurity.NONE, from_address="pbx@acme.example"
    )


def test_columns_are_chosen_by_hand(acme_user: Rest, acme: Tenant) -> None:
    assert imported(acme_user, FOREIGN, columns=json.dumps(CHOICE))["result"]["created"] == 1
    with tenant_scope(acme):
        ada = extension_get(number="201")
    assert (ada.display_name, ada.email) == ("Ada", "ada@acme.example")


def test_a_choice_is_proposed_the_next_time_to_the_same_company_alone(
    acme_user: Rest, globex_user: Rest, globex: Tenant
) -> None:
    by_name = {"Nebenstelle": "", "Mitarbeiter": "", "Kennwort": "", "Post": "", "Number": "number"}
    assert fields(acme_user, FOREIGN) == by_name
    imported(acme_user, FOREIGN, columns=json.dumps(CHOICE))
    assert fields(acme_user, FOREIGN.replace("Post", "post ")) == {
        "Nebenstelle": "number", "Mitarbeiter": "display_name", "Kennwort": "", "post": "email", "Number": "",
    }  # fmt: skip
    assert fields(globex_user, FOREIGN) == by_name
    with tenant_scope(globex):
        assert not ImportColumn.objects.exists()
    again = {**CHOICE, "Post": ""}
    assert upload(acme_user, FOREIGN, columns=json.dumps(again)).status == 202
    assert fields(acme_user, FOREIGN)["Post"] == ""


def test_a_field_is_proposed_for_one_column_only(acme_user: Rest) -> None:
    assert fields(acme_user, "ext,number,mail\n1,2,3\n") == {"ext": "number", "number": "", "mail": "email"}


def test_samples_do_not_show_passwords(acme_user: Rest) -> None:
    shown = look(acme_user, "number,password,web password,Kennwort-Token\n201,Aa1,Bb2,Cc3\n").body
    assert [column["samples"] for column in shown] == [["201"], ["••••"], ["••••"], ["••••"]]


@pytest.mark.parametrize(
    ("columns", "problem"),
    [
        ({"Nebenstelle": "shoe_size"}, ("columns", "unknown_column")),
        ({"Nowhere": "number"}, ("columns", "unknown_header")),
        ({"Nebenstelle": "number"}, ("columns", "duplicate_column")),
        ({"Number": ""}, ("columns", "missing_column")),
        (["number"], ("columns", "invalid")),
        ({"Nebenstelle": 7}, ("columns", "invalid")),
    ],
)
def test_a_choice_that_can_not_be_is_named(
    acme_user: Rest, columns: Any, problem: tuple[str, str], acme: Tenant
) -> None:
    assert upload(acme_user, FOREIGN, columns=json.dumps(columns)).problems == {problem}
    with tenant_scope(acme):
        assert not ImportColumn.objects.exists()
    with across_tenants():
        assert not Job.objects.exists()


def test_the_page_shows_the_columns_and_takes_the_choice(acme: Tenant) -> None:
    client = browser("acme")

    def file() -> SimpleUploadedFile:
        return SimpleUploadedFile("a.csv", FOREIGN.encode())

    shown = client.post(f"{PAGE}columns/", {"file": file()}).json()["columns"]
    assert shown[1] == {"header": "Mitarbeiter", "samples": ["Ada"], "field": ""}
    assert client.post(f"{PAGE}columns/", {"file": SimpleUploadedFile("a.csv", b"\0")}).status_code == 400
    assert client.post(f"{PAGE}columns/").status_code == 400
    wanted = {"existing": "refuse", "on_errors": "all_or_nothing"}
    wrong = client.post(PAGE, {**wanted, "file": file(), "columns": '{"Nowhere": "number"}'})
    assert "names no column “Nowhere”" in wrong.content.decode()
    assert (
        "No mail server"
        in client.post(PAGE, {**wanted, "file": file(), "sends_welcome": "on"}).content.decode()
    )
    assert client.post(PAGE, {**wanted, "file": file(), "columns": json.dumps(CHOICE)}).status_code == 302


def test_who_may_not_import_is_shown_no_columns(cast: object) -> None:
    for username in ("101@acme", "101@globex"):
        assert browser(username).post(f"{PAGE}columns/").status_code in (302, 403)


def test_new_extensions_are_welcomed_by_a_job_of_its_own(
    acme_user: Rest, globex_user: Rest, acme: Tenant
) -> None:
    mail_server(acme)
    table = "number,email\n201,ada@acme.example\n202,\n203,alan@acme.example\n102,bob@acme.example\n"
    job = imported(acme_user, table, sends_welcome="true", existing="update")
    assert job["result"]["welcome_mails"] == 2
    assert not OutgoingMail.objects.exists()
    (following,) = job["result"]["welcome_jobs"]
    assert globex_user.get(f"/api/jobs/{following}").status == 404
    with across_tenants():
        waiting = Job.objects.get(pk=following)
    assert (waiting.state, waiting.rows_total) == ("queued", 2)
    job_run(tenant_id=acme.pk, job_id=following)
    done = acme_user.get(f"/api/jobs/{following}").body
    assert (done["state"], done["rows_done"], done["result"]["mails"]) == ("done", 2, 2)
    mails = OutgoingMail.objects.order_by("to")
    assert [mail.to for mail in mails] == ["ada@acme.example", "alan@acme.example"]
    assert [mail.attachments.count() for mail in mails] == [1, 1]
    assert {mail.tenant_id for mail in mails} == {acme.pk}
    with tenant_scope(acme):
        secrets = {one.sip_password for one in Extension.objects.filter(number__in=["201", "203"])}
    assert not [secret for secret in secrets if secret in str(job) + str(done)]
    page = browser("acme").get(f"/admin/tenants/job/{job['id']}/change/").content.decode()
    assert f"/admin/tenants/job/{following}/change/" in page


def test_a_try_tells_how_many_would_be_welcomed_and_writes_to_nobody(acme_user: Rest, acme: Tenant) -> None:
    mail_server(acme)
    job = imported(acme_user, "number,email\n201,a@acme.example\n", sends_welcome="true", is_dry_run="true")
    assert job["result"]["welcome_mails"] == 1
    assert "welcome_jobs" not in job["result"]


def test_without_a_mail_server_nobody_can_be_welcomed(acme_user: Rest, acme: Tenant) -> None:
    table = "number,email\n201,a@acme.example\n"
    assert upload(acme_user, table, sends_welcome="true").problems == {("sends_welcome", "no_server")}
    mail_server(acme)
    job = imported(acme_user, table, sends_welcome="true")
    MailServer.objects.all().delete()
    (following,) = job["result"]["welcome_jobs"]
    job_run(tenant_id=acme.pk, job_id=following)
    failed = acme_user.get(f"/api/jobs/{following}").body
    assert failed["state"] == "failed"
    assert "No mail server" in failed["failure"]
    assert not OutgoingMail.objects.exists()


def test_very_many_are_welcomed_by_several_jobs(
    acme_user: Rest, acme: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extension_welcome_job, "MAILS_MAX", 2)
    mail_server(acme)
    rows = "".join(f"{201 + n},p{n}@acme.example\n" for n in range(5))
    job = imported(acme_user, f"number,email\n{rows}", sends_welcome="true")
    jobs = job["result"]["welcome_jobs"]
    assert len(jobs) == 3
    for following in jobs:
        job_run(tenant_id=acme.pk, job_id=following)
    assert OutgoingMail.objects.count() == 5
