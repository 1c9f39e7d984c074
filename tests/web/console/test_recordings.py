"""Recordings in the console: the list, the player's page, the call's record and the person's own page."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from callmanager.fleet.models import Recording
from tenants.models import AuditEntry, Tenant, User
from tenants.scope import across_tenants, tenant_scope
from tenants.services.tenant import tenant_update
from tests.web.callmanager.recorded_calls import recording_make, wav

LIST = "/admin/fleet/recording/"
OWN = "/my-extension/recordings/"


@pytest.fixture(autouse=True)
def state_dir(settings: Any, tmp_path: Path) -> Path:
    settings.PBX_STATE_DIR = tmp_path
    return tmp_path


@pytest.fixture
def recording(cast: Any, acme: Tenant, state_dir: Path) -> Recording:
    return recording_make(acme, state_dir)


def browser(username: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=username))
    return client


def audited() -> list[str]:
    with across_tenants():
        return [entry.action for entry in AuditEntry.objects.filter(action__startswith="recording.")]


def left(tenant: Tenant) -> int:
    with tenant_scope(tenant):
        return Recording.objects.count()


def test_the_list_shows_what_the_manual_shows(recording: Recording) -> None:
    html = browser("acme").get(LIST).content.decode()
    for words in (
        "Caller",
        "Callee",
        "Session ID",
        "Started on",
        "Answered on",
        "Talk duration",
        "101",
        "s1",
    ):
        assert words in html
    assert f"{LIST}{recording.token}/change/" in html
    assert "0:08" in html
    assert browser("acme").get(f"{LIST}?q=nobody").content.decode().count(recording.token) == 0


def test_a_recording_has_a_player_with_its_outline(recording: Recording) -> None:
    client = browser("acme")
    html = client.get(f"{LIST}{recording.token}/change/").content.decode()
    assert re.search(r'data-peaks="\[\[[0-9,]+\]\]"', html)
    assert 'data-duration="2.0"' in html
    assert "/admin/fleet/cdr/" in html
    sound = client.get(f"{LIST}{recording.token}/sound/", headers={"Range": "bytes=0-"})
    assert (sound.status_code, b"".join(sound)) == (206, wav())
    saved = client.get(f"{LIST}{recording.token}/sound/?download=1")
    assert "attachment" in saved["Content-Disposition"]
    assert "101-102.wav" in saved["Content-Disposition"]
    assert audited() == ["recording.download", "recording.listen"]


def test_it_is_deleted_after_a_question(recording: Recording, acme: Tenant) -> None:
    client, path = browser("acme"), f"{LIST}{recording.token}/delete/"
    assert "Are you sure" in client.get(path).content.decode()
    assert left(acme) == 1
    assert client.post(path, {"post": "yes"}).status_code == 302
    assert left(acme) == 0
    assert audited() == ["recording.delete"]


def test_many_are_deleted_together(recording: Recording, acme: Tenant, state_dir: Path) -> None:
    other = recording_make(acme, state_dir, session_id="s2")
    chosen = {"action": "delete_selected", "_selected_action": [recording.pk, other.pk], "post": "yes"}
    browser("acme").post(LIST, chosen)
    assert left(acme) == 0
    assert audited() == ["recording.delete"] * 2


def test_the_calls_record_plays_it(recording: Recording) -> None:
    client = browser("acme")
    html = client.get("/admin/fleet/cdr/").content.decode()
    (path,) = set(re.findall(r"/admin/fleet/cdr/[0-9]+/change/", html))
    detail = client.get(path).content.decode()
    assert f"{LIST}{recording.token}/sound/" in detail
    assert "recording_player.js" in detail


def test_a_person_hears_and_deletes_the_own_as_the_company_allows(
    recording: Recording, acme: Tenant, state_dir: Path
) -> None:
    other = recording_make(acme, state_dir, session_id="s2", caller="103")
    alice = browser("101@acme")
    html = alice.get(OWN).content.decode()
    assert recording.token in html
    assert other.token not in html
    assert b"".join(alice.get(f"{OWN}{recording.token}/")) == wav()
    assert alice.get(f"{OWN}{other.token}/").status_code == 404
    alice.post(OWN, {"token": other.token})
    assert left(acme) == 2
    tenant_update(tenant=acme, may_extensions_delete_recordings=False)
    assert "Delete" not in alice.get(OWN).content.decode()
    alice.post(OWN, {"token": recording.token})
    assert left(acme) == 2
    tenant_update(tenant=acme, may_extensions_delete_recordings=True)
    alice.post(OWN, {"token": recording.token})
    assert left(acme) == 1


@pytest.mark.parametrize("username", ["globex", "101@globex"])
def test_a_stranger_finds_nothing(recording: Recording, acme: Tenant, username: str) -> None:
    stranger = browser(username)
    for path in (
        f"{LIST}{recording.token}/change/",
        f"{LIST}{recording.token}/sound/",
        f"{OWN}{recording.token}/",
    ):
        assert stranger.get(path).status_code in (302, 403, 404)
    stranger.post(f"{LIST}{recording.token}/delete/", {"post": "yes"})
    stranger.post(OWN, {"token": recording.token})
    assert left(acme) == 1
