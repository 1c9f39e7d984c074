"""What kinds of background jobs there are. The apps above register theirs when Django starts."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from tenants.csv_reading import RowError
from tenants.models import Job, JobState

PROGRESS_EVERY_S = 0.5
# Of a job's parameters.
CONFIRMED = "is_confirmed"


class JobRefused(RuntimeError):
    """It can't be done, for a reason that people can do something about."""


class JobNeedsConfirmation(JobRefused):
    """It waits for somebody's yes. `question` becomes part of the job's result; a repetition may say yes."""

    def __init__(self, failure: str, question: Mapping[str, Any]) -> None:
        super().__init__(failure)
        self.question = dict(question)


class JobTakenAway(RuntimeError):
    """Somebody has declared this job failed meanwhile: what it has done must not count."""


@dataclass(slots=True)
class JobRun:
    """One attempt. `errors` may grow; `progress` is shown to whoever watches."""

    job: Job
    errors: list[RowError] = field(default_factory=list)
    _told_at: float = 0.0

    @property
    def is_confirmed(self) -> bool:
        """What the attempt before this one asked has been answered with yes."""
        return bool(self.job.parameters.get(CONFIRMED))

    def progress(self, rows_done: int, rows_total: int | None = None) -> None:
        """Cheap enough for every row. Outside a transaction, or nobody sees it."""
        now = time.monotonic()
        if rows_total is None and now - self._told_at < PROGRESS_EVERY_S:
            return
        self._told_at = now
        changes = {"rows_done": rows_done} | ({} if rows_total is None else {"rows_total": rows_total})
        if not Job.objects.filter(pk=self.job.pk, state=JobState.RUNNING).update(**changes):
            raise JobTakenAway

    def error_rows(self, at_most: int) -> list[dict[str, Any]]:
        return [asdict(error) for error in self.errors[:at_most]]


# Makes everything ready, which may take long, and answers with what writes it down: that runs in one transaction
# with the job's end, so a job is either done or has changed nothing. The answer's answer is the job's result.
Commit = Callable[[], dict[str, Any]]
Work = Callable[[JobRun], Commit]

_kinds: dict[str, Work] = {}


def job_kind(name: str) -> Callable[[Work], Work]:
    def register(work: Work) -> Work:
        _kinds[name] = work
        return work

    return register


def work_of(kind: str) -> Work:
    return _kinds[kind]
