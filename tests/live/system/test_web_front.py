"""What nginx adds in front of the application, and what it must not take away."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

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


def test_half_a_gigabyte_is_refused_before_it_is_sent(rest: RestClient) -> None:
    """By what the request says of itself: nobody waits for its body."""
    address = urlsplit(rest.url)
    with socket.create_connection((address.hostname or "", address.port or 80), timeout=10) as connection:
        connection.sendall(
            f"POST /api/greetings HTTP/1.1\r\nHost: {address.netloc}\r\nAuthorization: Bearer {rest.token}\r\n"
            "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 500000000\r\n\r\n".encode()
        )
        assert b" 413 " in connection.recv(200)
