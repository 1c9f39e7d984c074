"""Background jobs: begun with a request, done once by a task process, and said to have failed if that process dies.

Whoever works on a job holds a lock of its database session. The lock goes with the process, so a job that is
running and not locked has lost its worker; nobody has to guess by time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import structlog
from celery import current_app
from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone
from kombu.exceptions import OperationalError

from tenants.job_kinds import CONFIRMED, JobNeedsConfirmation, JobRefused, JobRun, JobTakenAway, work_of
from tenants.models import Job, JobState, Tenant
from tenants.scope import across_tenants, current_tenant_id, tenant_scope
from tenants.selectors.job import job_list
from tenants.selectors.tenant import tenant_get

logger = structlog.get_logger(__name__)

RUN_TASK = "tenants.run_job"
ERRORS_SHOWN_MAX = 1000
# Long enough for a task queue that was just restarted.
ANNOUNCE_AGAIN_AFTER = timedelta(seconds=30)
KEPT_FOR = timedelta(days=30)
# A file with passwords does not lie about for longer than somebody needs to press Repeat.
PAYLOAD_KEPT_FOR = timedelta(hours=24)
WORKER_LOST = "The program that worked on it has ended. Nothing was changed; it can be repeated."
_LOCK_CLASS = 0x70B5  # of advisory locks; nothing else uses this number


class NotRepeatable(RuntimeError):
    """Not failed, or what it worked on is forgotten."""


def job_start(
    *,
    kind: str,
    title: str,
    started_by: str,
    parameters: Mapping[str, Any] | None = None,
    payload: str | None = None,
    rows_total: int = 0,
) -> Job:
    """In the tenant of the scope. It begins when the transaction has ended."""
    work_of(kind)
    job = Job.objects.create(
        tenant_id=current_tenant_id(),
        kind=kind,
        title=title[:200],
        started_by=started_by[:80],
        parameters=dict(parameters or {}),
        payload=payload or "",
        needs_payload=payload is not None,
        is_payload_kept=payload is not None,
        rows_total=rows_total,
    )
    _announce_on_commit(job.tenant_id, job.pk)
    return job


def job_repeat(*, job: Job, is_confirmed: bool = False) -> Job:
    """From the beginning; nothing of the failed attempt has stayed. `is_confirmed`: what it asked for shall be so."""
    changed = _repeatable(job).update(
        parameters={**job.parameters, CONFIRMED: is_confirmed},
        state=JobState.QUEUED,
        rows_done=0,
        errors=[],
        error_count=0,
        result={},
        failure="",
        started_at=None,
        ended_at=None,
    )
    if not changed:
        raise NotRepeatable
    _announce_on_commit(job.tenant_id, job.pk)
    return job_list().get(pk=job.pk)


def is_repeatable(job: Job) -> bool:
    return _repeatable(job).exists()


def _repeatable(job: Job) -> QuerySet[Job]:
    """Asked in SQL, so that nobody decrypts a whole file for a yes or no."""
    rows = Job.objects.filter(pk=job.pk, state=JobState.FAILED)
    return rows.filter(is_payload_kept=True) if job.needs_payload else rows


def job_run(*, tenant_id: int, job_id: int) -> None:
    """Once, however often the message comes: a job that somebody took is not taken again."""
    tenant = Tenant.objects.filter(pk=tenant_id).first()
    if tenant is None:
        return
    with tenant_scope(tenant), _job_lock(job_id) as is_ours:
        if not is_ours:
            return
        claimed = Job.objects.filter(pk=job_id, state=JobState.QUEUED).update(
            state=JobState.RUNNING, started_at=timezone.now()
        )
        if claimed:
            _run(Job.objects.get(pk=job_id))
        else:
            # Unlocked and running: an earlier worker died with it.
            _fail(job_id, WORKER_LOST)


def jobs_reap() -> int:
    """Declare failed what lost its worker, and announce again what nobody heard of. How many were lost."""
    with across_tenants():
        unfinished = list(
            Job.objects.filter(state__in=(JobState.RUNNING, JobState.QUEUED)).values_list(
                "pk", "tenant_id", "state", "created_at"
            )
        )
    lost = 0
    for job_id, tenant_id, state, created_at in unfinished:
        if state == JobState.RUNNING:
            with tenant_scope(tenant_get(tenant_id=tenant_id)), _job_lock(job_id) as is_ours:
                lost += _fail(job_id, WORKER_LOST) if is_ours else 0
        elif created_at < timezone.now() - ANNOUNCE_AGAIN_AFTER:
            _announce(tenant_id, job_id)
    return lost


def jobs_expire() -> int:
    now = timezone.now()
    with across_tenants():
        ended = Job.objects.filter(state__in=(JobState.DONE, JobState.FAILED))
        ended.filter(ended_at__lt=now - PAYLOAD_KEPT_FOR, is_payload_kept=True).update(
            payload="", is_payload_kept=False
        )
        return ended.filter(ended_at__lt=now - KEPT_FOR).delete()[0]


def _run(job: Job) -> None:
    run = JobRun(job)
    log = logger.bind(job=job.pk, kind=job.kind)
    try:
        commit = work_of(job.kind)(run)
        with transaction.atomic():
            result = commit()
            _finish(run, result)
    except JobNeedsConfirmation as question:
        _fail(job.pk, str(question), run, {"needs_confirmation": True, **question.question})
        log.info("job.needs_confirmation")
    except JobRefused as refusal:
        _fail(job.pk, str(refusal), run)
        log.info("job.refused", errors=len(run.errors))
    except JobTakenAway:
        log.warning("job.taken_away")
    except BaseException:
        _fail(job.pk, "It failed for a reason that is in the log. Nothing was changed.", run)
        raise
    else:
        log.info("job.done", errors=len(run.errors))


def _finish(run: JobRun, result: dict[str, Any]) -> None:
    finished = Job.objects.filter(pk=run.job.pk, state=JobState.RUNNING).update(
        state=JobState.DONE,
        rows_done=Greatest(F("rows_done"), F("rows_total")),
        result=result,
        errors=run.error_rows(ERRORS_SHOWN_MAX),
        error_count=len(run.errors),
        payload="",
        is_payload_kept=False,
        ended_at=timezone.now(),
    )
    if not finished:
        raise JobTakenAway


def _fail(
    job_id: int, failure: str, run: JobRun | None = None, result: Mapping[str, Any] | None = None
) -> int:
    errors = (
        {} if run is None else {"errors": run.error_rows(ERRORS_SHOWN_MAX), "error_count": len(run.errors)}
    )
    return Job.objects.filter(pk=job_id, state=JobState.RUNNING).update(
        state=JobState.FAILED,
        failure=failure[:500],
        result=dict(result or {}),
        ended_at=timezone.now(),
        started_at=Coalesce("started_at", "created_at"),
        **errors,
    )


@contextmanager
def _job_lock(job_id: int) -> Iterator[bool]:
    """Whether nobody else has it. It belongs to the session, not to a transaction, and ends with either."""
    key = [_LOCK_CLASS, job_id % 2**31]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", key)
        (is_ours,) = cursor.fetchone() or (False,)
    try:
        yield is_ours
    finally:
        if is_ours:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", key)


def _announce_on_commit(tenant_id: int, job_id: int) -> None:
    transaction.on_commit(lambda: _announce(tenant_id, job_id))


def _announce(tenant_id: int, job_id: int) -> None:
    try:
        current_app.send_task(RUN_TASK, [tenant_id, job_id], retry=False)
    except OperationalError:
        # Written down already: the sweep announces it when the queue is back.
        logger.warning("job.not_announced", job=job_id)
