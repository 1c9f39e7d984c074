"""Background jobs: done once, watched by who may, and never left running when nobody works on them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import psycopg2
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tenants.csv_reading import RowError
from tenants.job_kinds import Commit, JobRefused, JobRun, job_kind
from tenants.models import Job, JobState, Tenant, User
from tenants.scope import across_tenants, tenant_scope
from tenants.services.job import (
    _LOCK_CLASS,
    ERRORS_SHOWN_MAX,
    PAYLOAD_KEPT_FOR,
    job_run,
    job_start,
    jobs_expire,
    jobs_reap,
)
from tests.web.api.conftest import rest_as
from tests.web.conftest import Cast, TenantMaker


@job_kind("tests.rename")
def _rename(run: JobRun) -> Commit:
    """Writes before it is known whether the job ends well: a user's name."""
    wanted = run.job.parameters["name"]
    run.progress(0, 3)
    if wanted == "refuse":
        run.errors += [RowError(line, "name", "bad", "No.") for line in range(ERRORS_SHOWN_MAX + 5)]
        raise JobRefused("Not this name.")

    def commit() -> dict[str, Any]:
        User.objects.filter(tenant_id=run.job.tenant_id, username="acme").update(display_name=wanted)
        if wanted == "crash":
            raise ZeroDivisionError
        return {"renamed": 1}

    return commit


def start(tenant: Tenant, name: str, payload: str | None = None) -> Job:
    with tenant_scope(tenant):
        return job_start(
            kind="tests.rename", title="Rename", started_by="acme", parameters={"name": name}, payload=payload
        )


def again(job: Job) -> Job:
    with across_tenants():
        return Job.objects.get(pk=job.pk)


def acme_name() -> str:
    return User.objects.get(username="acme").display_name


def run(job: Job) -> Job:
    job_run(tenant_id=job.tenant_id, job_id=job.pk)
    return again(job)


def test_a_job_is_done_once_however_often_it_is_announced(acme: Tenant) -> None:
    job = run(start(acme, "Acme & Co", payload="secret"))
    assert (job.state, job.percent, job.result) == ("done", 100, {"renamed": 1})
    assert (job.payload, job.is_payload_kept) == ("", False)
    assert (job.rows_done, job.rows_total) == (3, 3)
    assert acme_name() == "Acme & Co"
    User.objects.filter(username="acme").update(display_name="Later")
    assert run(job).state == JobState.DONE
    assert acme_name() == "Later"


def test_the_payload_is_not_readable_in_the_database(acme: Tenant) -> None:
    job = start(acme, "x", payload="a-sip-password")
    with across_tenants(), connection.cursor() as cursor:
        cursor.execute("SELECT payload FROM tenants_job WHERE id = %s", [job.pk])
        assert "a-sip-password" not in str(cursor.fetchone())


def test_a_refused_job_says_why_and_shows_the_first_errors(acme: Tenant) -> None:
    job = run(start(acme, "refuse"))
    assert (job.state, job.failure, job.error_count) == (
        JobState.FAILED,
        "Not this name.",
        ERRORS_SHOWN_MAX + 5,
    )
    assert len(job.errors) == ERRORS_SHOWN_MAX
    assert job.errors[0] == {"line": 0, "field": "name", "code": "bad", "message": "No."}


def test_a_job_that_breaks_changes_nothing_and_can_be_repeated(acme: Tenant) -> None:
    job = start(acme, "crash", payload="p")
    with pytest.raises(ZeroDivisionError):
        run(job)
    assert again(job).state == JobState.FAILED
    assert acme_name() == ""
    with across_tenants():
        Job.objects.filter(pk=job.pk).update(parameters={"name": "Better"})
    assert rest_as("acme").post(f"/api/jobs/{job.pk}/repeat").body["state"] == "queued"
    assert run(job).state == JobState.DONE
    assert acme_name() == "Better"
    assert rest_as("acme").post(f"/api/jobs/{job.pk}/repeat").problems == {(None, "not_repeatable")}


def test_a_job_of_a_killed_process_fails_within_the_next_sweep(
    make_committed_tenant: TenantMaker, a_process: Callable[[Job], Any]
) -> None:
    tenant = make_committed_tenant("jobs")
    job = start(tenant, "x")
    with across_tenants():
        Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING, started_at=timezone.now())
    process = a_process(job)
    assert jobs_reap() == 0
    assert again(job).state == JobState.RUNNING
    process.close()
    while jobs_reap() == 0:
        assert again(job).state == JobState.RUNNING
    failed = again(job)
    assert (failed.state, failed.error_count) == (JobState.FAILED, 0)
    assert "can be repeated" in failed.failure


@pytest.fixture
def a_process() -> Iterator[Callable[[Job], Any]]:
    """Another one, as far as the database can tell, that works on the job until it is closed."""
    processes: list[Any] = []

    def begin(job: Job) -> Any:
        processes.append(psycopg2.connect(**connection.get_connection_params()))
        with processes[-1].cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s, %s)", [_LOCK_CLASS, job.pk])
        return processes[-1]

    yield begin
    for process in processes:
        process.close()


def test_a_message_that_comes_again_after_a_crash_does_not_run_it_twice(acme: Tenant) -> None:
    job = start(acme, "x")
    with across_tenants():
        Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING)
    assert run(job).state == JobState.FAILED
    assert acme_name() == ""


def test_payloads_are_forgotten_and_then_the_job(acme: Tenant) -> None:
    job = run(start(acme, "refuse", payload="p"))
    with across_tenants():
        Job.objects.filter(pk=job.pk).update(ended_at=timezone.now() - PAYLOAD_KEPT_FOR - timedelta(hours=1))
    assert jobs_expire() == 0
    assert again(job).payload == ""
    assert rest_as("acme").post(f"/api/jobs/{job.pk}/repeat").problems == {(None, "not_repeatable")}
    with across_tenants():
        Job.objects.filter(pk=job.pk).update(ended_at=timezone.now() - timedelta(days=31))
    assert jobs_expire() == 1


def test_jobs_end_with_their_tenant(make_committed_tenant: TenantMaker) -> None:
    job = start(make_committed_tenant("gone"), "x")
    with across_tenants():
        Job.objects.filter(pk=job.pk).update(state=JobState.DONE)
    # The fixture deletes the tenant, which a reference that stayed would prevent.


def test_only_the_starters_tenant_sees_it(acme: Tenant, cast: Cast) -> None:
    job = run(start(acme, "x"))
    path = f"/api/jobs/{job.pk}"
    assert rest_as("acme").get(path).body["title"] == "Rename"
    assert rest_as("root", tenant_name="acme").get(path).status == 200
    for stranger in (rest_as("globex"), rest_as("root", tenant_name="globex")):
        assert stranger.get(path).status == 404
        assert stranger.post(f"{path}/repeat").status == 404
        assert stranger.get("/api/jobs").body["count"] == 0
    for extension in (rest_as("101@acme"), rest_as("101@globex")):
        assert extension.get(path).status == 403
    with tenant_scope(cast.globex), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM tenants_job")
        assert cursor.fetchone() == (0,)


def signed_in(username: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=username), backend="tenants.authentication.SignInBackend")
    return client


def test_the_console_shows_and_repeats_it(acme: Tenant, cast: Cast) -> None:
    job = run(start(acme, "refuse"))
    page = f"/admin/tenants/job/{job.pk}"
    browser, stranger = signed_in("acme"), signed_in("globex")
    assert "Not this name." in browser.get(f"{page}/change/").content.decode()
    assert browser.get(f"{page}/progress/").json()["is_over"] is True
    for path in (f"{page}/change/", f"{page}/progress/"):
        assert stranger.get(path).status_code in (302, 404)
    assert stranger.get(f"{page}/progress/").status_code == 404
    assert stranger.post(f"{page}/repeat/").status_code == 404
    assert browser.post(f"{page}/repeat/").status_code == 302
    assert again(job).state == JobState.QUEUED


def test_lists_take_the_same_number_of_queries_however_long(acme: Tenant) -> None:
    browser = signed_in("acme")

    def queries() -> tuple[int, int]:
        with CaptureQueriesContext(connection) as rest:
            rest_as("acme").get("/api/jobs")
        with CaptureQueriesContext(connection) as console:
            browser.get("/admin/tenants/job/")
        return len(rest), len(console)

    start(acme, "x")
    queries()
    before = queries()
    for _ in range(5):
        start(acme, "x")
    assert queries() == before


@pytest.mark.parametrize("ordering", ["payload", "parameters", "tenant_id"])
def test_ordering_by_anything_else_is_refused(cast: Cast, ordering: str) -> None:
    assert rest_as("acme").get("/api/jobs", ordering=ordering).problems == {("ordering", "ordering")}
