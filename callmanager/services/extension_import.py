"""Thousands of extensions from one table, as a background job: all rows or none, or those without errors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from callmanager.domain.extension_table import COLUMNS
from callmanager.models import Extension, GroupMembership
from callmanager.models.extension import lock_tenant
from callmanager.selectors.extension_group import extension_group_get_default
from callmanager.services.extension_columns import import_columns_check, import_columns_remember
from callmanager.services.extension_rows import Existing, ReadyRow, RowReader, RowRules
from callmanager.services.extension_welcome import NO_SERVER
from callmanager.services.extension_welcome_job import welcome_jobs_start
from callmanager.services.mailbox_columns import mailboxes_write
from callmanager.services.routing_guard_job import routing_job_parameters, written_with_guard
from tenants.csv_reading import CsvRefused, CsvTable, csv_decode, csv_read
from tenants.import_hasher import hash_all
from tenants.integrity import refusing_duplicates
from tenants.job_kinds import Commit, JobRefused, JobRun, job_kind
from tenants.models import Job, Tenant
from tenants.scope import current_tenant_id
from tenants.selectors.mail_server import mail_server_find
from tenants.selectors.tenant import tenant_get
from tenants.services.extension_user import ExtensionUser, extension_users_sync
from tenants.services.job import job_start

KIND = "extensions.import"
FILE_BYTES_MAX = 5_000_000
ROWS_MAX = 10_000
_BATCH = 500
# What a choice of columns can do wrong.
_OF_THE_CHOICE = frozenset({"missing_column", "duplicate_column", "unknown_header"})


class OnErrors(StrEnum):
    ALL_OR_NOTHING = "all_or_nothing"
    SKIP_ROWS = "skip_rows"


@dataclass(frozen=True, slots=True)
class ImportOptions:
    is_dry_run: bool = True
    on_errors: OnErrors = OnErrors.ALL_OR_NOTHING
    existing: Existing = Existing.REFUSE
    accepts_weak_passwords: bool = False
    sends_welcome: bool = False
    # A header of the file -> our name, or empty; None: by the names alone.
    columns: Mapping[str, str] | None = None

    def to_parameters(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of(cls, parameters: Mapping[str, Any]) -> ImportOptions:
        """As a job keeps them."""
        known = {one.name: parameters[one.name] for one in fields(cls) if one.name in parameters}
        return cls(
            **{
                **known,
                "on_errors": OnErrors(parameters["on_errors"]),
                "existing": Existing(parameters["existing"]),
            }
        )


def extension_import_start(*, data: bytes, options: ImportOptions, started_by: str, file_name: str) -> Job:
    """ValidationError for a file that is no table of extensions; what is wrong in its rows the job tells."""
    import_columns_check(options.columns or {})
    tenant = tenant_get(tenant_id=current_tenant_id())
    if options.sends_welcome and mail_server_find(tenant=tenant) is None:
        raise ValidationError({"sends_welcome": ValidationError(NO_SERVER, code="no_server")})
    try:
        table = _read(data, options, FILE_BYTES_MAX)
        text = csv_decode(data)
    except CsvRefused as error:
        is_choice = options.columns is not None and error.code in _OF_THE_CHOICE
        field = "columns" if is_choice else "file"
        raise ValidationError({field: ValidationError(str(error), code=error.code)}) from error
    if options.columns:
        import_columns_remember(options.columns)
    verb = "Try the import of" if options.is_dry_run else "Import"
    return job_start(
        kind=KIND,
        title=f"{verb} extensions from {file_name[:100] or 'a file'}",
        started_by=started_by,
        parameters={**options.to_parameters(), **routing_job_parameters()},
        payload=text,
        rows_total=len(table.rows),
    )


def _read(data: bytes, options: ImportOptions, bytes_max: int) -> CsvTable:
    return csv_read(
        data,
        columns=COLUMNS,
        required=("number",),
        bytes_max=bytes_max,
        rows_max=ROWS_MAX,
        chosen=options.columns,
    )


@job_kind(KIND)
def extension_import_run(run: JobRun) -> Commit:
    options = ImportOptions.of(run.job.parameters)
    tenant = tenant_get(tenant_id=current_tenant_id())
    table = _read(run.job.payload.encode(), options, 2 * FILE_BYTES_MAX)
    rows, skipped = _ready_rows(run, tenant, options, table)
    _require_room(tenant, rows)
    if run.errors and options.on_errors is OnErrors.ALL_OR_NOTHING and not options.is_dry_run:
        raise JobRefused(f"Nothing was imported, because {_rows(len(run.errors))}.")
    hashes = {} if options.is_dry_run else _hashes(run, rows)

    def commit() -> dict[str, Any]:
        tests = {}
        if not run.errors or options.on_errors is OnErrors.SKIP_ROWS:
            tests = written_with_guard(
                run, lambda: _write(tenant, rows, hashes), is_dry_run=options.is_dry_run
            )
        new = sum(row.is_new for row in rows)
        return _welcomed(run, options, rows) | {
            "is_dry_run": options.is_dry_run,
            "rows": len(table.rows) + len(table.errors),
            "created": new,
            "updated": len(rows) - new,
            "skipped": skipped,
            "with_errors": len({error.line for error in run.errors}),
            "generated_sip_passwords": sum(row.is_sip_password_generated for row in rows),
            "ignored_columns": ", ".join(table.ignored) or "none",
            **tests,
        }

    return commit


def _ready_rows(
    run: JobRun, tenant: Tenant, options: ImportOptions, table: CsvTable
) -> tuple[list[ReadyRow], int]:
    reader = RowReader.for_rows(
        tenant, RowRules(options.existing, options.accepts_weak_passwords), table.rows
    )
    run.errors += table.errors
    ready: list[ReadyRow] = []
    skipped = 0
    web_passwords = sum(bool(row.values.get("web_password")) for row in table.rows)
    run.progress(0, len(table.rows) + (0 if options.is_dry_run else web_passwords))
    for done, row in enumerate(table.rows, start=1):
        match reader.read(row):
            case ReadyRow() as one:
                ready.append(one)
            case None:
                skipped += 1
            case errors:
                run.errors += errors
        run.progress(done)
    run.errors.sort(key=lambda error: error.line)
    return ready, skipped


def _welcomed(run: JobRun, options: ImportOptions, rows: Iterable[ReadyRow]) -> dict[str, Any]:
    """The mails are jobs of their own: they begin when this one has ended well."""
    if not options.sends_welcome:
        return {}
    new = [row.extension for row in rows if row.is_new and row.extension.email]
    if options.is_dry_run or not new:
        return {"welcome_mails": len(new)}
    jobs = welcome_jobs_start(extensions=new, started_by=run.job.started_by)
    return {"welcome_mails": len(new), "welcome_jobs": [job.pk for job in jobs]}


def _require_room(tenant: Tenant, rows: Iterable[ReadyRow]) -> None:
    new, limit = sum(row.is_new for row in rows), tenant.max_extensions
    present = Extension.objects.count()
    if limit is not None and present + new > limit:
        raise JobRefused(
            f"There may be {limit:,} extensions and there are {present:,}: {new:,} more are too many. "
            "Nothing was imported."
        )


def _rows(count: int) -> str:
    return "there is an error in the file" if count == 1 else f"there are {count:,} errors in the file"


def _hashes(run: JobRun, rows: Iterable[ReadyRow]) -> dict[str, str]:
    """The slow part, and so outside of the transaction."""
    wanted = {row.extension.number: row.web_password for row in rows if row.web_password}
    hashes: dict[str, str] = {}
    read = run.job.rows_total
    for number, digest in zip(wanted, hash_all(wanted.values()), strict=True):
        hashes[number] = digest
        run.progress(read + len(hashes))
    return hashes


def _write(tenant: Tenant, rows: list[ReadyRow], hashes: dict[str, str]) -> None:
    try:
        with refusing_duplicates():
            _write_extensions(rows)
            mailboxes_write(changes={row.extension.pk: row.mailbox for row in rows if row.mailbox})
            extension_users_sync(
                tenant=tenant,
                users=[
                    ExtensionUser(
                        number=row.extension.number,
                        email=row.extension.email,
                        display_name=row.extension.display_name,
                        is_active=row.extension.is_enabled,
                        password_hash=hashes.get(row.extension.number, ""),
                    )
                    for row in rows
                ],
            )
            GroupMembership.objects.bulk_create(
                [
                    GroupMembership(group_id=group_id, extension_id=row.extension.pk)
                    for row in rows
                    for group_id in row.group_ids
                ],
                ignore_conflicts=True,
                batch_size=_BATCH,
            )
            _leave_default_group(rows)
    except ValidationError as refusal:
        raise JobRefused(f"{' '.join(refusal.messages)} Nothing was imported.") from refusal


def _leave_default_group(rows: Iterable[ReadyRow]) -> None:
    """New ones are in the groups their row names; every new extension joins the default one by itself."""
    default = extension_group_get_default()
    elsewhere = [
        row.extension.pk for row in rows if row.is_new and row.group_ids and default.pk not in row.group_ids
    ]
    GroupMembership.objects.filter(group=default, extension_id__in=elsewhere).delete()


def _write_extensions(rows: list[ReadyRow]) -> None:
    Extension.objects.bulk_create([row.extension for row in rows if row.is_new], batch_size=_BATCH)
    changed = [row for row in rows if row.changed]
    if not changed:
        return
    sip_domain, now = lock_tenant().sip_domain, timezone.now()
    for row in changed:
        row.extension.set_ha1(sip_domain)
        row.extension.updated_at = now
    fields = frozenset().union(*(row.changed for row in changed)) | {"updated_at"}
    if "sip_password" in fields:
        fields |= {"ha1"}
    Extension.objects.bulk_update([row.extension for row in changed], sorted(fields), batch_size=_BATCH)
