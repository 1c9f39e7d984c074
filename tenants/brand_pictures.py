"""Pictures of a brand: measured before they are unpacked, written anew as PNG. Nothing of the uploaded file stays."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

from django.core.exceptions import ValidationError
from PIL import Image, ImageOps

from tenants.models.brand import PictureKind

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "ICO")
FORMAT_WORDS = "PNG, JPEG, WebP, GIF or ICO"
BYTES_MAX = 2_000_000
# A small file may unpack to gigabytes; the size stands in its head.
PIXELS_MAX = 16_000_000
SIDE_MIN = 16
LOGO_BOX = (640, 160)
FAVICON_SIDE = 128


@dataclass(frozen=True, slots=True)
class CleanPicture:
    content: bytes
    width: int
    height: int


def picture_clean(*, kind: PictureKind, data: bytes) -> CleanPicture:
    """ValidationError under the kind's name for what is no picture or too large."""
    if len(data) > BYTES_MAX:
        raise picture_invalid(kind, f"A picture has at most {BYTES_MAX // 1_000_000} MB.", "too_large")
    picture = _opened(kind, data)
    if kind is PictureKind.FAVICON:
        picture = _within(picture, (FAVICON_SIDE, FAVICON_SIDE))
        side = max(picture.size)
        picture = ImageOps.pad(picture, (side, side), color=(0, 0, 0, 0))
    else:
        picture = _within(_trimmed(picture), LOGO_BOX)
    out = BytesIO()
    picture.save(out, "PNG", optimize=True)
    return CleanPicture(out.getvalue(), *picture.size)


def picture_invalid(kind: PictureKind, message: str, code: str) -> ValidationError:
    return ValidationError({kind.value: ValidationError(message, code=code)})


def _opened(kind: PictureKind, data: bytes) -> Image.Image:
    head = data[:1000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<?xml", b"<svg", b"<!doctype svg")):
        # They can hold scripts and links.
        raise picture_invalid(kind, f"SVG is not taken: save it as {FORMAT_WORDS}.", "svg")
    try:
        with Image.open(BytesIO(data), formats=FORMATS) as picture:
            width, height = picture.size
            if width * height > PIXELS_MAX:
                megapixels = PIXELS_MAX // 1_000_000
                raise picture_invalid(
                    kind, f"A picture has at most {megapixels} megapixels.", "too_many_pixels"
                )
            if min(width, height) < SIDE_MIN:
                raise picture_invalid(
                    kind, f"A picture is at least {SIDE_MIN} pixels wide and high.", "too_small"
                )
            return ImageOps.exif_transpose(picture).convert("RGBA")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise picture_invalid(
            kind, f"This is no picture ({FORMAT_WORDS}), or it is damaged.", "not_a_picture"
        ) from error


def _trimmed(picture: Image.Image) -> Image.Image:
    """Without the transparent margin that would make a logo small."""
    box = picture.getchannel("A").getbbox()
    if box is None or min(box[2] - box[0], box[3] - box[1]) < SIDE_MIN:
        return picture
    return picture.crop(box)


def _within(picture: Image.Image, box: tuple[int, int]) -> Image.Image:
    if picture.width <= box[0] and picture.height <= box[1]:
        return picture
    return ImageOps.contain(picture, box)
