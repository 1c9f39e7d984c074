"""Tables of extensions in and out, and one change for many."""

from __future__ import annotations

import csv
from io import StringIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from callmanager.domain.extension_table import COLUMNS, SAMPLE
from callmanager.models import Extension, ExtensionGroup
from callmanager.selectors.extension import extension_get
from callmanager.selectors.snapshot import snapshot_get
from tenants.authentication import SignInBackend
from tenants.models import AuditEntry, Job, Tenant, User
from tenants.scope import across_tenants, tenant_scope
from tenants.services.job import job_run
from tests.web.api.conftest import Answer, Rest, rest_as
from tests.web.conftest import ACME_DOMAIN, Cast, sip_password
from tests.web.rules import lent_trunk

GOOD = "number,first_name,last_name,email\n201,Ada,Lovelace,ada@acme.example\n202,Alan,Turing,\n"
BAD = "number,email,ring time,groups,did\n201,,,,\n2 2,,,,\n203,not-mail,,,\n204,,soon,Nobody,\n201,,,,77\n"


def upload(rest: Rest, table: str | bytes, **options: Any) -> Answer:
    data = table.encode() if isinstance(table, str) else table
    body = {"file": SimpleUploadedFile("people.csv", data, "text/csv"), **options}
    answer: Any = Client().post(
        "/api/extensions/import", body, headers={"Authorization": f"Bearer {rest.token}"}
    )
    return Answer(answer.status_code, answer.json())


def imported(rest: Rest, table: str | bytes, **options: Any) -> dict[str, Any]:
    """The job as it ended."""
    begun = upload(rest, table, **{"is_dry_run": "false", **options})
    assert begun.status == 202, begun.body
    with across_tenants():
        tenant_id = Job.objects.get(pk=begun.body["id"]).tenant_id
    job_run(tenant_id=tenant_id, job_id=begun.body["id"])
    ended: dict[str, Any] = rest.get(f"/api/jobs/{begun.body['id']}").body
    return ended


def numbers(tenant: Tenant) -> set[str]:
    with tenant_scope(tenant):
        return set(Extension.objects.values_list("number", flat=True))


def test_a_table_becomes_extensions_users_and_directory(acme_user: Rest, acme: Tenant) -> None:
    job = imported(acme_user, GOOD)
    assert (job["state"], job["percent"]) == ("done", 100)
    assert (job["result"]["created"], job["result"]["generated_sip_passwords"]) == (2, 2)
    assert numbers(acme) == {"101", "102", "201", "202"}
    ada = User.objects.get(username="201@acme")
    assert (ada.display_name, ada.email, ada.has_usable_password()) == (
        "Ada Lovelace",
        "ada@acme.example",
        False,
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM sip_directory WHERE tenant_id = %s", [acme.pk])
        assert cursor.fetchone() == (4,)
    assert snapshot_get(tenant=acme).find_extension("202") is not None
    with tenant_scope(acme):
        assert [group.name for group in extension_get(number="201").groups.all()] == ["DEFAULT"]


def test_a_dry_run_tells_and_changes_nothing(acme_user: Rest, acme: Tenant) -> None:
    job = imported(acme_user, BAD, is_dry_run="true")
    assert job["state"] == "done"
    assert (job["result"]["created"], job["result"]["with_errors"]) == (1, 4)
    told = {(error["line"], error["field"], error["code"]) for error in job["errors"]}
    assert told == {
        (3, "number", "number"),
        (4, "email", "invalid"),
        (5, "ring_timeout_s", "invalid"),
        (5, "groups", "not_found"),
        (6, "number", "duplicate"),
    }
    assert numbers(acme) == {"101", "102"}


def test_all_or_nothing_is_nothing_if_one_row_is_wrong(acme_user: Rest, acme: Tenant) -> None:
    job = imported(acme_user, BAD)
    assert (job["state"], job["error_count"]) == ("failed", 5)
    assert "Nothing was imported" in job["failure"]
    assert numbers(acme) == {"101", "102"}


def test_or_the_rows_without_errors(acme_user: Rest, acme: Tenant) -> None:
    job = imported(acme_user, BAD, on_errors="skip_rows")
    assert (job["state"], job["result"]["created"], job["result"]["with_errors"]) == ("done", 1, 4)
    assert numbers(acme) == {"101", "102", "201"}


def test_numbers_that_are_there_are_refused_updated_or_passed_over(acme_user: Rest, acme: Tenant) -> None:
    table = f"ext;First Name;password;enabled\n102;Robert;{sip_password('new')};no\n"
    assert imported(acme_user, table)["errors"][0]["code"] == "unique"
    assert imported(acme_user, table, existing="skip")["result"]["skipped"] == 1
    with tenant_scope(acme):
        before = extension_get(number="102")
    assert imported(acme_user, table, existing="update")["result"]["updated"] == 1
    with tenant_scope(acme):
        after = extension_get(number="102")
    assert (after.first_name, after.sip_password, after.is_enabled) == ("Robert", sip_password("new"), False)
    assert (after.display_name, after.ring_timeout_s) == ("Bob", 30)
    assert after.ha1 != before.ha1
    assert not User.objects.get(username="102@acme").is_active
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ha1, is_enabled FROM sip_directory WHERE tenant_id = %s AND username = '102'", [acme.pk]
        )
        assert cursor.fetchone() == (after.ha1, False)


def test_a_web_password_of_the_table_signs_in(acme_user: Rest, settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    imported(acme_user, "number,web access password\n201,a good pass phrase 1\n")
    user = SignInBackend().authenticate(None, username=f"201@{ACME_DOMAIN}", password="a good pass phrase 1")
    assert user is not None
    # The first sign-in has replaced the quick hash.
    assert "m=19456" not in User.objects.get(username="201@acme").password


def test_weak_passwords_of_another_system_come_in_only_if_wanted(acme_user: Rest, acme: Tenant) -> None:
    table = "number,sip_password\n201,201\n"
    assert imported(acme_user, table)["errors"][0]["code"] == "weak_password"
    assert imported(acme_user, table, accepts_weak_passwords="true")["state"] == "done"
    assert [row["number"] for row in acme_user.get("/api/extensions/weak_passwords").body] == ["201"]


def test_the_companys_limit_holds_for_a_table(acme_user: Rest, acme: Tenant) -> None:
    Tenant.objects.filter(pk=acme.pk).update(max_extensions=3)
    job = imported(acme_user, GOOD)
    assert (job["state"], numbers(acme)) == ("failed", {"101", "102"})
    assert "There may be 3 extensions" in job["failure"]


def test_an_email_of_another_company_is_refused_without_saying_whose(acme_user: Rest, cast: Cast) -> None:
    User.objects.filter(username="101@globex").update(email="ada@acme.example")
    job = imported(acme_user, GOOD)
    assert [(error["line"], error["field"]) for error in job["errors"]] == [(2, "email")]
    assert "globex" not in str(job)


def test_groups_are_joined_by_name(acme_user: Rest, acme: Tenant) -> None:
    with tenant_scope(acme):
        ExtensionGroup.objects.create(name="Sales")
    assert imported(acme_user, "number,groups\n201,sales; DEFAULT\n")["state"] == "done"
    with tenant_scope(acme):
        assert {group.name for group in extension_get(number="201").groups.all()} == {"DEFAULT", "Sales"}


def test_a_new_one_is_in_the_groups_of_its_row_alone_and_one_that_is_there_joins_them(
    acme_user: Rest, acme: Tenant
) -> None:
    with tenant_scope(acme):
        ExtensionGroup.objects.create(name="Sales")
    table = "number,groups\n201,sales\n202,\n102,sales\n"
    assert imported(acme_user, table, existing="update")["state"] == "done"

    def groups(number: str) -> set[str]:
        with tenant_scope(acme):
            return {group.name for group in extension_get(number=number).groups.all()}

    assert [groups(number) for number in ("201", "202", "102")] == [
        {"Sales"},
        {"DEFAULT"},
        {"DEFAULT", "Sales"},
    ]


@pytest.mark.parametrize(
    ("table", "code"),
    [
        (b"", "empty"),
        (b"first_name\nBob\n", "missing_column"),
        (b"number,ext\n1,2\n", "duplicate_column"),
        (b"\x89PNG\r\n\x00\x00", "not_text"),
        ("number\n" + "1\n" * 10_001, "too_many_rows"),
    ],
)
def test_a_file_that_is_no_table_is_refused_at_once(acme_user: Rest, table: str | bytes, code: str) -> None:
    answer = upload(acme_user, table)
    assert answer.status == 400
    assert answer.problems <= {("file", code), ("file", "empty")}
    with across_tenants():
        assert not Job.objects.exists()


def test_the_file_itself_is_in_no_log_and_no_answer(acme_user: Rest) -> None:
    job = imported(acme_user, f"number,sip_password\n201,{sip_password('hidden')}\n")
    assert sip_password("hidden") not in str(job)
    assert sip_password("hidden") not in str(list(AuditEntry.objects.values()))


def test_rows_cost_no_query(acme_user: Rest) -> None:
    def queries(first: int, count: int) -> int:
        table = "number,email\n" + "".join(f"{n},p{n}@acme.example\n" for n in range(first, first + count))
        begun = upload(acme_user, table, is_dry_run="false")
        with across_tenants():
            job = Job.objects.get(pk=begun.body["id"])
        with CaptureQueriesContext(connection) as captured:
            job_run(tenant_id=job.tenant_id, job_id=job.pk)
        # A job writes its progress as time goes by, not as rows do.
        return len([query for query in captured.captured_queries if "tenants_job" not in query["sql"]])

    assert queries(2000, 2) == queries(3000, 300)


def test_an_export_can_be_imported_again(acme_user: Rest, globex_user: Rest, acme: Tenant) -> None:
    with tenant_scope(acme):
        bob = extension_get(number="102")
    lent_trunk(acme, pool="49301")
    acme_user.patch(f"/api/extensions/{bob.pk}", {"first_name": "=cmd", "did": "+49301", "gender": "male"})
    answer = _export(acme_user)
    rows = list(csv.DictReader(StringIO(answer.removeprefix("\ufeff"))))
    assert [row["number"] for row in rows] == ["101", "102"]
    assert (rows[1]["first_name"], rows[1]["did"]) == ("'=cmd", "'+49301")
    assert sip_password("Bob") not in answer
    job = imported(acme_user, answer, existing="update")
    assert (job["state"], job["result"]["updated"], job["errors"]) == ("done", 2, [])
    with tenant_scope(acme):
        again = extension_get(number="102")
    assert (again.first_name, again.did, again.gender) == ("=cmd", "+49301", "male")
    assert "102" not in _export(globex_user)


def _export(rest: Rest, **query: str) -> str:
    answer: Any = Client().get(
        "/api/extensions/export", query, headers={"Authorization": f"Bearer {rest.token}"}
    )
    return str(answer.content.decode())


def test_sip_passwords_are_exported_only_if_the_company_shows_them(acme_user: Rest, acme: Tenant) -> None:
    assert "not_allowed" in _export(acme_user, sip_passwords="true")
    Tenant.objects.filter(pk=acme.pk).update(is_sip_password_shown=True)
    assert sip_password("Bob") in _export(acme_user, sip_passwords="true")
    assert sip_password("Bob") not in _export(acme_user)
    assert AuditEntry.objects.filter(action="extension.export_passwords").exists()


def test_the_sample_can_be_imported(acme_user: Rest) -> None:
    assert imported(acme_user, SAMPLE)["result"]["created"] == 2
    assert set(SAMPLE.splitlines()[0].split(",")) <= set(COLUMNS)


def ids(tenant: Tenant) -> list[int]:
    with tenant_scope(tenant):
        return list(Extension.objects.values_list("pk", flat=True))


def test_many_are_switched_off_and_on(acme_user: Rest, acme: Tenant) -> None:
    off = acme_user.post("/api/extensions/bulk", {"action": "disable", "ids": [*ids(acme), 999_999]})
    assert off.body == {"changed": 2, "numbers": ["101", "102"]}
    assert not User.objects.get(username="101@acme").is_active
    assert snapshot_get(tenant=acme).extensions[0].is_enabled is False
    acme_user.post("/api/extensions/bulk", {"action": "enable", "ids": ids(acme)})
    assert User.objects.get(username="101@acme").is_active
    assert AuditEntry.objects.filter(action="extension.disable").count() == 1


def test_many_join_a_group_and_many_go(acme_user: Rest, acme: Tenant) -> None:
    with tenant_scope(acme):
        group = ExtensionGroup.objects.create(name="Sales")
    body = {"action": "add_to_group", "ids": ids(acme)}
    assert acme_user.post("/api/extensions/bulk", body).problems == {("group", "not_found")}
    assert acme_user.post("/api/extensions/bulk", {**body, "group": group.pk}).body["changed"] == 2
    with tenant_scope(acme):
        assert group.members.count() == 2
    assert acme_user.post("/api/extensions/bulk", {"action": "delete", "ids": ids(acme)}).body["changed"] == 2
    assert numbers(acme) == set()


def test_a_stranger_changes_nothing_of_ours(globex_user: Rest, acme: Tenant, globex: Tenant) -> None:
    theirs = set(ids(globex))
    ours = [one for one in ids(acme) if one not in theirs]
    answer = globex_user.post("/api/extensions/bulk", {"action": "delete", "ids": ours})
    assert answer.body == {"changed": 0, "numbers": []}
    assert numbers(acme) == {"101", "102"}
    with tenant_scope(acme):
        group = ExtensionGroup.objects.create(name="Sales")
    body = {"action": "add_to_group", "ids": list(theirs), "group": group.pk}
    assert globex_user.post("/api/extensions/bulk", body).problems == {("group", "not_found")}


def test_extensions_have_no_tables(alice: Rest) -> None:
    assert upload(alice, GOOD).status == 403
    assert alice.get("/api/extensions/export").status == 403
    assert alice.post("/api/extensions/bulk", {"action": "delete", "ids": [1]}).status == 403
    assert rest_as("101@globex").get("/api/extensions/export").status == 403


@pytest.mark.parametrize("body", [{}, {"action": "explode", "ids": [1]}, {"action": "enable", "ids": []}])
def test_a_change_for_many_that_says_nothing_is_refused(acme_user: Rest, body: dict[str, Any]) -> None:
    assert acme_user.post("/api/extensions/bulk", body).status == 400
