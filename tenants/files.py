"""Tenants' files: `$PBX_STATE_DIR/files/SCHEMA/KIND/NAME`, written whole or not at all, counted against the quota.

The row is the truth. A file whose row was rolled back is swept away later; a row never stands before its file.
Everything works on the tenant of the scope. Who may read a file is the word of the view that serves it.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import structlog
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Sum
from django.http import FileResponse, Http404

from tenants.models import FileKind, Tenant, TenantFile, TenantFileUsage
from tenants.models.tenant_file import new_file_name
from tenants.scope import across_tenants, current_tenant_id
from tenants.selectors.tenant import tenant_get

log = structlog.get_logger(__name__)

MB = 1024 * 1024
_CHUNK_BYTES = 256 * 1024
_QUOTA_LOCK = 0x71F11E
# Somebody may still be writing it, or about to commit its row.
SWEEP_OLDER_THAN_S = 24 * 3600
_PARTIAL = ".partial"
# A browser must show these as what they are, or not at all; everything else is downloaded.
_SHOWN_INLINE = ("audio/", "video/", "image/png", "image/jpeg", "image/webp", "image/gif")


class QuotaExceeded(ValidationError):
    """The disk quota of the tenant leaves no room for this file."""


def file_store(
    *,
    kind: FileKind,
    source: BinaryIO,
    original_name: str = "",
    content_type: str = "application/octet-stream",
    max_bytes: int | None = None,
) -> TenantFile:
    """Copy it in. QuotaExceeded, or ValidationError `too_large` above `max_bytes`, leaves nothing behind."""
    name = new_file_name()
    with _written(kind, name) as partial:
        size_bytes = _copy(source, partial, max_bytes)
        return _recorded(kind, name, partial, size_bytes, original_name, content_type)


def file_adopt(
    *, kind: FileKind, path: Path, original_name: str = "", content_type: str = "application/octet-stream"
) -> TenantFile:
    """Take over a file that a process of ours has written; it leaves its old place."""
    with path.open("rb") as source:
        stored = file_store(kind=kind, source=source, original_name=original_name, content_type=content_type)
    transaction.on_commit(lambda: path.unlink(missing_ok=True))
    return stored


def file_delete(*, file: TenantFile) -> None:
    """The row at once, the file when that is committed."""
    path = file_path(file)
    TenantFile.objects.filter(pk=file.pk).delete()
    transaction.on_commit(lambda: path.unlink(missing_ok=True))


def file_path(file: TenantFile) -> Path:
    """For programs that need a path (the converter, the worker). Of the tenant in scope only."""
    if file.tenant_id != current_tenant_id():
        raise PermissionError("The file belongs to another tenant.")
    return _directory(tenant_get(tenant_id=file.tenant_id), FileKind(file.kind)) / file.name


def file_response(file: TenantFile, *, is_download: bool = False) -> FileResponse:
    """For a view that has checked who asks. Nothing a tenant uploaded runs as a page of ours."""
    is_inline = not is_download and file.content_type.startswith(_SHOWN_INLINE)
    try:
        content = file_path(file).open("rb")
    except FileNotFoundError as gone:
        # Somebody else's hand, or a disk that was restored without it.
        raise Http404 from gone
    response = FileResponse(
        content,
        as_attachment=not is_inline,
        filename=file.original_name or f"{file.kind}-{file.pk}",
        content_type=file.content_type if is_inline else "application/octet-stream",
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-cache"
    return response


def usage_by_kind() -> Mapping[FileKind, int]:
    """Bytes, of the tenant in scope; every kind is named."""
    used = dict(TenantFileUsage.objects.values_list("kind", "size_bytes"))
    return {kind: int(used.get(kind.value, 0)) for kind in FileKind}


def usage_bytes() -> int:
    return int(TenantFileUsage.objects.aggregate(total=Sum("size_bytes"))["total"] or 0)


def tenant_files_remove(tenant: Tenant) -> None:
    """Everything of a tenant that goes. May be repeated, and need not succeed at once."""
    with across_tenants():
        TenantFile.objects.filter(tenant_id=tenant.pk).delete()
        TenantFileUsage.objects.filter(tenant_id=tenant.pk).delete()
    root = _tenant_directory(tenant)
    transaction.on_commit(lambda: shutil.rmtree(root, ignore_errors=True))


def files_sweep() -> int:
    """Remove files without a row, such as those whose transaction failed; how many."""
    root, removed = _root(), 0
    limit = time.time() - SWEEP_OLDER_THAN_S
    if not root.is_dir():
        return 0
    for directory in (one for one in root.glob("*/*") if one.is_dir()):
        names = {path.name: path for path in directory.iterdir() if path.stat().st_mtime < limit}
        if not names:
            continue
        with across_tenants():
            known = set(TenantFile.objects.filter(name__in=names).values_list("name", flat=True))
        for name, path in names.items():
            if name not in known:
                path.unlink(missing_ok=True)
                removed += 1
    if removed:
        log.info("files.swept", files=removed)
    return removed


@contextmanager
def _written(kind: FileKind, name: str) -> Iterator[Path]:
    """A name to write under; whoever does not get it recorded leaves nothing behind."""
    directory = _directory(tenant_get(tenant_id=current_tenant_id()), kind)
    directory.mkdir(parents=True, exist_ok=True, mode=0o750)
    partial = directory / f"{name}{_PARTIAL}"
    try:
        yield partial
    except BaseException:
        (directory / name).unlink(missing_ok=True)
        raise
    finally:
        partial.unlink(missing_ok=True)


def _copy(source: BinaryIO, target: Path, max_bytes: int | None) -> int:
    size_bytes = 0
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o640)
    with os.fdopen(descriptor, "wb") as sink:
        while chunk := source.read(_CHUNK_BYTES):
            size_bytes += len(chunk)
            if max_bytes is not None and size_bytes > max_bytes:
                raise ValidationError(f"At most {_words(max_bytes)}.", code="too_large")
            sink.write(chunk)
        sink.flush()
        os.fsync(sink.fileno())
    return size_bytes


def _recorded(
    kind: FileKind, name: str, partial: Path, size_bytes: int, original_name: str, content_type: str
) -> TenantFile:
    with transaction.atomic():
        _require_room(size_bytes)
        partial.rename(partial.with_name(name))
        return TenantFile.objects.create(
            tenant_id=current_tenant_id(),
            kind=kind,
            name=name,
            original_name=_shown_name(original_name),
            content_type=content_type[:100],
            size_bytes=size_bytes,
        )


def _require_room(size_bytes: int) -> None:
    """One after the other for each tenant, or two files would fit into the room of one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", (_QUOTA_LOCK, current_tenant_id() % 2**31))
    quota_mb = tenant_get(tenant_id=current_tenant_id()).disk_quota_mb
    if quota_mb is not None and usage_bytes() + size_bytes > quota_mb * MB:
        raise QuotaExceeded(
            f"The disk quota of {quota_mb} MB is used up: {_words(size_bytes)} do not fit.",
            code="quota_exceeded",
        )


def _shown_name(original_name: str) -> str:
    """The last part of what the sender called it, without what no file name has."""
    last = original_name.replace("\\", "/").rpartition("/")[2]
    return "".join(letter for letter in last if letter.isprintable())[:200]


def _words(size_bytes: int) -> str:
    return f"{size_bytes / MB:.1f} MB" if size_bytes >= MB else f"{max(size_bytes // 1024, 1)} kB"


def _directory(tenant: Tenant, kind: FileKind) -> Path:
    return _tenant_directory(tenant) / kind.value


def _tenant_directory(tenant: Tenant) -> Path:
    # The schema's name is random and never changes, so renaming a tenant moves nothing.
    return _root() / str(tenant.schema_name)


def _root() -> Path:
    return Path(settings.PBX_STATE_DIR) / "files"
