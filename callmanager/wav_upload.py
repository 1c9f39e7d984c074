"""A WAV file that somebody sends: looked at, converted, and kept as a file of the tenant."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import IO, Protocol

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from callmanager.wav_conversion import WavInvalid, wav_convert, wav_format
from tenants.files import file_delete, file_store
from tenants.models import FileKind, TenantFile


class StoredRow(Protocol):
    """A row that names a file of the tenant."""

    stored_file_id: int

    def delete(self) -> object: ...


def wav_store(
    *,
    source: IO[bytes],
    size_bytes: int,
    name: str,
    kind: FileKind,
    bytes_max: int,
    length_s_max: float,
    field: str = "",
) -> tuple[TenantFile, float]:
    """The stored file and its length in seconds, within the transaction of whoever refers to it.

    ValidationError, of `field` where one is named, for what is too large, too long or no such file.
    """
    if size_bytes > bytes_max:
        raise _problem(field, f"The file is larger than {bytes_max // 1_000_000} MB.", "too_large")
    with tempfile.TemporaryDirectory(prefix="tandem-wav-") as directory:
        converted = Path(directory) / "converted.wav"
        try:
            length_s = wav_convert(source, converted, length_s_max=length_s_max)
        except WavInvalid as error:
            raise _problem(field, str(error), "invalid_wav") from error
        with converted.open("rb") as file:
            stored = file_store(kind=kind, source=file, original_name=name, content_type="audio/wav")
    return stored, round(length_s, 1)


def stored_row_delete(row: StoredRow) -> None:
    """With its file; within a transaction."""
    stored = TenantFile.objects.filter(pk=row.stored_file_id).first()
    row.delete()
    if stored is not None:
        file_delete(file=stored)


def wav_problem(file: UploadedFile, *, bytes_max: int, length_s_max: float) -> str:  # type: ignore[type-arg]
    """Whether it can be used, as far as its head says; empty: it can."""
    if (file.size or 0) > bytes_max:
        return f"At most {bytes_max // 1_000_000} MB."
    try:
        length_s = wav_format(file).length_s
    except WavInvalid as error:
        return str(error)
    finally:
        file.seek(0)
    return "" if length_s <= length_s_max else f"At most {length_s_max / 60:g} minutes."


def shown_name(name: str, otherwise: str, *, longest: int = 100) -> str:
    """What people see of a file's name."""
    last = "".join(c for c in name.replace("\\", "/").rpartition("/")[2] if c.isprintable())
    return last.removesuffix(".wav").removesuffix(".WAV").strip()[:longest] or otherwise


def _problem(field: str, message: str, code: str) -> ValidationError:
    error = ValidationError(message, code=code)
    return ValidationError({field: error}) if field else error
