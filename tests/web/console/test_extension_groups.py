"""The pages of groups: rights, and the picking of members and monitors among thousands."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from callmanager.models import Extension, ExtensionGroup, GroupMonitor
from callmanager.selectors.extension_group import extension_group_get_default, membership_list
from callmanager.services.dial_codes import dial_codes_set
from tenants.models import AuditEntry, Tenant
from tenants.scope import tenant_scope
from tests.web.conftest import sip_password

GROUPS = "/admin/callmanager/extensiongroup/"


@pytest.fixture
def sales(acme: Tenant) -> ExtensionGroup:
    with tenant_scope(acme):
        return ExtensionGroup.objects.create(name="Sales", may_page=True)


def groups_of(tenant: Tenant, number: str) -> dict[str, bool]:
    with tenant_scope(tenant):
        return {one.group_name: one.is_manager for one in membership_list(number=number)}


def post(browser: Client, group: ExtensionGroup, tab: str, **form: Any) -> None:
    answer = browser.post(f"{GROUPS}{group.pk}/{tab}/", {"show": "in", **form})
    assert answer.status_code == 302


def test_a_new_group_leads_to_its_members(acme_browser: Client, acme: Tenant) -> None:
    form = {"name": "Sales", "description": "Who sells", "may_use_console": "on"}
    answer = acme_browser.post(f"{GROUPS}add/", form)
    with tenant_scope(acme):
        group = ExtensionGroup.objects.get(name="Sales")
    assert (answer.status_code, answer["Location"]) == (302, f"{GROUPS}{group.pk}/members/")
    assert (group.may_use_console, group.may_page) == (True, False)
    assert "Nobody is in this group yet" in acme_browser.get(answer["Location"]).content.decode()


def test_a_taken_name_is_told_beside_its_field(acme_browser: Client, sales: ExtensionGroup) -> None:
    answer = acme_browser.post(f"{GROUPS}add/", {"name": "SALES"})
    assert answer.context["adminform"].form.errors == {"name": ["A group of this name exists."]}


def test_the_default_group_is_neither_renamed_nor_deleted(acme_browser: Client, acme: Tenant) -> None:
    with tenant_scope(acme):
        default = extension_group_get_default()
    path = f"{GROUPS}{default.pk}"
    page = acme_browser.get(f"{path}/change/").content.decode()
    assert 'name="name"' not in page
    assert acme_browser.post(f"{path}/delete/", {"post": "yes"}).status_code == 403
    acme_browser.post(GROUPS, {"action": "delete_selected", "_selected_action": [default.pk], "post": "yes"})
    assert acme_browser.post(f"{path}/change/", {"name": "All", "may_see_members": "on"}).status_code == 302
    with tenant_scope(acme):
        default = extension_group_get_default()
    assert (default.name, default.may_see_members, default.may_page) == ("DEFAULT", True, False)


def test_members_are_added_promoted_and_removed(
    acme_browser: Client, acme: Tenant, sales: ExtensionGroup
) -> None:
    post(acme_browser, sales, "members", show="add", do="add", number=["101", "102", "999"])
    post(acme_browser, sales, "members", do="promote", number=["101"])
    assert groups_of(acme, "101") == {"DEFAULT": False, "Sales": True}
    post(acme_browser, sales, "members", do="demote", number=["101"])
    post(acme_browser, sales, "members", do="remove", number=["102"])
    assert groups_of(acme, "101") == {"DEFAULT": False, "Sales": False}
    assert groups_of(acme, "102") == {"DEFAULT": False}
    assert AuditEntry.objects.filter(action="extension_group.remove_members", tenant=acme).count() == 1


def test_everybody_found_is_added_at_once(acme_browser: Client, acme: Tenant, sales: ExtensionGroup) -> None:
    with tenant_scope(acme):
        Extension.objects.bulk_create(
            Extension(number=str(number), display_name="Agent", sip_password=sip_password("Many"))
            for number in range(1000, 1120)
        )
    page = acme_browser.get(f"{GROUPS}{sales.pk}/members/", {"show": "add", "q": "agent"})
    assert len(page.context["rows"]) == 50
    assert "Add all 120 found" in page.content.decode()
    post(acme_browser, sales, "members", show="add", do="add-found", q="agent 11")
    with tenant_scope(acme):
        assert sales.memberships.count() == 20 + 1
    found = acme_browser.get(f"{GROUPS}{sales.pk}/members/", {"q": "1119"}).context["rows"]
    assert [row["extension"].number for row in found] == ["1119"]


def test_nobody_falls_out_of_the_default_group(acme_browser: Client, acme: Tenant) -> None:
    with tenant_scope(acme):
        default = extension_group_get_default()
    post(acme_browser, default, "members", do="remove", number=["101"])
    page = acme_browser.get(f"{GROUPS}{default.pk}/members/").content.decode()
    assert "would belong to no group" in page
    assert groups_of(acme, "101") == {"DEFAULT": False}


def test_monitors_are_chosen_on_their_own_tab(
    acme_browser: Client, acme: Tenant, sales: ExtensionGroup
) -> None:
    post(acme_browser, sales, "monitors", show="add", do="add", number=["102"])
    post(acme_browser, sales, "monitors", settings="1", is_monitoring_allowed="on", monitor_scope="members")
    with tenant_scope(acme):
        assert [monitor.extension.number for monitor in GroupMonitor.objects.select_related("extension")] == [
            "102"
        ]
        kept = ExtensionGroup.objects.get(pk=sales.pk)
    assert (kept.is_monitoring_allowed, kept.monitor_scope) == (True, "members")
    page = f"{GROUPS}{sales.pk}/monitors/"
    assert "Monitoring is off in this company" in acme_browser.get(page).content.decode()
    with tenant_scope(acme):
        dial_codes_set(is_monitoring_enabled=True)
    assert "Monitoring is off" not in acme_browser.get(page).content.decode()
    post(acme_browser, sales, "monitors", do="remove", number=["102"])
    with tenant_scope(acme):
        assert GroupMonitor.objects.count() == 0


@pytest.mark.parametrize("do", ["", "delete", "promote", "add-found-more"])
def test_a_button_that_is_none_is_refused(acme_browser: Client, sales: ExtensionGroup, do: str) -> None:
    answer = acme_browser.post(f"{GROUPS}{sales.pk}/members/", {"show": "add", "do": do, "number": ["101"]})
    assert answer.status_code == 403


def test_deleting_a_group_keeps_its_members(
    acme_browser: Client, acme: Tenant, sales: ExtensionGroup
) -> None:
    post(acme_browser, sales, "members", show="add", do="add", number=["101"])
    with tenant_scope(acme):
        default = extension_group_get_default()
    assert (
        "in DEFAULT if in no other group" in acme_browser.get(f"{GROUPS}{sales.pk}/delete/").content.decode()
    )
    assert acme_browser.post(f"{GROUPS}{sales.pk}/delete/", {"post": "yes"}).status_code == 302
    assert groups_of(acme, "101") == {default.name: False}


def test_a_strangers_group_does_not_exist(
    globex_browser: Client, acme: Tenant, globex: Tenant, sales: ExtensionGroup
) -> None:
    for tab in ("members", "monitors"):
        path = f"{GROUPS}{sales.pk}/{tab}/"
        assert globex_browser.get(path).status_code == 404
        assert globex_browser.post(path, {"show": "add", "do": "add", "number": ["101"]}).status_code == 404
    assert "Sales" not in globex_browser.get(GROUPS).content.decode()
    assert groups_of(acme, "101") == {"DEFAULT": False}


def test_the_pages_ask_as_often_for_many_as_for_few(
    acme_browser: Client, acme: Tenant, sales: ExtensionGroup
) -> None:
    paths = (GROUPS, f"{GROUPS}{sales.pk}/members/?show=add", f"{GROUPS}{sales.pk}/delete/")

    def queries() -> list[int]:
        counted = []
        for path in paths:
            with CaptureQueriesContext(connection) as asked:
                assert acme_browser.get(path).status_code == 200
            counted.append(len(asked))
        return counted

    before = queries()
    with tenant_scope(acme):
        ExtensionGroup.objects.bulk_create(ExtensionGroup(name=f"Group {number}") for number in range(6))
        Extension.objects.bulk_create(
            Extension(number=str(number), sip_password=sip_password("Many")) for number in range(1000, 1040)
        )
    post(acme_browser, sales, "members", show="add", do="add-found", q="103")
    assert queries() == before
