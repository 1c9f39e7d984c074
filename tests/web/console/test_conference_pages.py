"""The pages of conference rooms: made, refused beside the field, PINs for those alone who may change rooms."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from callmanager.domain.destination import Destination, DestinationKind
from callmanager.models import Conference
from callmanager.services.conference import conference_create
from callmanager.services.ring_group import ring_group_create
from tenants.models import Tenant, User
from tenants.roles import Rank
from tenants.scope import tenant_scope
from tests.web.calls import FakeWorker
from tests.web.console.conftest import SignedIn

PAGE = "/admin/callmanager/conference/"


@pytest.fixture
def worker(redis_url: str, db: None) -> Iterator[FakeWorker]:
    worker = FakeWorker(redis_url)
    worker.register()
    yield worker
    worker.close()


def posted(**fields: Any) -> dict[str, Any]:
    return {
        "mode": "video",
        "number": "9000",
        "subject": "Sales conference",
        "room_pin": "123456",
        "admin_pin": "654321",
        "max_participants": "9",
        "grids": "9",
        "bitrate_kbps": "1024",
        "frame_rate": "15",
        "resolution": "720P",
        "language": "en",
        **fields,
    }


def test_a_room_is_made_shown_changed_and_deleted(acme_browser: Client, acme: Tenant) -> None:
    answer = acme_browser.post(f"{PAGE}add/", posted())
    assert answer.status_code == 302, answer.content.decode()
    shown = acme_browser.get(PAGE).content.decode()
    for words in ("9000", "Sales conference", "Video (serves audio)"):
        assert words in shown
    assert "123456" not in shown
    with tenant_scope(acme):
        made = Conference.objects.get()
    form = acme_browser.get(f"{PAGE}{made.pk}/change/").content.decode()
    assert "Video is not mixed yet" in form
    assert 'value="123456"' in form
    changed = acme_browser.post(f"{PAGE}{made.pk}/change/", posted(number="9001", room_pin="", mode="audio"))
    assert changed.status_code == 302
    with tenant_scope(acme):
        stored = Conference.objects.get()
        assert (stored.number, stored.has_room_pin, stored.admin_pin) == ("9001", False, "654321")
    assert acme_browser.post(f"{PAGE}{made.pk}/delete/", {"post": "yes"}).status_code == 302
    with tenant_scope(acme):
        assert not Conference.objects.exists()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"number": "101"}, "101 is an extension."),
        ({"admin_pin": "123456"}, "Not the room PIN"),
        ({"room_pin": "12"}, "4 to 12 digits."),
        ({"max_participants": "201"}, "less than or equal to 200"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_written(
    acme_browser: Client, acme: Tenant, fields: dict[str, Any], words: str
) -> None:
    answer = acme_browser.post(f"{PAGE}add/", posted(**fields))
    assert answer.status_code == 200
    assert words in answer.content.decode()
    with tenant_scope(acme):
        assert not Conference.objects.exists()


def test_who_only_reads_is_shown_no_pin(signed_in: SignedIn, acme: Tenant) -> None:
    with tenant_scope(acme):
        made = conference_create(number="9000", subject="Board", room_pin="135790")
    User.objects.filter(username="acme").update(rank=Rank.AUDITOR)
    answer = signed_in("acme").get(f"{PAGE}{made.pk}/change/")
    assert answer.status_code == 200
    assert "135790" not in answer.content.decode()


def test_the_page_of_a_deletion_names_who_sends_calls_to_the_room(acme_browser: Client, acme: Tenant) -> None:
    with tenant_scope(acme):
        room = conference_create(number="9000", subject="Sales conference")
        destination = Destination(DestinationKind.CONFERENCE, "9000")
        ring_group_create(number="900", name="Group", no_answer=destination)
    asked = acme_browser.get(f"{PAGE}{room.pk}/delete/").content.decode()
    assert "The ring group 900, when nobody answers" in asked
    acme_browser.post(f"{PAGE}{room.pk}/delete/", {"post": "yes"})
    with tenant_scope(acme):
        assert Conference.objects.filter(pk=room.pk).exists()


@pytest.mark.parametrize(
    ("order", "said", "status", "words"),
    [
        ("dance", {}, 400, "There is no such order."),
        ("kick", {}, 400, "Say who is meant."),
        ("mute", {"session_id": "a b"}, 400, "Say who is meant."),
        ("mute", {"session_id": "elsewhere"}, 404, "Not in this conference any more."),
        ("cancel", {"session_id": "elsewhere"}, 404, "Not in this conference any more."),
        ("invite", {"number": "sip:a@b"}, 400, "digits, *, # or +"),
        ("lock", {}, 409, "Nobody is in this conference."),
    ],
)
def test_an_order_that_can_not_be_carried_out_says_why(
    acme_browser: Client,
    acme: Tenant,
    worker: FakeWorker,
    order: str,
    said: dict[str, str],
    status: int,
    words: str,
) -> None:
    with tenant_scope(acme):
        room = conference_create(number="9000", subject="Board")
    worker.begin_call(acme, "elsewhere", caller="9000", callee="101", conference="9001")
    answer = acme_browser.post(f"{PAGE}{room.pk}/order/{order}/", said)
    assert answer.status_code == status
    assert words in answer.json()["message"]


def test_who_only_reads_gives_no_orders(signed_in: SignedIn, acme: Tenant, worker: FakeWorker) -> None:
    with tenant_scope(acme):
        room = conference_create(number="9000", subject="Board")
    User.objects.filter(username="acme").update(rank=Rank.AUDITOR)
    reader = signed_in("acme")
    state = reader.get(f"{PAGE}{room.pk}/state/").json()
    assert (state["participants"], state["invited"]) == ([], [])
    assert reader.post(f"{PAGE}{room.pk}/order/end/").status_code == 403
    assert reader.get(f"{PAGE}{room.pk}/order/end/").status_code in (403, 405)
