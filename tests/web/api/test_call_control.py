"""Control over running calls by REST: who may, what the worker is told, and what it says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from callmanager.models import Extension, MusicFile
from callmanager.services.extension import extension_create
from callmanager.services.extension_group import extension_group_create, group_members_add
from tenants.models import AuditEntry, Rank, Role, Tenant
from tenants.scope import tenant_scope
from tenants.services.user import user_create
from tests.web.api.conftest import Rest, rest_as
from tests.web.calls import FakeWorker
from tests.web.conftest import WEB_PASSWORD, sip_password

CONTROL = {
    "hold": {"side": "caller"},
    "mute": {"side": "caller"},
    "stop_play": {},
    "record": {"step": "start"},
    "send_digits": {"digits": "1"},
    "redirect": {"redirect_to": "103"},
}


@pytest.fixture
def acme_calls(acme: Tenant, worker: FakeWorker) -> Iterator[FakeWorker]:
    """Alice talks with Bob in `own`, Carol with Bob in `bobs`."""
    with tenant_scope(acme):
        extension_create(number="103", display_name="Carol", sip_password=sip_password("Carol"))
    worker.begin_call(acme, "own")
    worker.begin_call(acme, "bobs", caller="103", callee="102", answered_by="extension")
    with worker.answering():
        yield worker


@pytest.fixture
def music(acme: Tenant) -> MusicFile:
    with tenant_scope(acme):
        return MusicFile.objects.create(
            position=1, name="Waltz", length_s=3, stored_file_id=1, stored_name="0123456789abcdef"
        )


@pytest.mark.parametrize(
    ("path", "body", "told"),
    [
        ("hold", {"side": "caller"}, {"command": "hold", "side": "caller", "is_held": True}),
        (
            "hold",
            {"side": "callee", "is_held": False},
            {"command": "hold", "side": "callee", "is_held": False},
        ),
        ("mute", {"side": "callee"}, {"command": "mute", "side": "callee", "is_muted": True}),
        (
            "send_digits",
            {"digits": "12#"},
            {"command": "send_digits", "side": "callee", "digits": "12#", "duration_ms": 160},
        ),
        ("stop_play", {}, {"command": "stop_play", "side": "both"}),
    ],
)
def test_a_call_is_controlled_by_the_worker_that_owns_it(
    acme_user: Rest, acme_calls: FakeWorker, path: str, body: dict[str, Any], told: dict[str, Any]
) -> None:
    answer = acme_user.post(f"/api/call_sessions/own/{path}", body)
    assert (answer.status, answer.body) == (200, {"session_id": "own", "side": told["side"]})
    assert acme_calls.told() == [{"session_id": "own", **told}]
    assert AuditEntry.objects.filter(action=f"call.{path}").count() == 1


def test_music_is_played_by_its_id_and_a_strangers_does_not_exist(
    acme_user: Rest, globex_user: Rest, acme_calls: FakeWorker, music: MusicFile, acme: Tenant, globex: Tenant
) -> None:
    body = {"music_files": [music.pk], "side": "caller"}
    assert acme_user.post("/api/call_sessions/own/play", body).status == 200
    (told,) = acme_calls.told()
    assert told["sounds"] == [f"stored:{acme.schema_name}/music/0123456789abcdef"]
    acme_calls.begin_call(globex, "mallorys")
    answer = globex_user.post("/api/call_sessions/mallorys/play", body)
    assert (answer.status, answer.problems) == (400, {("music_files", "does_not_exist")})


@pytest.mark.parametrize(
    ("path", "body", "problem"),
    [
        ("hold", {"side": "third"}, ("side", "invalid_choice")),
        ("hold", {"side": "caller", "is_held": "perhaps"}, ("is_held", "invalid")),
        ("send_digits", {"digits": "1;"}, ("digits", "invalid")),
        ("send_digits", {}, ("digits", "required")),
        ("send_digits", {"digits": "1", "duration_ms": 5}, ("duration_ms", "min_value")),
        ("play", {"music_files": []}, ("music_files", "min_length")),
        ("play", {"music_files": [2**70]}, ("music_files.0", "max_value")),
    ],
)
def test_what_cannot_be_is_refused_by_field_and_never_told_to_a_worker(
    acme_user: Rest, acme_calls: FakeWorker, path: str, body: dict[str, Any], problem: tuple[str, str]
) -> None:
    answer = acme_user.post(f"/api/call_sessions/own/{path}", body)
    assert answer.status == 400
    assert answer.problems == {problem}
    assert acme_calls.told() == []


def test_whoever_is_not_in_the_call_has_to_say_for_which_side(
    acme_user: Rest, acme_calls: FakeWorker
) -> None:
    answer = acme_user.post("/api/call_sessions/own/hold")
    assert (answer.status, answer.problems) == (409, {(None, "side_required")})


def test_an_extension_controls_its_own_side_of_its_own_calls(alice: Rest, acme_calls: FakeWorker) -> None:
    assert alice.post("/api/call_sessions/own/hold").body == {"session_id": "own", "side": "caller"}
    assert alice.post("/api/call_sessions/own/send_digits", {"digits": "1"}).body["side"] == "callee"
    assert alice.post("/api/call_sessions/own/hold", {"side": "callee"}).status == 403
    assert alice.post("/api/call_sessions/bobs/hold").status == 404
    assert [one["command"] for one in acme_calls.told()] == ["hold", "send_digits"]


@pytest.mark.parametrize("path", list(CONTROL))
def test_a_stranger_finds_no_call_to_control(
    globex_user: Rest, mallory: Rest, acme_calls: FakeWorker, path: str
) -> None:
    for stranger in (globex_user, mallory):
        assert stranger.post(f"/api/call_sessions/own/{path}", CONTROL[path]).status == 404
    assert acme_calls.told() == []


def test_who_may_only_look_may_not_control(acme_calls: FakeWorker, auditor: Rest) -> None:
    for path, body in CONTROL.items():
        assert auditor.post(f"/api/call_sessions/own/{path}", body).status == 403
    assert acme_calls.told() == []


def test_the_workers_no_says_which_call_and_why(acme_user: Rest, acme_calls: FakeWorker) -> None:
    acme_calls.answers["hold"] = {
        "ok": False,
        "code": "wrong_state",
        "message": "The call own is ringing: hold is not possible now",
        "result": {"state": "ringing"},
    }
    answer = acme_user.post("/api/call_sessions/own/hold", {"side": "caller"})
    assert (answer.status, answer.problems) == (409, {(None, "wrong_state")})
    assert answer.body["errors"][0]["message"] == "The call own is ringing: hold is not possible now"
    missing = acme_user.post("/api/call_sessions/nowhere/hold", {"side": "caller"})
    assert (missing.status, missing.body["errors"][0]["message"]) == (404, "No such call.")


def test_a_silent_worker_is_503(acme_user: Rest, acme: Tenant, worker: FakeWorker) -> None:
    worker.begin_call(acme, "own")
    answer = acme_user.post("/api/call_sessions/own/hold", {"side": "caller"})
    assert (answer.status, answer.problems) == (503, {(None, "unavailable")})


def test_the_calls_of_an_extension_are_listed_by_its_number(
    acme_user: Rest, globex_user: Rest, mallory: Rest, alice: Rest, acme_calls: FakeWorker
) -> None:
    path = "/api/extensions/sessions"
    (call,) = acme_user.get(path, extension_number="101").body["results"]
    assert (call["session_id"], call["caller"], call["held_by"]) == ("own", "101", [])
    assert len(acme_user.get(path, extension_number="102").body["results"]) == 2
    assert [row["session_id"] for row in alice.get(path, extension_number="101").body["results"]] == ["own"]
    assert alice.get(path, extension_number="102").status == 404
    assert mallory.get(path, extension_number="101").body["results"] == []
    assert globex_user.get(path, extension_number="103").status == 404
    assert [row["session_id"] for row in acme_user.get(path).body["results"]] == ["own", "bobs"]
    assert [row["session_id"] for row in alice.get(path).body["results"]] == ["own"]
    assert globex_user.get(path).body["results"] == []


def test_the_call_of_an_extension_is_held_by_its_number(
    acme_user: Rest, alice: Rest, mallory: Rest, acme_calls: FakeWorker
) -> None:
    path = "/api/extensions/hold"
    assert acme_user.post(path, {"extension_number": "101"}).body == {"session_id": "own", "side": "caller"}
    assert alice.post(path, {"extension_number": "101", "session_id": "own"}).status == 200
    assert mallory.post(path, {"extension_number": "101", "session_id": "own"}).status == 404
    assert alice.post(path, {"extension_number": "102"}).status == 404
    assert acme_user.post(path, {"extension_number": "103", "session_id": "own"}).status == 404
    told = {"command": "hold", "session_id": "own", "side": "caller", "is_held": True}
    assert acme_calls.told() == [told, told]


def test_of_several_calls_the_one_that_can_be_meant_is_taken_or_must_be_named(
    acme_user: Rest, acme: Tenant, acme_calls: FakeWorker
) -> None:
    path, bob = "/api/extensions/hold", {"extension_number": "102"}
    several = acme_user.post(path, bob)
    assert (several.status, several.problems) == (409, {(None, "several_calls")})
    acme_calls.begin_call(acme, "own", held_by=["callee"], state="held")
    assert acme_user.post(path, bob).body["session_id"] == "bobs"
    assert acme_user.post(path, {**bob, "is_held": False}).body["session_id"] == "own"
    nobody = acme_user.post(path, {"extension_number": "104"})
    assert nobody.status == 404


def test_a_manager_controls_the_calls_of_members_it_may_change(
    acme: Tenant, alice: Rest, acme_calls: FakeWorker
) -> None:
    with tenant_scope(acme):
        group = extension_group_create(name="Sales", managers_may_change=True)
        group_members_add(group=group, extensions=Extension.objects.filter(number="102"))
        group_members_add(group=group, extensions=Extension.objects.filter(number="101"), is_manager=True)
    answer = alice.post("/api/extensions/hold", {"extension_number": "102", "session_id": "bobs"})
    assert (answer.status, answer.body) == (200, {"session_id": "bobs", "side": "callee"})
    assert alice.post("/api/call_sessions/bobs/hold", {"side": "caller"}).status == 403


def test_a_repeated_request_is_done_once(acme_user: Rest, alice: Rest, acme_calls: FakeWorker) -> None:
    key = {"Idempotency-Key": "key-1"}
    path, body = "/api/call_sessions/own/send_digits", {"digits": "1", "side": "callee"}
    first = acme_user.post(path, body, **key)
    again = acme_user.post(path, body, **key)
    assert (first.status, first.body) == (again.status, again.body) == (200, first.body)
    assert len(acme_calls.told()) == 1
    other = acme_user.post(path, {**body, "digits": "2"}, **key)
    assert (other.status, other.problems) == (422, {(None, "idempotency_key_reused")})
    # Somebody else's key of the same name is another one.
    assert alice.post(path, {"digits": "3"}, **key).status == 200
    assert len(acme_calls.told()) == 1


def test_a_refusal_is_repeated_and_a_failure_of_ours_is_tried_again(
    acme_user: Rest, acme: Tenant, worker: FakeWorker
) -> None:
    worker.begin_call(acme, "own")
    path, body = "/api/call_sessions/own/hold", {"side": "caller"}
    assert acme_user.post(path, body, **{"Idempotency-Key": "k"}).status == 503
    worker.answers["hold"] = {"ok": False, "code": "wrong_state", "message": "no"}
    with worker.answering():
        assert acme_user.post(path, body, **{"Idempotency-Key": "k"}).status == 409
        again = acme_user.post(path, body, **{"Idempotency-Key": "k"})
    assert (again.status, again.problems) == (409, {(None, "wrong_state")})
    assert len(worker.told()) == 1


@pytest.mark.parametrize("key", ["", " ", "x" * 256])
def test_a_key_that_is_none_is_refused(acme_user: Rest, acme_calls: FakeWorker, key: str) -> None:
    answer = acme_user.post("/api/call_sessions/own/hold", {"side": "caller"}, **{"Idempotency-Key": key})
    assert (answer.status, answer.problems) == (400, {("Idempotency-Key", "invalid")})


@pytest.fixture
def auditor(cast: object, acme: Tenant) -> Rest:
    user_create(username="looks", password=WEB_PASSWORD, role=Role.TENANT, tenant=acme, rank=Rank.AUDITOR)
    return rest_as("looks")
