"""The description of the event socket says what the socket does: no field more, none less."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from jsonschema import Draft7Validator

from callmanager.domain.call_events import CallEvent, CallEventKind
from callmanager.domain.cdr import assemble
from callmanager.domain.conference_events import ConferenceFeed, talking_message
from callmanager.domain.edge_events import EdgeRegistration
from callmanager.domain.event_schema import asyncapi_document
from callmanager.domain.event_text import HeardEvent, render_resumed, render_resync
from callmanager.domain.live_events import cdr_message, live_message
from callmanager.domain.presence_message import presence_message
from callmanager.domain.queue_events import QueueFeed
from callmanager.domain.registration_message import registration_message
from callmanager.domain.subscriptions import TOPIC_KEYS, CommandError, parse_command
from tests.pure.cdr.events import answered_call, event

DOCUMENT = asyncapi_document(host="pbx.example", is_secure=True, version="1")
MESSAGES: Mapping[str, Any] = DOCUMENT["components"]["messages"]
PHONE = EdgeRegistration("r", "101@a.example", "sip:101@x", "", "Desk", "udp:192.0.2.1:5060", "", 0, 99)


def told() -> Iterator[Mapping[str, object]]:
    """One message of every key that calls and phones make."""
    start = answered_call()[0]
    for kind in CallEventKind:
        happened: CallEvent = event(0, kind, 1, {"number": "102", "sip_code": 486})
        yield live_message(happened, start)
    feed = QueueFeed()
    queued = {"queue": "8000", "queue_name": "Sales", "agent": "101", "happening": "pause"}
    for place, kind in enumerate((CallEventKind.QUEUE_ENTERED, CallEventKind.QUEUE_AGENT_STATE)):
        message = feed.message(event(place + 1, kind, 1, queued))
        assert message is not None
        yield message
    conferences = ConferenceFeed()
    conferences.message(start)
    message = conferences.message(event(1, CallEventKind.CONFERENCE_JOINED, 1, {"conference": "9000"}))
    assert message is not None
    yield message
    yield talking_message((1, "9000"), {"s1": "101"}, at=1)
    detail = assemble(answered_call())
    assert detail is not None
    yield cdr_message(detail)
    yield registration_message(1, "101", registered=[PHONE], removed=[PHONE], at=1)
    yield presence_message(1, "101", "available", at=1)


def named(message: Mapping[str, object]) -> str:
    return f"{message['topic']}.{message['key']}"


@pytest.mark.parametrize("message", list(told()), ids=named)
def test_an_event_has_exactly_the_fields_of_the_description(message: Mapping[str, object]) -> None:
    schema = MESSAGES[named(message)]["payload"]
    read = json.loads(HeardEvent({**message, "id": "1-0"}).text("acme", 1))
    Draft7Validator(schema).validate(read)
    assert set(read) == set(schema["properties"])


def test_every_key_is_described() -> None:
    described = {name for name in MESSAGES if "." in name and not name.startswith("control.")}
    assert described == {f"{topic}.{key}" for topic, keys in TOPIC_KEYS.items() for key in keys}


def test_control_messages_are_as_described() -> None:
    Draft7Validator(MESSAGES["control.resync"]["payload"]).validate(json.loads(render_resync("x", 1)))
    Draft7Validator(MESSAGES["control.resumed"]["payload"]).validate(json.loads(render_resumed(3, 1)))


COMMANDS = [
    ("auth", {"command": "auth", "token": "t"}, True),
    ("auth", {"command": "auth", "name": "acme", "password": "p"}, True),
    ("auth", {"command": "auth", "extension": "101", "domain": "d", "password": "p"}, True),
    ("auth", {"command": "auth", "name": "acme"}, False),
    ("subscribe", {"command": "subscribe", "topics": [{"topic": "cdr_events"}]}, True),
    (
        "subscribe",
        {"command": "subscribe", "topics": [{"topic": "cdr_events"}], "last_event_id": "17-0"},
        True,
    ),
    ("subscribe", {"command": "subscribe", "topics": [{"topic": "cdr_events"}], "last_event_id": "x"}, False),
    ("subscribe", {"command": "subscribe", "topics": [{"topic": "weather"}]}, False),
    (
        "subscribe",
        {"command": "subscribe", "topics": [{"topic": "cdr_events", "keys": ["call_start"]}]},
        False,
    ),
    ("subscribe", {"command": "subscribe", "topics": []}, False),
    (
        "unsubscribe",
        {"command": "unsubscribe", "topics": [{"topic": "trunk_events"}], "tenant": "acme"},
        True,
    ),
]


@pytest.mark.parametrize(("name", "command", "is_right"), COMMANDS)
def test_the_description_and_the_socket_agree_on_commands(
    name: str, command: dict[str, Any], is_right: bool
) -> None:
    assert Draft7Validator(MESSAGES[name]["payload"]).is_valid(command) is is_right
    if is_right:
        parse_command(json.dumps(command))
    else:
        with pytest.raises(CommandError):
            parse_command(json.dumps(command))


def references(part: object) -> Iterator[str]:
    if isinstance(part, dict):
        for name, value in part.items():
            if name == "$ref":
                yield value
            else:
                yield from references(value)
    elif isinstance(part, list):
        for value in part:
            yield from references(value)


def test_the_document_holds_together() -> None:
    assert DOCUMENT["asyncapi"] == "3.0.0"
    assert DOCUMENT["servers"]["pbx"] == {"host": "pbx.example", "protocol": "wss"}
    found = list(references(DOCUMENT))
    assert found
    for reference in found:
        part: Any = DOCUMENT
        for step in reference.removeprefix("#/").split("/"):
            part = part[step]
    for message in MESSAGES.values():
        Draft7Validator.check_schema(message["payload"])
    for operation in DOCUMENT["operations"].values():
        assert operation["action"] in ("send", "receive")
