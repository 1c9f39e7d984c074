"""The company's own announcement of recordings: stored, in the snapshot, by console and REST; and nobody else's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from callmanager.domain.recording import announcement_sounds
from callmanager.models import RecordingAnnouncement
from callmanager.selectors.snapshot import snapshot_get
from tenants.models import AuditEntry, Tenant, TenantFile
from tenants.scope import tenant_scope
from tests.web.callmanager.test_music import bearer, browser, wav

REST, PAGE = "/api/recording_announcement", "/admin/recording-announcement/"


@pytest.fixture(autouse=True)
def _files_of_this_test(settings: Any, tmp_path: Path) -> None:
    settings.PBX_STATE_DIR = tmp_path


def upload(content: bytes, name: str = "We record.wav") -> dict[str, SimpleUploadedFile]:
    return {"file": SimpleUploadedFile(name, content, content_type="audio/wav")}


def sounds(tenant: Tenant) -> tuple[str, ...]:
    return announcement_sounds(snapshot_get(tenant=tenant).recording)


def stored(tenant: Tenant) -> list[TenantFile]:
    with tenant_scope(tenant):
        return list(TenantFile.objects.all())


def test_a_file_takes_the_place_of_the_words_and_another_one_of_it(acme: Tenant, globex: Tenant) -> None:
    acme.recording_announcement = "en"
    acme.save()
    words, rest = sounds(acme), bearer("acme")
    assert rest.get(REST).status_code == 404
    made = rest.post(REST, upload(wav()))
    assert made.status_code == 201
    assert (made.json()["name"], made.json()["length_s"]) == ("We record", 0.2)
    (file,) = stored(acme)
    assert sounds(acme) == (f"stored:{acme.schema_name}/prompt/{file.name}",)
    assert rest.post(REST, upload(wav(0.4), "Louder.wav")).json()["length_s"] == 0.4
    (other,) = stored(acme)
    assert other.name != file.name
    assert rest.get(f"{REST}/content").getvalue()[:4] == b"RIFF"
    stranger = bearer("globex")
    for method in (stranger.get, stranger.delete):
        assert method(REST).status_code == 404
    assert stranger.get(f"{REST}/content").status_code == 404
    assert rest.delete(REST).status_code == 204
    assert (sounds(acme), stored(acme), rest.get(REST).status_code) == (words, [], 404)
    actions = AuditEntry.objects.filter(action__startswith="recording_announcement.", tenant=acme)
    assert sorted(actions.values_list("action", flat=True)) == [
        "recording_announcement.create",
        "recording_announcement.create",
        "recording_announcement.delete",
    ]


def test_a_file_alone_announces_nothing(acme: Tenant) -> None:
    bearer("acme").post(REST, upload(wav()))
    assert sounds(acme) == ()


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"ID3 is no WAV", "invalid_wav"), (wav(31.0), "invalid_wav"), (bytes(10_000_001), "too_large")],
)
def test_what_can_not_be_heard_is_refused_and_nothing_is_left(
    acme: Tenant, content: bytes, code: str
) -> None:
    answer = bearer("acme").post(REST, upload(content))
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "file")
    assert answer.json()["errors"][0]["code"] == code
    assert (stored(acme), bearer("acme").get(REST).status_code) == ([], 404)
    assert bearer("acme").post(REST, {}).status_code == 400


def test_the_page_takes_plays_and_deletes_it(acme: Tenant, globex: Tenant) -> None:
    client = browser("acme")
    assert "Recordings are not announced" in client.get(PAGE).content.decode()
    refused = client.post(PAGE, {"step": "add", **upload(b"none")})
    assert refused.status_code == 400
    assert "no WAV" in refused.content.decode()
    assert client.post(PAGE, {"step": "add"}).status_code == 400
    assert client.post(PAGE, {"step": "add", **upload(wav())}).status_code == 302
    assert "We record" in client.get(PAGE).content.decode()
    assert client.get(f"{PAGE}play/").getvalue()[:4] == b"RIFF"
    stranger = browser("globex")
    assert "We record" not in stranger.get(PAGE).content.decode()
    assert stranger.get(f"{PAGE}play/").status_code == 404
    assert client.post(PAGE, {"step": "delete"}).status_code == 302
    with tenant_scope(acme):
        assert not RecordingAnnouncement.objects.exists()


def test_an_extension_has_nothing_to_say_about_it(acme: Tenant) -> None:
    assert bearer("101@acme").post(REST, upload(wav())).status_code == 403
    assert Client().get(REST).status_code == 401
