"""Servers that fail, hang, send too much or nonsense: what is retried, what is not, who else notices."""

from __future__ import annotations

import socket
import threading
import time
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from callmanager.domain.webhook_rules import AT_ONCE, RETRY_AFTER_S
from callmanager.fleet.models import WebhookDelivery, WebhookHealth
from callmanager.webhooks.outbox import Telling, events_tell
from callmanager.webhooks.sweep import KEPT_FOR, webhooks_overdue, webhooks_sweep, webhooks_tend
from tenants.models import EventLogEntry, EventTopic, EventUrl, OutgoingMail, Tenant, User
from tenants.scope import across_tenants, tenant_scope
from tests.web.asgi_server import committed
from tests.web.conftest import TenantMaker
from tests.web.hook_host import HookHost, running_hook_host, running_raw_host
from tests.web.webhooks.conftest import SetUrl, drain, rows


def tell(tenant: Tenant, *bodies: str, call: str = "s1") -> None:
    events_tell([Telling(tenant.pk, EventTopic.EXTENSION, "call_start", call, body) for body in bodies])


def make_due(tenant: Tenant) -> None:
    """As if the time until the next attempt were over, and any pause."""
    with tenant_scope(tenant):
        WebhookDelivery.objects.filter(state="queued").update(next_attempt_at=timezone.now())
        WebhookHealth.objects.update(paused_until=None)


def bodies(host: HookHost) -> list[str]:
    return [one.body for one in host.received]


def test_what_fails_is_sent_again_later_with_the_same_id(
    acme: Tenant, host: HookHost, set_url: SetUrl
) -> None:
    event_url = set_url()
    host.answers = [500]
    tell(acme, "{1}")
    assert drain(event_url) == 1
    row = rows(acme)[0]
    assert (row.state, row.attempts, row.status_code) == ("queued", 1, 500)
    wait_s = (row.next_attempt_at - timezone.now()).total_seconds()
    assert 0.8 * RETRY_AFTER_S[0] < wait_s < 1.2 * RETRY_AFTER_S[0]
    assert drain(event_url) == 0
    make_due(acme)
    assert drain(event_url) == 1
    row = rows(acme)[0]
    assert (row.state, row.attempts) == ("delivered", 2)
    assert [one["status_code"] for one in row.attempt_log] == [500, 200]
    assert len({one.headers["webhook-id"] for one in host.received}) == 1


def test_a_call_waits_for_its_earlier_event_and_another_call_does_not(
    acme: Tenant, host: HookHost, set_url: SetUrl
) -> None:
    event_url = set_url()
    host.answers = [503]
    tell(acme, "{1}", "{2}")
    tell(acme, "{3}", call="s2")
    drain(event_url)
    assert bodies(host) == ["{1}", "{3}"]
    make_due(acme)
    drain(event_url)
    assert bodies(host) == ["{1}", "{3}", "{1}", "{2}"]


def test_what_the_server_refuses_is_given_up_and_the_next_one_follows(
    acme: Tenant, host: HookHost, set_url: SetUrl
) -> None:
    event_url = set_url()
    host.answers = [404, 400]
    tell(acme, "{1}", "{2}", "{3}")
    assert drain(event_url) == 3
    assert [row.state for row in rows(acme)] == ["failed", "failed", "delivered"]


def test_after_the_last_attempt_it_is_given_up(acme: Tenant, host: HookHost, set_url: SetUrl) -> None:
    event_url = set_url()
    host.answers = [500] * 20
    tell(acme, "{1}")
    for _ in range(len(RETRY_AFTER_S) + 3):
        make_due(acme)
        drain(event_url)
    row = rows(acme)[0]
    assert (row.state, row.attempts) == ("failed", len(RETRY_AFTER_S) + 1)
    assert len(host.received) == len(RETRY_AFTER_S) + 1


def test_the_server_says_when_to_come_back(acme: Tenant, host: HookHost, set_url: SetUrl) -> None:
    event_url = set_url()
    host.answers, host.answer_headers = [429], {"Retry-After": "120"}
    tell(acme, "{1}")
    drain(event_url)
    assert (rows(acme)[0].next_attempt_at - timezone.now()).total_seconds() > 100


def test_nobody_follows_a_redirect(acme: Tenant, host: HookHost, set_url: SetUrl) -> None:
    event_url = set_url()
    with running_hook_host() as other:
        host.answers, host.answer_headers = [302], {"Location": other.url}
        tell(acme, "{1}")
        drain(event_url)
        assert other.received == []
    assert "not followed" in rows(acme)[0].error


def hang(connection: socket.socket) -> None:
    while connection.recv(4096):
        pass


def drip(connection: socket.socket) -> None:
    for character in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"a" * 1000:
        connection.send(bytes([character]))
        threading.Event().wait(0.05)


def flood(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n")
    for _ in range(1024):
        connection.sendall(b"x" * 1_048_576)


def flood_unauthorised(connection: socket.socket) -> None:
    connection.sendall(
        b'HTTP/1.1 401 No\r\nWWW-Authenticate: Digest realm="a", nonce="b", qop="auth"\r\n'
        b"Content-Length: 1073741824\r\n\r\n"
    )
    for _ in range(1024):
        connection.sendall(b"x" * 1_048_576)


def babble(connection: socket.socket) -> None:
    connection.sendall(b"\x00\xff\x16\x03garbage\r\n\r\n" * 50)


def leave(connection: socket.socket) -> None:
    connection.close()


@pytest.mark.parametrize(
    ("speak", "state", "words"),
    [
        (hang, "queued", "did not answer within 1 s"),
        (drip, "queued", "did not answer within 1 s"),
        (flood, "delivered", ""),
        (flood_unauthorised, "queued", ""),
        (babble, "queued", "is not HTTP"),
        (leave, "queued", "is not HTTP"),
    ],
)
def test_a_server_that_misbehaves_is_done_with_in_time(
    acme: Tenant, set_url: SetUrl, speak: object, state: str, words: str
) -> None:
    with running_raw_host(speak) as url:  # type: ignore[arg-type]
        sign_in = {"authentication": "digest", "username": "u", "password": "pass-1"}
        event_url = set_url(url=url, timeout_s=1, **sign_in)
        tell(acme, "{1}")
        began = time.monotonic()
        assert drain(event_url) == 1
        assert time.monotonic() - began < 4
    row = rows(acme)[0]
    assert row.state == state
    assert words in row.error
    assert len(row.response_body) <= 4096


def test_a_body_the_database_cannot_keep_is_kept_as_well_as_it_can_be(
    acme: Tenant, host: HookHost, set_url: SetUrl
) -> None:
    event_url = set_url()
    host.answer_body = b"\x00\xff" * 10_000
    tell(acme, "{1}")
    drain(event_url)
    assert rows(acme)[0].state == "delivered"


@pytest.fixture
def hooked(make_committed_tenant: TenantMaker, host: HookHost) -> tuple[Tenant, EventUrl]:
    """What several threads see is committed."""
    tenant = make_committed_tenant("hooked")
    with across_tenants():
        event_url = EventUrl.objects.create(
            tenant_id=tenant.pk, topic="extension", url=host.url, timeout_s=10
        )
    return tenant, event_url


def test_an_address_that_hangs_holds_no_more_than_its_share(
    hooked: tuple[Tenant, EventUrl], host: HookHost
) -> None:
    """However many processes are told of it; and one until it is known to answer."""
    tenant, event_url = hooked

    def all_at_once(count: int) -> None:
        threads = [threading.Thread(target=committed, args=(lambda: drain(event_url),)) for _ in range(count)]
        for thread in threads:
            thread.start()
        deadline = time.monotonic() + 10
        while any(thread.is_alive() for thread in threads) and time.monotonic() < deadline:
            held = sum(thread.is_alive() for thread in threads)
            if host.gate is not None and held == host.open_now:
                host.gate.set()
            threading.Event().wait(0.05)
        for thread in threads:
            thread.join(10)

    for number in range(12):
        tell(tenant, f"{{{number}}}", call=f"call-{number}")
    host.gate = threading.Event()
    all_at_once(8)
    assert (host.most_open, len(host.received)) == (1, 12)
    for number in range(12):
        tell(tenant, f"{{{number}}}", call=f"more-{number}")
    host.gate, host.most_open = threading.Event(), 0
    all_at_once(8)
    assert (host.most_open, len(host.received)) == (AT_ONCE, 24)


def test_a_dead_address_is_left_alone_and_takes_up_again_at_once(
    acme: Tenant, host: HookHost, set_url: SetUrl, announced: list[int]
) -> None:
    event_url = set_url()
    host.answers = [500] * 3
    for number in range(6):
        tell(acme, f"{{{number}}}", call=f"call-{number}")
    assert drain(event_url) == 3
    announced.clear()
    assert webhooks_sweep() == 0
    assert announced == []
    with tenant_scope(acme):
        WebhookHealth.objects.update(paused_until=timezone.now())
    webhooks_sweep()
    assert announced == [event_url.pk]
    assert drain(event_url) == 6
    assert {row.state for row in rows(acme)} == {"delivered"}


def fail_for(event_url: EventUrl, tenant: Tenant, since: datetime) -> None:
    with tenant_scope(tenant):
        WebhookHealth.objects.filter(pk=event_url.pk).update(failing_since=since, failures_in_row=20)


def test_a_day_of_failures_switches_the_address_off_aloud(
    acme: Tenant, globex: Tenant, host: HookHost, set_url: SetUrl
) -> None:
    User.objects.filter(username="acme").update(email="boss@acme.example")
    User.objects.filter(username="globex").update(email="boss@globex.example")
    event_url = set_url()
    host.answers = [500, 500]
    tell(acme, "{1}", "{2}")
    drain(event_url)
    fail_for(event_url, acme, timezone.now() - timedelta(hours=25))
    make_due(acme)
    drain(event_url)
    with tenant_scope(acme):
        assert not EventUrl.objects.get().is_enabled
        entry = EventLogEntry.objects.get(kind="webhook.switched_off")
    assert entry.severity == "error"
    assert [mail.to for mail in OutgoingMail.objects.all()] == ["boss@acme.example"]
    assert {row.state for row in rows(acme)} == {"cancelled"}
    with tenant_scope(globex):
        assert not EventLogEntry.objects.exists()
    tell(acme, "{3}")
    assert len(rows(acme)) == 2


def test_switching_it_on_again_begins_with_a_clean_sheet(
    acme: Tenant, host: HookHost, set_url: SetUrl
) -> None:
    event_url = set_url()
    host.answers = [500] * 5
    for number in range(5):
        tell(acme, "{}", call=str(number))
    drain(event_url)
    fail_for(event_url, acme, timezone.now() - timedelta(hours=25))
    event_url = set_url(is_enabled=True)
    host.answers = [500]
    tell(acme, "{6}", call="new")
    drain(event_url)
    with tenant_scope(acme):
        assert EventUrl.objects.get().is_enabled
        assert WebhookHealth.objects.get().failures_in_row == 0


def test_gone_is_believed_at_once(acme: Tenant, host: HookHost, set_url: SetUrl) -> None:
    event_url = set_url()
    host.answers = [410]
    tell(acme, "{1}", "{2}")
    drain(event_url)
    with tenant_scope(acme):
        assert not EventUrl.objects.get().is_enabled
    assert [row.state for row in rows(acme)] == ["failed", "cancelled"]


def test_one_who_dies_over_a_delivery_leaves_it_to_the_next(
    acme: Tenant, host: HookHost, set_url: SetUrl
) -> None:
    event_url = set_url()
    tell(acme, "{1}")
    with tenant_scope(acme):
        lease = WebhookDelivery.objects.filter(state="queued")
        lease.update(state="sending", next_attempt_at=timezone.now() + timedelta(seconds=60))
    assert drain(event_url) == 0
    with tenant_scope(acme):
        WebhookDelivery.objects.update(next_attempt_at=timezone.now() - timedelta(seconds=120))
    assert webhooks_overdue() == 1
    assert drain(event_url) == 1
    assert webhooks_overdue() == 0


def test_what_nobody_waits_for_is_cancelled_and_what_is_old_forgotten(acme: Tenant, set_url: SetUrl) -> None:
    event_url = set_url()
    tell(acme, "{1}", "{2}", "{3}")
    webhooks_tend(waiting_max=2)
    assert [row.state for row in rows(acme)] == ["cancelled", "queued", "queued"]
    with tenant_scope(acme):
        event_url.delete()
    webhooks_tend()
    assert {row.state for row in rows(acme)} == {"cancelled"}
    assert webhooks_tend(now=timezone.now() + KEPT_FOR + timedelta(days=1)) == 3
    assert rows(acme) == []
