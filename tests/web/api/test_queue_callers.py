"""VIP callers, harass numbers and exclusive agents by REST: the manual's lists (11.2), and what the workers learn."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from callmanager.domain.queue_callers import HarassLevel
from callmanager.selectors.snapshot import snapshot_get
from tenants.models import Tenant, TenantFile
from tenants.scope import across_tenants
from tests.web.api.conftest import Rest
from tests.web.callmanager.recorded_calls import wav

VIPS, HARASS, EXCLUSIVE = "/api/vip_callers", "/api/harass_numbers", "/api/exclusive_agents"
VIP = {"number": "442012345678", "description": "Microsoft team", "last_day": "2027-06-30"}
BANK = {
    "description": "XYZ Bank",
    "callers": ["4930123456", "49305550***"],
    "agents": [{"queue": "8000", "extension": "102"}],
}


@pytest.fixture(autouse=True)
def _own_directory(settings: Any, tmp_path: Path) -> None:
    settings.PBX_STATE_DIR = tmp_path


@pytest.fixture
def queue(acme_user: Rest) -> None:
    members = [{"number": "101"}, {"number": "102"}]
    assert (
        acme_user.post("/api/call_queues", {"number": "8000", "name": "Sales", "members": members}).status
        == 201
    )


def test_a_vip_is_made_changed_found_and_deleted(acme_user: Rest, globex_user: Rest, acme: Tenant) -> None:
    made = acme_user.post(VIPS, VIP)
    assert made.status == 201, made.body
    path = f"{VIPS}/{made.body['id']}"
    assert globex_user.get(path).status == 404
    callers = snapshot_get(tenant=acme).queue_callers
    assert callers.is_vip("442012345678", date(2027, 6, 30))
    assert not callers.is_vip("442012345678", date(2027, 7, 1)), "its validity is over"
    acme_user.patch(path, {"is_enabled": False})
    assert not snapshot_get(tenant=acme).queue_callers.is_vip("442012345678", date(2027, 1, 1))
    assert acme_user.get(f"{VIPS}?search=microsoft").body["count"] == 1
    assert acme_user.delete(path).status == 204


@pytest.mark.parametrize(
    ("path", "fields", "field", "code"),
    [
        (VIPS, {"number": "x"}, "number", None),
        (VIPS, {"number": "1200-1100"}, "number", None),
        (VIPS, {"number": "4420", "last_day": "yesterday"}, "last_day", "invalid"),
        (HARASS, {"number": "4420", "level": 3}, "level", "invalid_choice"),
        (HARASS, {"number": ""}, "number", "blank"),
        (EXCLUSIVE, {**BANK, "callers": []}, "callers", "required"),
        (EXCLUSIVE, {**BANK, "callers": ["4930", "4930"]}, "callers", "unique"),
        (EXCLUSIVE, {**BANK, "callers": ["bank"]}, "callers", None),
        (EXCLUSIVE, {**BANK, "agents": [{"queue": "8000", "extension": "199"}]}, "agents", "not_found"),
        (EXCLUSIVE, {**BANK, "agents": [{"queue": "8009", "extension": "102"}]}, "agents", "not_found"),
        (EXCLUSIVE, {**BANK, "agents": []}, "agents", "required"),
        (EXCLUSIVE, {**BANK, "description": " "}, "description", "blank"),
    ],
)
def test_what_is_wrong_is_named(
    acme_user: Rest, queue: None, path: str, fields: dict[str, Any], field: str, code: str | None
) -> None:
    refused = acme_user.post(path, fields)
    assert refused.status == 400
    found = [one["code"] for one in refused.body["errors"] if one["field"].split(".")[0] == field]
    assert found, refused.body
    assert code is None or code in found
    assert acme_user.get(path).body["count"] == 0


def test_a_number_stands_in_a_list_once(acme_user: Rest, globex_user: Rest) -> None:
    for path, fields in ((VIPS, VIP), (HARASS, {"number": "4420*****", "level": 2})):
        assert acme_user.post(path, fields).status == 201
        again = acme_user.post(path, fields)
        assert (again.status, again.body["errors"][0]["code"]) == (400, "unique")
        assert globex_user.post(path, fields).status == 201, "another company has lists of its own"


def test_a_description_of_exclusive_agents_is_used_once(acme_user: Rest, queue: None) -> None:
    assert acme_user.post(EXCLUSIVE, BANK).status == 201
    again = acme_user.post(EXCLUSIVE, BANK)
    assert [(one["field"], one["code"]) for one in again.body["errors"]] == [("description", "unique")]


def test_exclusive_agents_are_known_for_each_queue(acme_user: Rest, queue: None, acme: Tenant) -> None:
    made = acme_user.post(EXCLUSIVE, BANK)
    assert made.status == 201, made.body
    callers = snapshot_get(tenant=acme).queue_callers
    assert callers.exclusive_agents("49305550123", "8000") == {"102"}
    assert callers.exclusive_agents("49305550123", "8001") == frozenset()
    assert callers.exclusive_agents("4930999999", "8000") == frozenset()
    path = f"{EXCLUSIVE}/{made.body['id']}"
    changed = acme_user.patch(path, {"agents": [{"queue": "8000", "extension": "101"}]})
    assert (changed.body["callers"], changed.body["agents"]) == (
        BANK["callers"],
        [{"queue": "8000", "extension": "101"}],
    )
    assert acme_user.delete(path).status == 204
    assert snapshot_get(tenant=acme).queue_callers.exclusive == ()


def test_harassing_numbers_have_their_level(acme_user: Rest, acme: Tenant) -> None:
    acme_user.post(HARASS, {"number": "4420*****", "level": 1})
    acme_user.post(HARASS, {"number": "442012345", "level": 2})
    callers = snapshot_get(tenant=acme).queue_callers
    assert callers.harass_level("442099999") is HarassLevel.WARNED
    assert callers.harass_level("442012345") is HarassLevel.REFUSED, "the worse of two"
    assert callers.harass_level("4930123") is None


def test_a_prompt_of_a_level_is_uploaded_heard_and_removed(
    acme_user: Rest, globex_user: Rest, acme: Tenant
) -> None:
    def put(content: bytes) -> int:
        answer = Client().generic(
            "PUT",
            "/api/harass_prompts/1",
            encode_multipart(BOUNDARY, {"file": SimpleUploadedFile("Warning.wav", content, "audio/wav")}),
            content_type=MULTIPART_CONTENT,
            headers={"Authorization": f"Bearer {acme_user.token}"},
        )
        return int(answer.status_code)

    assert acme_user.get("/api/harass_prompts/1").status == 404
    assert put(b"no sound") == 400
    assert (put(wav()), put(wav())) == (200, 200)
    assert snapshot_get(tenant=acme).queue_callers.warned_prompt.startswith(f"{acme.schema_name}/prompt/")
    assert globex_user.get("/api/harass_prompts/1").status == 404
    assert acme_user.delete("/api/harass_prompts/1").status == 204
    with across_tenants():
        assert not TenantFile.objects.filter(kind="prompt").exists()
