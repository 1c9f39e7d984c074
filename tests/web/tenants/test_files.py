"""Tenants' files: whole, counted, within the quota, out of the neighbour's reach, and gone with the tenant."""

from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from tenants import files
from tenants.files import QuotaExceeded, file_adopt, file_delete, file_path, file_response, file_store
from tenants.models import FileKind, Tenant, TenantFile
from tenants.scope import TenantScopeMissing, across_tenants, tenant_scope
from tenants.services.tenant import tenant_create
from tenants.services.tenant_deletion import tenant_delete
from tests.web.conftest import WEB_PASSWORD, TenantMaker


@pytest.fixture(autouse=True)
def _own_directory(settings: Any, tmp_path: Path) -> None:
    settings.PBX_STATE_DIR = tmp_path


def stored(content: bytes = b"RIFF", kind: FileKind = FileKind.MUSIC, **more: Any) -> TenantFile:
    return file_store(kind=kind, source=BytesIO(content), **more)


def set_quota(tenant: Tenant, quota_mb: int | None) -> None:
    Tenant.objects.filter(pk=tenant.pk).update(disk_quota_mb=quota_mb)


def test_a_file_is_stored_under_a_name_nobody_guesses(acme_scope: Tenant, tmp_path: Path) -> None:
    file = stored(b"some sound", original_name="../../etc/Waltz.wav", content_type="audio/wav")
    path = file_path(file)
    assert path.read_bytes() == b"some sound"
    assert path.is_relative_to(tmp_path / "files" / acme_scope.schema_name / "music")
    assert len(file.name) == 48
    assert file.original_name == "Waltz.wav"
    assert [one.name for one in path.parent.iterdir()] == [file.name]


def test_what_is_used_is_known_by_kind_without_looking_at_files(
    acme: Tenant, globex: Tenant, django_assert_num_queries: Any
) -> None:
    with tenant_scope(globex):
        stored(b"x" * 1000, FileKind.RECORDING)
    with tenant_scope(acme):
        first = stored(b"x" * 300, FileKind.RECORDING)
        stored(b"x" * 20, FileKind.RECORDING)
        stored(b"x" * 7, FileKind.VOICEMAIL)
        with django_assert_num_queries(1):
            usage = files.usage_by_kind()
        assert (usage[FileKind.RECORDING], usage[FileKind.VOICEMAIL], usage[FileKind.MUSIC]) == (320, 7, 0)
        file_delete(file=first)
        assert files.usage_bytes() == 27


def test_the_quota_refuses_what_does_not_fit_and_leaves_nothing(acme_scope: Tenant, tmp_path: Path) -> None:
    set_quota(acme_scope, 1)
    stored(b"x" * 600_000)
    with pytest.raises(QuotaExceeded, match="1 MB is used up") as refusal:
        stored(b"x" * 600_000)
    assert refusal.value.code == "quota_exceeded"
    assert TenantFile.objects.count() == 1
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1
    set_quota(acme_scope, None)
    stored(b"x" * 600_000)


def test_too_large_a_file_is_refused_while_it_is_read(acme_scope: Tenant, tmp_path: Path) -> None:
    with pytest.raises(ValidationError) as refusal:
        stored(b"x" * 2000, max_bytes=1000)
    assert refusal.value.code == "too_large"
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_file_that_could_not_be_recorded_leaves_nothing(acme_scope: Tenant, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="NUL"):
        stored(content_type="audio/\0wav")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_the_other_tenant_neither_sees_nor_opens_it(acme: Tenant, globex: Tenant) -> None:
    with tenant_scope(acme):
        file = stored()
    with tenant_scope(globex):
        assert not TenantFile.objects.filter(pk=file.pk).exists()
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM tenant_file WHERE id = %s", (file.pk,))
            assert cursor.fetchone() == (0,)
        with pytest.raises(PermissionError):
            file_response(file)
    with pytest.raises(TenantScopeMissing):
        file_path(file)


def test_a_browser_never_runs_what_was_uploaded(acme_scope: Tenant) -> None:
    page = file_response(stored(b"<script>", original_name="x.html", content_type="text/html"))
    assert page["Content-Type"] == "application/octet-stream"
    assert page["Content-Disposition"].startswith("attachment")
    assert page["X-Content-Type-Options"] == "nosniff"
    sound = file_response(stored(content_type="audio/wav"))
    assert (sound["Content-Type"], b"".join(sound.streaming_content)) == ("audio/wav", b"RIFF")  # type: ignore[arg-type]
    svg = file_response(stored(content_type="image/svg+xml"))
    assert svg["Content-Type"] == "application/octet-stream"


def test_a_file_is_taken_over_from_another_process(
    acme_scope: Tenant, tmp_path: Path, django_capture_on_commit_callbacks: Any
) -> None:
    spooled = tmp_path / "spool.wav"
    spooled.write_bytes(b"voice")
    with django_capture_on_commit_callbacks(execute=True):
        file = file_adopt(kind=FileKind.VOICEMAIL, path=spooled)
    assert file_path(file).read_bytes() == b"voice"
    assert not spooled.exists()


def test_only_a_committed_deletion_deletes_the_file(
    acme_scope: Tenant, django_capture_on_commit_callbacks: Any
) -> None:
    file = stored()
    path = file_path(file)
    with django_capture_on_commit_callbacks() as callbacks:
        file_delete(file=file)
    assert path.exists()
    callbacks[0]()
    assert not path.exists()


def test_files_without_a_row_are_swept_when_they_are_old(acme_scope: Tenant) -> None:
    kept, lost, young = stored(), stored(), stored()
    paths = {name: file_path(file) for name, file in (("kept", kept), ("lost", lost), ("young", young))}
    TenantFile.objects.filter(pk__in=[lost.pk, young.pk]).delete()
    for name in ("kept", "lost"):
        os.utime(paths[name], (1_000_000, 1_000_000))
    assert files.files_sweep() == 1
    assert {name for name, path in paths.items() if path.exists()} == {"kept", "young"}


def test_a_deleted_tenant_leaves_no_file(make_committed_tenant: TenantMaker, tmp_path: Path) -> None:
    tenant = tenant_create(name="shortlived", sip_domain="shortlived.example", password=WEB_PASSWORD)
    with tenant_scope(tenant):
        path = file_path(stored())
    assert path.exists()
    tenant_delete(tenant=tenant)
    assert not path.exists()
    with across_tenants():
        assert not TenantFile.objects.filter(tenant_id=tenant.pk).exists()
