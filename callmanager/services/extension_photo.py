"""The photo of a person: measured before it is unpacked, cut square, written anew: nothing of the file stays."""

from __future__ import annotations

from collections.abc import Collection
from io import BytesIO

from django.core.exceptions import ValidationError
from django.db import transaction
from PIL import Image, ImageOps

from callmanager.models import Extension
from tenants.audit_changes import audit_note
from tenants.files import file_delete, file_store
from tenants.models import FileKind, TenantFile

FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
BYTES_MAX = 5_000_000
# A small file may unpack to gigabytes; the size stands in its head.
PIXELS_MAX = 40_000_000
SIDE_MIN, SIDE = 32, 512


def photo_set(*, extension: Extension, data: bytes) -> TenantFile:
    """ValidationError (`photo`) for what is no picture, is too large, or does not fit into the quota."""
    picture = BytesIO(_square_jpeg(data))
    with transaction.atomic():
        former = photo_find(extension=extension)
        file = file_store(
            kind=FileKind.PICTURE,
            source=picture,
            original_name=f"{extension.number}.jpg",
            content_type="image/jpeg",
        )
        _point(extension, file.pk)
        if former is not None:
            file_delete(file=former)
        audit_note(target=extension, name="photo", before="old" if former else None, after="new")
    return file


def photo_remove(*, extension: Extension) -> None:
    with transaction.atomic():
        photos_forget(extension_ids=[extension.pk])
        _point(extension, None)
        audit_note(target=extension, name="photo", before="old", after=None)


def photos_forget(*, extension_ids: Collection[int]) -> None:
    """The files of extensions that go, or that no longer want them."""
    wanted = Extension.objects.filter(pk__in=extension_ids, photo_id__isnull=False)
    for file in TenantFile.objects.filter(pk__in=list(wanted.values_list("photo_id", flat=True))):
        file_delete(file=file)


def photo_find(*, extension: Extension) -> TenantFile | None:
    if extension.photo_id is None:
        return None
    return TenantFile.objects.filter(pk=extension.photo_id, kind=FileKind.PICTURE).first()


def _point(extension: Extension, photo_id: int | None) -> None:
    extension.photo_id = photo_id
    Extension.objects.filter(pk=extension.pk).update(photo_id=photo_id)


def _square_jpeg(data: bytes) -> bytes:
    if len(data) > BYTES_MAX:
        raise _invalid(f"A photo has at most {BYTES_MAX // 1_000_000} MB.", "too_large")
    try:
        with Image.open(BytesIO(data), formats=FORMATS) as picture:
            width, height = picture.size
            if width * height > PIXELS_MAX:
                raise _invalid(
                    f"A photo has at most {PIXELS_MAX // 1_000_000} megapixels.", "too_many_pixels"
                )
            if min(width, height) < SIDE_MIN:
                raise _invalid(f"A photo is at least {SIDE_MIN} pixels wide and high.", "too_small")
            upright = ImageOps.exif_transpose(picture).convert("RGBA")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise _invalid(
            "This is no picture (JPEG, PNG, WebP or GIF), or it is damaged.", "not_a_picture"
        ) from error
    on_white = Image.new("RGBA", upright.size, "white")
    on_white.alpha_composite(upright)
    out = BytesIO()
    ImageOps.fit(on_white.convert("RGB"), (SIDE, SIDE)).save(out, "JPEG", quality=85)
    return out.getvalue()


def _invalid(message: str, code: str) -> ValidationError:
    return ValidationError({"photo": ValidationError(message, code=code)})
