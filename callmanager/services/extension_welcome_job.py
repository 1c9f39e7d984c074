"""Welcome mails to many, as a background job: made ready one by one, written down together, sent by the queue."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from callmanager.models import Extension
from callmanager.services.extension_welcome import NO_SERVER, welcome_draft
from tenants.csv_reading import RowError
from tenants.job_kinds import Commit, JobRefused, JobRun, job_kind
from tenants.models import Job
from tenants.scope import current_tenant_id
from tenants.selectors.mail_server import mail_server_find
from tenants.selectors.tenant import tenant_get
from tenants.services.job import job_start
from tenants.services.mail import mails_send

KIND = "extensions.welcome"
MAILS_MAX = 2_000


def welcome_jobs_start(*, extensions: Sequence[Extension], started_by: str) -> list[Job]:
    """Several for very many: drawing the codes takes its time, and a job has an end."""
    parts = [extensions[begin : begin + MAILS_MAX] for begin in range(0, len(extensions), MAILS_MAX)]
    return [
        job_start(
            kind=KIND,
            title=f"Welcome mails to {len(part):,} new extensions"
            + (f", part {number} of {len(parts)}" if len(parts) > 1 else ""),
            started_by=started_by,
            parameters={"extension_ids": [extension.pk for extension in part]},
            rows_total=len(part),
        )
        for number, part in enumerate(parts, start=1)
    ]


@job_kind(KIND)
def welcome_job_run(run: JobRun) -> Commit:
    """Who was deleted meanwhile, or has no address any more, gets none."""
    tenant = tenant_get(tenant_id=current_tenant_id())
    if mail_server_find(tenant=tenant) is None:
        raise JobRefused(f"{NO_SERVER} No mail was written.")
    drafts = []
    wanted = Extension.objects.filter(pk__in=run.job.parameters["extension_ids"]).exclude(email="")
    for done, extension in enumerate(wanted, start=1):
        if extension.email.isascii():
            drafts.append(welcome_draft(tenant=tenant, extension=extension))
        else:
            message = f"Extension {extension.number}: only ASCII characters in e-mail addresses."
            run.errors.append(RowError(done, "email", "invalid", message))
        run.progress(done)

    def commit() -> dict[str, Any]:
        mails_send(tenant=tenant, drafts=drafts)
        return {"mails": len(drafts), "with_errors": len(run.errors)}

    return commit
