"""One record per call attempt, whatever happens to workers, tasks and announcements."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from redis import Redis
from redis.client import PubSub

from callmanager.domain.call_events import CallEvent, CallEventKind
from callmanager.domain.cdr import WORKER_LOST
from callmanager.domain.worker_loss import CONFIRMED_AFTER
from callmanager.fleet.models import Cdr, OpenCall, StoredCallEvent, WorkerNode
from callmanager.selectors.call import call_event_list, cdr_find, cdr_list
from callmanager.services.cdr import INCOMPLETE_AFTER, cdrs_assemble, lost_calls_reap, open_calls_sweep
from callmanager.services.partition import call_events_expire, partitions_make_ahead
from callmanager.tasks import assemble_cdrs, reap_lost_calls
from tenants.models import Tenant
from tenants.scope import TenantScopeMissing, across_tenants, tenant_scope
from tenants.services.tenant_deletion import tenant_delete
from tests.web.callmanager import recorded_calls
from tests.web.conftest import TenantMaker

NOW = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
MEDIA = {
    "codec": "G722", "clock_rate_hz": 16000, "rx_packets": 500, "rx_lost": 5, "rx_jitter_ms": 1.5,
    "tx_packets": 501, "tx_lost": 0, "tx_jitter_ms": 0.5, "round_trip_ms": 12.0, "mos": 4.3,
}  # fmt: skip
START = {
    "call_id": "c1@phone", "caller": "101", "caller_domain": "acme.example", "caller_display_name": "Alice",
    "callee": "102", "callee_domain": "acme.example", "direction": "ext", "source": "udp:192.0.2.1:5060",
    "user_agent": "Alice's phone", "config_rev": 7, "tenant_name": "acme",
}  # fmt: skip
TARGET = {"target_id": "t1", "number": "102", "contact": "sip:102@192.0.2.2", "user_agent": "Bob's phone"}
ENDED = {
    "status": "answered", "ended_by": "caller", "reason": "Caller hung up", "sip_code": 200,
    "caller_media": MEDIA, "callee_media": {**MEDIA, "codec": "PCMA"},
}  # fmt: skip
STORY: tuple[tuple[CallEventKind, float, dict[str, Any]], ...] = (
    (CallEventKind.CALL_START, 0.0, START),
    (CallEventKind.TARGET_ADD, 0.01, TARGET),
    (
        CallEventKind.TARGET_RINGING,
        0.1,
        {"target_id": "t1", "number": "102", "sip_code": 180, "early_media": False},
    ),
    (CallEventKind.CALL_ESTABLISHED, 5.1, {**TARGET, "answered_by": "extension"}),
    (CallEventKind.CALL_ENDED, 13.1, ENDED),
)


def _tell(tenant: Tenant, session_id: str, *, worker: str = "w0", length: int = len(STORY)) -> None:
    """Store the first `length` events of the story as a worker does, with its row in `open_call`."""
    story = STORY[:length]
    with across_tenants():
        StoredCallEvent.objects.bulk_create(
            StoredCallEvent(
                session_id=session_id, sequence=sequence, at=NOW + timedelta(seconds=after_s), tenant_id=tenant.pk,
                kind=kind.value, worker=worker, data=data,
            )
            for sequence, (kind, after_s, data) in enumerate(story)
        )  # fmt: skip
        ended_at = NOW + timedelta(seconds=story[-1][1]) if length == len(STORY) else None
        OpenCall.objects.create(
            session_id=session_id, tenant_id=tenant.pk, worker=worker, started_at=NOW, ended_at=ended_at
        )


def _worker(name: str, *, started_at: datetime, last_seen_at: datetime) -> None:
    WorkerNode.objects.create(
        worker=name,
        sip_uri="sip:127.0.0.1:15100",
        started_at=started_at,
        last_seen_at=last_seen_at,
        state="up",
    )


def _subscription(client: Redis) -> PubSub:
    subscription: PubSub = client.pubsub()  # type: ignore[no-untyped-call]
    return subscription


@pytest.fixture(autouse=True)
def _no_silence_is_remembered() -> Iterator[None]:
    """The cache outlives a test's transaction."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def published(acme: Tenant, redis_url: str) -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """What subscribers of Acme have heard so far."""
    with closing(Redis.from_url(redis_url)) as client, _subscription(client) as subscription:
        subscription.subscribe(f"pbx:events:{acme.pk}")
        assert subscription.get_message(timeout=5) is not None

        def messages() -> list[dict[str, Any]]:
            heard = []
            while (
                message := subscription.get_message(ignore_subscribe_messages=False, timeout=0.2)
            ) is not None:
                heard.append(json.loads(message["data"]))
            return heard

        yield messages


def test_an_answered_call_has_a_full_record(acme: Tenant) -> None:
    _tell(acme, "s1")
    assert cdrs_assemble(session_ids=["s1"]) == 1
    with tenant_scope(acme):
        cdr = cdr_find(session_id="s1")
        assert cdr is not None
        assert (cdr.status, cdr.caller, cdr.callee, cdr.answered_number) == ("answered", "101", "102", "102")
        assert (cdr.post_dial_delay_ms, cdr.ring_duration_ms, cdr.talk_duration_ms) == (100, 5000, 8000)
        assert (cdr.ended_by, cdr.ended_reason, cdr.sip_code) == ("caller", "Caller hung up", 200)
        assert (cdr.caller_codec, cdr.callee_codec, cdr.callee_mos) == ("G722", "PCMA", 4.3)
        assert cdr.caller_media is not None
        assert cdr.caller_media["rx_lost"] == 5
        assert [target["number"] for target in cdr.call_targets] == ["102"]
        assert (cdr.started_at, cdr.worker, cdr.config_rev, cdr.is_worker_lost) == (NOW, "w0", 7, False)
        assert [event.sequence for event in call_event_list(cdr=cdr)] == [0, 1, 2, 3, 4]


def test_the_record_belongs_to_its_tenant_alone(acme: Tenant, globex: Tenant) -> None:
    _tell(acme, "s1")
    cdrs_assemble(session_ids=["s1"])
    with tenant_scope(globex):
        assert not cdr_list().exists()
        assert cdr_find(session_id="s1") is None
    with pytest.raises(TenantScopeMissing):
        cdr_list()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cdr")
        assert cursor.fetchone() == (0,)


def test_a_call_that_is_told_five_times_has_one_record_and_one_announcement(
    acme: Tenant, published: Callable[[], list[dict[str, Any]]], django_capture_on_commit_callbacks: Any
) -> None:
    _tell(acme, "s1")
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(5):
            assemble_cdrs([(acme.pk, "s1")])
    with across_tenants():
        assert Cdr.objects.filter(session_id="s1").count() == 1
        assert not OpenCall.objects.filter(session_id="s1").exists()
    (message,) = published()
    assert (message["topic"], message["key"], message["tenant_id"]) == ("cdr_events", "call_cdr", acme.pk)
    assert message["extensions"] == ["101", "102"]
    assert message["data"]["call_status"] == "ANSWERED"


def test_the_announcement_names_the_recordings_of_the_call(
    acme: Tenant, published: Callable[[], list[dict[str, Any]]], django_capture_on_commit_callbacks: Any
) -> None:
    recorded_calls.tell(acme, recorded_calls.started(), recorded_calls.stopped())
    _tell(acme, "plain")
    with django_capture_on_commit_callbacks(execute=True):
        cdrs_assemble(session_ids=[recorded_calls.SESSION, "plain"])
    (recording,) = recorded_calls.recordings(acme)
    told = {
        one["data"]["session_id"]: one["data"]["recording_ids"]
        for one in published()
        if one["key"] == "call_cdr"
    }
    assert told == {recorded_calls.SESSION: recording.token, "plain": ""}


def test_two_tasks_at_once_insert_and_announce_one_record(make_committed_tenant: TenantMaker) -> None:
    tenant = make_committed_tenant("twice")
    _tell(tenant, "twice-1")
    together = threading.Barrier(2)

    def assemble(_task: int) -> int:
        together.wait(timeout=10)
        try:
            return cdrs_assemble(session_ids=["twice-1"])
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(assemble, range(2))) == [0, 1]
    with tenant_scope(tenant):
        assert Cdr.objects.count() == 1


def test_a_deleted_tenant_leaves_no_call_records(acme: Tenant, globex: Tenant) -> None:
    for tenant in (acme, globex):
        _tell(tenant, f"of-{tenant.name}")
    cdrs_assemble(session_ids=["of-acme", "of-globex"])
    tenant_delete(tenant=acme)
    with across_tenants():
        assert set(Cdr.objects.values_list("session_id", flat=True)) == {"of-globex"}
        assert set(StoredCallEvent.objects.values_list("session_id", flat=True)) == {"of-globex"}


def test_events_that_are_replayed_after_the_record_open_no_second_one(acme: Tenant) -> None:
    _tell(acme, "s1")
    cdrs_assemble(session_ids=["s1"])
    with across_tenants():
        OpenCall.objects.create(session_id="s1", tenant_id=acme.pk, worker="w0", started_at=NOW, ended_at=NOW)
        assert open_calls_sweep(now=NOW + timedelta(minutes=1)) == 0
        assert Cdr.objects.filter(session_id="s1").count() == 1
        assert not OpenCall.objects.filter(session_id="s1").exists()


def test_a_running_call_has_no_record_yet(acme: Tenant) -> None:
    _tell(acme, "s1", length=4)
    assert cdrs_assemble(session_ids=["s1"]) == 0
    with across_tenants():
        assert OpenCall.objects.filter(session_id="s1").exists()


def test_the_sweep_finds_what_was_never_announced(acme: Tenant) -> None:
    _tell(acme, "s1")
    assert open_calls_sweep(now=NOW + timedelta(seconds=14)) == 0
    assert open_calls_sweep(now=NOW + timedelta(seconds=30)) == 1


def test_an_ended_call_whose_last_event_is_missing_is_closed_in_the_end(acme: Tenant) -> None:
    _tell(acme, "s1", length=4)
    with across_tenants():
        OpenCall.objects.filter(session_id="s1").update(ended_at=NOW + timedelta(seconds=13))
        assert open_calls_sweep(now=NOW + timedelta(minutes=1)) == 0
        assert open_calls_sweep(now=NOW + INCOMPLETE_AFTER + timedelta(seconds=14)) == 1


def test_a_killed_workers_call_gets_a_record_that_says_so(acme: Tenant) -> None:
    _tell(acme, "s1", worker="killed", length=4)
    _tell(acme, "s2", worker="alive", length=4)
    began = NOW - timedelta(hours=1)
    _worker("killed", started_at=began, last_seen_at=NOW + timedelta(seconds=10))
    _worker("alive", started_at=began, last_seen_at=NOW + timedelta(seconds=31))
    assert lost_calls_reap(now=NOW + timedelta(seconds=23)) == 0
    assert lost_calls_reap(now=NOW + timedelta(seconds=28)) == 1
    with tenant_scope(acme):
        cdr = cdr_find(session_id="s1")
        assert cdr is not None
        assert (cdr.status, cdr.ended_by, cdr.ended_reason) == ("answered", "pbx", WORKER_LOST)
        assert cdr.is_worker_lost
        assert cdr.ended_at == NOW + timedelta(seconds=10)
        assert cdr_find(session_id="s2") is None
    assert lost_calls_reap(now=NOW + timedelta(seconds=33)) == 0


def test_a_call_ends_no_earlier_than_its_last_event(acme: Tenant) -> None:
    _tell(acme, "s1", worker="killed", length=4)
    _worker("killed", started_at=NOW - timedelta(hours=1), last_seen_at=NOW + timedelta(seconds=1))
    reap_lost_calls()
    assert lost_calls_reap(now=datetime.now(UTC) + CONFIRMED_AFTER) == 1
    with tenant_scope(acme):
        cdr = cdr_find(session_id="s1")
        assert cdr is not None
        assert cdr.ended_at == NOW + timedelta(seconds=5.1)


def test_a_restarted_workers_former_calls_are_closed(acme: Tenant) -> None:
    _tell(acme, "s1", worker="w0", length=4)
    _worker("w0", started_at=NOW + timedelta(seconds=12), last_seen_at=NOW + timedelta(seconds=35))
    assert lost_calls_reap(now=NOW + timedelta(seconds=35)) == 1


def _left_on_disk(tenant: Tenant, session_ids: tuple[str, ...], worker: str) -> str:
    lines = [
        CallEvent(tenant.pk, session_id, sequence, kind, NOW.timestamp() + after_s, worker, data).to_json()
        for session_id in session_ids
        for sequence, (kind, after_s, data) in enumerate(STORY[:2])
    ]
    return "\n".join([*lines, '{"cut sho'])


def test_what_a_worker_that_stays_away_left_on_disk_becomes_a_record(
    acme: Tenant, tmp_path: Path, settings: Any
) -> None:
    settings.PBX_STATE_DIR = tmp_path
    _tell(acme, "s1", worker="killed")
    cdrs_assemble(session_ids=["s1"])
    directory = tmp_path / "killed" / "write-ahead"
    directory.mkdir(parents=True)
    (directory / "events-0.jsonl").write_text(_left_on_disk(acme, ("s1", "s2"), "killed"))
    _worker("killed", started_at=NOW - timedelta(hours=1), last_seen_at=NOW + timedelta(seconds=1))
    assert lost_calls_reap(now=NOW + timedelta(seconds=20)) == 0
    assert lost_calls_reap(now=NOW + timedelta(seconds=25)) == 1
    assert lost_calls_reap(now=NOW + timedelta(seconds=30)) == 0
    with tenant_scope(acme):
        assert Cdr.objects.filter(session_id="s1").count() == 1
        cdr = cdr_find(session_id="s2")
        assert cdr is not None
        assert (cdr.status, cdr.caller, cdr.is_worker_lost) == ("failed", "101", True)
        assert not OpenCall.objects.exists()


def test_after_an_outage_workers_get_a_round_to_report_before_calls_are_reaped(acme: Tenant) -> None:
    _tell(acme, "s1", worker="w0", length=4)
    _worker("w0", started_at=NOW - timedelta(hours=1), last_seen_at=NOW)
    assert lost_calls_reap(now=NOW + timedelta(seconds=60)) == 0
    WorkerNode.objects.update(last_seen_at=NOW + timedelta(seconds=65))
    assert lost_calls_reap(now=NOW + timedelta(seconds=70)) == 0


def test_a_hundred_calls_cost_a_handful_of_queries(acme: Tenant, django_assert_max_num_queries: Any) -> None:
    session_ids = [f"s{number}" for number in range(100)]
    for session_id in session_ids:
        _tell(acme, session_id)
    with django_assert_max_num_queries(15):
        assert cdrs_assemble(session_ids=session_ids) == 100


def _partitions(table: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relid::text FROM pg_partition_tree(%s) WHERE isleaf", (table,))
        return {name for (name,) in cursor.fetchall()}


def test_months_are_made_ahead_and_take_over_what_came_too_early(acme: Tenant) -> None:
    late = datetime(2031, 5, 3, tzinfo=UTC)
    with across_tenants():
        StoredCallEvent.objects.create(
            session_id="early",
            sequence=0,
            at=late,
            tenant_id=acme.pk,
            kind="call_start",
            worker="w0",
            data={},
        )
    assert partitions_make_ahead(today=late.date()) == 9
    assert partitions_make_ahead(today=late.date()) == 0
    assert {"call_event_203105", "call_event_203106", "call_event_203107"} <= _partitions("call_event")
    with across_tenants(), connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text FROM call_event WHERE session_id = 'early'")
        assert cursor.fetchall() == [("call_event_203105",)]
    with tenant_scope(acme):
        assert StoredCallEvent.objects.filter(session_id="early").exists()


def test_months_of_events_beyond_their_retention_are_dropped_and_records_stay(db: None) -> None:
    partitions_make_ahead(today=datetime(2020, 1, 15, tzinfo=UTC).date())
    assert call_events_expire(today=datetime(2020, 5, 29, tzinfo=UTC).date(), retention_days=90) == 1
    assert "call_event_202001" not in _partitions("call_event")
    assert {"call_event_202002", "call_event_202003"} <= _partitions("call_event")
    assert "cdr_202001" in _partitions("cdr")
