"""Conference rooms by REST: what is made, what is refused, what the worker is told, and who reads PINs."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction

from callmanager.domain.conference import ConferenceMode, ConferenceResolution
from callmanager.domain.snapshot import TenantSnapshot
from callmanager.live_redis import live_redis
from callmanager.models import RingGroup
from callmanager.selectors.snapshot import snapshot_get
from tenants.encrypted_field import token_open
from tenants.models import AuditEntry, Tenant, User
from tenants.roles import Rank
from tenants.scope import tenant_scope
from tests.web.api.conftest import Rest
from tests.web.calls import FakeWorker

ROOMS = "/api/conferences"


def room(**fields: Any) -> dict[str, Any]:
    """The manual's own, with two PINs that differ."""
    return {
        "mode": "video",
        "number": "9000",
        "subject": "Sales conference",
        "room_pin": "123456",
        "admin_pin": "654321",
        "max_participants": 9,
        "grids": 9,
        **fields,
    }


def test_a_list_tells_which_rooms_are_in_use(
    acme_user: Rest, acme: Tenant, globex: Tenant, worker: FakeWorker
) -> None:
    worker.register()
    for number in ("9000", "9001"):
        acme_user.post(ROOMS, room(number=number))
    for nth in range(3):
        worker.begin_call(acme, f"s{nth}", callee="9000", conference="9000" if nth else "")
    worker.begin_call(globex, "t1", callee="9001", conference="9001")

    def counts(query: str = "") -> dict[str, Any]:
        rows = acme_user.get(f"{ROOMS}?ordering=number{query}").body["results"]
        return {one["number"]: one["participant_count"] for one in rows}

    assert counts() == {"9000": 2, "9001": 0}
    assert counts("&is_in_use=true") == {"9000": 2}
    assert counts("&is_in_use=false") == {"9001": 0}


def test_while_redis_is_away_rooms_are_listed_and_nobody_guesses_who_is_in(
    acme_user: Rest, worker: FakeWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    acme_user.post(ROOMS, room())
    live_redis.cache_clear()
    monkeypatch.setattr(settings, "REDIS_URL", "redis://127.0.0.1:1/0")
    try:
        (listed,) = acme_user.get(ROOMS).body["results"]
        assert listed["participant_count"] is None
        assert acme_user.get(f"{ROOMS}?is_in_use=true").status == 503
        assert acme_user.get(f"{ROOMS}/{listed['id']}/participants").status == 503
    finally:
        live_redis.cache_clear()


def test_one_is_made_read_changed_and_deleted(acme_user: Rest) -> None:
    made = acme_user.post(ROOMS, room())
    assert made.status == 201, made.body
    assert (made.body["room_pin"], made.body["has_admin_pin"], made.body["grids"]) == ("123456", True, 9)
    assert "serves audio" in made.body["notice"]
    path = f"{ROOMS}/{made.body['id']}"
    changed = acme_user.patch(path, {"mode": "audio", "room_pin": "", "resolution": "1080P"})
    assert (changed.body["notice"], changed.body["has_room_pin"], changed.body["admin_pin"]) == (
        "",
        False,
        "654321",
    )
    assert acme_user.get(f"{ROOMS}?search=sales&mode=audio&ordering=-number").body["results"] == [
        changed.body
    ]
    assert acme_user.get(f"{ROOMS}?mode=video").body["count"] == 0
    changes = AuditEntry.objects.get(action="conference.update").changes
    assert "123456" not in str(changes)
    assert "room_pin" in changes
    replaced = acme_user.put(path, {"number": "9001", "subject": "Board"})
    assert (replaced.status, replaced.body["number"]) == (200, "9001")
    assert acme_user.delete(path).status == 204
    assert acme_user.get(path).status == 404


def test_the_workers_are_told_and_pins_are_sealed_everywhere(acme_user: Rest, acme: Tenant) -> None:
    before = snapshot_get(tenant=acme).config_rev
    acme_user.post(ROOMS, room(is_prompt_silent=True, language="es"))
    snapshot = snapshot_get(tenant=acme)
    assert snapshot.config_rev > before
    assert TenantSnapshot.from_json(snapshot.to_json()) == snapshot
    (known,) = snapshot.conferences
    assert (known.number, known.subject, known.max_participants) == ("9000", "Sales conference", 9)
    assert (known.mode, known.resolution) == (ConferenceMode.VIDEO, ConferenceResolution.P720)
    assert (known.is_prompt_silent, known.is_recorded, known.language) == (True, False, "es")
    assert "123456" not in str(snapshot.to_json())
    assert (token_open(known.room_pin_token), token_open(known.admin_pin_token)) == ("123456", "654321")
    acme_user.post(ROOMS, room(number="9001", room_pin="", admin_pin=""))
    assert snapshot_get(tenant=acme).conferences[1].room_pin_token == ""


@pytest.mark.parametrize(
    ("fields", "field", "code"),
    [
        ({"number": "101"}, "number", "taken"),
        ({"number": "12;3"}, "number", "number"),
        ({"number": "112"}, "number", "emergency_number"),
        ({"number": "999"}, "number", "dial_code"),
        ({"subject": " "}, "subject", "blank"),
        ({"mode": "hologram"}, "mode", "invalid_choice"),
        ({"room_pin": "12a4"}, "room_pin", "pin"),
        ({"room_pin": "123"}, "room_pin", "pin"),
        ({"admin_pin": "123456"}, "admin_pin", "pins_are_equal"),
        ({"max_participants": 0}, "max_participants", "min_value"),
        ({"max_participants": 201}, "max_participants", "max_value"),
        ({"grids": 5}, "grids", "invalid_choice"),
        ({"bitrate_kbps": 127}, "bitrate_kbps", "min_value"),
        ({"bitrate_kbps": 2049}, "bitrate_kbps", "max_value"),
        ({"frame_rate": 4}, "frame_rate", "min_value"),
        ({"frame_rate": 31}, "frame_rate", "max_value"),
        ({"resolution": "8K"}, "resolution", "invalid_choice"),
        ({"language": "xx"}, "language", "invalid_choice"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_made(
    acme_user: Rest, acme: Tenant, fields: dict[str, Any], field: str, code: str
) -> None:
    Tenant.objects.filter(pk=acme.pk).update(country="DE")
    refused = acme_user.post(ROOMS, room(**fields))
    assert refused.status == 400
    assert code in [one["code"] for one in refused.body["errors"] if one["field"] == field], refused.body
    assert acme_user.get(ROOMS).body["count"] == 0


def test_a_number_has_one_owner_whoever_writes_it(acme_user: Rest, acme: Tenant) -> None:
    assert acme_user.post(ROOMS, room()).status == 201
    for path, fields in (
        ("/api/ring_groups", {"number": "9000", "name": "Group"}),
        ("/api/receptionists", {"number": "9000", "name": "Desk"}),
        ("/api/call_queues", {"number": "9000", "name": "Queue"}),
        (ROOMS, room()),
    ):
        refused = acme_user.post(path, fields)
        assert refused.status == 400, path
        assert [one["code"] for one in refused.body["errors"] if one["field"] == "number"] == ["unique"], path
    with tenant_scope(acme):
        savepoint = transaction.savepoint()
        RingGroup.objects.create(number="9000", name="By hand")
        with connection.cursor() as cursor, pytest.raises(IntegrityError):
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        transaction.savepoint_rollback(savepoint)


def test_no_more_than_the_company_may_have(acme_user: Rest, acme: Tenant) -> None:
    Tenant.objects.filter(pk=acme.pk).update(max_conference_rooms=1)
    assert acme_user.post(ROOMS, room()).status == 201
    refused = acme_user.post(ROOMS, room(number="9001"))
    assert refused.status in (400, 403, 409)
    assert "conference rooms" in str(refused.body)


def test_who_may_not_change_rooms_reads_no_pin(acme_user: Rest, acme: Tenant) -> None:
    made = acme_user.post(ROOMS, room())
    User.objects.filter(username="acme").update(rank=Rank.AUDITOR)
    shown = acme_user.get(f"{ROOMS}/{made.body['id']}")
    assert shown.status == 200, shown.body
    assert (shown.body["room_pin"], shown.body["admin_pin"], shown.body["has_room_pin"]) == (None, None, True)
    assert "123456" not in str(acme_user.get(ROOMS).body)


def test_a_stranger_finds_nothing(acme_user: Rest, globex_user: Rest) -> None:
    made = acme_user.post(ROOMS, room())
    path = f"{ROOMS}/{made.body['id']}"
    assert globex_user.get(ROOMS).body["count"] == 0
    assert globex_user.get(path).status == 404
    assert globex_user.patch(path, {"subject": "Mine"}).status == 404
    assert globex_user.delete(path).status == 404
    assert globex_user.post(ROOMS, room()).status == 201, "numbers are each company's own"
    assert acme_user.get(path).body["subject"] == "Sales conference"
