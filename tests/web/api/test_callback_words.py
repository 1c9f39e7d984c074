"""Callers are told of the key to be called back: by the system's own voice in five languages, or by a file."""

from __future__ import annotations

from typing import Any

import pytest

from callmanager.domain.callback_words import callback_sentence
from callmanager.models import CallQueueSound
from callmanager.selectors.snapshot import snapshot_get
from callmanager.services.call_queue import call_queue_create
from tenants.models import Tenant, TenantFile
from tenants.scope import across_tenants, tenant_scope
from tests.web.api.conftest import Rest
from tests.web.api.test_call_queues import QUEUES, queue, upload
from tests.web.callmanager.recorded_calls import wav

pytestmark = pytest.mark.django_db


def words(tenant: Tenant) -> list[tuple[str, bool]]:
    """What is said, and whether workers are told of it."""
    with tenant_scope(tenant):
        rows = list(CallQueueSound.objects.filter(use="callback"))
    known = snapshot_get(tenant=tenant).find_queue("8000")
    assert known is not None
    return [(row.said, known.callback_prompt.endswith(f"/prompt/{row.stored_name}")) for row in rows]


@pytest.mark.parametrize("language", ["en", "es", "fr", "it", "ru"])
def test_the_voice_speaks_every_language(acme: Tenant, globex: Tenant, language: str) -> None:
    with tenant_scope(acme):
        call_queue_create(number="8000", name="Sales", language=language, callback_key="5")
        sound = CallQueueSound.objects.get()
    assert sound.said == callback_sentence(language, "5")
    assert "5" in sound.said
    assert sound.length_s > 2
    assert words(acme) == [(sound.said, True)]
    with tenant_scope(globex):
        assert not CallQueueSound.objects.exists()


@pytest.mark.parametrize("key", ["*", "#"])
def test_keys_that_are_no_digit_are_said_by_name(key: str) -> None:
    for language in ("en", "es", "fr", "it", "ru"):
        assert key not in callback_sentence(language, key)
    assert callback_sentence("de", "1") == callback_sentence("en", "1")


def test_they_follow_the_key_and_the_language_and_go_with_the_key(acme_user: Rest, acme: Tenant) -> None:
    made = acme_user.post(QUEUES, queue(callback_key="5"))
    (sound,) = made.body["sounds"]
    assert (sound["use"], sound["said"]) == ("callback", callback_sentence("en", "5"))
    path = f"{QUEUES}/{made.body['id']}"
    acme_user.patch(path, {"name": "Support"})
    assert [one["created_at"] for one in acme_user.get(path).body["sounds"]] == [sound["created_at"]]
    acme_user.patch(path, {"callback_key": "#", "language": "fr"})
    assert words(acme) == [(callback_sentence("fr", "#"), True)]
    with across_tenants():
        assert TenantFile.objects.filter(kind="prompt").count() == 1
    assert acme_user.patch(path, {"callback_key": ""}).body["sounds"] == []
    with across_tenants():
        assert not TenantFile.objects.filter(kind="prompt").exists()


def test_a_file_of_the_companys_own_takes_their_place_until_it_is_removed(
    acme_user: Rest, globex_user: Rest, acme: Tenant
) -> None:
    made = acme_user.post(QUEUES, queue(callback_key="5"))
    path = f"{QUEUES}/{made.body['id']}"
    sound = f"{path}/sounds/callback"
    assert upload(globex_user, sound, wav()).status == 404
    assert upload(acme_user, sound, wav()).body["said"] == ""
    acme_user.patch(path, {"callback_key": "7"})
    assert words(acme) == [("", True)], "it stays"
    assert acme_user.delete(sound).status == 204
    assert words(acme) == [(callback_sentence("en", "7"), True)]


def test_without_a_voice_the_rest_is_set(
    acme_user: Rest, acme: Tenant, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert acme_user.post(QUEUES, queue(callback_key="5")).status == 201
    assert words(acme) == []
