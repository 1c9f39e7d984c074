"""Conference rooms as destinations by REST: every door that sends calls somewhere, and a room that is still in use."""

from __future__ import annotations

from typing import Any

import pytest

from callmanager.domain.destination import Destination, DestinationKind
from callmanager.selectors.snapshot import snapshot_get
from tenants.models import Tenant
from tests.web.api.conftest import Rest
from tests.web.rules import lent_trunk

ROOMS, NUMBER = "/api/conferences", "9000"
TO_ROOM = {"kind": "conference", "target": NUMBER}
ROOM = Destination(DestinationKind.CONFERENCE, NUMBER)
DID = "4930100"


@pytest.fixture
def room(acme_user: Rest) -> str:
    """Its path."""
    made = acme_user.post(ROOMS, {"number": NUMBER, "subject": "Sales conference"})
    assert made.status == 201, made.body
    return f"{ROOMS}/{made.body['id']}"


def alice_of(rest: Rest) -> str:
    (alice,) = [one for one in rest.get("/api/extensions/").body["results"] if one["number"] == "101"]
    return f"/api/extensions/{alice['id']}/"


def rule(acme: Tenant) -> dict[str, Any]:
    trunk = lent_trunk(acme, pool="49301**", name="Telco")
    return {"name": "Dial in", "trunk": trunk.pk, "did": DID, "in_office_hours": TO_ROOM}


def test_every_door_leads_to_a_room_and_the_workers_know(acme_user: Rest, acme: Tenant, room: str) -> None:
    made = acme_user.post("/api/inbound_rules", rule(acme))
    assert (made.status, made.body["in_office_hours"]) == (201, TO_ROOM), made.body
    menu = {"options": [{"keys": "1", **TO_ROOM}]}
    for path, body in (
        ("/api/receptionists", {"number": "800", "name": "Desk", "menu": menu}),
        ("/api/ring_groups", {"number": "900", "name": "Group", "no_answer": TO_ROOM}),
        ("/api/call_queues", {"number": "8000", "name": "Queue", "no_answer": TO_ROOM}),
    ):
        answer = acme_user.post(path, body)
        assert answer.status == 201, answer.body
    forward = {"status": "away", "during": "office_hours", "when": "always", "destination": TO_ROOM}
    exception = {"action": "conference", "conference": NUMBER, "caller_mask": "00441"}
    changed = acme_user.patch(alice_of(acme_user), {"forwards": [forward], "exceptions": [exception]})
    assert changed.status == 200, changed.body
    assert changed.body["exceptions"][0]["conference"] == NUMBER
    snapshot = snapshot_get(tenant=acme)
    alice = snapshot.find_extension("101")
    assert alice is not None
    assert alice.forwards[0].destination == alice.exceptions[0].destination == ROOM
    assert snapshot.inbound_rules[0].in_office_hours == ROOM
    assert snapshot.receptionists[0].menu.options[0].choice.destination == ROOM
    assert (snapshot.ring_groups[0].no_answer, snapshot.queues[0].no_answer) == (ROOM, ROOM)


def test_a_room_in_use_stays_and_those_who_use_it_are_named(acme_user: Rest, acme: Tenant, room: str) -> None:
    rule_id = acme_user.post("/api/inbound_rules", rule(acme)).body["id"]
    acme_user.post(
        "/api/receptionists",
        {"number": "800", "name": "Desk", "menu": {"options": [{"keys": "1", **TO_ROOM}]}},
    )
    refused = acme_user.delete(room)
    assert refused.status == 409
    assert "the inbound rule “Dial in”" in str(refused.body)
    assert "the menu of the virtual receptionist 800" in str(refused.body)
    assert acme_user.delete(f"/api/inbound_rules/{rule_id}").status == 204
    (desk,) = acme_user.get("/api/receptionists").body["results"]
    assert acme_user.delete(f"/api/receptionists/{desk['id']}").status == 204
    assert acme_user.delete(room).status == 204


def test_the_simulator_names_the_room(acme_user: Rest, acme: Tenant, room: str) -> None:
    body = rule(acme)
    acme_user.post("/api/inbound_rules", body)
    call = acme_user.post(
        "/api/call_simulations", {"caller": "+34911234567", "trunk": body["trunk"], "called": DID}
    ).body
    assert (call["end"]["kind"], call["end"]["answered_by"]) == ("service", NUMBER)
    assert call["steps"][0]["kind"] == "conference"
    assert any("Conference 9000 Sales conference" in line for line in call["text"]), call["text"]


def test_another_companys_room_is_no_destination(
    acme_user: Rest, globex_user: Rest, globex: Tenant, room: str
) -> None:
    body = rule(globex)
    refused = globex_user.post("/api/inbound_rules", body)
    assert refused.problems == {("in_office_hours", "not_found")}
    refused = globex_user.post("/api/ring_groups", {"number": "900", "name": "Group", "no_answer": TO_ROOM})
    assert refused.problems == {("no_answer", "not_found")}
    own = globex_user.post(ROOMS, {"number": NUMBER, "subject": "Globex"})
    assert own.status == 201
    assert globex_user.post("/api/inbound_rules", body).status == 201
    assert acme_user.delete(room).status == 204, "what Globex does with its own room is no use of Acme's"
