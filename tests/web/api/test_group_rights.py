"""What somebody who signed in as an extension reads and changes by REST: itself, and what its groups say."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from callmanager.models import Extension, ExtensionGroup
from callmanager.selectors.extension import extension_get
from callmanager.services.extension import extension_create
from callmanager.services.extension_group import extension_group_create, group_members_add
from tenants.models import AuditEntry, Tenant
from tenants.scope import tenant_scope
from tests.web.api.conftest import Rest, rest_as
from tests.web.calls import FakeWorker, cdr_make, registration_make
from tests.web.conftest import sip_password

MakeGroup = Callable[..., ExtensionGroup]


@pytest.fixture
def carol(acme: Tenant) -> Extension:
    """103, in no group but DEFAULT."""
    with tenant_scope(acme):
        return extension_create(number="103", display_name="Carol", sip_password=sip_password("Carol"))


@pytest.fixture
def make_group(acme: Tenant, carol: Extension) -> MakeGroup:
    """Alice and Bob in a group; Carol and Globex' people are outside."""

    def make(name: str = "Sales", *, manager: str = "", **rights: bool) -> ExtensionGroup:
        with tenant_scope(acme):
            group = extension_group_create(name=name, **rights)
            group_members_add(group=group, extensions=Extension.objects.filter(number__in=["101", "102"]))
            if manager:
                group_members_add(group=group, extensions=[extension_get(number=manager)], is_manager=True)
            return group

    return make


def shown(rest: Rest, path: str, field: str) -> list[str]:
    answer = rest.get(path)
    assert answer.status == 200, answer.body
    return sorted(row[field] for row in answer.body["results"])


def make_calls(acme: Tenant, globex: Tenant, worker: FakeWorker) -> None:
    for session_id, caller, callee in (
        ("own", "101", "103"), ("bobs", "103", "102"), ("carols", "103", "104"),
    ):  # fmt: skip
        cdr_make(acme, session_id, caller=caller, callee=callee, answered_number=callee)
        worker.begin_call(acme, session_id, caller=caller, callee=callee, answered_number=callee)
    cdr_make(globex, "strangers", caller="101", callee="102")
    worker.begin_call(globex, "strangers", caller="101", callee="102")


def test_without_rights_an_extension_sees_itself_alone(
    alice: Rest, make_group: MakeGroup, acme: Tenant, globex: Tenant, worker: FakeWorker
) -> None:
    make_group(may_page=True, may_call_external=True, may_use_console=True)
    make_calls(acme, globex, worker)
    registration_make(acme, "102", "r-bob")
    assert shown(alice, "/api/extensions", "number") == ["101"]
    assert shown(alice, "/api/cdrs", "session_id") == ["own"]
    assert shown(alice, "/api/call_sessions", "session_id") == ["own"]
    assert shown(alice, "/api/registrations", "ruid") == []


def test_see_members_shows_exactly_the_members_and_little_of_them(
    alice: Rest, mallory: Rest, make_group: MakeGroup, acme: Tenant, globex: Tenant, worker: FakeWorker
) -> None:
    make_group(may_see_members=True)
    make_calls(acme, globex, worker)
    assert shown(alice, "/api/extensions", "number") == ["101", "102"]
    own, bob = alice.get("/api/extensions").body["results"]
    assert "email" in own
    assert bob == {"id": bob["id"], "number": "102", "display_name": "Bob", "is_enabled": True}
    assert alice.get(f"/api/extensions/{bob['id']}").body == bob
    assert shown(alice, "/api/cdrs", "session_id") == ["own"]
    assert shown(mallory, "/api/extensions", "number") == ["101"]


def test_what_is_not_shown_of_a_member_is_not_found_by_it_either(
    alice: Rest, acme_user: Rest, make_group: MakeGroup
) -> None:
    make_group(may_see_members=True)
    bob = acme_user.get("/api/extensions", number="102").body["results"][0]
    acme_user.patch(f"/api/extensions/{bob['id']}", {"email": "bob@acme.example"})
    assert alice.get("/api/extensions", search="bob@acme").body["count"] == 0
    assert alice.get("/api/extensions", email="bob@acme.example").body["count"] == 2
    assert alice.get("/api/extensions", search="Bob").body["count"] == 1


def test_see_members_calls_shows_their_records_and_running_calls(
    alice: Rest, mallory: Rest, make_group: MakeGroup, acme: Tenant, globex: Tenant, worker: FakeWorker
) -> None:
    make_group(may_see_member_calls=True)
    make_calls(acme, globex, worker)
    assert shown(alice, "/api/cdrs", "session_id") == ["bobs", "own"]
    assert shown(alice, "/api/call_sessions", "session_id") == ["bobs", "own"]
    assert shown(alice, "/api/extensions", "number") == ["101"]
    assert alice.get("/api/call_sessions/carols").status == 404
    assert shown(mallory, "/api/cdrs", "session_id") == ["strangers"]


def test_who_monitors_whom_is_shown_to_the_monitor_and_the_company_alone(
    alice: Rest, acme_user: Rest, make_group: MakeGroup, acme: Tenant, worker: FakeWorker
) -> None:
    """Alice is monitored, sees Bob's calls and is even manager of his group."""
    make_group(manager="101", may_see_member_calls=True)
    secret = {"caller": "102", "callee": "888*101", "answered_number": "888*101", "is_confidential": True}
    cdr_make(acme, "secret", **secret)
    worker.register()
    worker.begin_call(acme, "secret", **secret, monitored="101", monitor_mode="whisper")
    bob = rest_as("102@acme")
    for rest, seen in ((alice, []), (bob, ["secret"]), (acme_user, ["secret"])):
        assert shown(rest, "/api/cdrs", "session_id") == seen
        assert shown(rest, "/api/call_sessions", "session_id") == seen
    call = acme_user.get("/api/call_sessions/secret").body
    assert (call["monitored"], call["monitor_mode"]) == ("101", "whisper")
    assert alice.get("/api/call_sessions/secret").status == 404


def test_who_sees_a_call_does_not_end_it_for_that(
    alice: Rest, make_group: MakeGroup, acme: Tenant, globex: Tenant, worker: FakeWorker
) -> None:
    make_group(may_see_member_calls=True)
    make_calls(acme, globex, worker)
    with worker.answering():
        assert alice.delete("/api/call_sessions/bobs").status == 403
        assert alice.delete("/api/call_sessions/carols").status == 404
        assert alice.delete("/api/call_sessions/own").status == 204
    assert worker.hung_up == ["own"]


def test_a_manager_sees_members_and_calls_whatever_the_members_may(
    alice: Rest, make_group: MakeGroup, acme: Tenant, globex: Tenant, worker: FakeWorker
) -> None:
    make_group(manager="101")
    make_calls(acme, globex, worker)
    bob = rest_as("102@acme")
    assert shown(alice, "/api/extensions", "number") == ["101", "102"]
    assert shown(alice, "/api/cdrs", "session_id") == ["bobs", "own"]
    assert shown(bob, "/api/extensions", "number") == ["102"]
    assert shown(bob, "/api/cdrs", "session_id") == ["bobs"]


def test_a_manager_changes_members_and_ends_their_calls_if_the_group_says_so(
    alice: Rest, make_group: MakeGroup, acme: Tenant, globex: Tenant, worker: FakeWorker
) -> None:
    make_group(manager="101", managers_may_change=True)
    make_calls(acme, globex, worker)
    with tenant_scope(acme):
        path = f"/api/extensions/{extension_get(number='102').pk}"
        carols = f"/api/extensions/{extension_get(number='103').pk}"
    changed = alice.patch(path, {"display_name": "Robert", "ring_timeout_s": 20})
    assert (changed.status, changed.body["display_name"]) == (200, "Robert")
    assert AuditEntry.objects.filter(action="extension.update", tenant=acme).count() == 1
    assert alice.patch(carols, {"display_name": "X"}).status == 404
    assert alice.delete(path).status == 403
    assert alice.post("/api/extensions", {"number": "199"}).status == 403
    with worker.answering():
        assert alice.delete("/api/call_sessions/bobs").status == 204
    assert worker.hung_up == ["bobs"]


@pytest.mark.parametrize(
    "field", ["number", "email", "sip_password", "web_password", "group_ids", "is_manager", "ha1"]
)
def test_a_manager_can_not_become_somebody_else(
    alice: Rest, make_group: MakeGroup, acme: Tenant, field: str
) -> None:
    make_group(manager="101", managers_may_change=True)
    with tenant_scope(acme):
        path = f"/api/extensions/{extension_get(number='102').pk}"
    answer = alice.patch(path, {field: "an-evil-Pass-phrase-1", "display_name": "X"})
    assert (answer.status, answer.problems) == (400, {(field, "not_allowed")})


def test_managers_change_nobody_where_the_group_does_not_let_them(
    alice: Rest, make_group: MakeGroup, acme: Tenant
) -> None:
    make_group(manager="101")
    make_group("Others", managers_may_change=True)
    with tenant_scope(acme):
        path = f"/api/extensions/{extension_get(number='102').pk}"
    assert alice.patch(path, {"display_name": "Robert"}).status == 403


def test_the_number_of_queries_does_not_grow_with_the_members(
    alice: Rest, make_group: MakeGroup, acme: Tenant, worker: FakeWorker
) -> None:
    group = make_group(may_see_members=True, may_see_member_calls=True)
    paths = ("/api/extensions", "/api/cdrs", "/api/call_sessions")

    def queries() -> list[int]:
        counted = []
        for path in paths:
            with CaptureQueriesContext(connection) as asked:
                assert alice.get(path).status == 200
            counted.append(len(asked))
        return counted

    for path in paths:
        alice.get(path)  # the first use of a token is noted
    cdr_make(acme, "first")
    before = queries()
    with tenant_scope(acme):
        for number in range(200, 206):
            extension_create(number=str(number), sip_password=sip_password("Extra"))
        group_members_add(group=group, extensions=Extension.objects.all())
    for number in range(200, 206):
        cdr_make(acme, f"s{number}", caller=str(number))
    assert queries() == before
