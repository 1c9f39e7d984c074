"""The pages of VIPs, exclusive agents and harassing callers: what is wrong stands beside its field; their tables."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from callmanager.models import ExclusiveAgent, HarassNumber, VipCaller
from callmanager.selectors.call_queue import QueueAgentMember
from callmanager.services.call_queue import call_queue_create
from tenants.models import Tenant
from tenants.scope import tenant_scope

ROOT = "/admin/callmanager"


@pytest.fixture
def queue(acme: Tenant) -> None:
    with tenant_scope(acme):
        call_queue_create(number="8000", name="Sales", members=[QueueAgentMember("102")])


def errors(answer: Any) -> dict[str, list[str]]:
    return {name: list(found) for name, found in answer.context["adminform"].form.errors.items()}


def test_an_exclusive_agent_is_made_and_what_is_wrong_stands_beside_its_field(
    acme_browser: Client, acme: Tenant, queue: None
) -> None:
    body = {"description": "XYZ Bank", "callers_text": "4930123456\n49305550***", "agents_text": "8000 102"}
    made = acme_browser.post(f"{ROOT}/exclusiveagent/add/", body)
    assert made.status_code == 302, errors(made)
    with tenant_scope(acme):
        exclusive = ExclusiveAgent.objects.get()
        assert exclusive.callers == ["4930123456", "49305550***"]
    wrong = {**body, "description": "Other", "callers_text": "bank", "agents_text": "8000 199"}
    assert set(errors(acme_browser.post(f"{ROOT}/exclusiveagent/add/", wrong))) == {
        "callers_text",
        "agents_text",
    }
    assert set(errors(acme_browser.post(f"{ROOT}/exclusiveagent/add/", {**wrong, "agents_text": "102"}))) == {
        "agents_text"
    }
    assert set(errors(acme_browser.post(f"{ROOT}/exclusiveagent/add/", body))) == {"description"}
    page = f"{ROOT}/exclusiveagent/{exclusive.pk}/change/"
    assert acme_browser.post(page, body).status_code == 302, "itself is no other one"
    shown = acme_browser.get(f"{ROOT}/exclusiveagent/{exclusive.pk}/change/").content.decode()
    assert "8000 102" in shown


def test_numbers_of_both_lists_are_read_and_refused(acme_browser: Client, acme: Tenant) -> None:
    vip = {
        "number": "442012345678",
        "description": "Microsoft team",
        "last_day": "2027-06-30",
        "is_enabled": "on",
    }
    assert acme_browser.post(f"{ROOT}/vipcaller/add/", vip).status_code == 302
    assert "number" in errors(acme_browser.post(f"{ROOT}/vipcaller/add/", vip)), "it stands there already"
    assert "number" in errors(acme_browser.post(f"{ROOT}/vipcaller/add/", {**vip, "number": "1200-1100"}))
    harass = {"number": "44201*******", "description": "", "level": "2"}
    assert acme_browser.post(f"{ROOT}/harassnumber/add/", harass).status_code == 302
    assert "level" in errors(acme_browser.post(f"{ROOT}/harassnumber/add/", {**harass, "level": "3"}))
    with tenant_scope(acme):
        assert (VipCaller.objects.count(), HarassNumber.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("page", "words", "required"),
    [
        ("vipcaller", "A number that is there already", "number"),
        ("harassnumber", "A number that is there already", "number"),
        ("exclusiveagent", "A description that is there already", "description"),
    ],
)
def test_a_table_is_tried_by_a_job_or_refused_beside_the_file(
    acme_browser: Client, globex_browser: Client, acme: Tenant, page: str, words: str, required: str
) -> None:
    assert f'href="{ROOT}/{page}/import/"' in acme_browser.get(f"{ROOT}/{page}/").content.decode()
    sample = acme_browser.get(f"{ROOT}/{page}/import/sample.csv")
    assert sample.content.decode().splitlines()[0].split(",")[0] == required
    form = acme_browser.get(f"{ROOT}/{page}/import/").content.decode()
    assert words in form
    options = {"existing": "refuse", "on_errors": "all_or_nothing", "is_dry_run": "on"}

    def post(content: bytes) -> Any:
        file = SimpleUploadedFile("list.csv", content, "text/csv")
        return acme_browser.post(f"{ROOT}/{page}/import/", {"file": file, **options})

    refused = post(b"something\nelse\n")
    assert refused.status_code == 200
    assert required in str(refused.context["form"].errors["file"])
    started = post(sample.content)
    assert started.status_code == 302
    assert acme_browser.get(started.url).status_code == 200
    assert globex_browser.get(started.url).status_code in (302, 403, 404), "nobody else's job"
    assert acme_browser.get(f"{ROOT}/{page}/export.csv").status_code == 200
