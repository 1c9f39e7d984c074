"""Action URLs of virtual receptionists by REST: the manual's example, what is refused, and where the password goes."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from callmanager.domain.menu_action import ActionMethod, ActionTrigger, matches_words
from callmanager.models import Receptionist, ReceptionistAction
from callmanager.selectors.snapshot import snapshot_get
from tenants.encrypted_field import token_open
from tenants.models import AuditEntry, Tenant
from tenants.scope import tenant_scope
from tests.web.api.conftest import Rest

DESKS = "/api/receptionists"
PASSWORD = "S3cret-of-the-server"


@pytest.fixture(autouse=True)
def _servers_stand_here(settings: Any) -> None:
    settings.PBX_TENANT_NETWORKS = ("127.0.0.0/8",)


def action(**fields: Any) -> dict[str, Any]:
    return {"name": "Action1", "matches": "22, 33", "target": "http://127.0.0.1:8090/dest.php", **fields}


def desk(*actions: dict[str, Any]) -> dict[str, Any]:
    return {"number": "888", "name": "Sales", "actions": list(actions)}


def codes(body: Any) -> list[str]:
    return [one["code"] for one in body["errors"] if (one["field"] or "").startswith("actions")]


def test_the_manuals_example_is_stored_and_told_to_the_workers(acme_user: Rest, acme: Tenant) -> None:
    made = acme_user.post(DESKS, desk(action(username="pbx", password=PASSWORD, answer_timeout_s=7)))
    assert made.status == 201, made.body
    assert made.body["actions"] == [
        {
            "name": "Action1",
            "trigger": "dtmf",
            "matches": "22;33",
            "method": "get",
            "target": "http://127.0.0.1:8090/dest.php",
            "username": "pbx",
            "has_password": True,
            "connect_timeout_s": 5,
            "answer_timeout_s": 7,
        }
    ]
    known = snapshot_get(tenant=acme).find_receptionist("888")
    assert known is not None
    (told,) = known.actions
    assert (told.name, told.trigger, told.method) == ("Action1", ActionTrigger.DTMF, ActionMethod.GET)
    assert (matches_words(told.matches), told.url, told.answer_timeout_s) == (
        "22;33",
        "http://127.0.0.1:8090/dest.php",
        7,
    )
    assert token_open(told.password) == PASSWORD
    assert acme_user.get(f"{DESKS}/{made.body['id']}").body == made.body


def test_every_change_reaches_the_workers_and_the_audit_log_without_the_password(
    acme_user: Rest, acme: Tenant
) -> None:
    made = acme_user.post(DESKS, desk()).body
    before = snapshot_get(tenant=acme).config_rev
    path = f"{DESKS}/{made['id']}"
    acme_user.patch(path, {"actions": [action(username="pbx", password=PASSWORD)]})
    assert snapshot_get(tenant=acme).config_rev > before
    entry = AuditEntry.objects.get(action="receptionist.update")
    assert entry.changes["actions"]["after"] == [
        "Action1: dtmf 22;33, GET http://127.0.0.1:8090/dest.php as pbx"
    ]
    assert PASSWORD not in str(entry.changes)
    assert acme_user.patch(path, {"name": "Other"}).body["actions"] != []
    assert acme_user.patch(path, {"actions": []}).body["actions"] == []
    with tenant_scope(acme):
        assert not ReceptionistAction.objects.exists()


def test_the_password_is_encrypted_at_rest(acme_user: Rest, acme: Tenant) -> None:
    acme_user.post(DESKS, desk(action(username="pbx", password=PASSWORD)))
    with tenant_scope(acme), connection.cursor() as cursor:
        cursor.execute("SELECT password FROM callmanager_receptionistaction")
        (stored,) = cursor.fetchone()
    assert PASSWORD not in stored
    assert token_open(stored) == PASSWORD


def test_a_password_that_is_left_out_stays_but_goes_to_no_other_server(acme_user: Rest, acme: Tenant) -> None:
    made = acme_user.post(DESKS, desk(action(username="pbx", password=PASSWORD))).body
    path = f"{DESKS}/{made['id']}"
    again = acme_user.patch(path, {"actions": [action(username="pbx", matches="44")]})
    assert again.body["actions"][0]["has_password"]
    with tenant_scope(acme):
        assert ReceptionistAction.objects.get().password == PASSWORD
    moved = action(username="pbx", target="http://127.0.0.2:8090/dest.php")
    assert codes(acme_user.patch(path, {"actions": [moved]}).body) == ["password_again"]
    renamed = action(username="pbx", name="Other")
    assert codes(acme_user.patch(path, {"actions": [renamed]}).body) == ["password_required"]
    acme_user.patch(path, {"actions": [action()]})
    with tenant_scope(acme):
        assert ReceptionistAction.objects.get().password == ""


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"name": " "}, "blank"),
        ({"name": "a\nb"}, "invalid"),
        ({"matches": "22;22"}, "duplicate"),
        ({"matches": "20-30;25"}, "duplicate"),
        ({"matches": "2X"}, "number_pattern"),
        ({"matches": ""}, "blank"),
        ({"matches": "30-20"}, "range_order"),
        ({"matches": "1" * 21}, "number_length"),
        ({"trigger": "mood"}, "invalid_choice"),
        ({"method": "delete"}, "invalid_choice"),
        ({"target": ""}, "blank"),
        ({"target": "call me"}, "target"),
        ({"target": "ftp://127.0.0.1/x"}, "url"),
        ({"target": "http://pbx:secret@127.0.0.1/x"}, "url_credentials"),
        ({"target": "http://10.0.0.1/x"}, "inside"),
        ({"target": "http://169.254.169.254/latest/meta-data"}, "inside"),
        ({"connect_timeout_s": 0}, "min_value"),
        ({"answer_timeout_s": 31}, "max_value"),
        ({"username": "pbx"}, "password_required"),
        ({"username": "a:b", "password": "x"}, "invalid"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_stored(
    acme_user: Rest, acme: Tenant, fields: dict[str, Any], code: str
) -> None:
    refused = acme_user.post(DESKS, desk(action(**fields)))
    assert refused.status == 400
    assert code in codes(refused.body), refused.body
    with tenant_scope(acme):
        assert not Receptionist.objects.exists()


@pytest.mark.parametrize(
    "others",
    [
        [action(), action(name="Action2", matches="30-40")],
        [action(), action(matches="44")],
        [action(name=f"A{one}", matches=str(100 + one)) for one in range(21)],
    ],
)
def test_two_actions_never_take_the_same_number(acme_user: Rest, others: list[dict[str, Any]]) -> None:
    assert codes(acme_user.post(DESKS, desk(*others)).body)[0] in ("duplicate", "max_length")


def test_the_same_number_may_be_pressed_and_be_a_callers(acme_user: Rest) -> None:
    callers = action(name="Callers", trigger="caller_number", matches="22", target="0049301234")
    made = acme_user.post(DESKS, desk(action(), callers))
    assert made.status == 201, made.body
    assert made.body["actions"][1]["target"] == "0049301234"


def test_a_simulated_call_presses_what_sets_an_action_off(acme_user: Rest) -> None:
    acme_user.post(DESKS, desk(action()))
    asked = {"caller": "101", "called": "888", "assume": {"keys": ["22=102"]}}
    answer = acme_user.post("/api/call_simulations", asked)
    assert answer.status == 200, answer.body
    assert answer.body["rung"] == ["102"]
    assert any("Action URL Action1, which leads to extension 102" in line for line in answer.body["text"])
    silent = acme_user.post("/api/call_simulations", {**asked, "assume": {"keys": ["22"]}})
    assert silent.body["rung"] == []
    assert any("which gets no answer" in line for line in silent.body["text"])
    wrong = acme_user.post("/api/call_simulations", {**asked, "assume": {"keys": ["22=a b"]}})
    assert wrong.status == 400


def test_the_refusal_says_what_stands_there_twice(acme_user: Rest) -> None:
    refused = acme_user.post(DESKS, desk(action(matches="22;22")))
    assert "22 stands there twice" in str(refused.body)


def test_no_caller_is_sent_to_an_emergency_number(acme_user: Rest, acme: Tenant) -> None:
    Tenant.objects.filter(pk=acme.pk).update(country="DE")
    refused = acme_user.post(DESKS, desk(action(target="112")))
    assert (refused.status, codes(refused.body)) == (400, ["emergency_number"])
    assert acme_user.post(DESKS, desk(action(target="00491121"))).status == 201
