"""Call records and running calls for tests, as tasks and workers leave them."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import redis
from django.utils import timezone

from callmanager.domain.live_channel import PUBLISH, publish_arguments
from callmanager.fleet.models import Cdr, Registration, StoredCallEvent, WorkerNode
from tenants.models import Tenant
from tenants.scope import tenant_scope

WORKER = "worker-of-tests"


def cdr_make(tenant: Tenant, session_id: str, **changes: Any) -> Cdr:
    """An answered call from 101 to 102, unless told otherwise; a ringing time of 2 s, 60 s of talk."""
    started_at: datetime = changes.pop("started_at", timezone.now() - timedelta(minutes=5))
    fields: dict[str, Any] = {
        "tenant_id": tenant.pk,
        "tenant_name": tenant.name,
        "session_id": session_id,
        "call_id": f"{session_id}@phone",
        "status": "answered",
        "direction": "ext",
        "caller": "101",
        "caller_domain": tenant.sip_domain,
        "caller_display_name": "",
        "callee": "102",
        "callee_domain": tenant.sip_domain,
        "answered_by": "extension",
        "answered_number": "102",
        "final_destination": "sip:102@192.0.2.2",
        "started_at": started_at,
        "ringing_at": started_at + timedelta(seconds=1),
        "answered_at": started_at + timedelta(seconds=2),
        "ended_at": started_at + timedelta(seconds=62),
        "post_dial_delay_ms": 90,
        "ring_duration_ms": 2_000,
        "talk_duration_ms": 60_000,
        "ended_by": "caller",
        "ended_reason": "Normal call clearing",
        "sip_code": 200,
        "source": "udp:192.0.2.1:5060",
        "caller_user_agent": "Alice's phone",
        "callee_user_agent": "Bob's phone",
        "caller_codec": "G722",
        "callee_codec": "PCMA",
        "caller_mos": 4.2,
        "callee_mos": 3.4,
        "caller_media": {
            "codec": "G722",
            "clock_rate_hz": 16000,
            "rx_packets": 990,
            "rx_lost": 10,
            "mos": 4.2,
        },
        "callee_media": {
            "codec": "PCMA",
            "clock_rate_hz": 8000,
            "rx_packets": 1000,
            "rx_lost": 0,
            "mos": 3.4,
        },
        "call_targets": [],
        "worker": WORKER,
        "config_rev": 1,
    }
    with tenant_scope(tenant):
        return Cdr.objects.create(**{**fields, **changes})


def call_events_make(cdr: Cdr, tenant: Tenant) -> None:
    story: tuple[tuple[str, dict[str, Any]], ...] = (
        ("call_start", {"caller": cdr.caller, "callee": cdr.callee, "user_agent": "Alice's phone"}),
        ("target_add", {"target_id": "t1", "number": "102", "user_agent": "Bob's phone"}),
        ("target_ringing", {"target_id": "t1", "number": "102", "sip_code": 180}),
        ("call_established", {"target_id": "t1", "number": "102"}),
        (
            "call_ended",
            {
                "ended_by": "caller",
                "caller_quality": {"began_at": 0.0, "points": [[5, 4.4, 0, 1, 20], [10, 4.1, 1.5, 3, 25]]},
            },
        ),
    )
    with tenant_scope(tenant):
        StoredCallEvent.objects.bulk_create(
            StoredCallEvent(
                session_id=cdr.session_id,
                sequence=sequence,
                at=cdr.started_at + timedelta(seconds=sequence),
                tenant_id=tenant.pk,
                kind=kind,
                worker=WORKER,
                data=data,
            )
            for sequence, (kind, data) in enumerate(story)
        )


def registration_make(tenant: Tenant, number: str, ruid: str) -> Registration:
    now = timezone.now()
    with tenant_scope(tenant):
        return Registration.objects.create(
            ruid=ruid,
            tenant_id=tenant.pk,
            username=number,
            domain=tenant.sip_domain,
            contact=f"sip:{number}@192.0.2.1:5060",
            source="udp:192.0.2.1:5060",
            user_agent="Desk phone",
            registered_at=now,
            expires_at=now + timedelta(hours=1),
        )


def live_document(session_id: str, **changes: Any) -> dict[str, Any]:
    return {
        "session_id": session_id,
        "worker": WORKER,
        "call_id": f"{session_id}@phone",
        "direction": "ext",
        "caller": "101",
        "caller_display_name": "",
        "callee": "102",
        "state": "talking",
        "started_at": time.time() - 10,
        "answered_at": time.time() - 5,
        "answered_number": "102",
        "held_by": [],
        **changes,
    }


class FakeWorker:
    """Keeps the table of live calls in Redis and answers commands, as a worker does."""

    NAMED = ("reply_to", "id", "tenant_id", "worker")

    def __init__(self, redis_url: str) -> None:
        self.redis = redis.Redis.from_url(redis_url)
        self.hung_up: list[str] = []
        # What it was told, and what it answers besides "done".
        self.commands: list[dict[str, Any]] = []
        self.answers: dict[str, dict[str, Any]] = {}
        self.takes_calls_of: set[int] = set()
        # Whose commands it takes: those of several workers, if a test needs more than one.
        self.names = {WORKER}
        self._owner: dict[str, int] = {}
        self._keys: set[str] = set()

    def register(self) -> None:
        now = timezone.now()
        WorkerNode.objects.update_or_create(
            worker=WORKER,
            defaults={"sip_uri": "sip:127.0.0.1:1", "started_at": now, "last_seen_at": now, "state": "up"},
        )

    def told(self) -> list[dict[str, Any]]:
        """Every command since the last time, without what names its way."""
        taken, self.commands = self.commands, []
        return [{name: value for name, value in one.items() if name not in self.NAMED} for one in taken]

    def begin_call(self, tenant: Tenant, session_id: str, **changes: Any) -> None:
        key = f"pbx:live:{tenant.pk}:{WORKER}"
        self._keys.add(key)
        self._owner[session_id] = tenant.pk
        self.redis.hset(key, session_id, json.dumps(live_document(session_id, **changes)))

    def publish(self, tenant: Tenant, key: str, sequence: int, **data: Any) -> None:
        event = {
            "topic": "cdr_events" if key == "call_cdr" else "extension_events",
            "key": key,
            "tenant_id": tenant.pk,
            "extensions": sorted({data.get("caller", "101"), data.get("callee", "102")}),
            "sequence": sequence,
            "time": time.time(),
            "data": {"caller": "101", "callee": "102", **data},
        }
        self.redis.eval(PUBLISH, 2, *publish_arguments(tenant.pk, json.dumps(event)))

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Obeys `hang_up` for its own calls and keeps silent about all others."""
        channel = self.redis.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
        channel.subscribe("pbx:commands")
        is_over = threading.Event()
        # The subscription stands once its confirmation was read.
        channel.get_message(timeout=2.0)
        thread = threading.Thread(target=self._obey, args=(channel, is_over))
        thread.start()
        try:
            yield
        finally:
            is_over.set()
            thread.join()
            channel.close()

    def wait_for_hang_up(self, session_id: str, patience_s: float = 5.0) -> None:
        deadline = time.monotonic() + patience_s
        while session_id not in self.hung_up:
            assert time.monotonic() < deadline, f"nobody hung up {session_id}"
            threading.Event().wait(0.02)

    def cut_subscriptions(self) -> None:
        """Everybody who listens to Redis loses the connection."""
        self.redis.client_kill_filter(_type="pubsub")

    def close(self) -> None:
        if self._keys:
            self.redis.delete(*self._keys)
        self.redis.close()

    def _obey(self, channel: Any, is_over: threading.Event) -> None:
        while not is_over.is_set():
            message = channel.get_message(timeout=0.05)
            if message is None:
                continue
            command = json.loads(message["data"])
            if command.get("worker") in self.names and command["tenant_id"] in self.takes_calls_of:
                self._owner[command["session_id"]] = command["tenant_id"]
            if self._owner.get(command["session_id"]) != command["tenant_id"]:
                continue
            # What is said to one order alone goes before what is said to the command.
            said = self.answers.get(f"{command['command']} {command.get('order', '')}")
            answer = {"ok": True, "result": {}, **(said or self.answers.get(command["command"], {}))}
            self.commands.append(command)
            if command["command"] == "hang_up":
                self.hung_up.append(command["session_id"])
                tenant_id = command["tenant_id"]
                self.redis.hdel(f"pbx:live:{tenant_id}:{WORKER}", command["session_id"])
            self.redis.rpush(command["reply_to"], json.dumps({"id": command["id"], **answer}))
