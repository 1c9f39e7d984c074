"""Music on hold: stored per tenant, in the snapshot, by console and REST; and nobody else's."""

from __future__ import annotations

import io
import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.conf import settings as django_settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from callmanager.domain.music import MusicOrder
from callmanager.domain.snapshot import TenantSnapshot
from callmanager.models import MusicFile
from callmanager.selectors.snapshot import snapshot_get
from callmanager.services.music import (
    UPLOAD_BYTES_MAX,
    music_file_add,
    music_file_delete,
    music_files_reorder,
)
from tenants.models import Tenant, TenantFile, User
from tenants.scope import tenant_scope
from tenants.services.api_token import api_token_create

PAGE, REST, FILES = "/admin/music/", "/api/music_on_hold", "/api/music_files"


def wav(seconds: float = 0.2) -> bytes:
    target = io.BytesIO()
    with wave.open(target, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes((np.sin(np.arange(int(8000 * seconds))) * 9000).astype("<i2").tobytes())
    return target.getvalue()


@pytest.fixture(autouse=True)
def _files_of_this_test(settings: Any, tmp_path: Path) -> None:
    settings.PBX_STATE_DIR = tmp_path


def add(name: str = "Waltz.wav") -> MusicFile:
    content = wav()
    return music_file_add(source=io.BytesIO(content), size_bytes=len(content), name=name)


def bearer(username: str) -> Client:
    secret = api_token_create(user=User.objects.get(username=username))[1]
    return Client(headers={"Authorization": f"Bearer {secret}"})


def browser(username: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=username), backend="tenants.authentication.SignInBackend")
    return client


def test_pieces_reach_the_snapshot_as_paths_that_exist(acme: Tenant, globex: Tenant) -> None:
    before = snapshot_get(tenant=acme)
    with tenant_scope(acme):
        files = [add("A.wav"), add("../../etc/B.wav")]
    assert [file.name for file in files] == ["A", "B"]
    snapshot = snapshot_get(tenant=acme)
    assert snapshot.config_rev > before.config_rev
    for path in snapshot.music.files:
        with wave.open(str(Path(django_settings.PBX_STATE_DIR) / "files" / path)) as file:
            assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (16000, 1, 2)
    assert snapshot.music.order is MusicOrder.RANDOM_PER_DAY
    assert TenantSnapshot.from_json(snapshot.to_json()) == snapshot
    assert snapshot_get(tenant=globex).music.files == ()


def test_pieces_are_ordered_and_deleted_with_their_files(
    acme_scope: Tenant, django_capture_on_commit_callbacks: Any
) -> None:
    first, second, third = add("A"), add("B"), add("C")
    music_files_reorder(file_ids=[third.pk, first.pk, second.pk])
    assert [file.name for file in MusicFile.objects.all()] == ["C", "A", "B"]
    path = Path(django_settings.PBX_STATE_DIR) / "files" / snapshot_get(tenant=acme_scope).music.files[1]
    with django_capture_on_commit_callbacks(execute=True):
        music_file_delete(file=first)
    assert not path.exists()
    assert [(file.position, file.name) for file in MusicFile.objects.all()] == [(1, "C"), (2, "B")]
    assert TenantFile.objects.count() == 2
    with pytest.raises(ValidationError):
        music_files_reorder(file_ids=[third.pk])


def test_nine_are_enough(acme_scope: Tenant) -> None:
    for _ in range(9):
        add()
    with pytest.raises(ValidationError, match="9 pieces"):
        add()
    assert TenantFile.objects.count() == 9


@pytest.mark.parametrize(
    ("content", "size", "words"),
    [(b"ID3", 3, "no WAV"), (wav(), UPLOAD_BYTES_MAX + 1, "larger than 30 MB"), (wav(0), 44, "no sound")],
)
def test_what_is_no_music_leaves_nothing_behind(
    acme_scope: Tenant, content: bytes, size: int, words: str
) -> None:
    with pytest.raises(ValidationError, match=words):
        music_file_add(source=io.BytesIO(content), size_bytes=size, name="x.wav")
    assert not TenantFile.objects.exists()


def test_the_page_adds_plays_orders_and_deletes(acme: Tenant, cast: object) -> None:
    client = browser("acme")
    for name in ("A.wav", "B.wav"):
        form = {"step": "add", "file": SimpleUploadedFile(name, wav(), "audio/wav")}
        assert "is added" in client.post(PAGE, form, follow=True).content.decode()
    with tenant_scope(acme):
        first, second = MusicFile.objects.all()
    sound = client.get(f"{PAGE}{first.pk}/play/")
    assert (sound.status_code, sound["Content-Type"]) == (200, "audio/wav")
    assert b"".join(sound.streaming_content)[:4] == b"RIFF"  # type: ignore[attr-defined]
    client.post(PAGE, {"step": "up", "file": second.pk})
    client.post(PAGE, {"step": "settings", "is_enabled": "on", "order": "random_per_call"})
    with tenant_scope(acme):
        assert [file.name for file in MusicFile.objects.all()] == ["B", "A"]
    assert snapshot_get(tenant=acme).music.order is MusicOrder.RANDOM_PER_CALL
    client.post(PAGE, {"step": "delete", "file": first.pk})
    with tenant_scope(acme):
        assert [file.name for file in MusicFile.objects.all()] == ["B"]
    bad = client.post(PAGE, {"step": "add", "file": SimpleUploadedFile("x.wav", b"no")})
    assert (bad.status_code, "no WAV file" in bad.content.decode()) == (400, True)
    stranger = browser("globex")
    assert stranger.get(f"{PAGE}{second.pk}/play/").status_code == 404
    assert "gone already" in stranger.post(PAGE, {"step": "delete", "file": second.pk}).content.decode()
    assert Client().get(f"{PAGE}{second.pk}/play/").status_code == 302


def test_music_by_rest(acme: Tenant, cast: object) -> None:
    client, stranger = bearer("acme"), bearer("globex")
    made = client.post(FILES, {"file": SimpleUploadedFile("Waltz.wav", wav())})
    assert (made.status_code, made.json()["name"], made.json()["position"]) == (201, "Waltz", 1)
    path = f"{FILES}/{made.json()['id']}"
    assert client.get(f"{path}/content")["Content-Type"] == "audio/wav"
    renamed = client.patch(path, {"name": "Tango"}, content_type="application/json")
    assert renamed.json()["name"] == "Tango"
    order = client.post(f"{FILES}/reorder", {"files": [made.json()["id"]]}, content_type="application/json")
    assert [one["name"] for one in order.json()] == ["Tango"]
    changed = client.patch(REST, {"order": "in_order"}, content_type="application/json")
    assert changed.json()["order"] == "in_order"
    for refused in (
        stranger.get(path),
        stranger.get(f"{path}/content"),
        stranger.delete(path),
        stranger.patch(path, {"name": "x"}, content_type="application/json"),
    ):
        assert refused.status_code == 404
    bad = client.post(FILES, {"file": SimpleUploadedFile("x.wav", b"no")})
    assert (bad.status_code, bad.json()["errors"][0]["code"]) == (400, "invalid_wav")
    assert client.patch(REST, {"order": "loud"}, content_type="application/json").status_code == 400
    assert bearer("101@acme").get(FILES).status_code == 403
    assert client.delete(path).status_code == 204
