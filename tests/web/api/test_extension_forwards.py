"""Status and forwarding rules of an extension: by the company, by the person itself, and what others hear of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import redis
from django.conf import settings
from pytest_django import DjangoCaptureOnCommitCallbacks
from redis.client import PubSub

from callmanager.domain.destination import Destination, DestinationKind
from callmanager.domain.forwarding import PresenceStatus, forwards_at
from callmanager.selectors.extension import extension_get
from callmanager.selectors.snapshot import snapshot_get
from callmanager.services.extension import extension_create
from tenants.models import AuditEntry, Tenant
from tenants.scope import tenant_scope
from tests.web.api.conftest import Rest
from tests.web.conftest import sip_password
from tests.web.rules import lent_trunk

AWAY_TO_BOB = {
    "status": "away",
    "during": "office_hours",
    "when": "always",
    "destination": {"kind": "extension", "target": "102"},
    "ring_timeout_s": 0,
}
NO_ANSWER_TO_MOBILE = {
    "status": "available",
    "during": "outside_office_hours",
    "when": "no_answer",
    "destination": {"kind": "external_number", "target": "00491701234567"},
    "ring_timeout_s": 15,
}


@pytest.fixture
def alice_path(acme: Tenant) -> str:
    with tenant_scope(acme):
        return f"/api/extensions/{extension_get(number='101').pk}"


@pytest.fixture
def bob_path(acme: Tenant) -> str:
    with tenant_scope(acme):
        return f"/api/extensions/{extension_get(number='102').pk}"


def test_the_table_is_stored_and_obeyed(acme_user: Rest, acme: Tenant, alice_path: str) -> None:
    changed = acme_user.patch(alice_path, {"forwards": [AWAY_TO_BOB, NO_ANSWER_TO_MOBILE], "status": "away"})
    assert (changed.status, changed.body["forwards"]) == (200, [AWAY_TO_BOB, NO_ANSWER_TO_MOBILE])
    assert acme_user.get(alice_path).body["forwards"] == [AWAY_TO_BOB, NO_ANSWER_TO_MOBILE]
    alice = snapshot_get(tenant=acme).find_extension("101")
    assert alice is not None
    assert alice.status is PresenceStatus.AWAY
    now = forwards_at(alice.forwards, alice.status, is_office_hour=True)
    assert now.always == Destination(DestinationKind.EXTENSION, "102")
    later = forwards_at(alice.forwards, PresenceStatus.AVAILABLE, is_office_hour=False)
    assert later.no_answer == Destination(DestinationKind.EXTERNAL_NUMBER, "00491701234567")
    assert later.ring_timeout_s == 15
    entry = AuditEntry.objects.get(action="extension.update")
    assert entry.changes["status"] == {"before": "available", "after": "away"}
    assert entry.changes["forwards"]["before"] == []
    assert acme_user.patch(alice_path, {"forwards": []}).body["forwards"] == []


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"status": "asleep"}, ("forwards.0.status", "invalid_choice")),
        ({"during": "never"}, ("forwards.0.during", "invalid_choice")),
        ({"when": "bored"}, ("forwards.0.when", "invalid_choice")),
        ({"status": "offline", "when": "busy"}, ("forwards", "not_allowed")),
        ({"ring_timeout_s": 10}, ("forwards", "not_allowed")),
        ({"when": "no_answer", "ring_timeout_s": 4}, ("forwards", "ring_timeout_s")),
        ({"destination": {"kind": "extension", "target": "999"}}, ("forwards", "not_found")),
        ({"destination": {"kind": "extension", "target": "101"}}, ("forwards", "not_allowed")),
        ({"destination": {"kind": "external_number", "target": "sip:x"}}, ("forwards", "external_number")),
        (
            {"destination": {"kind": "carrier_pigeon", "target": "8000"}},
            ("forwards.0.destination.kind", "invalid_choice"),
        ),
    ],
)
def test_wrong_input_names_field_and_rule(
    acme_user: Rest, alice_path: str, changes: dict[str, Any], problem: tuple[str, str]
) -> None:
    answer = acme_user.patch(alice_path, {"forwards": [{**AWAY_TO_BOB, **changes}]})
    assert answer.status == 400
    assert answer.problems == {problem}
    assert acme_user.get(alice_path).body["forwards"] == []


def test_each_cell_stands_once(acme_user: Rest, alice_path: str) -> None:
    twice = acme_user.patch(alice_path, {"forwards": [AWAY_TO_BOB, AWAY_TO_BOB]})
    assert twice.problems == {("forwards", "unique")}


def test_a_person_sets_its_own_and_nobody_elses(
    alice: Rest, mallory: Rest, acme_user: Rest, alice_path: str
) -> None:
    own = "/api/account/presence"
    changed = alice.patch(own, {"status": "lunch", "forwards": [AWAY_TO_BOB]})
    assert (changed.status, changed.body) == (200, {"status": "lunch", "forwards": [AWAY_TO_BOB]})
    assert alice.get(own).body == changed.body
    assert acme_user.get(alice_path).body["status"] == "lunch"
    assert mallory.get(own).body == {"status": "available", "forwards": []}
    assert alice.patch(own, {"status": "gone"}).problems == {("status", "invalid_choice")}
    assert acme_user.get(own).status == 403
    assert alice.patch(alice_path, {"status": "away"}).status in (400, 403, 404)


def test_who_watches_hears_of_a_new_status(
    acme_user: Rest,
    globex: Tenant,
    acme: Tenant,
    alice_path: str,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    listen: Callable[[Tenant], Callable[[], bytes | None]],
) -> None:
    heard, mallory_heard = listen(acme), listen(globex)
    with django_capture_on_commit_callbacks(execute=True):
        acme_user.patch(alice_path, {"status": "do_not_disturb"})
    message = heard()
    assert message is not None
    assert b'"key":"extension_presence"' in message
    assert b'"status":"do_not_disturb"' in message
    with django_capture_on_commit_callbacks(execute=True):
        acme_user.patch(alice_path, {"status": "do_not_disturb", "first_name": "Al"})
    assert heard() is None
    assert mallory_heard() is None


@pytest.fixture
def listen() -> Iterator[Callable[[Tenant], Callable[[], bytes | None]]]:
    client = redis.Redis.from_url(settings.REDIS_URL)
    opened = []

    def to(tenant: Tenant) -> Callable[[], bytes | None]:
        subscription = PubSub(client.connection_pool, ignore_subscribe_messages=True)
        subscription.subscribe(f"pbx:events:{tenant.pk}")
        subscription.get_message(timeout=1)
        opened.append(subscription)

        def heard() -> bytes | None:
            message = subscription.get_message(timeout=0.3)
            return message["data"] if message is not None else None

        return heard

    yield to
    for subscription in opened:
        subscription.close()
    client.close()


def test_what_a_forwarding_leads_to_is_not_deleted(
    acme_user: Rest, acme: Tenant, alice_path: str, bob_path: str
) -> None:
    acme_user.patch(alice_path, {"forwards": [AWAY_TO_BOB]})
    refused = acme_user.delete(bob_path)
    assert (refused.status, refused.problems) == (409, {(None, "in_use")})
    assert "the forwarding rules of extension 101" in refused.body["errors"][0]["message"]
    ids = [int(path.rpartition("/")[2]) for path in (alice_path, bob_path)]
    bulk = "/api/extensions/bulk"
    assert acme_user.post(bulk, {"action": "delete", "ids": ids[1:]}).status == 409
    assert acme_user.post(bulk, {"action": "delete", "ids": ids}).body["changed"] == 2


def test_what_rules_name_is_not_deleted_and_keeps_its_place_under_another_number(
    acme_user: Rest, acme: Tenant, bob_path: str
) -> None:
    trunk = lent_trunk(acme, pool="4930")
    to_bob = {"kind": "extension", "target": "102"}
    acme_user.post(
        "/api/inbound_rules", {"name": "In", "trunk": trunk.pk, "did": "4930", "in_office_hours": to_bob}
    )
    out = acme_user.post(
        "/api/outbound_rules", {"name": "Out", "callers": "102;200-210", "routes": [{"trunk": trunk.pk}]}
    ).body
    refused = acme_user.delete(bob_path)
    assert refused.status == 409
    message = refused.body["errors"][0]["message"]
    assert "the inbound rule “In”" in message
    assert "the outbound rule “Out”" in message
    acme_user.patch(bob_path, {"number": "302"})
    assert acme_user.get(f"/api/outbound_rules/{out['id']}").body["callers"] == "302;200-210"
    assert snapshot_get(tenant=acme).inbound_rules[0].in_office_hours.target == "302"


def test_a_group_that_a_rule_names_is_not_deleted(acme_user: Rest, acme: Tenant) -> None:
    trunk = lent_trunk(acme)
    group = acme_user.post("/api/extension_groups", {"name": "Sales"}).body["id"]
    out = acme_user.post(
        "/api/outbound_rules", {"name": "Out", "groups": [group], "routes": [{"trunk": trunk.pk}]}
    ).body
    refused = acme_user.delete(f"/api/extension_groups/{group}")
    assert (refused.status, refused.problems) == (409, {(None, "in_use")})
    acme_user.delete(f"/api/outbound_rules/{out['id']}")
    assert acme_user.delete(f"/api/extension_groups/{group}").status == 204


def test_emergency_numbers_are_no_extensions(acme_user: Rest, acme: Tenant, bob_path: str) -> None:
    Tenant.objects.filter(pk=acme.pk).update(country="DE")
    assert acme_user.post("/api/extensions", {"number": "112"}).problems == {("number", "emergency_number")}
    assert acme_user.patch(bob_path, {"number": "110"}).problems == {("number", "emergency_number")}
    assert acme_user.post("/api/extensions", {"number": "911"}).status == 201


def test_a_country_whose_emergency_number_is_an_extension_is_refused(
    acme_user: Rest, acme: Tenant, bob_path: str
) -> None:
    assert acme_user.patch(bob_path, {"number": "112"}).status == 200
    refused = acme_user.patch("/api/profile", {"country": "DE"})
    assert refused.problems == {("country", "emergency_number")}
    acme_user.patch(bob_path, {"number": "102"})
    assert acme_user.patch("/api/profile", {"country": "DE"}).status == 200


def test_a_did_is_one_number_however_it_is_written(acme_user: Rest, acme: Tenant, bob_path: str) -> None:
    lent_trunk(acme, pool="49301")
    assert acme_user.patch(bob_path, {"did": "+49301"}).status == 200
    assert acme_user.post("/api/extensions", {"number": "103", "did": "49301"}).problems == {
        ("did", "unique")
    }
    snapshot = snapshot_get(tenant=acme)
    known = snapshot.find_extension_by_did("49301")
    assert known is not None
    assert known.number == "102"


def test_a_did_that_was_there_before_stays(acme_user: Rest, acme: Tenant) -> None:
    with tenant_scope(acme):
        extension = extension_create(number="104", sip_password=sip_password("Dora"))
        type(extension).objects.filter(pk=extension.pk).update(did="4999")
    assert acme_user.patch(f"/api/extensions/{extension.pk}", {"first_name": "Dora"}).status == 200
