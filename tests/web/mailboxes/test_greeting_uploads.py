"""Greetings that can't be played or are too large are refused with the reason, and nothing of them stays."""

from __future__ import annotations

import io
import wave
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from callmanager.models import Greeting
from callmanager.services.greeting import UPLOAD_BYTES_MAX
from tenants.models import Tenant
from tenants.scope import tenant_scope
from tests.web.mailboxes.stage import GREETINGS, bearer, wav


def silence_of(seconds: int, rate_hz: int = 8000) -> bytes:
    target = io.BytesIO()
    with wave.open(target, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes(bytes(2 * rate_hz * seconds))
    return target.getvalue()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"ID3" + bytes(500), "invalid_wav"),
        (b"RIFF\x00\x00\x00\x00WAVE", "invalid_wav"),
        (wav()[:44], "invalid_wav"),
        (wav()[:20] + b"\x55\x00" + wav()[22:], "invalid_wav"),
        (silence_of(121), "invalid_wav"),
        (b"RIFF" + bytes(UPLOAD_BYTES_MAX), "too_large"),
    ],
    ids=[
        "nothing",
        "an MP3",
        "a header alone",
        "no sound",
        "another coding",
        "longer than two minutes",
        "large",
    ],
)
def test_what_is_no_greeting_is_refused(
    cast: Any, acme: Tenant, state_dir: Path, content: bytes, code: str
) -> None:
    upload = SimpleUploadedFile("Hello.wav", content, content_type="audio/wav")
    answer = bearer("101@acme").post(GREETINGS, {"file": upload})
    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert (error["field"], error["code"]) == ("file", code)
    with tenant_scope(acme):
        assert not Greeting.objects.exists()
    assert not list((state_dir / "files").rglob("*.*"))


@pytest.mark.parametrize("status", ["busy", "temporary", "name", "lunch", ""])
def test_a_greeting_is_for_its_time(cast: Any, acme: Tenant, status: str) -> None:
    upload = SimpleUploadedFile("Hello.wav", wav(), content_type="audio/wav")
    answer = bearer("101@acme").post(GREETINGS, {"file": upload, "status": status})
    assert (answer.status_code, answer.json()["status"], answer.json()["is_active"]) == (201, status, True)
