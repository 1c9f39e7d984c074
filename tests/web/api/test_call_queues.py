"""Call queues by REST: what is made, what is refused, what the worker is told, and who of the agents takes calls."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from callmanager.domain.agent_state import AgentState
from callmanager.domain.destination import Destination, DestinationKind
from callmanager.domain.queue import QueueMember, QueueStrategy
from callmanager.models import Extension, RingGroup
from callmanager.selectors.snapshot import snapshot_get
from tenants.models import AuditEntry, Tenant, TenantFile
from tenants.scope import across_tenants, tenant_scope
from tests.web.api.conftest import Answer, Rest
from tests.web.callmanager.recorded_calls import wav

QUEUES = "/api/call_queues"
TO_QUEUE = {"kind": "call_queue", "target": "8000"}


@pytest.fixture(autouse=True)
def _own_directory(settings: Any, tmp_path: Path) -> None:
    settings.PBX_STATE_DIR = tmp_path


def queue(**fields: Any) -> dict[str, Any]:
    members = [{"number": "102", "skill_level": 5}, {"number": "101"}]
    return {"number": "8000", "name": "Sales", "members": members, **fields}


def codes(body: Any, field: str) -> list[str]:
    return [one["code"] for one in body["errors"] if one["field"] == field]


def upload(rest: Rest, path: str, content: bytes) -> Answer:
    answer: Any = Client().generic(
        "PUT",
        path,
        encode_multipart(BOUNDARY, {"file": SimpleUploadedFile("Welcome.wav", content, "audio/wav")}),
        content_type=MULTIPART_CONTENT,
        headers={"Authorization": f"Bearer {rest.token}"},
    )
    return Answer(answer.status_code, answer.json() if answer.content else None)


def extension_id(tenant: Tenant, number: str) -> int:
    with tenant_scope(tenant):
        return Extension.objects.get(number=number).pk


def test_one_is_made_read_changed_and_deleted(acme_user: Rest) -> None:
    made = acme_user.post(QUEUES, queue(strategy="cyclic_hunt", managers=["101"], sla_s=180))
    assert made.status == 201, made.body
    assert made.body["members"] == [
        {"number": "102", "skill_level": 5, "display_name": "Bob"},
        {"number": "101", "skill_level": 1, "display_name": "Alice"},
    ]
    assert (made.body["managers"], made.body["sla_s"], made.body["sounds"]) == (["101"], 180, [])
    path = f"{QUEUES}/{made.body['id']}"
    changed = acme_user.patch(
        path, {"members": [{"number": "101"}], "no_answer": {"kind": "voicemail", "target": "102"}}
    )
    assert [one["number"] for one in changed.body["members"]] == ["101"]
    assert (changed.body["managers"], changed.body["strategy"]) == (["101"], "cyclic_hunt")
    assert acme_user.get(f"{QUEUES}?search=sales").body["results"] == [changed.body]
    entry = AuditEntry.objects.get(action="call_queue.update")
    assert entry.changes["members"] == {
        "before": ["extension 102 (skill 5)", "extension 101"],
        "after": ["extension 101"],
    }
    assert acme_user.delete(path).status == 204
    assert acme_user.get(path).status == 404


def test_the_workers_are_told_of_every_change(acme_user: Rest, acme: Tenant) -> None:
    before = snapshot_get(tenant=acme).config_rev
    made = acme_user.post(
        QUEUES,
        queue(
            strategy="least_worked_hunt",
            managers=["102"],
            ring_duration_s=60,
            agent_ring_timeout_s=10,
            max_wait_s=90,
            wrap_up_s=15,
            is_ready_automatically=False,
            callback_key="5",
            no_answer={"kind": "voicemail", "target": "101"},
        ),
    )
    snapshot = snapshot_get(tenant=acme)
    known = snapshot.find_queue("8000")
    assert snapshot.config_rev > before
    assert known is not None
    assert known.members == (QueueMember("102", 5), QueueMember("101"))
    assert known.agents == (QueueMember("101"),), "managers are never rung"
    assert known.no_answer == Destination(DestinationKind.VOICEMAIL, "101")
    assert (known.strategy, known.ring_duration_s, known.agent_ring_timeout_s, known.max_wait_s) == (
        QueueStrategy.LEAST_WORKED_HUNT,
        60,
        10,
        90,
    )
    assert (known.wrap_up_s, known.is_ready_automatically, known.callback_key) == (15, False, "5")
    path = f"{QUEUES}/{made.body['id']}"
    intro, music = (
        upload(acme_user, f"{path}/sounds/intro", wav()),
        upload(acme_user, f"{path}/sounds/music", wav()),
    )
    assert (intro.status, music.status) == (200, 200)
    again = snapshot_get(tenant=acme).find_queue("8000")
    assert again is not None
    assert again.intro_prompt.startswith(f"{acme.schema_name}/prompt/")
    assert [name.startswith(f"{acme.schema_name}/music/") for name in again.music or ()] == [True]


@pytest.mark.parametrize(
    ("fields", "field", "code"),
    [
        ({"number": "101"}, "number", "taken"),
        ({"number": "12;3"}, "number", "number"),
        ({"number": "112"}, "number", "emergency_number"),
        ({"number": "999"}, "number", "dial_code"),
        ({"name": " "}, "name", "blank"),
        ({"strategy": "paging"}, "strategy", "invalid_choice"),
        ({"ring_duration_s": 0}, "ring_duration_s", "min_value"),
        ({"agent_ring_timeout_s": 9999}, "agent_ring_timeout_s", "max_value"),
        ({"min_skill_level": 11}, "min_skill_level", "max_value"),
        ({"members": [{"number": "199"}]}, "members", "not_found"),
        ({"members": [{"number": "101"}, {"number": "101"}]}, "members", "unique"),
        ({"members": [{"number": "101", "skill_level": 0}]}, "members", "min_value"),
        ({"members": [{"number": "101"}] * 201}, "members", "max_length"),
        ({"managers": ["199"]}, "managers", "not_found"),
        ({"no_answer": {"kind": "call_queue", "target": "8001"}}, "no_answer", "not_found"),
        ({"no_answer": {"kind": "extension", "target": ""}}, "no_answer", "required"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_made(
    acme_user: Rest, acme: Tenant, fields: dict[str, Any], field: str, code: str
) -> None:
    Tenant.objects.filter(pk=acme.pk).update(country="DE")
    refused = acme_user.post(QUEUES, queue(**fields))
    assert refused.status == 400
    found = [one["code"] for one in refused.body["errors"] if one["field"].split(".")[0] == field]
    assert code in found, refused.body
    assert acme_user.get(QUEUES).body["count"] == 0


def test_a_number_has_one_owner_whoever_writes_it(acme_user: Rest, acme: Tenant) -> None:
    acme_user.post(QUEUES, queue())
    for path, fields in (
        ("/api/ring_groups", {"number": "8000", "name": "Group"}),
        ("/api/receptionists", {"number": "8000", "name": "Desk"}),
        (QUEUES, queue()),
    ):
        refused = acme_user.post(path, fields)
        assert (refused.status, codes(refused.body, "number")) == (400, ["unique"]), path
    with tenant_scope(acme):
        savepoint = transaction.savepoint()
        RingGroup.objects.create(number="8000", name="By hand")
        with connection.cursor() as cursor, pytest.raises(IntegrityError):
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        transaction.savepoint_rollback(savepoint)


def test_no_more_than_the_company_may_have(acme_user: Rest, acme: Tenant) -> None:
    Tenant.objects.filter(pk=acme.pk).update(max_queues=1)
    assert acme_user.post(QUEUES, queue()).status == 201
    refused = acme_user.post(QUEUES, queue(number="8001"))
    assert refused.status in (400, 403, 409)
    assert "call queues" in str(refused.body)


def test_whoever_sends_calls_there_keeps_it_from_being_deleted(acme_user: Rest) -> None:
    made = acme_user.post(QUEUES, queue())
    desk = {"number": "800", "name": "Desk", "menu": {"options": [{"keys": "1", **TO_QUEUE}]}}
    asked = acme_user.post("/api/receptionists", desk)
    assert asked.status == 201, asked.body
    group = acme_user.post("/api/ring_groups", {"number": "9000", "name": "Group", "no_answer": TO_QUEUE})
    assert group.body["no_answer"] == TO_QUEUE
    refused = acme_user.delete(f"{QUEUES}/{made.body['id']}")
    assert refused.status == 409
    assert "800" in str(refused.body)
    assert "9000" in str(refused.body)


def test_an_agent_is_not_deleted_while_it_is_one(acme_user: Rest, acme: Tenant) -> None:
    acme_user.post(QUEUES, queue(managers=["101"]))
    for number, word in (("102", "member"), ("101", "manager")):
        refused = acme_user.delete(f"/api/extensions/{extension_id(acme, number)}/")
        assert refused.status == 409
        assert word in str(refused.body)


class TestAgents:
    """The manual's own: 102 is a member of queue 8000 (5.10)."""

    def test_signed_in_and_out_by_the_manuals_body(self, acme_user: Rest, acme: Tenant) -> None:
        made = acme_user.post(QUEUES, queue())
        bob = extension_id(acme, "102")
        before = acme_user.get(f"{QUEUES}/{made.body['id']}/agents").body
        assert [(one["extension_number"], one["status"], one["since"]) for one in before] == [
            ("102", True, None),
            ("101", True, None),
        ]
        answer = acme_user.post(
            f"{QUEUES}/member_state", {"extension_number": "8000", "status": False, "extension_id": bob}
        )
        assert answer.status == 200, answer.body
        assert [(one["extension_number"], one["status"]) for one in answer.body] == [("102", False)]
        state = snapshot_get(tenant=acme).agent_state("8000", "102")
        assert (state.is_ready, state.since > 0) == (False, True)
        acme_user.post(
            f"{QUEUES}/member_state", {"extension_number": "8000", "status": True, "extension_id": bob}
        )
        assert snapshot_get(tenant=acme).agent_state("8000", "102").is_ready

    def test_without_a_queue_all_of_an_agents_are_meant(self, acme_user: Rest, acme: Tenant) -> None:
        for number in ("8000", "8001"):
            acme_user.post(QUEUES, queue(number=number))
        bob = extension_id(acme, "102")
        answer = acme_user.post(f"{QUEUES}/member_state", {"status": False, "extension_id": bob})
        assert [one["status"] for one in answer.body] == [False, False]
        snapshot = snapshot_get(tenant=acme)
        assert [snapshot.agent_state(one, "102").is_signed_in for one in ("8000", "8001")] == [False, False]
        assert snapshot.agent_state("8000", "101") == AgentState(is_signed_in=True)

    def test_a_pause_has_its_reason(self, acme_user: Rest, acme: Tenant) -> None:
        made = acme_user.post(QUEUES, queue())
        bob = extension_id(acme, "102")
        body = {"extension_number": "8000", "status": False, "extension_id": bob, "pause_reason": " lunch "}
        (state,) = acme_user.post(f"{QUEUES}/member_state", body).body
        assert (state["is_signed_in"], state["is_paused"], state["pause_reason"]) == (True, True, "lunch")
        audit = acme_user.get(f"{QUEUES}/{made.body['id']}/agents").body
        assert audit[0]["status"] is False

    @pytest.mark.parametrize(
        ("fields", "status"),
        [
            ({"extension_number": "8009"}, 404),
            ({"extension_id": 987_654}, 404),
            ({"extension_id": "x"}, 400),
            ({"status": "perhaps"}, 400),
            ({"pause_reason": "x" * 65, "status": False}, 400),
            ({"pause_reason": "lunch", "status": True}, 400),
        ],
    )
    def test_nobody_else_is_changed(
        self, acme_user: Rest, acme: Tenant, fields: dict[str, Any], status: int
    ) -> None:
        acme_user.post(QUEUES, queue())
        body = {"extension_number": "8000", "status": False, "extension_id": extension_id(acme, "102")}
        assert acme_user.post(f"{QUEUES}/member_state", body | fields).status == status
        assert snapshot_get(tenant=acme).agent_state("8000", "102").since == 0

    def test_a_stranger_with_the_same_numbers_changes_and_sees_nothing(
        self, acme_user: Rest, globex_user: Rest, acme: Tenant
    ) -> None:
        made = acme_user.post(QUEUES, queue())
        body = {"extension_number": "8000", "status": False, "extension_id": extension_id(acme, "102")}
        assert globex_user.post(f"{QUEUES}/member_state", body).status == 404
        assert globex_user.get(f"{QUEUES}/{made.body['id']}/agents").status == 404
        assert snapshot_get(tenant=acme).agent_state("8000", "102").since == 0

    def test_who_is_no_member_any_more_is_forgotten(self, acme_user: Rest, acme: Tenant) -> None:
        made = acme_user.post(QUEUES, queue())
        bob = extension_id(acme, "102")
        acme_user.post(f"{QUEUES}/member_state", {"status": False, "extension_id": bob})
        acme_user.patch(f"{QUEUES}/{made.body['id']}", {"members": [{"number": "101"}]})
        assert snapshot_get(tenant=acme).agents == ()


class TestSounds:
    def test_uploaded_heard_and_removed(self, acme_user: Rest, globex_user: Rest) -> None:
        made = acme_user.post(QUEUES, queue())
        path = f"{QUEUES}/{made.body['id']}/sounds/music"
        assert acme_user.get(path).status == 404
        stored = upload(acme_user, path, wav())
        assert (stored.status, stored.body["name"]) == (200, "Welcome")
        assert upload(acme_user, path, wav()).status == 200, "another one takes its place"
        assert Client().get(path, headers={"Authorization": f"Bearer {acme_user.token}"}).status_code == 200
        assert globex_user.get(path).status == 404
        with across_tenants():
            assert TenantFile.objects.filter(kind="music").count() == 1
        assert acme_user.delete(path).status == 204
        with across_tenants():
            assert not TenantFile.objects.filter(kind="music").exists()

    @pytest.mark.parametrize("content", [b"", b"no sound at all", b"RIFF\xff\xff\xff\xffWAVE"])
    def test_what_is_no_sound_is_refused(self, acme_user: Rest, content: bytes) -> None:
        made = acme_user.post(QUEUES, queue())
        refused = upload(acme_user, f"{QUEUES}/{made.body['id']}/sounds/intro", content)
        assert refused.status == 400
        assert codes(refused.body, "file")

    def test_files_go_with_the_queue(self, acme_user: Rest) -> None:
        made = acme_user.post(QUEUES, queue())
        upload(acme_user, f"{QUEUES}/{made.body['id']}/sounds/intro", wav())
        acme_user.delete(f"{QUEUES}/{made.body['id']}")
        with across_tenants():
            assert not TenantFile.objects.filter(kind="prompt").exists()


@pytest.mark.parametrize("key", ["A", "12", "５"])
def test_only_a_key_of_a_telephone_asks_to_be_called_back(acme_user: Rest, key: str) -> None:
    refused = acme_user.post(QUEUES, queue(callback_key=key))
    assert refused.status == 400
    assert codes(refused.body, "callback_key"), refused.body
