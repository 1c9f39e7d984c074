"""Old recordings and voicemails go where the tenant says so, and nowhere else."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from tenants.files import MB, file_store
from tenants.models import FileKind, Tenant, TenantFile
from tenants.scope import tenant_scope
from tenants.services.file_cleaning import files_clean
from tests.web.conftest import Cast


@pytest.fixture(autouse=True)
def _own_directory(settings: Any, tmp_path: Path) -> None:
    settings.PBX_STATE_DIR = tmp_path


def stored(kind: FileKind, name: str, *, days_old: int, size_bytes: int = 10) -> None:
    file = file_store(kind=kind, source=BytesIO(b"x" * size_bytes), original_name=name)
    TenantFile.objects.filter(pk=file.pk).update(created_at=timezone.now() - timedelta(days=days_old))


def left(tenant: Tenant) -> set[str]:
    with tenant_scope(tenant):
        return set(TenantFile.objects.values_list("original_name", flat=True))


def test_by_age_of_each_kind_and_of_who_wants_it(cast: Cast) -> None:
    for tenant in (cast.acme, cast.globex):
        with tenant_scope(tenant):
            stored(FileKind.RECORDING, "old recording", days_old=31)
            stored(FileKind.RECORDING, "new recording", days_old=29)
            stored(FileKind.VOICEMAIL, "old voicemail", days_old=31)
            stored(FileKind.MUSIC, "old music", days_old=3100)
    Tenant.objects.filter(name="acme").update(recordings_keep_days=30)
    assert files_clean(now=timezone.now()) == 1
    assert left(cast.acme) == {"new recording", "old voicemail", "old music"}
    assert len(left(cast.globex)) == 4
    assert files_clean(now=timezone.now()) == 0


def test_by_size_the_oldest_go_first(cast: Cast) -> None:
    with tenant_scope(cast.acme):
        for days_old in (1, 2, 3):
            stored(FileKind.VOICEMAIL, f"{days_old} days", days_old=days_old, size_bytes=MB // 2)
    Tenant.objects.filter(name="acme").update(voicemails_keep_mb=1)
    assert files_clean(now=timezone.now()) == 1
    assert left(cast.acme) == {"1 days", "2 days"}
