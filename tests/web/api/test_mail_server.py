"""The mail server by REST: a tenant's own, or the system's for administrators."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tenants.models import MailServer, Tenant
from tests.web.api.conftest import Rest, rest_as
from tests.web.mail_host import running_mail_host

MAIL = "/api/mail_server"
SERVER = {"host": "127.0.0.1", "port": 2525, "security": "none", "from_address": "pbx@acme.example"}


def test_a_server_is_set_read_changed_and_removed(acme_user: Rest, globex_user: Rest) -> None:
    assert acme_user.get(MAIL).status == 404
    made = acme_user.patch(MAIL, {**SERVER, "username": "pbx", "password": "swordfish-77"})
    assert (made.status, made.body["has_password"]) == (200, True)
    assert "password" not in made.body
    changed = acme_user.patch(MAIL, {"from_name": "Acme"}).body
    assert (changed["from_name"], changed["has_password"]) == ("Acme", True)
    assert globex_user.get(MAIL).status == 404
    assert acme_user.delete(MAIL).status == 204
    assert acme_user.get(MAIL).status == 404


def test_an_administrator_has_the_systems_and_by_name_a_tenants(administrator: Rest, acme: Tenant) -> None:
    assert administrator.patch(MAIL, SERVER).status == 200
    assert rest_as("root", "acme").patch(MAIL, {**SERVER, "port": 2526}).status == 200
    ports = set(MailServer.objects.values_list("tenant__name", "port"))
    assert ports == {(None, 2525), ("acme", 2526)}


def test_a_test_tells_what_the_server_answered(acme_user: Rest, settings: Any, tmp_path: Path) -> None:
    settings.PBX_TENANT_NETWORKS = ["127.0.0.0/8"]
    with running_mail_host(tmp_path) as host:
        acme_user.patch(MAIL, {**SERVER, "port": host.port})
        answer = acme_user.post(f"{MAIL}/test", {"to": "bob@else.example"}).body
        assert answer == {
            "is_sent": True,
            "server": f"127.0.0.1:{host.port}",
            "is_system": False,
            "answer": "250 2.0.0 taken as number 7",
        }
    refused = acme_user.post(f"{MAIL}/test", {"to": "bob@else.example"}).body
    assert (refused["is_sent"], "Nothing listens" in refused["answer"]) == (False, True)


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({"port": 70000}, ("port", "max_value")),
        ({"security": "quantum"}, ("security", "invalid_choice")),
        ({"host": "http://x"}, ("host", "host")),
        ({"timeout_s": 1}, ("timeout_s", "min_value")),
        ({"password": "x"}, ("username", "required")),
    ],
)
def test_what_is_wrong_is_named(acme_user: Rest, body: dict[str, Any], problem: tuple[str, str]) -> None:
    answer = acme_user.patch(MAIL, {**SERVER, **body})
    assert (answer.status, answer.problems) == (400, {problem})


def test_without_a_server_there_is_nothing_to_test(acme_user: Rest, alice: Rest) -> None:
    answer = acme_user.post(f"{MAIL}/test", {"to": "bob@else.example"})
    assert (answer.status, answer.problems) == (400, {(None, "no_mail_server")})
    assert alice.get(MAIL).status == 403
    assert alice.post(f"{MAIL}/test", {"to": "bob@else.example"}).status == 403
