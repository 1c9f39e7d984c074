"""What makes phones answer pages, by REST and in the console; and groups that are paged."""

from __future__ import annotations

from django.test import Client

from callmanager.domain.paging import AlertInfo, AutoAnswer
from callmanager.domain.ring_groups import RingStrategy
from callmanager.selectors.snapshot import snapshot_get
from tenants.models import AuditEntry, Tenant, User
from tests.web.api.conftest import Rest

PAGING, GROUPS = "/api/paging", "/api/ring_groups"


def test_headers_are_chosen_and_the_workers_are_told(
    acme_user: Rest, globex_user: Rest, acme: Tenant
) -> None:
    """As the manual has them, until somebody says otherwise."""
    shown = acme_user.get(PAGING).body
    assert shown["headers"] == [
        {"name": "Alert-Info", "value": "info=alert-autoanswer"},
        {"name": "Call-Info", "value": "<sip:acme.example>;answer-after=0"},
        {"name": "Answer-Mode", "value": "Auto"},
    ]
    before = snapshot_get(tenant=acme)
    assert before.auto_answer == AutoAnswer()
    changed = acme_user.patch(PAGING, {"alert_info": "Ring Answer", "says_call_info": False})
    assert changed.status == 200, changed.body
    assert [one["value"] for one in changed.body["headers"]] == ["Ring Answer", "Auto"]
    snapshot = snapshot_get(tenant=acme)
    assert snapshot.config_rev > before.config_rev
    assert snapshot.auto_answer == AutoAnswer(AlertInfo.RING_ANSWER_WORDS, says_call_info=False)
    assert AuditEntry.objects.filter(action="paging.update").exists()
    assert globex_user.get(PAGING).body["alert_info"] == "info=alert-autoanswer"


def test_a_value_that_no_phone_knows_is_refused(acme_user: Rest) -> None:
    refused = acme_user.patch(PAGING, {"alert_info": "x\r\nEvil: 1"})
    assert refused.status == 400
    assert refused.body["errors"][0]["code"] == "invalid_choice"
    assert acme_user.patch(PAGING, {"alert_info": ""}).body["alert_info"] == ""


def test_a_group_is_paged_and_only_extensions_are(acme_user: Rest, acme: Tenant) -> None:
    outside = {"kind": "external_number", "number": "004917012345"}
    alice = {"kind": "extension", "number": "101"}
    body = {"number": "9000", "name": "Hall", "strategy": "paging", "members": [alice, outside]}
    refused = acme_user.post(GROUPS, body)
    assert (refused.status, refused.body["errors"][0]["message"]) == (400, "Only extensions can be paged.")
    made = acme_user.post(GROUPS, body | {"members": [alice]})
    assert made.status == 201
    group = snapshot_get(tenant=acme).find_ring_group("9000")
    assert group is not None
    assert (group.strategy, group.is_paging) == (RingStrategy.PAGING, True)
    assert acme_user.patch(f"{GROUPS}/{made.body['id']}", {"members": [outside]}).status == 400


def test_the_simulator_pages_without_waking_anybody(acme_user: Rest, acme: Tenant) -> None:
    acme_user.post(
        GROUPS,
        {
            "number": "9000",
            "name": "Hall",
            "strategy": "paging",
            "members": [{"kind": "extension", "number": "102"}],
        },
    )
    question = {"caller": "101", "called": "9000"}
    paged = acme_user.post("/api/call_simulations", question).body
    assert (paged["end"]["kind"], paged["end"]["answered_by"]) == ("service", "9000")
    assert (paged["steps"][0]["kind"], paged["rung"]) == ("page", ["102"])
    intercom = acme_user.post("/api/call_simulations", {"caller": "101", "called": "*11102"}).body
    assert (intercom["end"]["kind"], intercom["end"]["answered_by"]) == ("extension", "102")
    (group,) = acme_user.get("/api/extension_groups").body["results"]
    acme_user.patch(f"/api/extension_groups/{group['id']}", {"may_page": False})
    assert acme_user.post("/api/call_simulations", question).body["end"]["sip_code"] == 403


def test_the_page_saves_and_shows_what_is_said(acme_user: Rest, acme: Tenant) -> None:
    browser = Client()
    browser.force_login(User.objects.get(username="acme"), backend="tenants.authentication.SignInBackend")
    shown = browser.get("/admin/paging/").content.decode()
    assert "Answer-Mode: Auto" in shown
    assert "*11" in shown
    saved = browser.post("/admin/paging/", {"alert_info": "Intercom", "says_call_info": "on"})
    assert saved.status_code == 302
    again = browser.get("/admin/paging/").content.decode()
    assert "Alert-Info: Intercom" in again
    assert "Answer-Mode: Auto" not in again
    assert browser.post("/admin/paging/", {"alert_info": "nonsense"}).status_code == 400
