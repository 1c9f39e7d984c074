"""Bearer tokens: shown once, one's own only, ended at once."""

from __future__ import annotations

from typing import Any

import pytest

from tenants.models import ApiToken
from tests.web.api.conftest import Rest


def test_a_token_is_shown_once_and_works(alice: Rest) -> None:
    created = alice.post("/api/api_tokens", {"name": "wallboard", "lifetime_s": 3600})
    assert created.status == 201
    secret = created.body["token"]
    assert Rest(secret).get("/api/auth/me").body["extension_number"] == "101"
    listed = alice.get("/api/api_tokens").body["results"]
    assert "wallboard" in {token["name"] for token in listed}
    assert all("token" not in token and "digest" not in token for token in listed)
    assert not ApiToken.objects.filter(digest=secret).exists()


def test_a_revoked_token_is_refused(alice: Rest) -> None:
    created = alice.post("/api/api_tokens", {"name": "old"}).body
    assert alice.delete(f"/api/api_tokens/{created['id']}").status == 204
    assert Rest(created["token"]).get("/api/auth/me").status == 401


def test_strangers_and_superiors_have_no_part_in_ones_tokens(
    alice: Rest, mallory: Rest, acme_user: Rest, administrator: Rest
) -> None:
    created = alice.post("/api/api_tokens", {"name": "mine"}).body
    for other in (mallory, acme_user, administrator):
        assert other.get(f"/api/api_tokens/{created['id']}").status == 404
        assert other.delete(f"/api/api_tokens/{created['id']}").status == 404
    assert Rest(created["token"]).get("/api/auth/me").status == 200


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        pytest.param({}, ("name", "required"), id="no-name"),
        pytest.param({"name": "x", "lifetime_s": 1}, ("lifetime_s", "min_value"), id="too-short"),
        pytest.param({"name": "x", "lifetime_s": 10**12}, ("lifetime_s", "max_value"), id="too-long"),
    ],
)
def test_wrong_input_names_field_and_rule(
    alice: Rest, body: dict[str, Any], problem: tuple[str, str]
) -> None:
    assert alice.post("/api/api_tokens", body).problems == {problem}


def test_a_token_says_what_it_is_good_for(acme_user: Rest) -> None:
    made = acme_user.post("/api/api_tokens", {"name": "wallboard", "scopes": ["cdrs", "calls"]})
    assert (made.status, made.body["scopes"]) == (201, ["calls", "cdrs"])
    wallboard = Rest(made.body["token"])
    assert wallboard.get("/api/cdrs").status == 200
    assert wallboard.get("/api/auth/me").status == 200
    refused = wallboard.get("/api/extensions")
    assert (refused.status, refused.problems) == (403, {(None, "token_scope")})
    assert wallboard.post("/api/api_tokens", {"name": "wider"}).problems == {(None, "token_scope")}


@pytest.mark.parametrize("scopes", [[], ["everything"], "calls"])
def test_scopes_that_are_none_are_refused(acme_user: Rest, scopes: object) -> None:
    assert acme_user.post("/api/api_tokens", {"name": "x", "scopes": scopes}).status == 400
