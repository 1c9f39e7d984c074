"""The manual's Sales example: Jason, 101, calls 888, presses 22, a web server says 222, and 222 is talked to."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator

import pytest

from tests.live.system.conftest import PhoneMaker
from tests.live.system.outside_world import OutsideWorld
from tests.live.system.test_music import tone
from tests.phones.phone import Phone
from tests.phones.rest import RestClient
from tests.phones.waiting import until
from tests.worker.web_server import Asked, Says, WebServer, call_to

SALES, SUPPORT, PASSWORD = "888", "222", "Lng-enough-4-support"
PROMPT_HZ = 1500


class AppServer:
    """`dest.php` of the manual: says where to call, once it may."""

    def __init__(self) -> None:
        self.says = call_to(SUPPORT)
        self.may_answer = threading.Event()
        self.may_answer.set()

    def __call__(self, asked: Asked) -> Says:
        self.may_answer.wait(30)
        return self.says


@pytest.fixture
def app() -> AppServer:
    return AppServer()


@pytest.fixture
def server(app: AppServer) -> Iterator[WebServer]:
    with WebServer(app) as running:
        yield running


@pytest.fixture
def sales(world: OutsideWorld, rest: RestClient, server: WebServer) -> None:
    world.new_extension(SUPPORT, PASSWORD)
    actions = [
        {"name": "Action1", "matches": "22, 33", "target": f"{server.url}/dest.php"},
        {
            "name": "Card",
            "matches": "860000-880000",
            "method": "post",
            "target": f"{server.url}/card",
            "username": "pbx",
            "password": "s3cret",
        },
    ]
    menu = {"options": [{"keys": "22", "kind": "end_call"}], "on_failed": {"kind": "repeat_prompt"}}
    made = world.receptionist(SALES, name="Sales", menu=menu, actions=actions, input_timeout_s=60)
    upload = {"file": ("prompt.wav", tone(PROMPT_HZ), "audio/wav")}
    assert rest.response("PUT", f"/receptionists/{made['id']}/prompts/menu", files=upload).status_code == 200
    world.wait_in_force(
        lambda snapshot: any(one.number == SALES and one.menu.prompt for one in snapshot.receptionists)
    )


@pytest.fixture
def jason(world: OutsideWorld, alice: Phone) -> Phone:
    world.extension("101", display_name="Jason")
    return alice


@pytest.fixture
def support(sales: None, make_phone: PhoneMaker) -> Phone:
    phone = make_phone("demo", "103", account=(SUPPORT, PASSWORD), tone_hz=1700)
    phone.register()
    return phone


def test_the_servers_number_is_called(jason: Phone, support: Phone, server: WebServer) -> None:
    call = jason.dial(SALES).wait_confirmed()
    call.wait_heard(PROMPT_HZ)
    call.send_dtmf("22")
    incoming = support.wait_incoming()
    incoming.answer()
    call.wait_heard(support.config.tone_hz)
    incoming.wait_heard(jason.config.tone_hz)
    call.hang_up()
    incoming.wait_over()
    (asked,) = server.asked
    assert (asked.method, asked.path) == ("GET", "/dest.php")
    assert asked.query == [
        ("from", "101"),
        ("to", SALES),
        ("input", "22"),
        ("from_name", "Jason"),
        ("account_name", "Sales"),
    ]


def test_a_card_in_the_range_is_posted_with_the_credentials(
    jason: Phone, support: Phone, app: AppServer, server: WebServer
) -> None:
    app.says = Says(b'{"status_code": 200, "action": "hangup"}')
    call = jason.dial(SALES).wait_confirmed()
    call.wait_heard(PROMPT_HZ)
    call.send_dtmf("861234")
    call.wait_over()
    (asked,) = server.asked
    assert json.loads(asked.body) == {
        "from": "101",
        "to": SALES,
        "input": "861234",
        "from_name": "Jason",
        "account_name": "Sales",
    }
    credentials = base64.b64encode(b"pbx:s3cret").decode()
    assert (asked.method, asked.headers["Authorization"]) == ("POST", f"Basic {credentials}")


def test_the_caller_hears_no_prompt_while_the_server_thinks_and_the_prompt_after_a_bad_answer(
    jason: Phone, support: Phone, app: AppServer, server: WebServer
) -> None:
    app.may_answer.clear()
    app.says = Says(b"<html>Internal error</html>", 500)
    call = jason.dial(SALES).wait_confirmed()
    call.wait_heard(PROMPT_HZ)
    call.send_dtmf("33")
    until(lambda: server.asked, 15, "the server is asked")
    until(lambda: PROMPT_HZ not in call.heard(), 15, "the prompt has ended")
    app.may_answer.set()
    call.wait_heard(PROMPT_HZ)
    assert not call.is_over
    call.hang_up()
    call.wait_over()
