"""A conference that goes on, by REST: who is in, what may be done to it, whom it calls, and no stranger."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from callmanager.services.conference import conference_create
from tenants.models import AuditEntry, Tenant, User
from tenants.roles import Rank
from tenants.scope import tenant_scope
from tests.web.api.conftest import Rest, rest_as
from tests.web.calls import WORKER, FakeWorker
from tests.web.edge import Edge, running_edge

ROOM = "9000"
STATE: dict[str, Any] = {
    "is_locked": False,
    "is_muted": False,
    "participants": [
        {
            "session_id": f"s{nth}",
            "number": number,
            "name": "",
            "is_admin": nth == 1,
            "is_muted": False,
            "is_talking": False,
            "joined_at": 5.5,
        }
        for nth, number in enumerate(("101", "102"), 1)
    ],
}


@pytest.fixture
def path(acme: Tenant, globex: Tenant) -> str:
    """Globex has a room of the same number."""
    with tenant_scope(globex):
        conference_create(number=ROOM, subject="Sales")
    with tenant_scope(acme):
        room = conference_create(number=ROOM, subject="Sales", outbound_caller_id="+4930555")
    return f"/api/conferences/{room.pk}"


@pytest.fixture
def conference(acme: Tenant, worker: FakeWorker) -> Iterator[FakeWorker]:
    for nth, number in enumerate(("101", "102"), 1):
        worker.begin_call(acme, f"s{nth}", caller=number, callee=ROOM, conference=ROOM)
    worker.begin_call(acme, "s3", caller="103", callee=ROOM)  # at the door
    worker.answers["conference"] = {"result": STATE}
    with worker.answering():
        yield worker


@pytest.fixture
def edge() -> Iterator[Edge]:
    with running_edge() as edge:
        yield edge


def test_who_is_in_is_told(acme_user: Rest, path: str, conference: FakeWorker) -> None:
    shown = acme_user.get(f"{path}/participants")
    assert shown.status == 200, shown.body
    assert [one["number"] for one in shown.body["participants"]] == ["101", "102"]
    assert shown.body["participants"][0]["joined_at"] == "1970-01-01T00:00:05.500000Z"
    assert conference.told() == [
        {"command": "conference", "session_id": "s1", "order": "look", "is_on": True}
    ]


def test_an_empty_room_has_nobody_and_takes_no_orders(acme_user: Rest, path: str, worker: FakeWorker) -> None:
    worker.register()
    assert acme_user.get(f"{path}/participants").body == {
        "is_locked": False, "is_muted": False, "participants": [],
    }  # fmt: skip
    refused = acme_user.post(f"{path}/lock", {})
    assert (refused.status, refused.problems) == (409, {(None, "conference_empty")})


@pytest.mark.parametrize(
    ("order", "body", "told"),
    [
        ("lock", {}, ("s1", "lock", True)),
        ("lock", {"is_locked": False}, ("s1", "lock", False)),
        ("mute_all", {}, ("s1", "mute_all", True)),
        ("mute_all", {"is_muted": False}, ("s1", "mute_all", False)),
        ("mute", {"session_id": "s2"}, ("s2", "mute", True)),
        ("mute", {"session_id": "s2", "is_muted": False}, ("s2", "mute", False)),
        ("kick", {"session_id": "s2"}, ("s2", "kick", True)),
        ("end", {}, ("s1", "end", True)),
    ],
)
def test_an_order_reaches_the_worker_and_is_noted(
    acme_user: Rest, acme: Tenant, path: str, conference: FakeWorker, order: str, body: Any, told: Any
) -> None:
    answer = acme_user.post(f"{path}/{order}", body)
    assert (answer.status, len(answer.body["participants"])) == (200, 2), answer.body
    (command,) = conference.told()
    assert (command["session_id"], command["order"], command["is_on"]) == told
    assert AuditEntry.objects.filter(action=f"conference.{order}", tenant=acme).count() == 1


@pytest.mark.parametrize("session_id", ["s3", "s9"])
@pytest.mark.parametrize("order", ["mute", "kick"])
def test_who_is_not_in_this_room_is_not_found(
    acme_user: Rest, path: str, conference: FakeWorker, order: str, session_id: str
) -> None:
    assert acme_user.post(f"{path}/{order}", {"session_id": session_id}).status == 404
    assert conference.told() == []


@pytest.mark.parametrize(
    ("order", "body", "field", "code"),
    [
        ("mute", {}, "session_id", "required"),
        ("kick", {"session_id": "a b"}, "session_id", "invalid"),
        ("lock", {"is_locked": "perhaps"}, "is_locked", "invalid"),
        ("invite", {}, "number", "required"),
        ("invite", {"number": "sip:a@b"}, "number", "invalid"),
        ("invite", {"number": "102", "ring_timeout_s": 1}, "ring_timeout_s", "min_value"),
    ],
)
def test_what_can_not_be_read_names_its_field(
    acme_user: Rest, path: str, conference: FakeWorker, order: str, body: Any, field: str, code: str
) -> None:
    answer = acme_user.post(f"{path}/{order}", body)
    assert (answer.status, answer.problems) == (400, {(field, code)})
    assert conference.told() == []


def test_the_room_calls_somebody_once_for_a_key(
    acme_user: Rest, acme: Tenant, path: str, worker: FakeWorker, edge: Edge
) -> None:
    worker.register()
    worker.takes_calls_of = {acme.pk}
    with worker.answering():
        answer = acme_user.post(f"{path}/invite", {"number": "102"})
        assert answer.status == 201, answer.body
        session_id = answer.body["session_id"]
        assert answer.body == {"session_id": session_id, "number": "102"}
        assert worker.commands[0]["worker"] == WORKER
        assert worker.told() == [
            {
                "command": "conference_invite",
                "session_id": session_id,
                "room": ROOM,
                "number": "102",
                "ring_timeout_s": 30,
                "request_id": session_id,
            }
        ]
        worker.answers["conference_invite"] = {"ok": False, "code": "call_refused", "message": "No rule"}
        refused = acme_user.post(f"{path}/invite", {"number": "0301234"})
        assert (refused.status, refused.problems) == (409, {(None, "call_refused")})


def test_strangers_and_who_only_reads_give_no_orders(
    path: str, conference: FakeWorker, acme_user: Rest, acme: Tenant
) -> None:
    for stranger in (rest_as("globex"), rest_as("101@globex")):
        assert not stranger.get(f"{path}/participants").body.get("participants")
        assert stranger.post(f"{path}/kick", {"session_id": "s1"}).status in (403, 404)
    User.objects.filter(username="acme").update(rank=Rank.AUDITOR)
    reader = rest_as("acme")
    assert reader.get(f"{path}/participants").status == 200
    assert reader.post(f"{path}/end", {}).status == 403
    assert [one["order"] for one in conference.told()] == ["look"]


def test_the_caller_id_is_stored_and_told_to_the_workers(acme_user: Rest, path: str) -> None:
    assert acme_user.get(path).body["outbound_caller_id"] == "+4930555"
    refused = acme_user.patch(path, {"outbound_caller_id": "a\nb"})
    assert (refused.status, {field for field, _ in refused.problems}) == (400, {"outbound_caller_id"})
