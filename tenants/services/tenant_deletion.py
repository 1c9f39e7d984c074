"""The end of a tenant, in steps that may each be interrupted and repeated: nothing of it starts again on the way.

First nobody signs in, registers or calls any more; then its files go, then its call records (unless they are kept),
and at last, in one transaction, its schema, people and row.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import structlog
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from tenants.audit_changes import audit_note
from tenants.files import tenant_files_remove
from tenants.models import ApiToken, EventSource, Severity, Tenant, User
from tenants.scope import no_scope
from tenants.services.event_log import event_record
from tenants.signals import tenant_emptying, tenant_leaving

log = structlog.get_logger(__name__)

# Calls hang up and phones are forgotten within a second; a worker that is away must not hold it up for ever.
LEAVING_AT_MOST_S = 30
_DELETION_LOCK = 0x71DE1E


def tenant_deletion_begin(*, tenant: Tenant, confirmed_name: str, are_cdrs_kept: bool) -> Tenant:
    """From here on there is no way back. `confirmed_name` is the tenant's user name, typed by whoever wants this."""
    if confirmed_name != tenant.name:
        raise ValidationError(
            {"confirm": ValidationError("This is not the tenant's user name.", code="confirm")}
        )
    with no_scope(), transaction.atomic():
        locked = Tenant.objects.select_for_update().get(pk=tenant.pk)
        if locked.deletion_began_at is None:
            Tenant.objects.filter(pk=tenant.pk).update(
                is_enabled=False,
                deletion_began_at=Now(),
                are_cdrs_kept=are_cdrs_kept,
                deletion_step="Ending calls and registrations",
            )
            User.objects.filter(tenant=tenant).update(login_generation=F("login_generation") + 1)
            ApiToken.objects.filter(tenant=tenant, revoked_at=None).update(revoked_at=Now())
            audit_note(target=tenant, name="call_records", before=None, after=_choice(are_cdrs_kept))
    tenant.refresh_from_db()
    return tenant


def tenant_deletion_continue(*, tenant: Tenant) -> bool:
    """Go on where the last one stopped; whether the tenant is gone now. Of two at once, one does nothing."""
    with no_scope(), _alone(tenant) as is_alone:
        if not is_alone or not Tenant.objects.filter(pk=tenant.pk).exists() or not _has_left(tenant):
            return False
        _note_step(tenant, "Removing files")
        tenant_files_remove(tenant)
        if not tenant.are_cdrs_kept:
            _remove_call_records(tenant)
        _note_step(tenant, "Removing configuration and people")
        tenant_delete(tenant=tenant, are_cdrs_kept=tenant.are_cdrs_kept)
    event_record(
        severity=Severity.INFO,
        source=EventSource.SYSTEM,
        kind="tenant.deleted",
        message=f"Tenant {tenant.name} was deleted; its call records were {_choice(tenant.are_cdrs_kept)}.",
        data={"name": tenant.name, "are_cdrs_kept": tenant.are_cdrs_kept},
    )
    return True


def tenant_delete(*, tenant: Tenant, are_cdrs_kept: bool = False) -> None:
    """Schema, people, row and files at once, for a tenant nobody uses any more."""
    with no_scope(), transaction.atomic():
        row = Tenant.objects.select_for_update().filter(pk=tenant.pk).first()
        if row is None:
            return
        if row.are_cdrs_kept != are_cdrs_kept:
            Tenant.objects.filter(pk=tenant.pk).update(are_cdrs_kept=are_cdrs_kept)
        # A table with checks that still wait for the end of the transaction can't be dropped.
        connection.check_constraints()
        tenant_files_remove(row)
        row.delete(force_drop=True)  # type: ignore[call-arg]  # django-tenants' own argument


def tenants_being_deleted() -> list[Tenant]:
    with no_scope():
        return list(Tenant.objects.exclude(deletion_began_at=None).order_by("deletion_began_at"))


@contextmanager
def _alone(tenant: Tenant) -> Iterator[bool]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", (_DELETION_LOCK, tenant.pk % 2**31))
        is_alone = bool(cursor.fetchone()[0])
    try:
        yield is_alone
    finally:
        if is_alone:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", (_DELETION_LOCK, tenant.pk % 2**31))


def _has_left(tenant: Tenant) -> bool:
    """Whether no call runs and no phone is registered any more, or they had time enough."""
    counts: dict[str, int] = {}
    answers: list[tuple[Any, Any]] = tenant_leaving.send(sender=Tenant, tenant=tenant)
    for _, found in answers:
        counts.update({what: count for what, count in found.items() if count})
    if not counts:
        return True
    if tenant.deletion_began_at and timezone.now() - tenant.deletion_began_at > timedelta(
        seconds=LEAVING_AT_MOST_S
    ):
        log.warning("tenants.deletion.not_waiting", tenant_id=tenant.pk, **counts)
        return True
    _note_step(tenant, "Ending " + " and ".join(f"{count} {what}" for what, count in counts.items()))
    return False


def _remove_call_records(tenant: Tenant) -> None:
    """In batches: a million records in one statement would hold up everybody."""
    removed = 0
    while True:
        answers: list[tuple[Any, Any]] = tenant_emptying.send(sender=Tenant, tenant=tenant)
        batch = sum(count for _, count in answers)
        if not batch:
            return
        removed += batch
        _note_step(tenant, f"Removing call records: {removed} done")


def _note_step(tenant: Tenant, step: str) -> None:
    Tenant.objects.filter(pk=tenant.pk).update(deletion_step=step[:100])


def _choice(are_cdrs_kept: bool) -> str:
    return "kept" if are_cdrs_kept else "deleted"
