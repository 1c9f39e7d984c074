"""What nginx adds in front of the application, and what it must not take away."""

from __future__ import annotations

from tests.phones.rest import RestClient


def test_a_request_longer_than_nginxs_memory_reaches_the_application(rest: RestClient) -> None:
    answer = rest.response(
        "POST",
        "/extensions/",
        content=b" " * 200_000 + b"{}",
        headers={"Content-Type": "application/json"},
    )
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "number"
