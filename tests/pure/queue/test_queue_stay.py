"""What the events of a call say of its time in queues: records, lost calls, and what subscribers hear."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from callmanager.domain.call_events import CallEvent, CallEventKind
from callmanager.domain.cdr import worker_lost_event
from callmanager.domain.queue_events import QueueFeed, agent_message
from callmanager.domain.queue_stay import StayOutcome, stays_of
from callmanager.domain.subscriptions import Subscriber, SubscriberRole, Subscription, may_receive

START = (
    "call_start",
    {"caller": "00491711", "caller_display_name": "Zoe", "callee": "8000", "direction": "in"},
)
ENTER = ("queue_entered", {"queue": "8000", "queue_name": "Sales", "caller": "00491711"})
Story = list[tuple[str, Mapping[str, object]]]


def call(*story: tuple[str, Mapping[str, object]], session_id: str = "s1") -> list[CallEvent]:
    """One event a second."""
    return [
        CallEvent(1, session_id, place, CallEventKind(kind), 1000.0 + place, "w", data)
        for place, (kind, data) in enumerate(story)
    ]


def left(why: str, agent: str = "") -> tuple[str, Mapping[str, object]]:
    return ("queue_left", {"queue": "8000", "why": why, "agent": agent})


def test_a_caller_who_is_answered_leaves_a_whole_record() -> None:
    breached = ("queue_sla_breached", {"queue": "8000", "sla_s": 180})
    (stay,) = stays_of(call(START, ENTER, breached, left("answered", "101"), ("call_ended", {})))
    assert (stay.queue, stay.queue_name, stay.caller, stay.caller_name) == (
        "8000",
        "Sales",
        "00491711",
        "Zoe",
    )
    assert (stay.entered_at, stay.left_at, stay.sequence) == (1001.0, 1003.0, 1)
    assert (stay.outcome, stay.agent, stay.is_lost) == (StayOutcome.ANSWERED, "101", False)
    assert (stay.is_sla_breached, stay.sla_s, stay.is_from_inside) == (True, 180, False)


@pytest.mark.parametrize("why", ["abandoned", "no_answer", "max_wait", "no_agents", "deleted"])
def test_whoever_talked_with_nobody_of_the_queue_is_lost(why: str) -> None:
    (stay,) = stays_of(call(START, ENTER, left(why)))
    assert (stay.outcome.value, stay.is_lost) == (why, True)


@pytest.mark.parametrize("why", ["callback", "transferred", "something_of_tomorrow"])
def test_whoever_is_looked_after_otherwise_is_not_lost(why: str) -> None:
    (stay,) = stays_of(call(START, ENTER, left(why)))
    assert not stay.is_lost
    assert stay.left_at == 1002.0


def test_a_call_whose_worker_died_is_lost_and_over() -> None:
    events = [*call(START, ENTER), worker_lost_event(1, "s1", "w", 1010.0)]
    (stay,) = stays_of(events)
    assert (stay.outcome, stay.left_at, stay.is_lost) == (StayOutcome.WORKER_LOST, 1010.0, True)


def test_of_events_in_disorder_the_same_is_read() -> None:
    events = call(START, ENTER, left("answered", "101"), ("call_ended", {}))
    assert stays_of(reversed(events)) == stays_of(events)


def test_who_comes_back_into_a_queue_has_two_records() -> None:
    stays = stays_of(call(START, ENTER, left("no_answer"), ENTER, left("answered", "102")))
    assert [(stay.sequence, stay.outcome.value) for stay in stays] == [(1, "no_answer"), (3, "answered")]


def test_who_waits_is_shown_with_those_who_ring() -> None:
    rings = ("target_ringing", {"number": "101"})
    again = ("target_ringing", {"number": "102"})
    gives_up = ("target_noanswer", {"number": "101"})
    (stay,) = stays_of(call(START, ENTER, rings, again, gives_up))
    assert (stay.outcome, stay.left_at, stay.ringing) == (StayOutcome.WAITING, None, ("102",))


def test_a_call_without_a_queue_has_no_record() -> None:
    assert stays_of(call(START, ("target_ringing", {"number": "101"}), ("call_ended", {}))) == []


def heard(feed: QueueFeed, events: list[CallEvent]) -> list[dict[str, Any]]:
    return [message for event in events if (message := feed.message(event)) is not None]


def told(messages: list[dict[str, Any]], *names: str) -> list[tuple[str, ...]]:
    return [tuple(message["data"][name] for name in names) for message in messages]


def test_subscribers_hear_of_a_queue_from_entering_to_the_answer() -> None:
    feed = QueueFeed()
    others = heard(feed, call(START, ENTER, session_id="s0"))
    assert told(others, "status", "waiting_callers") == [("caller_waiting", "1")]
    messages = heard(
        feed,
        call(
            START,
            ENTER,
            ("target_ringing", {"number": "101"}),
            ("queue_sla_breached", {"queue": "8000", "sla_s": 2}),
            left("answered", "101"),
            ("target_ringing", {"number": "102"}),
            ("call_ended", {}),
        ),
    )
    assert {(one["topic"], one["key"]) for one in messages} == {("queue_events", "queue_status")}
    assert told(messages, "status", "agent", "waiting_callers", "waited_s", "reason") == [
        ("caller_waiting", "", "2", "0", ""),
        ("agent_ringing", "101", "2", "1", ""),
        ("sla_breached", "", "2", "2", ""),
        ("caller_answered", "101", "1", "3", "answered"),
    ]
    assert messages[3]["data"]["queue_name"] == "Sales"
    assert messages[3]["extensions"] == ["101"]


def test_a_caller_whose_end_was_all_that_came_has_left() -> None:
    feed = QueueFeed()
    messages = heard(feed, call(START, ENTER, ("call_ended", {})))
    assert told(messages, "status", "waiting_callers", "reason")[-1] == ("caller_left", "0", "abandoned")


def test_other_companies_queues_of_the_same_number_are_not_counted() -> None:
    feed = QueueFeed()
    heard(feed, call(START, ENTER))
    strangers = [
        CallEvent(2, "t1", event.sequence, event.kind, event.at, "w", event.data)
        for event in call(START, ENTER)
    ]
    assert told(heard(feed, strangers), "waiting_callers") == [("1",)]


def test_an_agents_change_is_told_of_the_agent() -> None:
    change = {"queue": "8000", "agent": "101", "happening": "pause", "pause_reason": "Lunch"}
    (message,) = heard(QueueFeed(), call(START, ("queue_agent_state", change)))
    expected = [("agent_changed", "8000", "101", "pause", "Lunch")]
    assert told([message], "status", "queue", "agent", "happening", "pause_reason") == expected
    by_page: dict[str, Any] = agent_message(1, "acme", at=5.0, **change)
    assert told([by_page], "status", "queue", "agent", "happening", "pause_reason") == expected
    assert (by_page["extensions"], by_page["data"]["tenant_name"]) == (["101"], "acme")
    assert set(by_page["data"]) == set(message["data"])


def test_an_extension_hears_of_itself_alone() -> None:
    messages = heard(QueueFeed(), call(START, ENTER, ("target_ringing", {"number": "101"})))
    wanted = frozenset({Subscription(1, "queue_events", "queue_status", None)})
    for number, expected in (("101", [False, True]), ("102", [False, False])):
        phone = Subscriber(SubscriberRole.EXTENSION, tenant_id=1, extension_number=number)
        assert [may_receive(phone, wanted, message) for message in messages] == expected
    mallory = Subscriber(SubscriberRole.TENANT, tenant_id=2)
    assert not any(may_receive(mallory, wanted, message) for message in messages)
