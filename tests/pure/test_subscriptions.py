"""The event socket's commands and who may see what, as tables."""

from __future__ import annotations

import json

import pytest

from callmanager.domain.call_events import CallEventKind
from callmanager.domain.event_text import HeardEvent, render_event, render_resync
from callmanager.domain.subscriptions import (
    FLEET_TENANT_ID,
    MAX_COMMAND_CHARS,
    MAX_SUBSCRIPTIONS,
    TOPIC_KEYS,
    CommandError,
    ExtensionLogin,
    NameLogin,
    Subscriber,
    SubscriberRole,
    Subscription,
    TokenLogin,
    TopicRequest,
    apply_request,
    as_confidential,
    may_receive,
    parse_command,
    subscriptions_for,
)

ACME, GLOBEX = 1, 2
ADMINISTRATOR = Subscriber(SubscriberRole.ADMINISTRATOR)
ACME_TENANT = Subscriber(SubscriberRole.TENANT, ACME)
ALICE = Subscriber(SubscriberRole.EXTENSION, ACME, "101")
BOB = Subscriber(SubscriberRole.EXTENSION, ACME, "102")
# Her groups let her see Alice's calls.
CAROL = Subscriber(SubscriberRole.EXTENSION, ACME, "103", frozenset({"101", "103"}))
MALLORY = Subscriber(SubscriberRole.EXTENSION, GLOBEX, "101")
GLOBEX_TENANT = Subscriber(SubscriberRole.TENANT, GLOBEX)


def register(number: str) -> dict[str, object]:
    return {**call_start(extensions=(number,)), "key": "extension_register"}


def call_start(tenant_id: int = ACME, extensions: tuple[str, ...] = ("101",)) -> dict[str, object]:
    return {
        "topic": "extension_events",
        "key": "call_start",
        "tenant_id": tenant_id,
        "extensions": list(extensions),
        "sequence": 0,
        "time": 1700000000.25,
        "data": {"session_id": "s1", "caller": "101", "callee": "102", "sip_code": 180},
    }


def test_a_confidential_event_is_told_to_no_colleague() -> None:
    wanted = frozenset({Subscription(ACME, "extension_events", "call_start", None)})
    event = as_confidential(call_start(extensions=("101",)))
    assert may_receive(ALICE, wanted, event)
    assert may_receive(ACME_TENANT, wanted, event)
    assert may_receive(ADMINISTRATOR, wanted, event)
    assert may_receive(CAROL, wanted, call_start(extensions=("101",)))
    for colleague in (CAROL, BOB, MALLORY, GLOBEX_TENANT):
        assert not may_receive(colleague, wanted, event)


def subscribe(
    keys: tuple[str, ...] = ("call_start",), extensions: frozenset[str] = frozenset()
) -> TopicRequest:
    return TopicRequest(True, tuple(("extension_events", key) for key in keys), extensions, "")


@pytest.mark.parametrize(
    ("document", "command"),
    [
        pytest.param(
            {"command": "auth", "extension": "101", "domain": "acme.local", "password": "x"},
            ExtensionLogin("101", "acme.local", "x"),
            id="extension-signs-in-with-its-domain",
        ),
        pytest.param(
            {"command": "auth", "name": "acme", "password": "x"}, NameLogin("acme", "x"), id="tenant-by-name"
        ),
        pytest.param({"command": "auth", "token": "t"}, TokenLogin("t"), id="bearer-token"),
        pytest.param(
            {
                "command": "subscribe",
                "topics": [{"topic": "cdr_events", "keys": ["call_cdr"]}],
                "extensions": ["102"],
            },
            TopicRequest(True, (("cdr_events", "call_cdr"),), frozenset({"102"}), ""),
            id="subscribe-to-one-key-of-one-extension",
        ),
        pytest.param(
            {"command": "unsubscribe", "topics": [{"topic": "cdr_events"}], "tenant": "acme"},
            TopicRequest(False, (("cdr_events", "call_cdr"),), frozenset(), "acme"),
            id="no-keys-means-every-key",
        ),
    ],
)
def test_a_command_is_understood(document: dict[str, object], command: object) -> None:
    assert parse_command(json.dumps(document)) == command


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("hello", id="not-json"),
        pytest.param("[" * 10_000, id="nested-too-deep"),
        pytest.param("[]", id="not-an-object"),
        pytest.param('{"command":"shutdown"}', id="unknown-command"),
        pytest.param('{"command":["auth"]}', id="command-is-a-list"),
        pytest.param('{"command":"auth"}', id="nothing-to-sign-in-with"),
        pytest.param('{"command":"auth","token":7}', id="token-is-a-number"),
        pytest.param('{"command":"auth","extension":"101","password":"x"}', id="extension-without-domain"),
        pytest.param('{"command":"auth","name":"acme","password":""}', id="empty-password"),
        pytest.param('{"command":"subscribe"}', id="no-topics"),
        pytest.param('{"command":"subscribe","topics":[]}', id="empty-topics"),
        pytest.param('{"command":"subscribe","topics":["cdr_events"]}', id="topic-is-a-string"),
        pytest.param('{"command":"subscribe","topics":[{"topic":"secrets"}]}', id="unknown-topic"),
        pytest.param('{"command":"subscribe","topics":[{"topic":["cdr_events"]}]}', id="topic-is-a-list"),
        pytest.param(
            '{"command":"subscribe","topics":[{"topic":"cdr_events","keys":["call_start"]}]}',
            id="key-of-another-topic",
        ),
        pytest.param(
            '{"command":"subscribe","topics":[{"topic":"cdr_events","keys":"call_cdr"}]}',
            id="keys-is-a-string",
        ),
        pytest.param(
            '{"command":"subscribe","topics":[{"topic":"cdr_events"}],"extensions":[101]}',
            id="extension-is-a-number",
        ),
        pytest.param(
            '{"command":"subscribe","topics":[{"topic":"cdr_events"}],"tenant":3}', id="tenant-is-a-number"
        ),
        pytest.param(
            '{"command":"subscribe","topics":[{"topic":"cdr_events"}],"tenant":"a\\u0000"}', id="nul"
        ),
        pytest.param('{"command":"auth","name":"a\\u0000","password":"x"}', id="nul-in-a-name"),
        pytest.param('{"command":"auth","name":"acme","password":"\\ud800"}', id="half-a-character"),
        pytest.param(" " * (MAX_COMMAND_CHARS + 1), id="too-long"),
    ],
)
def test_anything_else_is_refused_with_a_reason(text: str) -> None:
    with pytest.raises(CommandError) as refused:
        parse_command(text)
    assert str(refused.value)


def test_a_topic_said_often_is_one_topic() -> None:
    text = json.dumps({"command": "subscribe", "topics": [{"topic": "cdr_events"}] * 500})
    assert parse_command(text) == TopicRequest(True, (("cdr_events", "call_cdr"),), frozenset(), "")


@pytest.mark.parametrize(
    ("subscriber", "extensions", "tenant_id", "granted"),
    [
        pytest.param(ADMINISTRATOR, frozenset(), ACME, {None}, id="administrator-sees-any-tenant"),
        pytest.param(ADMINISTRATOR, frozenset(), GLOBEX, {None}, id="administrator-sees-another-tenant"),
        pytest.param(ACME_TENANT, frozenset(), ACME, {None}, id="tenant-sees-all-of-its-own"),
        pytest.param(ACME_TENANT, frozenset({"101", "102"}), ACME, {"101", "102"}, id="tenant-names-two"),
        pytest.param(ALICE, frozenset(), ACME, {None}, id="extension-without-names-wants-all-it-may-see"),
        pytest.param(ALICE, frozenset({"101"}), ACME, {"101"}, id="extension-names-itself"),
        pytest.param(CAROL, frozenset({"101", "103"}), ACME, {"101", "103"}, id="extension-names-a-member"),
    ],
)
def test_a_subscription_is_granted(
    subscriber: Subscriber, extensions: frozenset[str], tenant_id: int, granted: set[str | None]
) -> None:
    given = subscriptions_for(subscriber, subscribe(extensions=extensions), tenant_id)
    assert {one.extension for one in given} == granted
    assert {one.tenant_id for one in given} == {tenant_id}


@pytest.mark.parametrize(
    ("subscriber", "extensions", "tenant_id"),
    [
        pytest.param(ACME_TENANT, frozenset(), GLOBEX, id="tenant-looks-at-another-tenant"),
        pytest.param(ALICE, frozenset({"102"}), ACME, id="extension-looks-at-a-colleague"),
        pytest.param(ALICE, frozenset({"101", "102"}), ACME, id="extension-hides-a-colleague-behind-itself"),
        pytest.param(MALLORY, frozenset({"101"}), ACME, id="same-number-in-another-tenant"),
        pytest.param(Subscriber(SubscriberRole.TENANT), frozenset(), ACME, id="tenant-user-without-a-tenant"),
    ],
)
def test_a_subscription_is_refused(
    subscriber: Subscriber, extensions: frozenset[str], tenant_id: int
) -> None:
    with pytest.raises(CommandError):
        subscriptions_for(subscriber, subscribe(extensions=extensions), tenant_id)


WHOLE_ACME = frozenset({Subscription(ACME, "extension_events", "call_start", None)})
WHOLE_REGISTER = frozenset({Subscription(ACME, "extension_events", "extension_register", None)})
ONLY_101 = frozenset({Subscription(ACME, "extension_events", "call_start", "101")})


@pytest.mark.parametrize(
    ("subscriber", "subscriptions", "event", "received"),
    [
        pytest.param(ADMINISTRATOR, WHOLE_ACME, call_start(), True, id="administrator"),
        pytest.param(ACME_TENANT, WHOLE_ACME, call_start(), True, id="tenant-its-own"),
        pytest.param(
            ACME_TENANT, WHOLE_ACME, call_start(extensions=()), True, id="tenant-event-about-nobody"
        ),
        pytest.param(ACME_TENANT, WHOLE_ACME, call_start(GLOBEX), False, id="not-subscribed-tenant"),
        pytest.param(
            GLOBEX_TENANT, WHOLE_ACME, call_start(), False, id="stranger-with-a-stolen-subscription"
        ),
        pytest.param(ALICE, ONLY_101, call_start(), True, id="extension-its-own-call"),
        pytest.param(
            ALICE, ONLY_101, call_start(extensions=("102", "101")), True, id="extension-is-the-callee"
        ),
        pytest.param(ALICE, ONLY_101, call_start(extensions=("102",)), False, id="extension-others-call"),
        pytest.param(ALICE, WHOLE_ACME, call_start(), True, id="extension-wants-all-and-hears-itself"),
        pytest.param(
            ALICE, WHOLE_ACME, call_start(extensions=("102",)), False, id="extension-wants-all-in-vain"
        ),
        pytest.param(CAROL, WHOLE_ACME, call_start(), True, id="extension-hears-a-members-call"),
        pytest.param(CAROL, ONLY_101, call_start(), True, id="extension-named-a-member"),
        pytest.param(CAROL, WHOLE_ACME, call_start(GLOBEX), False, id="extension-of-another-tenant"),
        pytest.param(CAROL, WHOLE_REGISTER, register("101"), False, id="a-members-phone-is-private"),
        pytest.param(CAROL, WHOLE_REGISTER, register("103"), True, id="an-extensions-own-phone"),
        pytest.param(ACME_TENANT, WHOLE_REGISTER, register("101"), True, id="tenant-sees-phones"),
        pytest.param(BOB, ONLY_101, call_start(), False, id="colleague-with-a-stolen-subscription"),
        pytest.param(MALLORY, ONLY_101, call_start(), False, id="stranger-with-the-same-number"),
        pytest.param(ACME_TENANT, WHOLE_ACME, {"topic": "extension_events"}, False, id="malformed-event"),
        pytest.param(
            ACME_TENANT, WHOLE_ACME, {**call_start(), "tenant_id": str(ACME)}, False, id="tenant-id-is-text"
        ),
        pytest.param(
            ACME_TENANT, WHOLE_ACME, {**call_start(), "key": "call_ended"}, False, id="key-not-asked-for"
        ),
    ],
)
def test_each_event_is_authorised_again(
    subscriber: Subscriber, subscriptions: frozenset[Subscription], event: dict[str, object], received: bool
) -> None:
    assert may_receive(subscriber, subscriptions, event) is received


def test_leaving_a_topic_without_names_leaves_all_of_it() -> None:
    joined = apply_request(frozenset(), subscribe(), WHOLE_ACME | ONLY_101)
    left = TopicRequest(False, (("extension_events", "call_start"),), frozenset(), "")
    assert apply_request(joined, left, subscriptions_for(ACME_TENANT, left, ACME)) == frozenset()


def test_leaving_one_extension_keeps_the_others() -> None:
    both = subscribe(extensions=frozenset({"101", "102"}))
    joined = apply_request(frozenset(), both, subscriptions_for(ACME_TENANT, both, ACME))
    leave = TopicRequest(False, both.topic_keys, frozenset({"102"}), "")
    assert apply_request(joined, leave, subscriptions_for(ACME_TENANT, leave, ACME)) == ONLY_101


def test_subscribing_twice_is_subscribing_once() -> None:
    once = apply_request(frozenset(), subscribe(), WHOLE_ACME)
    assert apply_request(once, subscribe(), WHOLE_ACME) == once


def _many(count: int) -> frozenset[Subscription]:
    return frozenset(Subscription(ACME, "cdr_events", "call_cdr", str(number)) for number in range(count))


def test_a_socket_has_a_limit_of_subscriptions_and_keeps_those_it_has() -> None:
    full = apply_request(frozenset(), subscribe(), _many(MAX_SUBSCRIPTIONS))
    assert apply_request(full, subscribe(), _many(5)) == full
    with pytest.raises(CommandError, match="too many subscriptions"):
        apply_request(full, subscribe(), ONLY_101)
    leave = TopicRequest(False, (("cdr_events", "call_cdr"),), frozenset(), "")
    assert apply_request(full, leave, subscriptions_for(ACME_TENANT, leave, ACME)) == frozenset()


def test_an_event_is_flat_and_its_numbers_are_strings() -> None:
    message = json.loads(render_event(call_start(), "acme", 7))
    assert message == {
        "topic": "extension_events",
        "key": "call_start",
        "number": "7",
        "event_id": "",
        "tenant_id": "1",
        "tenant_name": "acme",
        "time": "1700000000",
        "sequence": "0",
        "extensions": ["101"],
        "session_id": "s1",
        "caller": "101",
        "callee": "102",
        "sip_code": "180",
    }


def test_the_phone_of_a_target_is_told_beside_the_count_of_the_socket() -> None:
    event = call_start()
    event["id"] = "1700000000123-0"
    event["data"] = {"number": "102", "sip_code": 180}
    message = json.loads(render_event(event, "acme", 7))
    assert (message["number"], message["target_number"]) == ("7", "102")
    assert message["event_id"] == "1700000000123-0"


def test_one_event_is_written_once_for_many_sockets() -> None:
    heard = HeardEvent(call_start())
    first, second = (json.loads(heard.text("acme", number)) for number in (1, 2))
    assert (first.pop("number"), second.pop("number")) == ("1", "2")
    assert first == second


@pytest.mark.parametrize("event_id", ["", "17-0", "1700000000123-12"])
def test_a_client_says_what_it_had_last(event_id: str) -> None:
    text = json.dumps(
        {"command": "subscribe", "topics": [{"topic": "cdr_events"}], "last_event_id": event_id}
    )
    request = parse_command(text)
    assert isinstance(request, TopicRequest)
    assert request.last_event_id == event_id


@pytest.mark.parametrize(
    "event_id", ["x", "1", "-", "1-", "-1", "1-2-3", "\u0661-0", "9" * 40 + "-0", 7, None, []]
)
def test_what_is_no_id_of_an_event_is_refused(event_id: object) -> None:
    text = json.dumps(
        {"command": "subscribe", "topics": [{"topic": "cdr_events"}], "last_event_id": event_id}
    )
    with pytest.raises(CommandError, match="last_event_id"):
        parse_command(text)


def test_data_of_an_event_cannot_pose_as_another_tenant() -> None:
    event = call_start()
    event["data"] = {"tenant_id": GLOBEX, "tenant_name": "globex", "topic": "cdr_events"}
    message = json.loads(render_event(event, "acme", 1))
    assert (message["tenant_id"], message["tenant_name"]) == ("1", "acme")
    assert message["topic"] == "extension_events"


def test_a_resync_is_numbered_like_an_event() -> None:
    assert json.loads(render_resync("reconnected", 3))["number"] == "3"


def test_every_kind_of_call_event_can_be_subscribed_to() -> None:
    assert {kind.value for kind in CallEventKind} <= TOPIC_KEYS["extension_events"]


FLEET = TopicRequest(True, (("fleet_events", "figures"),), frozenset(), "")


def test_the_fleet_is_for_administrators_and_for_nobody_else() -> None:
    figures = {"topic": "fleet_events", "key": "figures", "tenant_id": FLEET_TENANT_ID, "data": {}}
    wanted = subscriptions_for(ADMINISTRATOR, FLEET, FLEET_TENANT_ID)
    assert may_receive(ADMINISTRATOR, wanted, figures)
    for stranger in (ACME_TENANT, ALICE):
        for tenant_id in (FLEET_TENANT_ID, ACME):
            with pytest.raises(CommandError):
                subscriptions_for(stranger, FLEET, tenant_id)
        assert not may_receive(stranger, wanted, figures)


def test_topics_of_the_fleet_and_of_a_tenant_do_not_mix() -> None:
    with pytest.raises(CommandError):
        subscriptions_for(ADMINISTRATOR, subscribe(), FLEET_TENANT_ID)
    both = [{"topic": "fleet_events"}, {"topic": "cdr_events"}]
    with pytest.raises(CommandError):
        parse_command(json.dumps({"command": "subscribe", "topics": both}))
