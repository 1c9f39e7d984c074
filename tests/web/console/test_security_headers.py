"""What every answer tells browsers, also a refusal and an error."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.web.console.conftest import SignedIn

PATHS = ["/sign-in/", "/admin/", "/api/extensions", "/api/docs/", "/no-such-page/", "/health/", "/account/"]


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_carries_the_headers(signed_in: SignedIn, path: str) -> None:
    headers = signed_in("acme").get(path).headers
    policy = headers["Content-Security-Policy"]
    script = policy.split("script-src ")[1].split(";")[0]
    assert script == "'self' 'unsafe-eval'"
    assert "frame-ancestors 'none'" in policy
    assert "default-src 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]


def test_https_only_is_promised_over_https_and_when_configured(db: None, settings: Any) -> None:
    over_https = {"X-Forwarded-Proto": "https"}
    assert "Strict-Transport-Security" not in Client().get("/sign-in/", headers=over_https).headers
    settings.SECURE_HSTS_SECONDS = 3600
    assert "Strict-Transport-Security" in Client().get("/sign-in/", headers=over_https).headers
    assert "Strict-Transport-Security" not in Client().get("/sign-in/").headers


def test_a_form_too_large_is_refused(db: None) -> None:
    answer = Client().post("/sign-in/", {"username": "x" * 6_000_000, "password": "x"})
    assert answer.status_code == 400
