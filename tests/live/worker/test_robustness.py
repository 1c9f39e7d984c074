"""What a worker survives: refused callers, hostile input, many calls, lost servers, its own death."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator

import pytest
import redis

from deploy.stack.free_ports import free_port
from tests.live.worker.raw_messages import CONTRACT, SDP_TYPE, audio_offer, send_invite, send_options
from tests.live.worker.relay import TcpRelay
from tests.live.worker.stand import ALICE_HZ, BOB_HZ, DOMAIN, TENANT_ID, Stand, open_stand
from tests.phones.config import PhoneConfig
from tests.phones.phone import Phone
from tests.phones.waiting import PATIENCE_S, until

pytestmark = pytest.mark.live

MALFORMED = {
    "no-tenant": {"headers": CONTRACT.replace("X-PBX-Tenant: 1\r\n", "")},
    "tenant-is-no-number": {"headers": CONTRACT.replace("Tenant: 1", "Tenant: 1 OR 1=1")},
    "no-headers-at-all": {"headers": ""},
    "broken-utf8": {"headers": CONTRACT + "User-Agent: \udcff\udcfe\x07\r\n"},
    "sdp-is-garbage": {
        "headers": CONTRACT + SDP_TYPE,
        "body": "v=0\r\nm=audio x y z\r\n",
    },
    "endless-header": {"headers": CONTRACT + "Subject: " + "a" * 20_000 + "\r\n"},
}


def test_a_call_that_does_not_come_from_the_edge_is_forbidden(stand: Stand) -> None:
    host, port = stand.edge.worker
    config = PhoneConfig("101", DOMAIN, "", host, port, local_port=free_port())
    stranger = stand.bench.phone(config)
    headers = {"X-PBX-Kind": "ext", "X-PBX-User": "101", "X-PBX-Domain": DOMAIN, "X-PBX-Tenant": "1"}
    assert stranger.dial("102", headers=headers).wait_over().code == 403


@pytest.mark.parametrize("case", MALFORMED)
def test_malformed_invites_end_in_a_refusal_and_the_worker_goes_on(stand: Stand, case: str) -> None:
    send_invite(stand.edge, case, **MALFORMED[case])
    ping = send_options(stand.edge, f"after-{case}")
    until(lambda: any(ping in answer for answer in stand.edge.answers(200)), PATIENCE_S, "the worker answers")
    assert stand.process is not None
    assert stand.process.poll() is None


def test_an_offer_without_a_usable_codec_is_refused_and_recorded(stand: Stand) -> None:
    offer = audio_offer("IP4", "127.0.0.1", "m=audio 4000 RTP/AVP 97\r\na=rtpmap:97 iLBC/8000\r\n")
    call_id = send_invite(stand.edge, "no-codec", CONTRACT + SDP_TYPE, offer)
    until(lambda: any(call_id in answer for answer in stand.edge.answers(488)), PATIENCE_S, "488")
    assert stand.events(call_id)[-1][1]["sip_code"] == 488


def test_a_hundred_calls_leave_no_leg_behind(stand: Stand, alice: Phone, bob: Phone) -> None:
    bob.on_incoming(final=200)
    for _ in range(10):
        calls = [alice.dial("102") for _ in range(10)]
        for call in calls:
            call.wait_confirmed(10)
        for call in calls:
            call.hang_up()
        for call in calls:
            call.wait_over()
    until(lambda: stand.query("SELECT count(*) FROM open_call WHERE ended_at IS NULL") == [(0,)], PATIENCE_S)


@pytest.fixture
def own_stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """A worker that a test may kill, without PostgreSQL or Redis if it likes."""
    with open_stand(tmp_path_factory.mktemp("own")) as stand:
        yield stand


def test_a_caller_on_ipv6_gets_an_ipv6_answer(own_stand: Stand) -> None:
    own_stand.start_worker(PBX_BIND6="::1")
    offer = audio_offer("IP6", "::1", "m=audio 4000 RTP/AVP 8\r\n")
    send_invite(own_stand.edge, "ipv6", CONTRACT + SDP_TYPE, offer, dialled="*44")
    until(
        lambda: any("c=IN IP6 ::1" in text for text in own_stand.edge.answers(200)),
        PATIENCE_S,
        "an IPv6 answer",
    )


def test_a_command_hangs_up_the_call(stand: Stand, alice: Phone, bob: Phone) -> None:
    bob.on_incoming(final=200)
    call = alice.dial("102").wait_confirmed()
    server = redis.Redis.from_url(stand.redis_url, decode_responses=True)
    until(lambda: server.hgetall(f"pbx:live:{TENANT_ID}:worker-0"), PATIENCE_S, "the call is listed")
    session_id = str(next(iter(server.hgetall(f"pbx:live:{TENANT_ID}:worker-0"))))
    command = {
        "command": "hang_up",
        "id": "c1",
        "tenant_id": TENANT_ID,
        "session_id": session_id,
        "reply_to": f"pbx:reply:{session_id}",
    }
    server.publish("pbx:commands", json.dumps(command))
    answer = server.blpop([f"pbx:reply:{session_id}"], timeout=5)
    assert answer is not None
    assert json.loads(answer[1]) == {"id": "c1", "ok": True, "result": {}}
    call.wait_over()
    until(
        lambda: not server.exists(f"pbx:live:{TENANT_ID}:worker-0"),
        PATIENCE_S,
        "the call is no longer listed",
    )


def test_a_changed_extension_counts_for_the_next_call(stand: Stand, alice: Phone) -> None:
    stand.query(
        "INSERT INTO acme.callmanager_extension (number, display_name, is_enabled, ring_timeout_s)"
        " VALUES ('150', 'New', true, 30)"
    )
    stand.query("UPDATE tenants_tenant SET config_rev = config_rev + 1")
    stand.query("NOTIFY tenant_config, '1:2'")
    # 480: known, but nobody is registered; 404 before.
    until(lambda: alice.dial("150").wait_over().code == 480, PATIENCE_S, "the new extension is known")


def test_events_of_an_outage_survive_a_killed_worker(own_stand: Stand) -> None:
    with TcpRelay(own_stand.database_url) as relay:
        own_stand.start_worker(DATABASE_URL=relay.url)
        alice, bob = own_stand.phone("101", ALICE_HZ), own_stand.phone("102", BOB_HZ, ruid="bob")
        bob.on_incoming(final=200)
        relay.cut()
        call = alice.dial("102").wait_confirmed()
        call.wait_heard(BOB_HZ)
        call.hang_up()
        call.wait_over()
        spool = own_stand.directory / "state" / "worker-0" / "spool" / "events.jsonl"
        until(lambda: spool.exists() and "call_ended" in spool.read_text(), 10, "the events are on disk")
        assert own_stand.process is not None
        os.kill(own_stand.process.pid, signal.SIGKILL)
        own_stand.process.wait()
    assert own_stand.query("SELECT count(*) FROM call_event") == [(0,)]
    own_stand.start_worker()
    assert own_stand.events(call.sip_call_id)[-1][1]["status"] == "answered"
    until(lambda: not spool.exists(), PATIENCE_S, "the spool is empty")


def test_a_call_is_not_forgotten_when_its_worker_is_killed_at_its_very_start(own_stand: Stand) -> None:
    own_stand.start_worker()
    alice, bob = own_stand.phone("101", ALICE_HZ), own_stand.phone("102", BOB_HZ, ruid="bob")
    call = alice.dial("102")
    bob.wait_incoming()
    assert own_stand.process is not None
    own_stand.process.kill()
    own_stand.process.wait()
    own_stand.start_worker()
    mine = "SELECT count(*) FROM call_event WHERE kind = 'call_start' AND data ->> 'call_id' = %s"
    until(
        lambda: own_stand.query(mine, call.sip_call_id) == [(1,)],
        PATIENCE_S,
        "the call's start is stored, once",
    )
    open_calls = "SELECT count(*) FROM open_call WHERE ended_at IS NULL"
    assert own_stand.query(open_calls) == [(1,)]
    # Only now may the reaper close what was open before.
    is_start_told = (
        "SELECT count(*) FROM worker_node, open_call WHERE worker_node.started_at > open_call.started_at"
    )
    until(
        lambda: own_stand.query(is_start_told) == [(1,)], PATIENCE_S, "the new worker says since when it runs"
    )


def test_a_worker_starts_from_its_stored_snapshots_while_the_database_is_away(own_stand: Stand) -> None:
    own_stand.start_worker()
    own_stand.stop_worker()
    own_stand.start_worker(DATABASE_URL=f"postgresql://nobody@127.0.0.1:{free_port()}/none")
    alice = own_stand.phone("101", ALICE_HZ)
    alice.dial("*43").wait_confirmed().wait_heard(ALICE_HZ)


def test_without_redis_calls_go_on_and_are_stored(own_stand: Stand) -> None:
    own_stand.start_worker(REDIS_URL=f"redis://127.0.0.1:{free_port()}/0")
    alice, bob = own_stand.phone("101", ALICE_HZ), own_stand.phone("102", BOB_HZ, ruid="bob")
    bob.on_incoming(final=200)
    call = alice.dial("102").wait_confirmed()
    call.wait_heard(BOB_HZ)
    call.hang_up()
    assert own_stand.events(call.sip_call_id)[-1][1]["status"] == "answered"


def test_a_draining_worker_finishes_its_calls_and_takes_no_new_ones(own_stand: Stand) -> None:
    own_stand.start_worker()
    alice, bob = own_stand.phone("101", ALICE_HZ), own_stand.phone("102", BOB_HZ, ruid="bob")
    bob.on_incoming(final=200)
    call = alice.dial("102").wait_confirmed()
    assert own_stand.process is not None
    own_stand.process.terminate()
    until(lambda: own_stand.query("SELECT state FROM worker_node") == [("draining",)], PATIENCE_S)
    refused = alice.dial("*43").wait_over()
    assert refused.code == 503
    call.wait_heard(BOB_HZ)
    call.hang_up()
    said, _ = own_stand.process.communicate(timeout=10)
    assert "legs left: 0" in said
    assert own_stand.process.returncode == 0
    assert own_stand.query("SELECT state FROM worker_node") == [("down",)]
