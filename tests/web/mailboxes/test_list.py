"""All messages of a company: one list in the console and by REST, changed together, heard from anywhere in them."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from callmanager.fleet.models import Voicemail
from callmanager.selectors.voicemail import mailbox_counts
from tenants.models import AuditEntry, FileKind, Tenant, TenantFile, User
from tenants.scope import tenant_scope
from tests.web.mailboxes.stage import AT, LIST, bearer, messages

BULK = f"{LIST}/bulk"
PAGE = "/admin/fleet/voicemail/"
MANY = 1000
# Of the server, for a page of a hundred; it takes a few milliseconds on a machine with nothing else to do.
LISTED_WITHIN_S = 0.1


def leave_many(tenant: Tenant, count: int) -> list[int]:
    """Rows alone: there is nothing to hear in them."""
    with tenant_scope(tenant):
        files = TenantFile.objects.bulk_create(
            TenantFile(
                tenant_id=tenant.pk,
                kind=FileKind.VOICEMAIL,
                name=f"{tenant.pk:016x}{number:016x}",
                size_bytes=1000,
            )
            for number in range(count)
        )
        rows = Voicemail.objects.bulk_create(
            Voicemail(
                tenant_id=tenant.pk,
                mailbox=f"{101 + number % 2}",
                caller=f"+4930{number:05d}",
                left_at=AT - timedelta(minutes=number),
                duration_s=5.0,
                is_new=number % 3 == 0,
                is_urgent=number % 10 == 0,
                file_id=file.pk,
                stored_path=f"x/{number}",
                session_id=f"many-{tenant.pk}-{number}",
                recording="message-1",
            )
            for number, file in enumerate(files)
        )
    return [row.pk for row in rows]


@pytest.fixture
def many(cast: Any, acme: Tenant, globex: Tenant) -> list[int]:
    leave_many(globex, 3)
    return leave_many(acme, MANY)


def post(client: Client, ids: list[int], action: str) -> Any:
    return client.post(BULK, json.dumps({"ids": ids, "action": action}), content_type="application/json")


def test_a_thousand_messages_are_listed_in_time_and_by_few_queries(
    many: list[int], django_assert_max_num_queries: Any
) -> None:
    company = bearer("acme")
    company.get(LIST)
    with django_assert_max_num_queries(12):
        answer = company.get(f"{LIST}?page_size=100")
    assert (answer.json()["count"], len(answer.json()["results"])) == (MANY, 100)
    took = []
    for _ in range(5):
        began = time.perf_counter()
        company.get(f"{LIST}?page_size=100&is_new=true&search=4930")
        took.append(time.perf_counter() - began)
    assert min(took) < LISTED_WITHIN_S


def test_the_list_is_searched_and_filtered(many: list[int]) -> None:
    company = bearer("acme")

    def count(query: str) -> int:
        return int(company.get(f"{LIST}?{query}").json()["count"])

    assert count("mailbox=101") == MANY // 2
    assert count("is_new=true") == 334
    assert count("is_urgent=true&mailbox=101") == 100
    assert count("search=493000017") == 1
    assert count(f"left_after={(AT - timedelta(minutes=9, seconds=1)).isoformat().replace('+', '%2B')}") == 10
    assert bearer("101@acme").get(LIST).json()["count"] == MANY // 2
    assert bearer("globex").get(LIST).json()["count"] == 3


def test_many_are_marked_and_deleted_together(
    many: list[int], acme: Tenant, django_capture_on_commit_callbacks: Any
) -> None:
    company = bearer("acme")
    assert post(company, many[:10], "heard").json() == {"changed": 4}
    assert post(company, many[:10], "new").json() == {"changed": 10}
    assert post(company, many[:10], "delete").json() == {"changed": 10}
    assert post(company, many[:10], "delete").json() == {"changed": 0}
    assert len(messages(acme)) == MANY - 10
    with tenant_scope(acme):
        assert not TenantFile.objects.filter(name=f"{acme.pk:016x}{0:016x}").exists()
    assert AuditEntry.objects.filter(action="voicemail.delete", object_type="voicemail").count() == 2


@pytest.mark.parametrize(
    "body",
    [{"ids": [], "action": "heard"}, {"ids": [1], "action": "burn"}, {"ids": ["x"], "action": "new"}, {}],
    ids=["none", "no such action", "no number", "nothing"],
)
def test_what_is_no_order_for_many_is_refused(cast: Any, body: dict[str, Any]) -> None:
    answer = bearer("acme").post(BULK, json.dumps(body), content_type="application/json")
    assert answer.status_code == 400


def test_nobody_changes_the_messages_of_others(many: list[int], acme: Tenant) -> None:
    alice_odd = many[1::2][:5]  # Bob's
    for who in ("101@acme", "globex", "101@globex"):
        assert post(bearer(who), alice_odd, "delete").json() == {"changed": 0}
    assert len(messages(acme)) == MANY


def test_new_and_old_ones_are_counted_by_mailbox(many: list[int], acme: Tenant, globex: Tenant) -> None:
    with tenant_scope(acme):
        counts = mailbox_counts()
    assert sum(new for new, _ in counts.values()) == 334
    assert {mailbox: sum(both) for mailbox, both in counts.items()} == {"101": 500, "102": 500}
    with tenant_scope(globex):
        assert sum(sum(both) for both in mailbox_counts().values()) == 3


def test_a_player_jumps_in_a_message(left: Voicemail) -> None:
    alice = bearer("101@acme")
    url = f"{LIST}/{left.pk}/content"
    whole = b"".join(alice.get(url))
    part = alice.get(url, headers={"Range": "bytes=100-199"})
    assert (part.status_code, part["Content-Range"]) == (206, f"bytes 100-199/{len(whole)}")
    assert b"".join(part) == whole[100:200]
    assert alice.get(url, headers={"Range": f"bytes={len(whole)}-"}).status_code == 416
    assert bearer("101@globex").get(url, headers={"Range": "bytes=0-1"}).status_code == 404


def signed_in(client: Client, username: str) -> Client:
    client.force_login(User.objects.get(username=username), backend="tenants.authentication.SignInBackend")
    return client


@pytest.fixture
def company(client: Client) -> Client:
    return signed_in(client, "acme")


def test_the_console_lists_plays_marks_and_deletes(many: list[int], acme: Tenant, company: Client) -> None:
    page = company.get(PAGE)
    assert page.status_code == 200
    text = page.content.decode()
    assert text.count("<audio") == 50
    assert "Mark as heard" in text
    found = company.get(f"{PAGE}?q=493000017").content.decode()
    assert found.count("<audio") == 1
    chosen = {"action": "mark_heard", "_selected_action": [many[0], many[3]]}
    assert company.post(PAGE, chosen).status_code == 302
    with tenant_scope(acme):
        assert not Voicemail.objects.filter(pk__in=[many[0], many[3]], is_new=True).exists()
    gone = {"action": "delete_chosen", "_selected_action": [many[0]]}
    assert company.post(PAGE, gone).status_code == 302
    assert len(messages(acme)) == MANY - 1


def test_the_console_costs_as_many_queries_for_many_as_for_few(
    cast: Any, acme: Tenant, company: Client, django_assert_max_num_queries: Any
) -> None:
    leave_many(acme, 60)
    company.get(PAGE)
    with django_assert_max_num_queries(25):
        company.get(PAGE)


def test_the_console_of_the_other_company_shows_none_of_them(many: list[int], client: Client) -> None:
    signed_in(client, "globex")
    assert client.get(PAGE).content.decode().count("<audio") == 3
    gone = {"action": "delete_chosen", "_selected_action": [many[0]]}
    client.post(PAGE, gone)
    assert client.get(f"/admin/callmanager/extension/mailbox/messages/{many[0]}/play/").status_code == 404


def test_a_message_is_taken_along_from_the_console(left: Voicemail, company: Client) -> None:
    heard = company.get(f"/admin/callmanager/extension/mailbox/messages/{left.pk}/play/")
    taken = company.get(f"/admin/callmanager/extension/mailbox/messages/{left.pk}/play/?download")
    assert "attachment" not in heard["Content-Disposition"]
    assert taken["Content-Disposition"].startswith("attachment")
