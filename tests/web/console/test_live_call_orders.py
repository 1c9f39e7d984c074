"""Orders from the page of running calls: to whose calls, for which side, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from callmanager.models import Extension
from callmanager.services.dial_codes import dial_codes_set
from callmanager.services.extension_group import (
    extension_group_create,
    group_members_add,
    group_monitors_add,
)
from tenants.models import AuditEntry, Tenant
from tenants.scope import tenant_scope
from tests.web.calls import FakeWorker
from tests.web.console.conftest import SignedIn
from tests.web.edge import running_edge

PATH = "/admin/live-calls/s1/order/"


@pytest.fixture
def call(acme: Tenant, redis_url: str) -> Iterator[FakeWorker]:
    worker = FakeWorker(redis_url)
    worker.register()
    worker.begin_call(acme, "s1", answered_by="extension")
    yield worker
    worker.close()


def test_orders_reach_the_worker_and_nobody_elses_do(
    acme_browser: Client, globex_browser: Client, call: FakeWorker
) -> None:
    with call.answering():
        assert globex_browser.post(f"{PATH}hold/", {"side": "caller"}).status_code == 404
        for order in ("hold", "resume", "mute", "unmute"):
            assert acme_browser.post(f"{PATH}{order}/", {"side": "caller"}).status_code == 200
        assert acme_browser.post(f"{PATH}transfer/", {"side": "callee", "number": " 103 "}).status_code == 200
    told = [{name: one[name] for name in one if name != "session_id"} for one in call.told()]
    assert told == [
        {"command": "hold", "side": "caller", "is_held": True},
        {"command": "hold", "side": "caller", "is_held": False},
        {"command": "mute", "side": "caller", "is_muted": True},
        {"command": "mute", "side": "caller", "is_muted": False},
        {"command": "transfer", "extension": "102", "target": "103"},
    ]
    assert AuditEntry.objects.filter(action="call.transfer").count() == 1


@pytest.mark.parametrize(
    ("order", "form", "status"),
    [
        ("explode", {"side": "caller"}, 400),
        ("hold", {"side": "third"}, 400),
        ("hold", {}, 409),
        ("transfer", {"side": "caller"}, 400),
        ("transfer", {"side": "caller", "number": "sip:x@y"}, 400),
        ("record", {}, 400),
        ("record", {"step": "rewind"}, 400),
        ("monitor", {"mode": "silent", "monitor": "102"}, 400),
        ("monitor", {"mode": "loud", "side": "caller", "monitor": "102"}, 400),
        ("monitor", {"mode": "silent", "side": "caller", "monitor": "999"}, 400),
        ("monitor", {"mode": "silent", "side": "caller"}, 400),
        ("monitor", {"mode": "silent", "side": "caller", "monitor": "102"}, 409),
    ],
)
def test_what_can_not_be_is_said_in_words(
    acme_browser: Client, call: FakeWorker, order: str, form: dict[str, Any], status: int
) -> None:
    with call.answering():
        answer = acme_browser.post(f"{PATH}{order}/", form)
    assert (answer.status_code, bool(answer.json()["message"])) == (status, True)
    assert call.told() == []


def test_the_list_says_for_which_sides_there_are_buttons(
    acme_browser: Client, acme: Tenant, call: FakeWorker
) -> None:
    call.begin_call(acme, "s2", direction="in", caller="4930123", answered_by="extension")
    call.begin_call(acme, "s3", state="ringing", answered_at=None, answered_number="")
    rows = acme_browser.get("/admin/live-calls/list/").json()["results"]
    assert {row["session_id"]: row["sides"] for row in rows} == {
        "s1": ["caller", "callee"],
        "s2": ["callee"],
        "s3": [],
    }
    assert acme_browser.get(f"{PATH}hold/").status_code == 405


def test_recordings_are_begun_paused_and_ended_by_who_may_and_nobody_elses_are(
    acme_browser: Client, globex_browser: Client, call: FakeWorker
) -> None:
    with call.answering():
        assert globex_browser.post(f"{PATH}record/", {"step": "start"}).status_code == 404
        said = [acme_browser.post(f"{PATH}record/", {"step": step}) for step in ("start", "pause", "stop")]
    assert [one.json()["message"] for one in said] == [
        "The call is being recorded.",
        "The recording is paused.",
        "The recording has ended.",
    ]
    assert [(one["command"], one["step"], one["by"]) for one in call.told()] == [
        ("record", "start", ""),
        ("record", "pause", ""),
        ("record", "stop", ""),
    ]
    assert AuditEntry.objects.filter(action__startswith="call.recording_").count() == 3


@pytest.fixture
def monitors(acme: Tenant) -> None:
    """Bob may listen to Alice, and has a console; nobody else may."""
    with tenant_scope(acme):
        dial_codes_set(is_monitoring_enabled=True)
        seen = {"may_use_console": True, "may_see_member_calls": True}
        group = extension_group_create(
            name="Sales", is_monitoring_allowed=True, monitor_scope="members", **seen
        )
        group_members_add(group=group, extensions=Extension.objects.filter(number__in=["101", "102"]))
        group_monitors_add(group=group, extensions=list(Extension.objects.filter(number="102")))


def test_a_call_is_monitored_at_the_phone_of_whoever_the_company_chose(
    acme_browser: Client, globex_browser: Client, acme: Tenant, call: FakeWorker, monitors: None
) -> None:
    call.takes_calls_of = {acme.pk}
    form = {"side": "caller", "mode": "whisper", "monitor": "102"}
    with call.answering(), running_edge():
        assert globex_browser.post(f"{PATH}monitor/", form).status_code == 404
        answer = acme_browser.post(f"{PATH}monitor/", form)
    assert answer.json()["message"] == "Phone 102 rings: answer it to speak to 101 alone."
    assert [(one["command"], one["caller"], one["callee"]) for one in call.told()] == [
        ("create", "102", "888*101*2")
    ]
    assert AuditEntry.objects.get(action="call.monitor").changes["monitored"]["after"] == "102 → 101"


def test_an_extension_sees_buttons_for_what_it_may_and_monitors_at_its_own_phone(
    signed_in: SignedIn, acme: Tenant, call: FakeWorker, monitors: None
) -> None:
    alice, bob = signed_in("101@acme"), signed_in("102@acme")
    call.begin_call(acme, "s1", callee="103", answered_number="103", answered_by="extension")
    call.takes_calls_of = {acme.pk}

    def shown(client: Client) -> dict[str, Any]:
        (row,) = client.get("/admin/live-calls/list/").json()["results"]
        return {name: row[name] for name in ("sides", "may_record", "monitored_sides")}

    assert shown(alice) == {"sides": ["caller"], "may_record": True, "monitored_sides": []}
    assert shown(bob) == {"sides": [], "may_record": False, "monitored_sides": ["caller"]}
    form = {"side": "caller", "mode": "silent"}
    with call.answering(), running_edge():
        assert bob.post(f"{PATH}record/", {"step": "start"}).status_code == 403
        assert bob.post(f"{PATH}monitor/", {**form, "monitor": "101"}).status_code == 403
        assert bob.post(f"{PATH}monitor/", form).status_code == 200
        call.answers["create"] = {"ok": False, "code": "call_refused", "message": "You may not monitor"}
        refused = alice.post(f"{PATH}monitor/", form)
    assert (refused.status_code, refused.json()["message"]) == (409, "You may not monitor")
    acme.may_extensions_record = False
    acme.save()
    assert shown(alice)["may_record"] is False


def test_a_call_that_rings_is_sent_on_from_its_dialog(
    acme_browser: Client, globex_browser: Client, signed_in: SignedIn, acme: Tenant, call: FakeWorker
) -> None:
    ringing = {"state": "ringing", "answered_at": None, "answered_number": "", "rung": ["102"]}
    call.begin_call(acme, "s1", **ringing)
    call.answers["redirect"] = {"ok": True, "result": {"number": "103"}}
    (row,) = acme_browser.get("/admin/live-calls/list/").json()["results"]
    assert (row["may_redirect"], row["sides"]) == (True, [])
    with call.answering():
        assert globex_browser.post(f"{PATH}redirect/", {"number": "103"}).status_code == 404
        assert acme_browser.post(f"{PATH}redirect/", {"number": "x"}).status_code == 400
        said = [
            acme_browser.post(f"{PATH}redirect/", {"number": number, "to": to}).json()["message"]
            for number, to in (("103", "number"), ("102", "voicemail"))
        ]
    assert said == ["Sent on to 103.", "Sent on to the mailbox of 102."]
    assert [(one.get("target"), one.get("mailbox")) for one in call.told()] == [("103", None), (None, "102")]


def test_a_call_that_rings_is_answered_from_its_dialog(
    acme_browser: Client,
    globex_browser: Client,
    signed_in: SignedIn,
    acme: Tenant,
    call: FakeWorker,
    monitors: None,
) -> None:
    ringing = {"state": "ringing", "answered_at": None, "answered_number": "", "rung": ["102", "103"]}
    call.begin_call(acme, "s1", **ringing)
    call.answers["answer"] = {"ok": True, "result": {"extension_number": "103"}}
    (row,) = acme_browser.get("/admin/live-calls/list/").json()["results"]
    assert row["may_answer"] == ["102", "103"]
    (own,) = signed_in("102@acme").get("/admin/live-calls/list/").json()["results"]
    assert own["may_answer"] == ["102"]
    with call.answering():
        assert globex_browser.post(f"{PATH}answer/", {"extension_number": "103"}).status_code == 404
        assert acme_browser.post(f"{PATH}answer/", {"extension_number": "999"}).status_code == 400
        answered = acme_browser.post(f"{PATH}answer/", {"extension_number": "103"})
    assert answered.json()["message"] == "The telephone of 103 has answered."
    assert [one["extension"] for one in call.told()] == ["103"]


def test_without_monitoring_nobody_is_offered_it(acme_browser: Client, call: FakeWorker) -> None:
    (row,) = acme_browser.get("/admin/live-calls/list/").json()["results"]
    assert (row["monitored_sides"], row["may_record"]) == ([], True)
    assert 'data-form="monitor"' not in acme_browser.get("/admin/live-calls/").content.decode()
