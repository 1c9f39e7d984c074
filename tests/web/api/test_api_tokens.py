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
