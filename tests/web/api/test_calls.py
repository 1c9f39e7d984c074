"""Registrations, running calls and call records by REST."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import redis
from django.utils import timezone

from callmanager import live_redis
from tenants.models import Tenant
from tests.web.api.conftest import Rest, rest_as
from tests.web.calls import FakeWorker, call_events_make, cdr_make, registration_make


def sessions(rest: Rest, path: str = "/api/cdrs", **query: Any) -> list[str]:
    answer = rest.get(path, **query)
    assert answer.status == 200, answer.body
    return [row["session_id"] for row in answer.body["results"]]


def test_registrations_are_seen_by_their_tenant_and_their_extension(
    acme_user: Rest, globex_user: Rest, alice: Rest, mallory: Rest, acme: Tenant
) -> None:
    registration_make(acme, "101", "r1")
    registration_make(acme, "102", "r2")
    ruids = {
        rest: {row["ruid"] for row in rest.get("/api/registrations").body["results"]}
        for rest in (acme_user, globex_user, alice, mallory)
    }
    assert ruids == {acme_user: {"r1", "r2"}, globex_user: set(), alice: {"r1"}, mallory: set()}


def test_parked_calls_are_listed_with_their_places(
    acme_user: Rest, globex_user: Rest, acme: Tenant, globex: Tenant, worker: FakeWorker
) -> None:
    worker.register()
    worker.begin_call(
        acme, "parked", park_slot="3", parked_by="102", parked_number="101", parked_at=1_700_000_000.0
    )
    worker.begin_call(acme, "talks")
    worker.begin_call(globex, "strangers", park_slot="3")
    assert sessions(acme_user, "/api/call_sessions", is_parked="true") == ["parked"]
    assert sessions(acme_user, "/api/call_sessions", is_parked="false") == ["talks"]
    assert sessions(globex_user, "/api/call_sessions", is_parked="true") == ["strangers"]
    call = acme_user.get("/api/call_sessions/parked").body
    assert (call["park_slot"], call["parked_by"], call["parked_number"]) == ("3", "102", "101")
    assert call["parked_at"] == "2023-11-14T22:13:20Z"
    wrong = acme_user.get("/api/call_sessions", is_parked="perhaps")
    assert (wrong.status, wrong.body["errors"][0]["field"]) == (400, "is_parked")


def test_records_are_seen_by_their_tenant_and_their_parties(
    acme_user: Rest, globex_user: Rest, alice: Rest, mallory: Rest, acme: Tenant, globex: Tenant
) -> None:
    cdr_make(acme, "alice-calls")
    cdr_make(acme, "alice-is-called", caller="102", callee="101", answered_number="101")
    cdr_make(acme, "without-alice", caller="103", callee="102")
    cdr_make(globex, "mallorys")
    assert set(sessions(acme_user)) == {"alice-calls", "alice-is-called", "without-alice"}
    assert set(sessions(alice)) == {"alice-calls", "alice-is-called"}
    assert sessions(globex_user) == sessions(mallory) == ["mallorys"]
    assert sessions(rest_as("root", tenant_name="globex")) == ["mallorys"]


def test_a_record_tells_its_whole_story_and_nothing_to_strangers(
    acme_user: Rest, globex_user: Rest, mallory: Rest, alice: Rest, acme: Tenant
) -> None:
    cdr = cdr_make(acme, "s1")
    other = cdr_make(acme, "s2", caller="102", callee="103", answered_number="103")
    detail = acme_user.get(f"/api/cdrs/{cdr.pk}").body
    assert detail["caller_media"]["codec"] == "G722"
    assert (detail["talk_duration_ms"], detail["ended_by"]) == (60_000, "caller")
    call_events_make(cdr, acme)
    story = acme_user.get(f"/api/cdrs/{cdr.pk}").body["story"]
    assert [event["kind"] for event in story["events"]][::4] == ["call_start", "call_ended"]
    assert story["course"][0]["text"] == "101 calls 102"
    assert [lane["title"] for lane in story["ladder"]["lanes"]] == ["101", "PBX", "102"]
    assert story["ladder"]["arrows"][0] == {
        "sequence": 0, "sender": 0, "receiver": 1, "label": "INVITE 102", "tone": "plain", "offset_s": 0.0,
    }  # fmt: skip
    assert [sample["mos"] for sample in story["quality"]["caller"]] == [4.4, 4.1]
    assert story["quality"]["callee"] == []
    assert "story" not in acme_user.get("/api/cdrs").body["results"][0]
    assert alice.get(f"/api/cdrs/{cdr.pk}").body["story"] == story
    for stranger in (globex_user, mallory):
        assert stranger.get(f"/api/cdrs/{cdr.pk}").status == 404
    assert alice.get(f"/api/cdrs/{other.pk}").status == 404


def test_records_are_filtered_by_time_status_and_party(acme_user: Rest, acme: Tenant) -> None:
    noon = timezone.now().replace(microsecond=0)
    cdr_make(acme, "early", started_at=noon - timedelta(hours=2), status="busy")
    cdr_make(acme, "late", started_at=noon, caller="103")
    hour_ago = (noon - timedelta(hours=1)).isoformat()
    assert sessions(acme_user, **{"from": hour_ago}) == ["late"]
    assert sessions(acme_user, to=hour_ago) == ["early"]
    assert sessions(acme_user, status="busy") == ["early"]
    assert sessions(acme_user, caller="103") == ["late"]
    assert sessions(acme_user, ordering="started_at") == ["early", "late"]
    assert sessions(acme_user, search="103") == ["late"]


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        pytest.param({"from": "yesterday"}, ("from", "invalid"), id="from"),
        pytest.param({"from": "0001-01-01T00:00:00+23:59"}, ("from", "invalid"), id="from-before-time"),
        pytest.param({"to": "9999-12-31T23:59:59-12:00"}, ("to", "invalid"), id="to-after-time"),
        pytest.param({"status": "fine"}, ("status", "invalid_choice"), id="status"),
        pytest.param({"ordering": "tenant_id"}, ("ordering", "ordering"), id="ordering"),
        pytest.param({"ordering": "started_at) --"}, ("ordering", "ordering"), id="ordering-injection"),
    ],
)
def test_a_wrong_filter_is_refused(acme_user: Rest, query: dict[str, str], problem: tuple[str, str]) -> None:
    answer = acme_user.get("/api/cdrs", **query)
    assert (answer.status, answer.problems) == (400, {problem})


def test_records_cannot_be_written(acme_user: Rest, acme: Tenant) -> None:
    cdr = cdr_make(acme, "s1")
    assert acme_user.delete(f"/api/cdrs/{cdr.pk}").status in (403, 405)
    assert acme_user.patch(f"/api/cdrs/{cdr.pk}", {"status": "busy"}).status in (403, 405)


def test_running_calls_are_seen_by_their_tenant_and_their_parties(
    acme_user: Rest, globex_user: Rest, alice: Rest, mallory: Rest, acme: Tenant, worker: FakeWorker
) -> None:
    worker.begin_call(acme, "s1", started_at=1_700_000_000.0)
    worker.begin_call(acme, "s2", caller="103", callee="102")
    assert sessions(acme_user, "/api/call_sessions") == ["s1", "s2"]
    assert sessions(acme_user, "/api/call_sessions", ordering="-started_at") == ["s2", "s1"]
    assert sessions(acme_user, "/api/call_sessions", search="103") == ["s2"]
    assert sessions(alice, "/api/call_sessions") == ["s1"]
    assert sessions(globex_user, "/api/call_sessions") == sessions(mallory, "/api/call_sessions") == []
    started_at = alice.get("/api/call_sessions/s1").body["started_at"]
    assert datetime.fromisoformat(started_at) == datetime.fromtimestamp(1_700_000_000, UTC)
    assert mallory.get("/api/call_sessions/s1").status == 404


@pytest.mark.parametrize("by_delete", [True, False])
def test_a_call_is_hung_up_by_the_worker_that_owns_it(
    acme_user: Rest, acme: Tenant, worker: FakeWorker, by_delete: bool
) -> None:
    worker.begin_call(acme, "s1")
    with worker.answering():
        path = "/api/call_sessions/s1"
        answer = acme_user.delete(path) if by_delete else acme_user.post(f"{path}/hang_up")
    assert answer.status == 204
    assert worker.hung_up == ["s1"]


def test_strangers_and_colleagues_cannot_hang_up_a_call(
    globex_user: Rest, mallory: Rest, alice: Rest, acme: Tenant, worker: FakeWorker
) -> None:
    worker.begin_call(acme, "s1", caller="103", callee="102")
    with worker.answering():
        for stranger in (globex_user, mallory, alice):
            assert stranger.delete("/api/call_sessions/s1").status == 404
    assert worker.hung_up == []


def test_a_silent_worker_is_told_apart_from_an_unknown_call(
    acme_user: Rest, acme: Tenant, worker: FakeWorker
) -> None:
    worker.begin_call(acme, "s1")
    assert acme_user.delete("/api/call_sessions/s1").problems == {(None, "unavailable")}
    assert acme_user.delete("/api/call_sessions/unknown").status == 404


def test_without_redis_running_calls_are_unavailable_and_records_are_not(
    acme_user: Rest, acme: Tenant, worker: FakeWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = redis.Redis(host="127.0.0.1", port=1)
    for module in ("callmanager.selectors.live_call", "callmanager.services.live_call"):
        monkeypatch.setattr(f"{module}.live_redis", lambda: nowhere)
    assert acme_user.get("/api/call_sessions").status == 503
    assert acme_user.delete("/api/call_sessions/s1").status == 503
    assert acme_user.get("/api/cdrs").status == 200
    assert live_redis.live_redis() is not nowhere
