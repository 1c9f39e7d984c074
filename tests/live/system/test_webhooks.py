"""What a tenant's server is told of a call between two phones, while another tenant's server hangs."""

from __future__ import annotations

import base64
import hashlib
import hmac
import threading
from collections.abc import Iterator

import pytest

from tests.live.system.running_system import RunningSystem
from tests.phones.phone import Phone
from tests.phones.rest import RestClient
from tests.phones.waiting import PATIENCE_S, until
from tests.web.hook_host import HookHost, running_hook_host


@pytest.fixture
def host() -> Iterator[HookHost]:
    with running_hook_host() as host:
        yield host


@pytest.fixture
def hanging() -> Iterator[HookHost]:
    with running_hook_host(gate=threading.Event()) as host:
        yield host


def told(host: HookHost, call_id: str) -> list[str]:
    documents = [one.document for one in host.received]
    return [
        document.get("event_type", "call_cdr") for document in documents if document.get("call_id") == call_id
    ]


def test_a_call_is_told_to_its_tenants_server_and_a_hanging_one_disturbs_nobody(
    system: RunningSystem, alice: Phone, bob: Phone, rest: RestClient, host: HookHost, hanging: HookHost
) -> None:
    stranger = system.demo.tenants["globex"]
    globex = RestClient.sign_in(system.demo.url, username=stranger.username, password=stranger.password)
    secrets = {}
    for topic in ("cdr", "extension"):
        secrets[topic] = rest.patch(f"/event_urls/{topic}", {"url": host.url})["signing_secret"]
        globex.patch(f"/event_urls/{topic}", {"url": hanging.url, "timeout_s": 30})
    try:
        call = alice.dial("102")
        ringing = bob.wait_incoming()
        ringing.answer()
        call.wait_confirmed()
        call.hang_up()
        call.wait_over()
        until(lambda: "call_cdr" in told(host, call.sip_call_id), PATIENCE_S, "the record")
        until(lambda: "call_ended" in told(host, call.sip_call_id), PATIENCE_S, "the call's last event")
        events = [one for one in told(host, call.sip_call_id) if one != "call_cdr"]
        assert events[0] == "call_start"
        assert events[-1] == "call_ended"
        assert "target_ringing" in events
        assert events.index("call_established") > events.index("target_add")
        for one in host.received:
            topic = "extension" if "event_type" in one.document else "cdr"
            key = base64.b64decode(secrets[topic].removeprefix("whsec_"), validate=True)
            signed = f"{one.headers['webhook-id']}.{one.headers['webhook-timestamp']}.{one.body}".encode()
            digest = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
            assert one.headers["webhook-signature"] == f"v1,{digest}"
        log = rest.rows("/webhook_deliveries", topic="cdr")
        assert log[0]["state"] == "delivered"
        assert globex.get("/webhook_deliveries")["count"] == 0
    finally:
        for topic in ("cdr", "extension"):
            rest.delete(f"/event_urls/{topic}")
            globex.delete(f"/event_urls/{topic}")
