from __future__ import annotations

import json
from pathlib import Path

from deploy.stack.sign_in_table import sign_in_table

DEMO = {
    "url": "http://127.0.0.1:8888/admin/",
    "admin": {"username": "admin", "password": "admin-secret"},
    "sip": {"host": "127.0.0.1", "udp": 5060, "tcp": 5060, "tls": 5061, "ws": 5062, "wss": 5065},
    "tenants": [
        {
            "name": "Acme",
            "domain": "acme.local",
            "username": "acme",
            "password": "acme-secret",
            "extensions": [{"number": "101", "sip_password": "sip-secret", "web_password": "web-secret"}],
        }
    ],
}


def test_everything_a_phone_must_be_told_is_in_the_table(tmp_path: Path) -> None:
    (tmp_path / "demo.json").write_text(json.dumps(DEMO))
    table = sign_in_table(tmp_path / "demo.json")
    for word in (
        "admin-secret",
        "acme-secret",
        "101@acme.local",
        "sip-secret",
        "web-secret",
        "UDP 5060",
        "WSS 5065",
    ):
        assert word in table


def test_without_a_demo_there_is_no_table(tmp_path: Path) -> None:
    assert sign_in_table(tmp_path / "demo.json") == ""
