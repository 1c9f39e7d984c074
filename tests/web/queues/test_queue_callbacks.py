"""Who is to be called back is kept with the events that tell of it, and follows the company from worker to worker."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone

from callmanager.domain.worker_loss import CONFIRMED_AFTER
from callmanager.edge.worker_lookup import worker_of
from callmanager.fleet.models import QueueCallback, StoredCallEvent, WorkerNode
from callmanager.services.call_queue import call_queue_create
from callmanager.services.cdr import lost_calls_reap
from callmanager.services.queue_callback import queue_callbacks_hand_over
from callmanager.tasks import reap_lost_calls
from tenants.models import Tenant
from tenants.scope import across_tenants, tenant_scope
from tenants.services.tenant_deletion import tenant_delete
from tests.web.calls import WORKER, FakeWorker
from tests.web.edge import Edge, running_edge
from tests.web.queue_calls import ENDED, left, queue_call_tell

pytestmark = pytest.mark.django_db
KEEPER = "w0"


@pytest.fixture(autouse=True)
def _no_silence_is_remembered() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def edge() -> Iterator[Edge]:
    with running_edge() as edge:
        yield edge


@pytest.fixture
def worker(redis_url: str, acme: Tenant, globex: Tenant) -> Iterator[FakeWorker]:
    """To which the edge sends calls of everybody."""
    worker = FakeWorker(redis_url)
    worker.register()
    worker.takes_calls_of = {acme.pk, globex.pk}
    with worker.answering():
        yield worker
    worker.close()


@pytest.fixture(autouse=True)
def _queues(acme: Tenant, globex: Tenant) -> None:
    for tenant in (acme, globex):
        with tenant_scope(tenant):
            call_queue_create(number="8000", name="Sales")


def keeper_seen(*, ago_s: float = 0, began_ago_s: float = 3600) -> None:
    now = timezone.now()
    WorkerNode.objects.update_or_create(
        worker=KEEPER,
        defaults={
            "sip_uri": "sip:127.0.0.1:15100",
            "started_at": now - timedelta(seconds=began_ago_s),
            "last_seen_at": now - timedelta(seconds=ago_s),
            "state": "up",
        },
    )


def kept(tenant: Tenant) -> list[tuple[str, str, str]]:
    with tenant_scope(tenant):
        rows = QueueCallback.objects.all()
        return [(row.place, row.number, row.worker) for row in rows]


def promise(tenant: Tenant, session_id: str, ago_s: float = 60, **more: Any) -> None:
    gone = left("callback", queue=more.get("queue", "8000"))
    queue_call_tell(tenant, session_id, gone, ENDED, worker=KEEPER, ago_s=ago_s, **more)


def called_back(tenant: Tenant, place: str) -> None:
    data = {"queue": "8000", "number": "00491711", "why": "answered", "from_session": place}
    with across_tenants():
        StoredCallEvent.objects.create(
            session_id=f"agents-{place}",
            sequence=3,
            at=timezone.now(),
            tenant_id=tenant.pk,
            kind="queue_called_back",
            worker=WORKER,
            data=data,
        )


def reap() -> None:
    """Twice, as a silence has to be noticed twice."""
    look(0)
    look(1)


def look(times: int) -> None:
    now = timezone.now() + times * (CONFIRMED_AFTER + timedelta(seconds=1))
    lost_calls_reap(now=now)
    queue_callbacks_hand_over(find_worker=lambda tenant: worker_of(tenant=tenant), now=now)


def test_a_promise_is_kept_with_its_event_until_it_is_made_and_a_stranger_has_none(
    acme: Tenant, globex: Tenant
) -> None:
    promise(acme, "s1")
    queue_call_tell(acme, "s2", left("abandoned"), ENDED)
    assert kept(acme) == [("s1", "00491711", KEEPER)]
    assert kept(globex) == []
    called_back(globex, "s1")
    assert kept(acme) == [("s1", "00491711", KEEPER)], "another company's call makes it not"
    called_back(acme, "s1")
    assert kept(acme) == []


def test_what_a_killed_worker_has_promised_is_kept_by_the_one_that_has_the_calls_now_in_order(
    acme: Tenant, globex: Tenant, worker: FakeWorker, edge: Edge
) -> None:
    keeper_seen(ago_s=20)
    promise(acme, "later", ago_s=30, caller="00492")
    promise(acme, "earlier", ago_s=90, caller="00491")
    promise(globex, "theirs", ago_s=60, caller="00493")
    reap()
    told = sorted(worker.commands, key=lambda one: int(one["tenant_id"] != acme.pk))
    assert [(one["tenant_id"], one["session_id"], one["number"]) for one in told] == [
        (acme.pk, "earlier", "00491"),
        (acme.pk, "later", "00492"),
        (globex.pk, "theirs", "00493"),
    ]
    assert {(one["command"], one["worker"], one["queue"]) for one in told} == {
        ("queue_callback_keep", WORKER, "8000")
    }
    assert told[0]["promised_ms"] - told[0]["entered_ms"] == 1000
    assert kept(acme) == [("earlier", "00491", WORKER), ("later", "00492", WORKER)]
    worker.told()
    reap()
    assert worker.told() == [], "it has them"


def test_a_worker_that_began_anew_has_forgotten_what_it_promised_before(
    acme: Tenant, worker: FakeWorker, edge: Edge
) -> None:
    keeper_seen(began_ago_s=10)
    promise(acme, "s1", ago_s=60)
    reap_lost_calls()
    assert [one["command"] for one in worker.commands] == ["queue_callback_keep"]


def test_a_worker_that_lives_gives_back_what_has_to_follow_the_company(
    acme: Tenant, worker: FakeWorker, edge: Edge
) -> None:
    keeper_seen()
    worker.names.add(KEEPER)
    promise(acme, "s1")
    reap_lost_calls()
    assert [(one["command"], one["worker"]) for one in worker.commands] == [
        ("queue_callback_give_back", KEEPER),
        ("queue_callback_keep", WORKER),
    ]
    assert kept(acme) == [("s1", "00491711", WORKER)]


def test_where_an_agent_calls_already_it_stays(acme: Tenant, worker: FakeWorker, edge: Edge) -> None:
    keeper_seen()
    worker.names.add(KEEPER)
    promise(acme, "s1")
    worker.answers["queue_callback_give_back"] = {"ok": False, "code": "is_called", "message": "It is"}
    reap_lost_calls()
    assert [one["command"] for one in worker.commands] == ["queue_callback_give_back"]
    assert kept(acme) == [("s1", "00491711", KEEPER)]


def test_without_an_edge_it_waits(acme: Tenant, worker: FakeWorker, edge: Edge) -> None:
    keeper_seen(ago_s=20)
    promise(acme, "s1")
    edge.status = 503
    reap()
    assert (worker.commands, kept(acme)) == ([], [("s1", "00491711", KEEPER)])
    edge.status = 200
    look(3)
    assert kept(acme) == [("s1", "00491711", WORKER)]


def test_of_a_deleted_queue_and_after_half_a_day_nobody_is_called(
    acme: Tenant, worker: FakeWorker, edge: Edge
) -> None:
    keeper_seen(ago_s=20)
    promise(acme, "old", ago_s=12 * 3600 + 60)
    promise(acme, "gone", queue="8001")
    reap()
    assert (worker.commands, kept(acme)) == ([], [])


def test_they_go_with_the_company(acme: Tenant) -> None:
    promise(acme, "s1")
    tenant_delete(tenant=acme)
    with across_tenants():
        assert not QueueCallback.objects.exists()
