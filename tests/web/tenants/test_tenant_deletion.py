"""The end of a tenant: confirmed by name, in order, again after an interruption, and the neighbour notices nothing."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from callmanager.fleet.models import Cdr, OpenCall, Registration
from callmanager.models import Extension
from tenants.files import file_path, file_store
from tenants.models import ApiToken, AuditEntry, EventLogEntry, FileKind, Tenant, User
from tenants.scope import across_tenants, tenant_scope
from tenants.services.api_token import api_token_create
from tenants.services.tenant import tenant_enable, tenant_update
from tenants.services.tenant_deletion import (
    LEAVING_AT_MOST_S,
    tenant_deletion_begin,
    tenant_deletion_continue,
    tenants_being_deleted,
)
from tests.web.calls import cdr_make, registration_make


@pytest.fixture(autouse=True)
def _own_directory(settings: Any, tmp_path: Path) -> None:
    settings.PBX_STATE_DIR = tmp_path


def begin(tenant: Tenant, *, are_cdrs_kept: bool = False) -> Tenant:
    return tenant_deletion_begin(tenant=tenant, confirmed_name=tenant.name, are_cdrs_kept=are_cdrs_kept)


def cdr_count(tenant_id: int) -> int:
    with across_tenants():
        return Cdr.objects.filter(tenant_id=tenant_id).count()


def test_another_name_deletes_nothing(acme: Tenant) -> None:
    with pytest.raises(ValidationError) as refusal:
        tenant_deletion_begin(tenant=acme, confirmed_name="ACME", are_cdrs_kept=False)
    assert "confirm" in refusal.value.error_dict
    acme.refresh_from_db()
    assert acme.is_enabled


def test_from_the_beginning_nobody_signs_in_and_nothing_is_changed(acme: Tenant) -> None:
    api_token_create(user=User.objects.get(username="acme"))
    tenant = begin(acme)
    assert not tenant.is_enabled
    assert not ApiToken.objects.filter(tenant=tenant, revoked_at=None).exists()
    for change in (tenant_enable, lambda tenant: tenant_update(tenant=tenant, display_name="X")):
        with pytest.raises(ValidationError, match="being deleted"):
            change(tenant=tenant)
    with pytest.raises(DatabaseError), transaction.atomic():
        Tenant.objects.filter(pk=tenant.pk).update(is_enabled=True)


def test_it_waits_for_calls_and_phones_but_not_for_ever(acme: Tenant) -> None:
    registration_make(acme, "101", "r1")
    tenant = begin(acme)
    assert not tenant_deletion_continue(tenant=tenant)
    tenant.refresh_from_db()
    assert tenant.deletion_step == "Ending 1 registrations"
    Tenant.objects.filter(pk=tenant.pk).update(
        deletion_began_at=timezone.now() - timedelta(seconds=LEAVING_AT_MOST_S + 1)
    )
    tenant.refresh_from_db()
    assert tenant_deletion_continue(tenant=tenant)
    with across_tenants():
        assert not Registration.objects.filter(ruid="r1").exists()


def test_everything_of_it_goes_and_the_neighbour_keeps_all(
    acme: Tenant, globex: Tenant, django_capture_on_commit_callbacks: Any
) -> None:
    paths = []
    for tenant in (acme, globex):
        cdr_make(tenant, f"s{tenant.pk}")
        with tenant_scope(tenant):
            file = file_store(kind=FileKind.RECORDING, source=BytesIO(b"voice"))
            paths.append(file_path(file))
    with django_capture_on_commit_callbacks(execute=True):
        assert tenant_deletion_continue(tenant=begin(acme))
    assert [path.exists() for path in paths] == [False, True]
    assert not Tenant.objects.filter(pk=acme.pk).exists()
    assert not User.objects.filter(username__endswith="acme").exists()
    assert (cdr_count(acme.pk), cdr_count(globex.pk)) == (0, 1)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM sip_directory WHERE tenant_id = %s),"
            " (SELECT count(*) FROM pg_namespace WHERE nspname = %s)",
            (acme.pk, acme.schema_name),
        )
        assert cursor.fetchone() == (0, 0)
    with tenant_scope(globex):
        assert Extension.objects.count() == 1
    with across_tenants():
        assert EventLogEntry.objects.filter(kind="tenant.deleted").count() == 1


def test_kept_call_records_are_still_there_with_the_tenants_name(acme: Tenant) -> None:
    cdr_make(acme, "s1")
    assert tenant_deletion_continue(tenant=begin(acme, are_cdrs_kept=True))
    with across_tenants():
        assert [cdr.tenant_name for cdr in Cdr.objects.filter(tenant_id=acme.pk)] == ["acme"]


def test_an_interrupted_deletion_goes_on(acme: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    cdr_make(acme, "s1")
    tenant = begin(acme)
    with monkeypatch.context() as broken:
        broken.setattr("tenants.services.tenant_deletion.tenant_delete", _power_failure)
        with pytest.raises(PowerFailure):
            tenant_deletion_continue(tenant=tenant)
    assert cdr_count(acme.pk) == 0
    (left,) = tenants_being_deleted()
    assert left.deletion_step == "Removing configuration and people"
    assert tenant_deletion_continue(tenant=left)
    assert not tenant_deletion_continue(tenant=left)


def test_the_audit_log_remembers_it(acme: Tenant) -> None:
    AuditEntry.objects.create(action="x", object_type="x", tenant=acme, tenant_name=acme.name)
    assert tenant_deletion_continue(tenant=begin(acme))
    assert AuditEntry.objects.get(action="x").tenant_name == "acme"


def test_open_calls_of_the_neighbour_hold_nothing_up(acme: Tenant, globex: Tenant) -> None:
    with across_tenants():
        OpenCall.objects.create(
            session_id="s1", tenant_id=globex.pk, worker="worker-0", started_at=timezone.now()
        )
    assert tenant_deletion_continue(tenant=begin(acme))


class PowerFailure(Exception):
    """Stands for the end of the process."""


def _power_failure(**_: object) -> None:
    raise PowerFailure
