"""Ring groups by REST: what is made, what is refused, who may send calls there, and what the worker is told."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from callmanager.domain.destination import Destination, DestinationKind
from callmanager.domain.ring_groups import RingStrategy
from callmanager.models import Extension, RingGroup
from callmanager.selectors.snapshot import snapshot_get
from tenants.models import AuditEntry, Tenant
from tenants.scope import tenant_scope
from tests.web.api.conftest import Rest
from tests.web.rules import lent_trunk

GROUPS = "/api/ring_groups"
ALICE, BOB = {"kind": "extension", "number": "101"}, {"kind": "extension", "number": "102"}
MOBILE = {"kind": "external_number", "number": "004917012345"}
TO_GROUP = {"kind": "ring_group", "target": "9000"}


def group(**fields: Any) -> dict[str, Any]:
    return {"number": "9000", "name": "Sales", "members": [ALICE, MOBILE, BOB], **fields}


def codes(body: Any, field: str) -> list[str]:
    return [one["code"] for one in body["errors"] if one["field"] == field]


def test_a_group_is_made_read_changed_and_deleted(acme_user: Rest) -> None:
    made = acme_user.post(
        GROUPS, group(strategy="cyclic_hunt", ring_timeout_s=15, outbound_caller_id="+49305559")
    )
    assert made.status == 201, made.body
    assert [one["number"] for one in made.body["members"]] == ["101", "004917012345", "102"]
    assert made.body["members"][0] == {**ALICE, "display_name": "Alice"}
    assert made.body["no_answer"] == {"kind": "end_call", "target": ""}
    path = f"{GROUPS}/{made.body['id']}"
    changed = acme_user.patch(
        path, {"members": [BOB, ALICE], "no_answer": {"kind": "voicemail", "target": "102"}}
    )
    assert [one["number"] for one in changed.body["members"]] == ["102", "101"]
    assert changed.body["no_answer"] == {"kind": "voicemail", "target": "102"}
    assert acme_user.get(path).body == changed.body
    assert acme_user.get(f"{GROUPS}?search=sales").body["results"] == [changed.body]
    entry = AuditEntry.objects.get(action="ring_group.update")
    assert entry.changes["members"]["after"] == ["extension 102", "extension 101"]
    assert entry.changes["no_answer"] == {"before": "end_call", "after": "voicemail 102"}
    assert acme_user.delete(path).status == 204
    assert acme_user.get(path).status == 404


def test_the_workers_are_told_of_every_change(acme_user: Rest, acme: Tenant) -> None:
    before = snapshot_get(tenant=acme).config_rev
    made = acme_user.post(
        GROUPS, group(strategy="least_worked_hunt", no_answer={"kind": "extension", "target": "101"})
    )
    snapshot = snapshot_get(tenant=acme)
    known = snapshot.find_ring_group("9000")
    assert snapshot.config_rev > before
    assert known is not None
    assert (known.strategy, known.members) == (RingStrategy.LEAST_WORKED_HUNT, ("101", "004917012345", "102"))
    assert known.outside_members == frozenset({"004917012345"})
    assert known.no_answer == Destination(DestinationKind.EXTENSION, "101")
    acme_user.patch(f"{GROUPS}/{made.body['id']}", {"members": [BOB]})
    again = snapshot_get(tenant=acme)
    assert again.config_rev > snapshot.config_rev
    found = again.find_ring_group("9000")
    assert found is not None
    assert found.members == ("102",)


@pytest.mark.parametrize(
    ("fields", "field", "code"),
    [
        ({"number": "101"}, "number", "taken"),
        ({"number": "12;3"}, "number", "number"),
        ({"number": "112"}, "number", "emergency_number"),
        ({"number": "999"}, "number", "dial_code"),
        ({"name": " "}, "name", "blank"),
        ({"ring_timeout_s": 4}, "ring_timeout_s", "min_value"),
        ({"strategy": "all"}, "strategy", "invalid_choice"),
        ({"members": [{"kind": "extension", "number": "199"}]}, "members", "not_found"),
        ({"members": [ALICE, ALICE]}, "members", "unique"),
        ({"members": [{"kind": "external_number", "number": "sip:x"}]}, "members", "external_number"),
        ({"members": [{"kind": "external_number", "number": "112"}]}, "members", "emergency_number"),
        ({"members": [{"kind": "external_number", "number": "101"}]}, "members", "not_allowed"),
        ({"no_answer": TO_GROUP}, "no_answer", "not_found"),
        ({"no_answer": {"kind": "extension", "target": ""}}, "no_answer", "required"),
    ],
)
def test_what_is_wrong_is_told_beside_its_field(
    acme_user: Rest, acme: Tenant, fields: dict[str, Any], field: str, code: str
) -> None:
    Tenant.objects.filter(pk=acme.pk).update(country="DE")
    refused = acme_user.post(GROUPS, group(**fields))
    assert refused.status == 400
    assert code in codes(refused.body, field), refused.body
    with tenant_scope(acme):
        assert not RingGroup.objects.exists()


def test_a_number_has_one_owner(acme_user: Rest, acme: Tenant) -> None:
    made = acme_user.post(GROUPS, group()).body
    twice = acme_user.post(GROUPS, group(name="Other"))
    assert codes(twice.body, "number") == ["unique"]
    extension = acme_user.post("/api/extensions", {"number": "9000", "sip_password": "k3ep-Out-of-here"})
    assert (extension.status, codes(extension.body, "number")) == (400, ["taken"])
    itself = acme_user.patch(f"{GROUPS}/{made['id']}", {"number": "9000", "no_answer": TO_GROUP})
    assert codes(itself.body, "no_answer") == ["not_allowed"]
    countries = acme_user.patch("/api/country_codes", {"more_emergency_numbers": ["9000"]})
    assert countries.status == 400


def test_not_even_sql_gives_a_number_to_two(acme_user: Rest, acme: Tenant) -> None:
    acme_user.post(GROUPS, group())
    with tenant_scope(acme), transaction.atomic():
        savepoint = transaction.savepoint()
        Extension.objects.create(number="9000", sip_password="s3cret-Enough-for-it")
        with connection.cursor() as cursor, pytest.raises(IntegrityError):
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        transaction.savepoint_rollback(savepoint)


def test_what_sends_calls_to_a_group_keeps_it(acme_user: Rest, acme: Tenant) -> None:
    made = acme_user.post(GROUPS, group()).body
    path = f"{GROUPS}/{made['id']}"
    trunk = lent_trunk(acme, pool="4930555", name="Telco")
    rule = {"name": "All", "trunk": trunk.pk, "did": "4930555", "in_office_hours": TO_GROUP}
    assert acme_user.post("/api/inbound_rules", rule).body["in_office_hours"] == TO_GROUP
    with tenant_scope(acme):
        alice = Extension.objects.get(number="101").pk
    cell = {"status": "available", "during": "office_hours", "when": "busy", "destination": TO_GROUP}
    exception = {"caller_mask": "", "received_during": "always", "action": "ring_group", "ring_group": "9000"}
    changed = acme_user.patch(f"/api/extensions/{alice}", {"forwards": [cell], "exceptions": [exception]})
    assert changed.status == 200, changed.body
    assert changed.body["forwards"][0]["destination"] == TO_GROUP
    assert changed.body["exceptions"][0]["ring_group"] == "9000"
    acme_user.post(GROUPS, group(number="9001", name="Service", members=[], no_answer=TO_GROUP))
    refused = acme_user.delete(path)
    assert refused.status == 409
    for words in (
        "the inbound rule “All”",
        "forwarding rules of extension 101",
        "exceptions",
        "ring group 9001",
    ):
        assert words in refused.body["errors"][0]["message"]
    snapshot = snapshot_get(tenant=acme)
    entry = snapshot.find_extension("101")
    assert entry is not None
    assert entry.forwards[0].destination == Destination(DestinationKind.RING_GROUP, "9000")
    assert entry.exceptions[0].destination == Destination(DestinationKind.RING_GROUP, "9000")


def test_a_member_is_not_deleted(acme_user: Rest, acme: Tenant) -> None:
    acme_user.post(GROUPS, group())
    with tenant_scope(acme):
        bob = Extension.objects.get(number="102").pk
    refused = acme_user.delete(f"/api/extensions/{bob}")
    assert refused.status == 409
    assert "the ring group 9000 as a member" in refused.body["errors"][0]["message"]


def test_the_company_has_as_many_groups_as_it_may(acme_user: Rest, acme: Tenant) -> None:
    Tenant.objects.filter(pk=acme.pk).update(max_ring_groups=1)
    assert acme_user.post(GROUPS, group()).status == 201
    refused = acme_user.post(GROUPS, group(number="9001"))
    assert refused.status == 400
    assert refused.body["errors"][0]["code"] == "limit_reached"
    assert "may have 1 ring groups" in refused.body["errors"][0]["message"]


def test_another_company_sees_nothing_and_may_have_the_same_number(
    acme_user: Rest, globex_user: Rest
) -> None:
    made = acme_user.post(GROUPS, group()).body
    assert globex_user.get(GROUPS).body["results"] == []
    assert globex_user.get(f"{GROUPS}/{made['id']}").status == 404
    assert globex_user.delete(f"{GROUPS}/{made['id']}").status == 404
    own = globex_user.post(GROUPS, group(members=[ALICE]))
    assert own.status == 201
    assert own.body["members"][0]["display_name"] == "Mallory"
