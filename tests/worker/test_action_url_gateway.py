"""Asking a company's server for real: what is sent, and that nothing it does or is can hurt."""

from __future__ import annotations

import base64
import json
import socket
import threading
import time
from ipaddress import ip_network
from typing import Any

import pytest

from callmanager.domain.menu_action import (
    ActionAnswer,
    ActionMethod,
    ActionTrigger,
    MenuAction,
    ServerWish,
    parse_matches,
    question,
)
from sipworker.call.server_actions import AskServer
from sipworker.credentials import PasswordSafe
from sipworker.gateways.action_urls import AT_ONCE_PER_TENANT, ActionUrls
from sipworker.gateways.guarded_sockets import Networks
from tests.phones.waiting import until
from tests.worker.web_server import Says, WebServer, call_to

KEY = "k" * 40
HERE: Networks = (ip_network("127.0.0.0/8"),)
ASKED = question(caller="101", caller_name="Jason", number="888", name="Sales", pressed="22")
REPEAT = Says(b'{"status_code": 200, "action": "repeat"}')


def action(url: str, **fields: Any) -> MenuAction:
    return MenuAction("Action1", ActionTrigger.DTMF, parse_matches("22;33"), url=url, **fields)


def ask(asked: MenuAction, allowed: Networks = HERE) -> ServerWish:
    servers = ActionUrls([KEY], allowed, lambda: None)
    servers.ask("s1", 1, AskServer("q1", asked, ASKED))
    ((session_id, answered),) = until(servers.take, 20, "the answer")
    assert (session_id, answered.asked) == ("s1", "q1")
    return answered.wish


def why(asked: MenuAction, allowed: Networks = HERE) -> str:
    wish = ask(asked, allowed)
    assert wish.answer is ActionAnswer.FAILED
    return wish.why


def test_get_asks_in_the_query_as_the_manual_writes_it() -> None:
    with WebServer(lambda asked: call_to("222")) as server:
        assert ask(action(f"{server.url}/dest.php")) == ServerWish(ActionAnswer.CALL, "222")
        (asked,) = server.asked
    assert (asked.method, asked.path, asked.query) == ("GET", "/dest.php", list(ASKED.items()))
    assert "Authorization" not in asked.headers


def test_post_asks_in_json_and_signs_in(capfd: pytest.CaptureFixture[str]) -> None:
    sealed = PasswordSafe([KEY]).seal("s3cret ümlaut")
    with WebServer(lambda asked: REPEAT) as server:
        wanted = action(f"{server.url}/dest.php", method=ActionMethod.POST, username="pbx", password=sealed)
        assert ask(wanted).answer is ActionAnswer.REPEAT
        (asked,) = server.asked
    assert (asked.method, asked.query, json.loads(asked.body)) == ("POST", [], dict(ASKED))
    assert asked.headers["Content-Type"] == "application/json"
    scheme, _, credentials = asked.headers["Authorization"].partition(" ")
    assert (scheme, base64.b64decode(credentials).decode()) == ("Basic", "pbx:s3cret ümlaut")
    logged = "".join(capfd.readouterr())
    assert "s3cret" not in logged
    assert sealed not in logged
    assert sealed not in repr(wanted)


def test_a_password_of_another_installation_asks_nobody() -> None:
    with WebServer(lambda asked: REPEAT) as server:
        sealed = PasswordSafe(["x" * 40]).seal("s3cret")
        assert "password" in why(action(server.url, username="pbx", password=sealed))
        assert server.asked == []


def test_addresses_inside_are_refused_unless_they_are_allowed() -> None:
    with WebServer(lambda asked: REPEAT) as server:
        assert "inside this network" in why(action(server.url), ())
        port = server.url.rpartition(":")[2]
        assert "inside this network" in why(action(f"http://localhost:{port}/"), ())
        assert "inside this network" in why(action(f"http://[::ffff:127.0.0.1]:{port}/"), ())
        assert server.asked == []


def test_a_name_that_answers_differently_the_second_time_gains_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is looked up once, and one forbidden address among its answers is enough."""
    asked_for: list[str] = []

    def two_faces(host: str, port: int, **_: Any) -> list[Any]:
        asked_for.append(host)
        addresses = ["93.184.216.34", "127.0.0.1"]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in addresses]

    monkeypatch.setattr("sipworker.gateways.guarded_sockets.socket.getaddrinfo", two_faces)
    assert "inside this network" in why(action("http://rebind.example:8/"), ())
    assert asked_for == ["rebind.example"]


def test_a_redirect_is_not_followed() -> None:
    with WebServer(lambda asked: REPEAT) as inner:
        away = Says(status=302, headers={"Location": inner.url})
        with WebServer(lambda asked: away) as server:
            assert "302" in why(action(server.url))
        assert inner.asked == []


@pytest.mark.parametrize(
    "says",
    [
        Says(b"<html>", 200),
        Says(b"", 204),
        Says(b'{"action": "repeat"}', 500),
        Says(b'{"status_code": 401, "action": "repeat"}'),
        Says(b'"' + b"x" * 1_000_000 + b'"'),
        Says(b'{"action": "repeat"}', headers={"Content-Encoding": "gzip", "X": "y" * 60_000}),
    ],
)
def test_a_bad_answer_is_a_failure(says: Says) -> None:
    with WebServer(lambda asked: says) as server:
        if says.status == 200 and says.headers:
            # Not compressed at all, whatever it says: what was not asked for is not undone.
            ask(action(server.url))
        else:
            assert why(action(server.url))


@pytest.mark.parametrize("says", [Says(wait_s=30), Says(b"x" * 1000, drip_s=0.2)])
def test_a_slow_answer_is_given_up_however_it_drips(says: Says) -> None:
    with WebServer(lambda asked: says) as server:
        began = time.monotonic()
        assert "did not answer within 1 s" in why(action(server.url, answer_timeout_s=1))
        assert time.monotonic() - began < 8


def test_nobody_there_and_no_such_name_are_failures() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    assert "can't be reached" in why(action(f"http://127.0.0.1:{port}/"))
    assert "No name server" in why(action("http://nowhere.invalid/"))


def test_what_speaks_no_http_is_a_failure() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    with listener:

        def blather() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(b"220 mail.example ESMTP\r\n")

        threading.Thread(target=blather, daemon=True).start()
        assert "not HTTP" in why(action(f"http://127.0.0.1:{listener.getsockname()[1]}/"))


def test_a_company_with_a_slow_server_does_not_keep_the_others_waiting() -> None:
    servers = ActionUrls([KEY], HERE, lambda: None)
    with WebServer(lambda asked: Says(wait_s=60)) as slow, WebServer(lambda asked: REPEAT) as quick:
        for number in range(AT_ONCE_PER_TENANT + 3):
            servers.ask(f"s{number}", 1, AskServer("q", action(slow.url), ASKED))
        refused = [answered.wish for _, answered in servers.take()]
        assert [one.answer for one in refused] == [ActionAnswer.FAILED] * 3
        servers.ask("other", 2, AskServer("q", action(quick.url), ASKED))
        found = until(servers.take, 10, "the other company's answer")
        assert [(session_id, one.wish.answer) for session_id, one in found] == [
            ("other", ActionAnswer.REPEAT)
        ]
