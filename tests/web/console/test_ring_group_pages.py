"""The pages of ring groups: made, put in order, refused beside the field, and kept while somebody sends calls there."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from callmanager.domain.destination import Destination, DestinationKind
from callmanager.models import RingGroup
from callmanager.selectors.ring_group import Member, ring_group_list, ring_group_members
from callmanager.services.extension import extension_create
from callmanager.services.ring_group import ring_group_create
from tenants.models import Rank, Tenant, User
from tenants.scope import tenant_scope

PAGE = "/admin/callmanager/ringgroup/"


def posted(**fields: Any) -> dict[str, Any]:
    return {
        "number": "9000",
        "name": "Sales",
        "outbound_caller_id": "",
        "strategy": "prioritized_hunt",
        "ring_timeout_s": "15",
        "skips_busy": "on",
        "members": ["extension:102", "external_number:004917012345", "extension:101"],
        "no_answer_action": "voicemail",
        "no_answer_target": "102",
        **fields,
    }


def test_who_only_looks_sees_the_members(acme: Tenant) -> None:
    with tenant_scope(acme):
        group = ring_group_create(number="9009", name="Looked at", members=[Member("102")])
    User.objects.filter(username="acme").update(rank=Rank.AUDITOR)
    auditor = Client()
    auditor.force_login(User.objects.get(username="acme"), backend="tenants.authentication.SignInBackend")
    page = auditor.get(f"/admin/callmanager/ringgroup/{group.pk}/change/")
    assert page.status_code == 200
    assert "102" in page.content.decode()


def test_a_group_is_made_with_its_members_in_their_order(acme_browser: Client, acme: Tenant) -> None:
    answer = acme_browser.post(f"{PAGE}add/", posted())
    assert answer.status_code == 302, answer.content.decode()
    with tenant_scope(acme):
        made = ring_group_list().get()
        assert [one.number for one in ring_group_members(made)] == ["102", "004917012345", "101"]
        assert made.destination == Destination(DestinationKind.VOICEMAIL, "102")
    shown = acme_browser.get(PAGE).content.decode()
    for words in ("9000", "Sales", "Prioritized hunt", "102, 004917012345, 101", "15 s", "voicemail of 102"):
        assert words in shown
    form = acme_browser.get(f"{PAGE}{made.pk}/change/").content.decode()
    assert form.index('value="extension:102"') < form.index('value="external_number:004917012345"')
    again = posted(members=["extension:101"], number="9001", no_answer_action="end_call", no_answer_target="")
    assert acme_browser.post(f"{PAGE}{made.pk}/change/", again).status_code == 302
    with tenant_scope(acme):
        changed = ring_group_list().get()
        assert (changed.number, ring_group_members(changed)) == (
            "9001",
            (Member("101", display_name="Alice"),),
        )


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"number": "101"}, "101 is an extension."),
        ({"members": ["extension:199"]}, "There is no extension 199."),
        ({"members": ["external_number:nobody"]}, "nobody: Digits as a phone dials them"),
        ({"members": ["rubbish"]}, "There is no extension"),
        ({"no_answer_action": "ring_group", "no_answer_target": "9009"}, "There is no ring group 9009."),
        ({"ring_timeout_s": "1"}, "Ensure this value is greater than or equal to 5."),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_written(
    acme_browser: Client, acme: Tenant, fields: dict[str, Any], words: str
) -> None:
    answer = acme_browser.post(f"{PAGE}add/", posted(**fields))
    assert answer.status_code == 200
    assert words in answer.content.decode()
    with tenant_scope(acme):
        assert not RingGroup.objects.exists()


def test_a_group_that_is_used_shows_by_whom(acme_browser: Client, acme: Tenant) -> None:
    with tenant_scope(acme):
        sales = ring_group_create(number="9000", name="Sales")
        other = ring_group_create(
            number="9001", name="Service", no_answer=Destination(DestinationKind.RING_GROUP, "9000")
        )
    page = acme_browser.get(f"{PAGE}{sales.pk}/delete/").content.decode()
    assert f"{PAGE}{other.pk}/change/" in page
    assert "The ring group 9001, when nobody answers" in page
    acme_browser.post(f"{PAGE}{sales.pk}/delete/", {"post": "yes"})
    with tenant_scope(acme):
        assert RingGroup.objects.count() == 2
    acme_browser.post(f"{PAGE}{other.pk}/delete/", {"post": "yes"})
    acme_browser.post(f"{PAGE}{sales.pk}/delete/", {"post": "yes"})
    with tenant_scope(acme):
        assert not RingGroup.objects.exists()


def test_another_company_finds_no_group(globex_browser: Client, acme: Tenant) -> None:
    with tenant_scope(acme):
        sales = ring_group_create(number="9000", name="Sales")
    assert "Sales" not in globex_browser.get(PAGE).content.decode()
    assert globex_browser.get(f"{PAGE}{sales.pk}/change/").status_code in (302, 404)


def test_the_simulator_draws_who_of_the_group_does_what(acme_browser: Client, acme: Tenant) -> None:
    with tenant_scope(acme):
        extension_create(number="103", display_name="Carol", sip_password="s1p-Password-of-Carol")
        ring_group_create(
            number="9000",
            name="Sales",
            strategy="prioritized_hunt",
            members=[Member("102"), Member("103")],
            no_answer=Destination(DestinationKind.VOICEMAIL, "102"),
        )
    asked = {"from": "extension", "extension": "101", "called": "9000", "phone.102": "no_answer"}
    shown = acme_browser.get("/admin/call-simulator/", asked).content.decode()
    for words in ("Rings the group Sales (9000)", "one after the other, for 20 s each", "103 Carol"):
        assert words in shown
    assert 'name="phone.102"' in shown
    assert 'name="phone.103"' in shown
    # The branch leads to the same question with nobody at the phone.
    assert "phone.103=no_answer" in shown
    nobody = acme_browser.get("/admin/call-simulator/", asked | {"phone.103": "no_answer"}).content.decode()
    assert "The mailbox of 102 answers" in nobody
