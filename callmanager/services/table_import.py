"""Tables of rules as background jobs: all rows or none, or those without errors; a dry run tells and changes nothing.

What a kind of rule adds is a `RuleTable`: its columns, and `RuleRows`, which read row after row and write at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol, TypeVar

from django.core.exceptions import ValidationError

from callmanager.domain.rule_table import CellInvalid
from callmanager.models.extension import lock_tenant
from callmanager.services.extension_import import OnErrors
from callmanager.services.extension_rows import Existing
from callmanager.services.routing_guard_job import routing_job_parameters, written_with_guard
from tenants.csv_reading import CsvRefused, CsvRow, CsvTable, RowError, csv_decode, csv_read
from tenants.integrity import refusing_duplicates
from tenants.job_kinds import Commit, JobRefused, JobRun, job_kind
from tenants.models import Job
from tenants.services.job import job_start

Read = TypeVar("Read")

FILE_BYTES_MAX = 2_000_000
ROWS_MAX = 5000


class RowOutcome(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    SKIPPED = "skipped"


class RowRefused(ValueError):
    """What is wrong in a row: column, code and sentence of each mistake."""

    def __init__(self, problems: Sequence[tuple[str, str, str]]) -> None:
        super().__init__(problems)
        self.problems = tuple(problems)


class RuleRows(Protocol):
    """Reads all it needs once, so that a row costs no query."""

    def read(self, row: CsvRow) -> RowOutcome:
        """Raises RowRefused."""

    def write(self) -> None:
        """What was read without mistakes."""


@dataclass(frozen=True, slots=True)
class RuleTable:
    """`words` names the things in plural; `open` is given all rows and what to do with names that are there,
    `write` a queryset of the things, and answers with rows in the order of the columns.
    """

    kind: str
    words: str
    audit_name: str
    file_name: str
    columns: Mapping[str, tuple[str, ...]]
    required: tuple[str, ...]
    sample: str
    open: Callable[[Sequence[CsvRow], Existing], RuleRows]
    write: Callable[[Any], Iterable[Sequence[object]]]
    hint: str = ""
    # By what it is known which rows are there already.
    key_words: str = "name"


@dataclass(frozen=True, slots=True)
class TableOptions:
    is_dry_run: bool = True
    on_errors: OnErrors = OnErrors.ALL_OR_NOTHING
    existing: Existing = Existing.REFUSE


def table_import_start(
    *, table: RuleTable, data: bytes, options: TableOptions, started_by: str, file_name: str
) -> Job:
    """ValidationError for a file that is no such table; what is wrong in its rows the job tells."""
    try:
        rows = len(_read(table, data, FILE_BYTES_MAX).rows)
        text = csv_decode(data)
    except CsvRefused as error:
        raise ValidationError({"file": ValidationError(str(error), code=error.code)}) from error
    verb = "Try the import of" if options.is_dry_run else "Import"
    return job_start(
        kind=table.kind,
        title=f"{verb} {table.words} from {file_name[:100] or 'a file'}",
        started_by=started_by,
        parameters={
            "is_dry_run": options.is_dry_run,
            "on_errors": options.on_errors.value,
            "existing": options.existing.value,
            **routing_job_parameters(),
        },
        payload=text,
        rows_total=rows,
    )


def table_register(table: RuleTable) -> RuleTable:
    """From now on jobs of its kind can run."""

    @job_kind(table.kind)
    def run_import(run: JobRun) -> Commit:
        return _run(table, run)

    return table


def _run(table: RuleTable, run: JobRun) -> Commit:
    asked = run.job.parameters
    existing, on_errors = Existing(asked["existing"]), OnErrors(asked["on_errors"])
    read = _read(table, run.job.payload.encode(), 2 * FILE_BYTES_MAX)
    run.errors += read.errors
    run.progress(0, len(read.rows))
    good, _ = _read_rows(table.open(read.rows, existing), read.rows, run)
    run.errors.sort(key=lambda error: error.line)
    if run.errors and on_errors is OnErrors.ALL_OR_NOTHING and not asked["is_dry_run"]:
        raise JobRefused(f"Nothing was imported, because {_mistakes(len(run.errors))}.")

    def commit() -> dict[str, Any]:
        outcomes = dict.fromkeys(RowOutcome, 0)
        with refusing_duplicates():
            lock_tenant()
            # Read again, now that nobody else changes anything.
            rows = table.open(good, existing)
            again, outcomes = _read_rows(rows, good)
            if len(again) != len(good):
                message = f"The {table.words} were changed meanwhile. Nothing was imported: start again."
                raise JobRefused(message)
            tests = {}
            if not run.errors or on_errors is OnErrors.SKIP_ROWS:
                tests = written_with_guard(run, rows.write, is_dry_run=asked["is_dry_run"])
        return {
            "is_dry_run": asked["is_dry_run"],
            "rows": len(read.rows) + len(read.errors),
            **{outcome.value: count for outcome, count in outcomes.items()},
            "with_errors": len({error.line for error in run.errors}),
            "ignored_columns": ", ".join(read.ignored) or "none",
            **tests,
        }

    return commit


def _read_rows(
    rows: RuleRows, wanted: Iterable[CsvRow], run: JobRun | None = None
) -> tuple[list[CsvRow], dict[RowOutcome, int]]:
    """The rows without mistakes, and what became of them."""
    good: list[CsvRow] = []
    outcomes = dict.fromkeys(RowOutcome, 0)
    for done, row in enumerate(wanted, start=1):
        try:
            outcomes[rows.read(row)] += 1
            good.append(row)
        except RowRefused as refusal:
            if run is not None:
                run.errors += [RowError(row.line, *problem) for problem in refusal.problems]
        if run is not None:
            run.progress(done)
    return good, outcomes


def _read(table: RuleTable, data: bytes, bytes_max: int) -> CsvTable:
    return csv_read(
        data, columns=table.columns, required=table.required, bytes_max=bytes_max, rows_max=ROWS_MAX
    )


def _mistakes(count: int) -> str:
    return "there is an error in the file" if count == 1 else f"there are {count:,} errors in the file"


def problems_of(error: ValidationError, columns: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """A service's refusal as mistakes of a row; `columns` says where a field stands under another name."""
    if not hasattr(error, "error_dict"):
        return [("", one.code or "invalid", " ".join(one.messages)) for one in error.error_list]
    return [
        (columns.get(field, field), one.code or "invalid", " ".join(one.messages))
        for field, problems in error.error_dict.items()
        for one in problems
    ]


def read_cell(column: str, read: Callable[[], Read], problems: list[tuple[str, str, str]]) -> Read | None:
    """None, and a problem more, for a cell that can't be read."""
    try:
        return read()
    except CellInvalid as error:
        problems.append((column, "invalid", str(error)))
        return None
