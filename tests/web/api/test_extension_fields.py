"""The fields of an extension by REST: validated, stored, obeyed by the snapshot, and no query per row."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from callmanager.domain.decisions import Refuse
from callmanager.domain.dialplan import IncomingCall, decide
from callmanager.models import Extension
from callmanager.selectors.extension import extension_get
from callmanager.selectors.snapshot import snapshot_get
from tenants.models import AuditEntry, Tenant, User
from tenants.scope import tenant_scope
from tests.web.api.conftest import Rest, rest_as
from tests.web.conftest import ACME_DOMAIN, Cast, sip_password
from tests.web.rules import lent_trunk

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ALL = {
    "first_name": "Bob",
    "last_name": "Builder",
    "gender": "male",
    "email": "bob@acme.example",
    "mobile": "+49 170 1234567",
    "did": "+4930123456",
    "status": "lunch",
    "is_decline_final": False,
    "may_set_caller_id": True,
    "max_external_calls": 2,
    "max_external_minutes_per_day": 90,
    "outbound_caller_id": "+4930999",
    "emergency_caller_id": "112-acme",
    "is_audio_recorded": True,
    "is_video_recorded": True,
    "is_enabled": True,
    "ring_timeout_s": 12,
    "has_own_hours": True,
    "time_zone": "Asia/Tokyo",
}
WEEK = {"monday": [{"from": "08:00", "to": "12:00"}, {"from": "22:00", "to": "06:00"}]}


@pytest.fixture
def bob(acme: Tenant) -> str:
    with tenant_scope(acme):
        return f"/api/extensions/{extension_get(number='102').pk}"


@pytest.fixture(autouse=True)
def numbers(acme: Tenant, globex: Tenant) -> None:
    """Both companies have numbers in Berlin."""
    for tenant in (acme, globex):
        lent_trunk(tenant, pool="4930;4930******")


def test_everything_is_stored_and_read_again(acme_user: Rest, bob: str) -> None:
    changed = acme_user.patch(bob, {**ALL, "week": WEEK})
    assert changed.status == 200
    read = acme_user.get(bob).body
    assert {name: read[name] for name in ALL} == ALL
    assert read["week"]["monday"] == WEEK["monday"]
    assert read["week"]["tuesday"] == []
    assert read["groups"] == [{"id": read["groups"][0]["id"], "name": "DEFAULT", "is_manager": False}]
    assert read["rights"] == ["call_external", "page"]
    assert read["balance"] == "0.0000"


def test_what_is_only_shown_cannot_be_set(acme_user: Rest, bob: str) -> None:
    assert acme_user.patch(bob, {"balance": "99", "rights": ["use_console"], "groups": []}).status == 200
    read = acme_user.get(bob).body
    assert (read["balance"], read["rights"]) == ("0.0000", ["call_external", "page"])


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("first_name", "x" * 65, "max_length"),
        ("first_name", "a\nb", "invalid"),
        ("gender", "robot", "invalid_choice"),
        ("email", "bob", "invalid"),
        ("mobile", "call me", "phone_number"),
        ("did", "+49 30", "did"),
        ("did", "4931123456", "did_outside_pool"),
        ("status", "asleep", "invalid_choice"),
        ("max_external_calls", -1, "min_value"),
        ("max_external_minutes_per_day", 10_000_000, "max_value"),
        ("forwards", "all", "not_a_list"),
        ("outbound_caller_id", 'x";evil', "caller_id"),
        ("emergency_caller_id", "a b", "caller_id"),
        ("time_zone", "Mars/Olympus", "time_zone"),
        ("week", {"monday": [{"from": "9", "to": "10"}]}, "week_hours"),
        ("week", {"someday": []}, "week_hours"),
        ("exceptions", [{"action": "carrier_pigeon"}], "invalid_choice"),
        ("exceptions", [{"action": "extension"}], "required"),
        ("exceptions", [{"action": "call_queue"}], "required"),
        ("exceptions", [{"action": "call_queue", "call_queue": "8000"}], "not_found"),
        ("exceptions", [{"action": "receptionist", "call_queue": "8000"}], "not_allowed"),
        ("exceptions", [{"action": "conference"}], "required"),
        ("exceptions", [{"action": "conference", "conference": "9000"}], "not_found"),
        ("exceptions", [{"action": "call_queue", "conference": "9000"}], "not_allowed"),
        ("exceptions", [{"action": "extension", "extension": "999"}], "not_found"),
        ("exceptions", [{"action": "extension", "extension": "102"}], "not_allowed"),
        ("exceptions", [{"action": "end_call", "extension": "101"}], "not_allowed"),
        ("exceptions", [{"action": "end_call", "caller_mask": "12*4"}], "invalid"),
        ("exceptions", [{"action": "end_call"}] * 51, "max_length"),
        ("exceptions", "all", "not_a_list"),
    ],
)
def test_wrong_input_names_field_and_rule(
    acme_user: Rest, bob: str, field: str, value: Any, code: str
) -> None:
    answer = acme_user.patch(bob, {field: value})
    assert answer.status == 400
    assert [(str(where).split(".")[0], why) for where, why in answer.problems] == [(field, code)]


def test_a_did_belongs_to_one_extension(acme_user: Rest, globex_user: Rest, bob: str) -> None:
    assert acme_user.patch(bob, {"did": "4930"}).status == 200
    assert acme_user.post("/api/extensions", {"number": "103", "did": "4930"}).problems == {("did", "unique")}
    assert globex_user.post("/api/extensions", {"number": "103", "did": "4930"}).status == 201


def test_an_email_belongs_to_one_person_of_the_whole_system(
    acme_user: Rest, globex_user: Rest, bob: str, cast: Cast
) -> None:
    assert acme_user.patch(bob, {"email": "Bob@Acme.example"}).status == 200
    stranger = globex_user.post("/api/extensions", {"number": "103", "email": "bob@acme.EXAMPLE"})
    assert (stranger.status, stranger.problems) == (400, {("email", "unique")})
    assert "102" not in str(stranger.body)
    User.objects.filter(username="globex").update(email="boss@globex.example")
    assert acme_user.patch(bob, {"email": "boss@globex.example"}).problems == {("email", "unique")}
    assert acme_user.patch(bob, {"email": "bob@acme.example", "first_name": "B"}).status == 200


def test_every_extension_has_its_user_who_follows(acme_user: Rest, acme: Tenant) -> None:
    def user() -> User:
        return User.objects.get(pk=pk)

    carol = {"number": "103", "first_name": "Carol", "last_name": "C", "email": "c@acme.example"}
    path = f"/api/extensions/{acme_user.post('/api/extensions', carol).body['id']}"
    pk = User.objects.get(username="103@acme").pk
    assert (user().display_name, user().email) == ("Carol C", "c@acme.example")
    assert not user().has_usable_password()
    acme_user.patch(path, {"number": "203", "is_enabled": False, "last_name": "Dee"})
    assert (user().username, user().is_active, user().display_name) == ("203@acme", False, "Carol Dee")
    acme_user.patch(path, {"is_enabled": True, "web_password": "a new pass phrase 7"})
    assert user().is_active
    assert user().check_password("a new pass phrase 7")
    acme_user.delete(path)
    assert not user().is_active
    assert user().email == ""


def test_the_display_name_follows_until_somebody_writes_another(acme_user: Rest) -> None:
    body = acme_user.post("/api/extensions", {"number": "103", "first_name": "Carol"}).body
    path = f"/api/extensions/{body['id']}"
    assert body["display_name"] == "Carol"
    assert acme_user.patch(path, {"last_name": "Dee"}).body["display_name"] == "Carol Dee"
    assert acme_user.patch(path, {"display_name": "Sales"}).body["display_name"] == "Sales"
    assert acme_user.patch(path, {"last_name": "Eff"}).body["display_name"] == "Sales"
    assert acme_user.patch(path, {"display_name": ""}).body["display_name"] == "Carol Eff"


def test_exceptions_are_obeyed_by_the_next_snapshot(acme_user: Rest, bob: str, acme: Tenant) -> None:
    exceptions = [
        {"caller_mask": "2**", "action": "extension", "extension": "101"},
        {"caller_mask": "1**", "received_during": "office_hours", "action": "end_call"},
    ]
    revision = Tenant.objects.get(pk=acme.pk).config_rev
    read = acme_user.patch(bob, {"exceptions": exceptions}).body["exceptions"]
    assert [row["extension"] for row in read] == ["101", ""]
    snapshot = snapshot_get(tenant=acme)
    assert snapshot.config_rev > revision
    call = IncomingCall("101", ACME_DOMAIN, "102", ACME_DOMAIN)
    assert decide(call, snapshot, AT) == Refuse(603, "Ended by an exception of the extension")
    entry = AuditEntry.objects.filter(action="extension.update").latest("id")
    assert entry.changes["exceptions"]["before"] == []
    assert len(entry.changes["exceptions"]["after"]) == 2


def test_an_extension_that_an_exception_leads_to_is_not_deleted(
    acme_user: Rest, acme: Tenant, bob: str
) -> None:
    with tenant_scope(acme):
        alice_path = f"/api/extensions/{extension_get(number='101').pk}"
    acme_user.patch(bob, {"exceptions": [{"action": "extension", "extension": "101"}]})
    refused = acme_user.delete(alice_path)
    assert (refused.status, refused.problems) == (409, {(None, "in_use")})
    assert "the exceptions of extension 102" in refused.body["errors"][0]["message"]
    acme_user.patch(bob, {"exceptions": [{"action": "external_number", "external_number": "0044201234567"}]})
    assert acme_user.delete(alice_path).status == 204


def test_a_stranger_cannot_name_ours(globex_user: Rest, acme_user: Rest) -> None:
    acme_user.post("/api/extensions", {"number": "555"})
    body = {"number": "103", "exceptions": [{"action": "extension", "extension": "555"}]}
    assert globex_user.post("/api/extensions", body).problems == {("exceptions", "not_found")}


def test_weak_passwords_are_reported_without_being_repeated(
    acme_user: Rest, globex_user: Rest, acme: Tenant, alice: Rest
) -> None:
    with tenant_scope(acme):
        Extension.objects.bulk_create([Extension(number="777", sip_password="777")])
    report = acme_user.get("/api/extensions/weak_passwords")
    assert [row["number"] for row in report.body] == ["777"]
    assert "10 to 64 characters" in report.body[0]["rule"]
    assert set(report.body[0]) == {"id", "number", "display_name", "rule"}
    assert globex_user.get("/api/extensions/weak_passwords").body == []
    assert alice.get("/api/extensions/weak_passwords").status == 403
    # Somebody with a weak password can be changed without it.
    path = f"/api/extensions/{report.body[0]['id']}"
    assert acme_user.patch(path, {"first_name": "Old"}).status == 200
    assert acme_user.patch(path, {"sip_password": "123"}).problems == {("sip_password", "weak_password")}


def test_a_list_takes_the_same_number_of_queries_however_long(acme_user: Rest, acme: Tenant) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert acme_user.get("/api/extensions", page_size=100).status == 200
        return len(captured)

    queries()
    before = queries()
    for number in range(200, 210):
        body = {"number": str(number), "exceptions": [{"action": "extension", "extension": "101"}]}
        acme_user.post("/api/extensions", body)
    assert queries() == before


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"search": "builder"}, ["102"]),
        ({"search": "170 123"}, ["102"]),
        ({"gender": "male"}, ["102"]),
        ({"did": "+4930123456"}, ["102"]),
        ({"is_audio_recorded": "true"}, ["102"]),
        ({"ordering": "-last_name"}, ["102", "101"]),
        ({"group": "999999"}, []),
    ],
)
def test_lists_are_searched_filtered_and_ordered(
    acme_user: Rest, bob: str, query: dict[str, str], expected: list[str]
) -> None:
    acme_user.patch(bob, ALL)
    answer = acme_user.get("/api/extensions", **query)
    assert [row["number"] for row in answer.body["results"]] == expected


def test_an_extension_reads_its_own_and_no_report(cast: Cast, bob: str) -> None:
    assert rest_as("102@acme").get(bob).body["number"] == "102"
    assert rest_as("101@acme").get(bob).status == 404


def test_a_sip_password_is_read_only_if_the_company_shows_them(
    acme_user: Rest, bob: str, acme: Tenant, cast: Cast
) -> None:
    assert "sip_password" not in acme_user.get(bob).body
    Tenant.objects.filter(pk=acme.pk).update(is_sip_password_shown=True)
    assert acme_user.get(bob).body["sip_password"] == sip_password("Bob")
    assert "sip_password" not in acme_user.get("/api/extensions").body["results"][0]
    assert "sip_password" not in rest_as("102@acme").get(bob).body
