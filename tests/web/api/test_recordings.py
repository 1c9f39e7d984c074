"""Recordings by REST: listed, heard in parts, deleted by right; each listening on record; nobody else's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from callmanager.fleet.models import Recording
from tenants.models import AuditEntry, Tenant, User
from tenants.scope import across_tenants
from tenants.services.api_token import api_token_create
from tenants.services.tenant import tenant_update
from tests.web.callmanager.recorded_calls import recording_make, wav
from tests.web.calls import FakeWorker

LIST = "/api/recordings"


@pytest.fixture(autouse=True)
def state_dir(settings: Any, tmp_path: Path) -> Path:
    settings.PBX_STATE_DIR = tmp_path
    return tmp_path


@pytest.fixture
def recording(cast: Any, acme: Tenant, state_dir: Path) -> Recording:
    return recording_make(acme, state_dir)


def bearer(username: str, **changes: Any) -> Client:
    secret = api_token_create(user=User.objects.get(username=username), **changes)[1]
    return Client(headers={"Authorization": f"Bearer {secret}"})


def body(response: Any) -> bytes:
    return b"".join(response) if response.streaming else response.content


def audited() -> list[str]:
    with across_tenants():
        return [
            entry.action
            for entry in AuditEntry.objects.filter(action__startswith="recording.").order_by("id")
        ]


def test_the_list_tells_what_the_manual_tells(recording: Recording) -> None:
    (row,) = bearer("acme").get(LIST).json()["results"]
    assert row["id"] == recording.token
    assert (row["caller"], row["callee"], row["session_id"]) == ("101", "102", "s1")
    assert row["talk_duration_ms"] == 8000
    assert (row["state"], row["duration_s"], row["tracks"], row["asked_by"]) == ("stored", 2.0, 1, "caller")
    assert row["call_started_at"] < row["answered_at"] < row["started_at"]
    assert "peaks" not in row
    assert len(bearer("acme").get(f"{LIST}/{recording.token}").json()["peaks"][0]) == 400


def test_it_is_found_by_whom_and_when(recording: Recording) -> None:
    client = bearer("acme")
    for query, found in (
        ("caller=101", 1),
        ("caller=102", 0),
        ("search=Alice", 1),
        ("session_id=s1", 1),
        ("state=lost", 0),
        ("from=2020-01-01T00:00:00Z", 1),
        ("to=2020-01-01T00:00:00Z", 0),
        ("ordering=-duration_s", 1),
    ):
        assert client.get(f"{LIST}?{query}").json()["count"] == found, query
    assert client.get(f"{LIST}?ordering=peaks").status_code == 400


def test_whoever_talked_hears_it_and_no_stranger_does(recording: Recording) -> None:
    path = f"{LIST}/{recording.token}"
    for username in ("acme", "101@acme", "102@acme"):
        assert body(bearer(username).get(f"{path}/content")) == wav()
    for username in ("globex", "101@globex"):
        stranger = bearer(username)
        assert stranger.get(LIST).json()["results"] == []
        assert stranger.get(path).status_code == 404
        assert stranger.get(f"{path}/content").status_code == 404
        assert stranger.delete(path).status_code == 404
        ids = {"ids": [recording.token]}
        assert stranger.post(f"{LIST}/bulk_delete", ids, content_type="application/json").status_code == 400
    assert bearer("acme").get(LIST).json()["count"] == 1


def test_an_extension_hears_the_calls_it_talked_in_alone(
    recording: Recording, acme: Tenant, state_dir: Path
) -> None:
    other = recording_make(acme, state_dir, session_id="s2", caller="103")
    alice = bearer("101@acme")
    assert [row["id"] for row in alice.get(LIST).json()["results"]] == [recording.token]
    assert alice.get(f"{LIST}/{other.token}/content").status_code == 404


@pytest.mark.parametrize(
    ("wanted", "status", "first", "last"),
    [
        ("bytes=0-", 206, 0, None),
        ("bytes=44-143", 206, 44, 144),
        ("bytes=-100", 206, -100, None),
        ("bytes=44-99999999", 206, 44, None),
        ("bytes=a-b", 200, 0, None),
        ("bytes=0-1,5-6", 200, 0, None),
        ("bytes=-", 200, 0, None),
        ("lines=1-2", 200, 0, None),
    ],
)
def test_a_player_gets_the_part_it_asks_for(
    recording: Recording, wanted: str, status: int, first: int, last: int | None
) -> None:
    answer = bearer("acme").get(f"{LIST}/{recording.token}/content", headers={"Range": wanted})
    assert answer.status_code == status
    assert body(answer) == wav()[first:last]
    assert answer["Accept-Ranges"] == "bytes"
    if status == 206:
        assert answer["Content-Length"] == str(len(wav()[first:last]))
        assert answer["Content-Range"].endswith(f"/{len(wav())}")


@pytest.mark.parametrize("wanted", ["bytes=99999999-", "bytes=5-4"])
def test_a_part_that_is_not_there_is_416(recording: Recording, wanted: str) -> None:
    answer = bearer("acme").get(f"{LIST}/{recording.token}/content", headers={"Range": wanted})
    assert answer.status_code == 416
    assert answer["Content-Range"] == f"bytes */{len(wav())}"


def test_listening_and_downloading_stand_in_the_audit_log_once_each(recording: Recording) -> None:
    client, path = bearer("acme"), f"{LIST}/{recording.token}/content"
    client.get(path, headers={"Range": "bytes=0-"})
    client.get(path, headers={"Range": "bytes=1000-"})
    answer = client.get(f"{path}?download=1")
    assert answer["Content-Disposition"].startswith("attachment")
    assert audited() == ["recording.listen", "recording.download"]


def test_deleting_takes_it_and_is_on_record(recording: Recording) -> None:
    client = bearer("acme")
    assert client.delete(f"{LIST}/{recording.token}").status_code == 204
    assert client.get(LIST).json()["count"] == 0
    assert audited() == ["recording.delete"]


def test_many_are_deleted_together_or_none(recording: Recording, acme: Tenant, state_dir: Path) -> None:
    other = recording_make(acme, state_dir, session_id="s2")
    client, path = bearer("acme"), f"{LIST}/bulk_delete"
    for wrong in (["0" * 32, other.token], [], ["../../x"], "all"):
        assert client.post(path, {"ids": wrong}, content_type="application/json").status_code == 400
    assert client.get(LIST).json()["count"] == 2
    ids = {"ids": [recording.token, other.token]}
    assert client.post(path, ids, content_type="application/json").json() == {"deleted": 2}
    assert client.get(LIST).json()["count"] == 0


def test_the_tenants_switch_keeps_extensions_from_deleting(recording: Recording, acme: Tenant) -> None:
    tenant_update(tenant=acme, may_extensions_delete_recordings=False)
    alice, path = bearer("101@acme"), f"{LIST}/{recording.token}"
    refused = alice.delete(path)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (403, "recordings_kept")
    ids = {"ids": [recording.token]}
    assert alice.post(f"{LIST}/bulk_delete", ids, content_type="application/json").status_code == 403
    assert bearer("acme").get(LIST).json()["count"] == 1
    tenant_update(tenant=acme, may_extensions_delete_recordings=True)
    assert bearer("101@acme").delete(path).status_code == 204


def test_a_call_record_names_the_recordings_one_may_hear(recording: Recording) -> None:
    for username in ("acme", "101@acme"):
        (row,) = bearer(username).get("/api/cdrs").json()["results"]
        assert row["recordings"] == [recording.token]
        assert bearer(username).get(f"/api/cdrs/{row['id']}").json()["recordings"] == [recording.token]


def test_a_running_call_is_recorded_by_request(acme: Tenant, worker: FakeWorker, cast: Any) -> None:
    worker.begin_call(acme, "own", recording="recording")
    path = "/api/call_sessions/own/record"
    with worker.answering():
        for username, by in (("acme", ""), ("101@acme", "101")):
            answer = bearer(username).post(path, {"step": "pause"}, content_type="application/json")
            assert (answer.status_code, answer.json()) == (200, {"session_id": "own", "step": "pause"})
            told = worker.told()[-1]
            assert (told["command"], told["step"], told["by"]) == ("record", "pause", by)
        assert (
            bearer("acme").post(path, {"step": "louder"}, content_type="application/json").status_code == 400
        )
        stranger = bearer("101@globex").post(path, {"step": "stop"}, content_type="application/json")
        assert stranger.status_code == 404
    assert bearer("acme").get("/api/call_sessions/own").json()["recording"] == "recording"


def test_a_file_that_is_gone_from_the_disk_is_no_sound(recording: Recording, state_dir: Path) -> None:
    for file in (state_dir / "files").glob("*/recording/*"):
        file.unlink()
    assert bearer("acme").get(f"{LIST}/{recording.token}/content").status_code == 404
