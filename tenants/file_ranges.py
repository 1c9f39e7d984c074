"""A part of a file for whoever asks for it (RFC 9110 section 14): players jump, downloads go on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from django.http import FileResponse

_ONE_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")
_CHUNK_BYTES = 256 * 1024


def ranged_response(response: FileResponse, path: Path, wanted: str) -> FileResponse:
    """`response` cut down to `wanted`, the Range header. What is no single range of bytes gets the whole file."""
    response["Accept-Ranges"] = "bytes"
    found = _ONE_RANGE.fullmatch(wanted.strip())
    if found is None or found.groups() == ("", ""):
        return response
    size = path.stat().st_size
    first, last = _bounds(found[1], found[2], size)
    if first >= size or last < first:
        response.status_code, count = 416, 0
        response["Content-Range"] = f"bytes */{size}"
    else:
        response.status_code, count = 206, last - first + 1
        response["Content-Range"] = f"bytes {first}-{last}/{size}"
    response["Content-Length"] = str(count)
    response.streaming_content = _read(path, first, count)
    return response


def _bounds(first: str, last: str, size: int) -> tuple[int, int]:
    if not first:
        return max(0, size - int(last)), size - 1
    return int(first), min(int(last), size - 1) if last else size - 1


def _read(path: Path, first: int, count: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from _chunks(file, first, count)


def _chunks(file: BinaryIO, first: int, count: int) -> Iterator[bytes]:
    file.seek(first)
    while count > 0 and (chunk := file.read(min(_CHUNK_BYTES, count))):
        count -= len(chunk)
        yield chunk
