"""The event socket described for programs: an AsyncAPI 3.0 document, made of what the socket itself obeys. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from callmanager.domain.event_fields import CONTACT, CONTACT_LISTS, FRAME, TITLES, fields_of
from callmanager.domain.subscriptions import EXTENSION_REGISTER, FLEET_TOPICS, TOPIC_KEYS

Schema = dict[str, Any]
CHANNEL = "events"
_MESSAGES = f"#/channels/{CHANNEL}/messages"
_TEXT: Schema = {"type": "string"}


def asyncapi_document(*, host: str, is_secure: bool, version: str) -> Schema:
    """`host` is where the reader found it."""
    events = {_message_name(topic, key): _event(topic, key) for topic, key in _topic_keys()}
    said = {**events, **_control()}
    commands = _commands()
    answers = {"answer": _message("answer", "The answer to a command", _answer())}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Tandem events",
            "version": version,
            "description": (
                "One WebSocket. Sign in, subscribe, read. Every frame is a JSON object; every command gets one "
                "answer, in order. Events are sent at most once; after a broken connection, subscribe with "
                "`last_event_id`."
            ),
        },
        "defaultContentType": "application/json",
        "servers": {"pbx": {"host": host, "protocol": "wss" if is_secure else "ws"}},
        "channels": {
            CHANNEL: {
                "address": "/ws/events",
                "servers": [{"$ref": "#/servers/pbx"}],
                "messages": {
                    name: {"$ref": f"#/components/messages/{name}"} for name in (*commands, *answers, *said)
                },
            }
        },
        "operations": {
            "command": {
                "action": "receive",
                "channel": {"$ref": f"#/channels/{CHANNEL}"},
                "messages": [{"$ref": f"{_MESSAGES}/{name}"} for name in commands],
                "reply": {
                    "channel": {"$ref": f"#/channels/{CHANNEL}"},
                    "messages": [{"$ref": f"{_MESSAGES}/answer"}],
                },
            },
            "tell": {
                "action": "send",
                "channel": {"$ref": f"#/channels/{CHANNEL}"},
                "messages": [{"$ref": f"{_MESSAGES}/{name}"} for name in said],
            },
        },
        "components": {"messages": {**commands, **answers, **said}},
    }


def event_schema(topic: str, key: str) -> Schema:
    """The payload of one event."""
    texts = {**FRAME, **fields_of(topic, key)}
    properties: Schema = {
        "topic": {"const": topic},
        "key": {"const": key},
        "extensions": {
            "type": "array",
            "items": _TEXT,
            "description": "The extensions it is about.",
        },
        **{name: {**_TEXT, "description": meaning} for name, meaning in texts.items()},
    }
    if key == EXTENSION_REGISTER:
        contacts = {
            "type": "array",
            "items": _object({name: {**_TEXT, "description": CONTACT[name]} for name in CONTACT}),
        }
        properties |= dict.fromkeys(CONTACT_LISTS, contacts)
    return _object(properties)


def _topic_keys() -> list[tuple[str, str]]:
    return [(topic, key) for topic, keys in TOPIC_KEYS.items() for key in sorted(keys)]


def _message_name(topic: str, key: str) -> str:
    return f"{topic}.{key}"


def _event(topic: str, key: str) -> Schema:
    return _message(_message_name(topic, key), TITLES[key], event_schema(topic, key))


def _control() -> Schema:
    frame: Schema = {"topic": {"const": "control"}, "number": {**_TEXT, "description": FRAME["number"]}}
    resync = _object({**frame, "key": {"const": "resync"}, "reason": _TEXT})
    resumed = _object(
        {
            **frame,
            "key": {"const": "resumed"},
            "events": {**_TEXT, "description": "How many were told again."},
        }
    )
    return {
        "control.resync": _message(
            "control.resync", "Events may have been missed: read the lists anew", resync
        ),
        "control.resumed": _message("control.resumed", "All that was missed has been told", resumed),
    }


def _commands() -> Mapping[str, Schema]:
    def login(**fields: Schema) -> Schema:
        return _object({"command": {"const": "auth"}, **fields})

    signing_in = {
        "oneOf": [
            login(extension=_TEXT, domain=_TEXT, password=_TEXT),
            login(name=_TEXT, password=_TEXT),
            login(token=_TEXT),
        ]
    }
    return {
        "auth": _message("auth", "Sign in: as an extension, by name, or with a token", signing_in),
        "subscribe": _message("subscribe", "Be told of topics", _topics_command("subscribe")),
        "unsubscribe": _message("unsubscribe", "Leave topics", _topics_command("unsubscribe")),
    }


def _topics_command(command: str) -> Schema:
    topics = [
        _object(
            {
                "topic": {"const": topic},
                "keys": {"type": "array", "items": {"enum": sorted(keys)}, "description": "Empty: all."},
            },
            required=("topic",),
        )
        for topic, keys in TOPIC_KEYS.items()
    ]
    properties: Schema = {
        "command": {"const": command},
        "topics": {"type": "array", "minItems": 1, "items": {"oneOf": topics}},
        "extensions": {"type": "array", "items": _TEXT, "description": "Empty: all that one may see."},
        "tenant": {
            **_TEXT,
            "description": f"Administrators name one, but for {' and '.join(sorted(FLEET_TOPICS))} of all.",
        },
    }
    if command == "subscribe":
        properties["last_event_id"] = {
            "type": "string",
            "pattern": r"^([0-9]{1,19}-[0-9]{1,19})?$",
            "description": "What one had last of this tenant: what followed it is told first.",
        }
    return _object(properties, required=("command", "topics"))


def _answer() -> Schema:
    good = _object(
        {
            "status": {"const": 0},
            "resumed": {"type": "boolean", "description": "Only after last_event_id."},
            "reason": {"enum": ["gap_too_large", "history_unreadable"]},
        },
        required=("status",),
    )
    return {"oneOf": [good, _object({"status": {"const": -1}, "error": _TEXT})]}


def _message(name: str, title: str, payload: Schema) -> Schema:
    return {"name": name, "title": title, "payload": payload}


def _object(properties: Mapping[str, Schema], *, required: tuple[str, ...] | None = None) -> Schema:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties if required is None else required),
    }
