"""Every key of every topic of the event socket, wanted by those it must not reach."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from typing import Any

import pytest

from tenants.models import Tenant
from tests.web.asgi_server import AsgiServer
from tests.web.calls import FakeWorker
from tests.web.conftest import ACME_DOMAIN, GLOBEX_DOMAIN, WEB_PASSWORD
from tests.web.events.client import EventClient
from tests.web.matrix.thing import MARK

pytestmark = pytest.mark.django_db

# A new key needs a place here: what an event of it tells must be worth a thought.
TOPICS: Mapping[str, set[str]] = {
    "extension_events": {
        "extension_register",
        "extension_presence",
        "call_start",
        "caller_answered",
        "target_add",
        "target_ringing",
        "target_answered",
        "target_noanswer",
        "target_fail",
        "target_ended",
        "call_established",
        "call_hold",
        "call_unhold",
        "call_mute",
        "call_unmute",
        "call_reroute",
        "transfer_started",
        "transfer_failed",
        "call_transferred",
        "call_joined",
        "call_moved",
        "menu_chosen",
        "queue_entered",
        "queue_sla_breached",
        "queue_left",
        "queue_agent_state",
        "queue_called_back",
        "conference_started",
        "conference_joined",
        "conference_muted",
        "conference_locked",
        "conference_left",
        "conference_ended",
        "voicemail_started",
        "voicemail_marked",
        "voicemail_taken_back",
        "voicemail_changed",
        "setting_changed",
        "call_parked",
        "call_unparked",
        "monitor_started",
        "monitor_changed",
        "recording_started",
        "recording_paused",
        "recording_resumed",
        "recording_stopped",
        "recording_stored",
        "call_noanswer",
        "call_fail",
        "call_ended",
    },
    "cdr_events": {"call_cdr"},
    "queue_events": {"queue_status"},
    "conference_events": {"conference_status", "conference_talking"},
}
# Of the companies' own people: an extension has no trunks.
TENANT_TOPICS: Mapping[str, set[str]] = {"trunk_events": {"trunk_connected", "trunk_disconnected"}}
# Of the platform: administrators' alone.
FLEET_TOPICS: Mapping[str, set[str]] = {"fleet_events": {"figures"}}
ACME = {"name": "acme", "password": WEB_PASSWORD}
STRANGERS: Mapping[str, dict[str, str]] = {
    "the other company": {"name": "globex", "password": WEB_PASSWORD},
    "its extension with the same number": {
        "extension": "101",
        "domain": GLOBEX_DOMAIN,
        "password": WEB_PASSWORD,
    },
    "an extension of Acme without rights": {
        "extension": "102",
        "domain": ACME_DOMAIN,
        "password": WEB_PASSWORD,
    },
}
LAST = "the-last-event"


@pytest.fixture
def worker(redis_url: str) -> Iterator[FakeWorker]:
    worker = FakeWorker(redis_url)
    yield worker
    worker.close()


def publish(
    worker: FakeWorker, tenant: Tenant, topic: str, key: str, *, number: str, session_id: str
) -> None:
    event: dict[str, Any] = {
        "topic": topic,
        "key": key,
        "tenant_id": tenant.pk,
        "extensions": [number, "103"],
        "sequence": 0,
        "time": time.time(),
        "data": {"caller": number, "callee": "103", "session_id": session_id},
    }
    worker.redis.publish(f"pbx:events:{tenant.pk}", json.dumps(event))


def test_no_topic_reaches_a_stranger(
    asgi_server: AsgiServer, worker: FakeWorker, acme: Tenant, globex: Tenant
) -> None:
    """Everybody wants everything. Acme's events come first, and last one that everybody hears."""
    wanted = [{"topic": topic, "keys": sorted(keys)} for topic, keys in TOPICS.items()]
    with ExitStack() as sockets:
        clients = {}
        for name, login in {"Acme itself": ACME, **STRANGERS}.items():
            client = sockets.enter_context(EventClient(asgi_server.events_url))
            assert client.command(command="auth", **login) == {"status": 0}
            assert client.command(command="subscribe", topics=wanted) == {"status": 0}
            clients[name] = client
        stranger = clients["the other company"]
        assert stranger.command(command="subscribe", topics=wanted, tenant="acme")["status"] == -1
        for topic, keys in TOPICS.items():
            for key in sorted(keys):
                publish(worker, acme, topic, key, number="101", session_id=f"{MARK}-{key}")
        for tenant, number in ((acme, "102"), (globex, "101")):
            publish(worker, tenant, "cdr_events", "call_cdr", number=number, session_id=LAST)
        expected = {f"{MARK}-{key}" for keys in TOPICS.values() for key in keys}
        assert heard(clients.pop("Acme itself")) == expected
        for name, client in clients.items():
            assert heard(client) == set(), name


@pytest.mark.parametrize("asker", ["Acme itself", *STRANGERS])
def test_the_platforms_topics_are_for_administrators(asgi_server: AsgiServer, asker: str) -> None:
    with EventClient(asgi_server.events_url) as client:
        assert client.command(command="auth", **(STRANGERS.get(asker) or ACME)) == {"status": 0}
        for topic in FLEET_TOPICS:
            assert client.command(command="subscribe", topics=[{"topic": topic}])["status"] == -1


def test_trunk_events_are_for_whom_the_trunk_is_lent_to(
    asgi_server: AsgiServer, worker: FakeWorker, acme: Tenant, globex: Tenant
) -> None:
    wanted = [{"topic": topic, "keys": sorted(keys)} for topic, keys in TENANT_TOPICS.items()]
    with ExitStack() as sockets:
        clients = {}
        for name, login in {"Acme itself": ACME, **STRANGERS}.items():
            client = sockets.enter_context(EventClient(asgi_server.events_url))
            assert client.command(command="auth", **login) == {"status": 0}
            status = client.command(command="subscribe", topics=wanted)["status"]
            assert status == (-1 if "extension" in login else 0), name
            if status == 0:
                clients[name] = client
        stranger = clients["the other company"]
        assert stranger.command(command="subscribe", topics=wanted, tenant="acme")["status"] == -1
        keys = sorted(key for keys in TENANT_TOPICS.values() for key in keys)
        for key in keys:
            publish(worker, acme, "trunk_events", key, number="", session_id=f"{MARK}-{key}")
        for tenant in (acme, globex):
            publish(worker, tenant, "trunk_events", keys[0], number="", session_id=LAST)
        assert heard(clients["Acme itself"]) == {f"{MARK}-{key}" for key in keys}
        assert heard(stranger) == set()


def test_who_did_not_sign_in_subscribes_to_nothing(asgi_server: AsgiServer) -> None:
    with EventClient(asgi_server.events_url) as client:
        for topic in (*TOPICS, *TENANT_TOPICS, *FLEET_TOPICS):
            answer = client.command(command="subscribe", topics=[{"topic": topic}])
            assert answer == {"error": "not signed in", "status": -1}


def heard(client: EventClient) -> set[str]:
    """Everything until the last event."""
    sessions = set()
    while (session_id := client.read()["session_id"]) != LAST:
        sessions.add(session_id)
    return sessions
