"""What subscribers see of a call while it runs."""

from __future__ import annotations

import pytest

from callmanager.domain.call_events import CallEvent, CallEventKind
from callmanager.domain.cdr import assemble
from callmanager.domain.live_events import LiveEventFeed, cdr_message, live_message
from callmanager.domain.subscriptions import TOPIC_KEYS
from tests.pure.cdr.events import START_AT, answered_call, event


def messages(events: list[CallEvent]) -> dict[str, dict[str, object]]:
    feed = LiveEventFeed()
    return {str(message["key"]): message for message in map(feed.message, events)}


def test_every_event_names_who_calls_whom() -> None:
    for message in messages(answered_call()).values():
        data = message["data"]
        assert isinstance(data, dict)
        assert (data["caller"], data["callee"], data["direction"]) == ("101", "102", "ext")
        assert data["session_id"] == data["cdr_id"] == "s1"
        assert data["tenant_name"] == "acme"
        assert message["extensions"] == ["101", "102"]


def test_all_values_are_strings_and_the_envelope_is_numbered() -> None:
    established = messages(answered_call())["call_established"]
    assert (established["topic"], established["tenant_id"], established["sequence"]) == (
        "extension_events",
        1,
        6,
    )
    assert established["time"] == START_AT + 5.2
    assert isinstance(established["data"], dict)
    assert established["data"]["time"] == "1569567973"
    assert all(isinstance(value, str) for value in established["data"].values())


def test_hold_names_both_addresses() -> None:
    data = messages(answered_call())["call_hold"]["data"]
    assert isinstance(data, dict)
    assert (data["aor"], data["peer_aor"]) == ("101@a", "102@a")


@pytest.mark.parametrize("kind", [CallEventKind.CALL_FAIL, CallEventKind.CALL_NOANSWER])
def test_a_failure_names_its_code(kind: CallEventKind) -> None:
    failed = event(1, kind, 1, {"sip_code": 486, "reason": "Busy"})
    data = live_message(failed, answered_call()[0])["data"]
    assert isinstance(data, dict)
    assert (data["fail_code"], data["reason"]) == ("486", "Busy")


def test_a_call_is_forgotten_when_it_ends() -> None:
    feed = LiveEventFeed()
    for told in answered_call():
        feed.message(told)
    late = feed.message(answered_call()[7])
    assert late["extensions"] == []


def test_every_key_is_one_a_client_can_subscribe_to() -> None:
    assert {kind.value for kind in CallEventKind} <= TOPIC_KEYS["extension_events"]


def test_every_kind_of_event_can_be_told() -> None:
    for kind in CallEventKind:
        assert live_message(event(1, kind, 0, {}), None)["key"] == kind.value


def test_the_record_is_told_to_both_sides() -> None:
    detail = assemble(answered_call())
    assert detail is not None
    message = cdr_message(detail)
    assert (message["topic"], message["key"]) == ("cdr_events", "call_cdr")
    assert message["extensions"] == ["101", "102"]
