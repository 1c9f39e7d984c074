"""Orders from the page of running calls: to whose calls, for which side, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from tenants.models import AuditEntry, Tenant
from tests.web.calls import FakeWorker

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
