"""The event socket's language and its law: what a client may say, what it may see. No socket, no database."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from callmanager.domain.live_channel import position_of

MAX_COMMAND_CHARS = 16_384
MAX_NAMES_PER_COMMAND = 1_000
# One full command (a thousand extensions, every key) and some more; each costs memory while the socket is open.
MAX_SUBSCRIPTIONS = 20_000
# JSON can say them; the database and UTF-8 can't.
UNSTORABLE = re.compile(r"[\0\ud800-\udfff]")

EXTENSION_EVENTS = "extension_events"
CDR_EVENTS = "cdr_events"
TRUNK_EVENTS = "trunk_events"
QUEUE_EVENTS = "queue_events"
CONFERENCE_EVENTS = "conference_events"
# Of the whole platform, for administrators; no tenant has this id.
FLEET_EVENTS = "fleet_events"
FLEET_TENANT_ID = 0
# What an administrator who names no tenant may ask for.
FLEET_TOPICS = frozenset({FLEET_EVENTS, TRUNK_EVENTS})
CONFIDENTIAL = "is_confidential"
EXTENSION_REGISTER = "extension_register"
EXTENSION_PRESENCE = "extension_presence"
RECORDING_STORED = "recording_stored"
QUEUE_STATUS = "queue_status"
CONFERENCE_STATUS = "conference_status"
CONFERENCE_TALKING = "conference_talking"

# The keys that exist; a topic asked for without keys means all of them.
TOPIC_KEYS: Mapping[str, frozenset[str]] = {
    EXTENSION_EVENTS: frozenset(
        {
            EXTENSION_REGISTER,
            EXTENSION_PRESENCE,
            "call_start",
            "caller_answered",
            "target_add",
            "target_ringing",
            "target_answered",
            "target_noanswer",
            "target_fail",
            "target_ended",
            "call_established",
            "call_hold",
            "call_unhold",
            "call_mute",
            "call_unmute",
            "call_reroute",
            "transfer_started",
            "transfer_failed",
            "call_transferred",
            "call_joined",
            "call_moved",
            "menu_chosen",
            "queue_entered",
            "queue_sla_breached",
            "queue_left",
            "queue_agent_state",
            "queue_called_back",
            "conference_started",
            "conference_joined",
            "conference_muted",
            "conference_locked",
            "conference_left",
            "conference_ended",
            "call_noanswer",
            "call_fail",
            "call_ended",
            "voicemail_started",
            "voicemail_marked",
            "voicemail_taken_back",
            "voicemail_changed",
            "setting_changed",
            "call_parked",
            "call_unparked",
            "monitor_started",
            "monitor_changed",
            "recording_started",
            "recording_paused",
            "recording_resumed",
            "recording_stopped",
            RECORDING_STORED,
        }
    ),
    CDR_EVENTS: frozenset({"call_cdr"}),
    QUEUE_EVENTS: frozenset({QUEUE_STATUS}),
    CONFERENCE_EVENTS: frozenset({CONFERENCE_STATUS, CONFERENCE_TALKING}),
    TRUNK_EVENTS: frozenset({"trunk_connected", "trunk_disconnected"}),
    FLEET_EVENTS: frozenset({"figures"}),
}


class CommandError(ValueError):
    """What the client said is not understood or not allowed; the text goes back to it."""


class SubscriberRole(StrEnum):
    ADMINISTRATOR = "administrator"
    TENANT = "tenant"
    EXTENSION = "extension"


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Who sits at the other end. Administrators have no tenant of their own, only extensions a number.

    `call_numbers`: whose calls an extension's groups let it see, its own besides.
    """

    role: SubscriberRole
    tenant_id: int | None = None
    extension_number: str | None = None
    call_numbers: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ExtensionLogin:
    extension_number: str
    sip_domain: str
    password: str


@dataclass(frozen=True, slots=True)
class NameLogin:
    name: str
    password: str


@dataclass(frozen=True, slots=True)
class TokenLogin:
    token: str


@dataclass(frozen=True, slots=True)
class TopicRequest:
    """Subscribe to, or leave, these topics. Empty `extensions` means all that the subscriber may see.

    `last_event_id`: what the client had last, to be told first what followed it.
    """

    is_subscribe: bool
    topic_keys: tuple[tuple[str, str], ...]
    extensions: frozenset[str]
    tenant_name: str
    last_event_id: str = ""

    @property
    def may_be_of_fleet(self) -> bool:
        return all(topic in FLEET_TOPICS for topic, _ in self.topic_keys)

    @property
    def may_be_of_tenant(self) -> bool:
        return all(topic != FLEET_EVENTS for topic, _ in self.topic_keys)


Login = ExtensionLogin | NameLogin | TokenLogin
Command = Login | TopicRequest


@dataclass(frozen=True, slots=True)
class Subscription:
    """One thing to be told about. `extension` None means every extension of the tenant."""

    tenant_id: int
    topic: str
    key: str
    extension: str | None


def parse_command(text: str) -> Command:
    """The command in one text frame; CommandError for anything else."""
    if len(text) > MAX_COMMAND_CHARS:
        raise CommandError("message too long")
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CommandError("not JSON") from error
    if not isinstance(document, dict):
        raise CommandError("not a JSON object")
    match document.get("command"):
        case "auth":
            return _parse_login(document)
        case "subscribe":
            return _parse_topic_request(document, is_subscribe=True)
        case "unsubscribe":
            return _parse_topic_request(document, is_subscribe=False)
        case _:
            raise CommandError("unknown command")


def subscriptions_for(
    subscriber: Subscriber, request: TopicRequest, tenant_id: int
) -> frozenset[Subscription]:
    """What the request means for this subscriber in this tenant; CommandError where it may not look."""
    if not may_enter_tenant(subscriber, tenant_id):
        raise CommandError("tenant not allowed")
    if not (request.may_be_of_fleet if tenant_id == FLEET_TENANT_ID else request.may_be_of_tenant):
        raise CommandError("topic not allowed")
    if subscriber.role is SubscriberRole.EXTENSION:
        own = subscriber.extension_number or ""
        if request.extensions - subscriber.call_numbers - {own}:
            raise CommandError("extension not allowed")
    wanted: Iterable[str | None] = request.extensions or (None,)
    return frozenset(
        Subscription(tenant_id, topic, key, extension)
        for extension in wanted
        for topic, key in request.topic_keys
    )


def apply_request(
    current: frozenset[Subscription], request: TopicRequest, named: frozenset[Subscription]
) -> frozenset[Subscription]:
    """The subscriptions after the request. Leaving a topic without naming extensions leaves all of it."""
    if request.is_subscribe:
        together = current | named
        if len(together) > MAX_SUBSCRIPTIONS:
            raise CommandError(
                f"too many subscriptions: {MAX_SUBSCRIPTIONS} at most; name topics without extensions"
            )
        return together
    if request.extensions:
        return current - named
    left = {(one.tenant_id, one.topic, one.key) for one in named}
    return frozenset(one for one in current if (one.tenant_id, one.topic, one.key) not in left)


def may_enter_tenant(subscriber: Subscriber, tenant_id: int) -> bool:
    """Whether the subscriber may be told anything at all about this tenant."""
    if subscriber.role is SubscriberRole.ADMINISTRATOR:
        return True
    return subscriber.tenant_id is not None and subscriber.tenant_id == tenant_id


def may_receive(
    subscriber: Subscriber, subscriptions: frozenset[Subscription], event: Mapping[str, object]
) -> bool:
    """Asked again for every event: a subscription says what is wanted, this says what is allowed too."""
    tenant_id = event.get("tenant_id")
    topic, key = event.get("topic"), event.get("key")
    if not isinstance(tenant_id, int) or not isinstance(topic, str) or not isinstance(key, str):
        return False
    if not may_enter_tenant(subscriber, tenant_id):
        return False
    numbers = extensions_of(event)
    if subscriber.role is SubscriberRole.EXTENSION:
        if event.get(CONFIDENTIAL):
            numbers &= {subscriber.extension_number}
        numbers = frozenset(number for number in numbers if _may_hear_of(subscriber, key, number))
        if not numbers:
            return False
    if Subscription(tenant_id, topic, key, None) in subscriptions:
        return True
    return any(Subscription(tenant_id, topic, key, number) in subscriptions for number in numbers)


def as_confidential(event: Mapping[str, object]) -> dict[str, object]:
    """Of extensions only those it is about may be told, whatever their colleagues may see."""
    return {**event, CONFIDENTIAL: True}


def _may_hear_of(subscriber: Subscriber, key: str, number: str) -> bool:
    """Where a phone is stays its owner's business; calls are seen as the groups say."""
    if number == subscriber.extension_number:
        return True
    return key != EXTENSION_REGISTER and number in subscriber.call_numbers


def extensions_of(event: Mapping[str, object]) -> frozenset[str]:
    """The extension numbers an event is about."""
    numbers = event.get("extensions")
    if not isinstance(numbers, list | tuple):
        return frozenset()
    return frozenset(number for number in numbers if isinstance(number, str))


def _parse_login(document: Mapping[str, object]) -> Login:
    if "token" in document:
        return TokenLogin(_text_of(document, "token"))
    password = _text_of(document, "password")
    if "extension" in document:
        return ExtensionLogin(_text_of(document, "extension"), _text_of(document, "domain"), password)
    return NameLogin(_text_of(document, "name"), password)


def _parse_topic_request(document: Mapping[str, object], *, is_subscribe: bool) -> TopicRequest:
    topics = document.get("topics")
    if not isinstance(topics, list) or not topics:
        raise CommandError("topics missing")
    # Without repetitions: they would be multiplied by the extensions.
    pairs = dict.fromkeys(pair for entry in topics for pair in _parse_topic(entry))
    tenant = document.get("tenant", "")
    if not isinstance(tenant, str) or UNSTORABLE.search(tenant):
        raise CommandError("tenant is not a string")
    request = TopicRequest(
        is_subscribe,
        tuple(pairs),
        frozenset(_names(document, "extensions")),
        tenant,
        _last_event_id(document) if is_subscribe else "",
    )
    if not request.may_be_of_fleet and not request.may_be_of_tenant:
        raise CommandError("topics of the platform and of a tenant in one command")
    return request


def _last_event_id(document: Mapping[str, object]) -> str:
    event_id = document.get("last_event_id", "")
    if not isinstance(event_id, str) or (event_id and position_of(event_id) is None):
        raise CommandError("last_event_id is not the id of an event")
    return event_id


def _parse_topic(entry: object) -> list[tuple[str, str]]:
    if not isinstance(entry, dict):
        raise CommandError("topic is not an object")
    topic = entry.get("topic")
    if not isinstance(topic, str) or topic not in TOPIC_KEYS:
        raise CommandError("unknown topic")
    keys = _names(entry, "keys") or sorted(TOPIC_KEYS[topic])
    unknown = [key for key in keys if key not in TOPIC_KEYS[topic]]
    if unknown:
        raise CommandError("unknown key")
    return [(topic, key) for key in keys]


def _names(document: Mapping[str, object], field: str) -> list[str]:
    names = document.get(field, [])
    if not isinstance(names, list) or not all(isinstance(name, str) and name for name in names):
        raise CommandError(f"{field} is not a list of strings")
    if len(names) > MAX_NAMES_PER_COMMAND:
        raise CommandError(f"too many {field}")
    return names


def _text_of(document: Mapping[str, object], field: str) -> str:
    value = document.get(field)
    if not isinstance(value, str) or not value:
        raise CommandError(f"{field} missing")
    if UNSTORABLE.search(value):
        raise CommandError(f"{field} has characters that can't be")
    return value
