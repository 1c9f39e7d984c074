"""Pages that say why there is no page: in the brand, with a way out, and without a word of what lies behind."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tenants.models import Rank, Tenant, User
from tests.web.brands import brand_make
from tests.web.conftest import WEB_PASSWORD
from tests.web.console.conftest import SignedIn


@pytest.fixture(autouse=True)
def _own_directory(settings: Any, tmp_path: Path) -> None:
    settings.PBX_STATE_DIR = tmp_path


def test_an_address_of_nothing(signed_in: SignedIn, acme: Tenant) -> None:
    brand_make(acme)
    for client, name in ((signed_in("acme"), "Acme Phone"), (Client(), "Tandem")):
        answer = client.get("/no-such-page/")
        page = answer.content.decode()
        assert answer.status_code == 404
        assert f"<title>No such page · {name}</title>" in page
        assert 'href="/"' in page
        assert "no-such-page" not in page


def test_what_a_rank_does_not_reach(signed_in: SignedIn, acme: Tenant) -> None:
    User.objects.filter(username="acme").update(rank=Rank.AUDITOR)
    answer = signed_in("acme").get("/admin/tenants/user/add/")
    assert answer.status_code == 403
    assert "This is not allowed to you" in answer.content.decode()


def test_a_form_that_is_too_old(acme: Tenant) -> None:
    brand_make(acme)
    form = {"sign_in_as": "account", "username": "acme", "password": WEB_PASSWORD}
    answer = Client(enforce_csrf_checks=True).post("/sign-in/?tenantname=acme", form)
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "This page was open for too long" in page
    assert "Acme Phone" in page
    assert WEB_PASSWORD not in page


def test_a_failure_asks_nobody_anything(client: Client, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    client.raise_request_exception = False

    def fails(*_: object) -> None:
        raise RuntimeError("the secret cause")

    monkeypatch.setattr("pbxsite.sign_in._page", fails)
    answer = client.get("/sign-in/?tenantname=acme")
    page = answer.content.decode()
    assert answer.status_code == 500
    assert "Something failed on our side" in page
    assert "secret cause" not in page


def test_programs_get_their_own_shape(acme: Tenant) -> None:
    answer = Client().get("/api/no-such-thing")
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/json")
