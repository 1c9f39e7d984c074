"""What subscribers hear of conference rooms: who comes and leaves, who talks, and who may hear of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from callmanager.domain.call_events import CallEvent, CallEventKind
from callmanager.domain.conference_events import TALKING_EVERY_S, ConferenceFeed, TalkingFeed
from callmanager.domain.subscriptions import Subscriber, SubscriberRole, Subscription, may_receive

ROOM = "9000"
Step = tuple[str, Mapping[str, object]]


def start(caller: str, callee: str = ROOM, direction: str = "ext", **more: object) -> Step:
    return "call_start", {"caller": caller, "callee": callee, "direction": direction, **more}


def joined(who: str, count: int, *, is_admin: bool = False) -> Step:
    return "conference_joined", {
        "conference": ROOM,
        "participant": who,
        "is_admin": is_admin,
        "participants": count,
    }


STARTED: Step = ("conference_started", {"conference": ROOM, "subject": "Sales"})


class Company:
    """Its calls, and what is told of them."""

    def __init__(self, tenant_id: int = 1, feed: ConferenceFeed | None = None) -> None:
        self.tenant_id = tenant_id
        self.feed = feed or ConferenceFeed()
        self._sequences: dict[str, int] = {}

    def tell(self, session: str, *story: Step) -> list[dict[str, Any]]:
        messages = []
        for kind, data in story:
            sequence = self._sequences[session] = self._sequences.get(session, -1) + 1
            event = CallEvent(self.tenant_id, session, sequence, CallEventKind(kind), 1000.0, "w", data)
            message = self.feed.message(event)
            if message is not None:
                messages.append(message)
        return messages


def told(messages: list[dict[str, Any]], *names: str) -> list[tuple[str, ...]]:
    return [tuple(message["data"][name] for name in names) for message in messages]


def running() -> Company:
    company = Company()
    company.tell("s1", start("101"), STARTED, joined("101", 1, is_admin=True))
    company.tell("s2", start("102"), joined("102", 2))
    return company


def test_a_conference_is_told_from_its_beginning_to_its_end() -> None:
    company = Company()
    messages = company.tell("s1", start("101"), STARTED, joined("101", 1, is_admin=True))
    messages += company.tell("s2", start("102"), joined("102", 2))
    left = ("conference_left", {"conference": ROOM, "participant": "102"})
    messages += company.tell("s2", left, ("call_ended", {"status": "answered"}))
    gone = ("conference_left", {"conference": ROOM, "participant": "101"})
    messages += company.tell("s1", gone, ("conference_ended", {"conference": ROOM}), ("call_ended", {}))
    assert {(one["topic"], one["key"]) for one in messages} == {("conference_events", "conference_status")}
    assert told(messages, "status", "session_id", "participant", "participants", "is_admin") == [
        ("started", "s1", "", "0", "False"),
        ("joined", "s1", "101", "1", "True"),
        ("joined", "s2", "102", "2", "False"),
        ("left", "s2", "102", "1", "False"),
        ("left", "s1", "101", "0", "True"),
        ("ended", "s1", "", "0", "False"),
    ]
    assert {one["data"]["subject"] for one in messages} == {"Sales"}


def test_one_is_muted_and_the_room_is_muted_and_locked() -> None:
    company = running()
    messages = company.tell(
        "s2",
        ("conference_muted", {"conference": ROOM, "participant": "102", "is_muted": True}),
        ("conference_muted", {"conference": ROOM, "participant": "", "is_muted": True}),
        ("conference_locked", {"conference": ROOM, "is_locked": True}),
        ("conference_muted", {"conference": ROOM, "participant": "102", "is_muted": False}),
    )
    assert told(messages, "status", "participant", "is_muted", "is_locked") == [
        ("muted", "102", "True", "False"),
        ("room_muted", "", "True", "False"),
        ("locked", "", "True", "True"),
        ("unmuted", "102", "False", "True"),
    ]
    assert [one["extensions"] for one in messages] == [["102"], ["101", "102"], ["101", "102"], ["102"]]


def test_whom_the_room_calls_rings_and_is_not_reached_or_comes_in() -> None:
    company = running()
    call = start(ROOM, "103", is_service=True, request_id="mine")
    rings: Step = ("target_ringing", {"number": "103"})
    busy: Step = ("call_ended", {"status": "busy", "reason": "Busy here"})
    messages = company.tell("s3", call, rings, busy)
    assert told(messages, "conference", "status", "participant", "outcome", "reason", "request_id") == [
        (ROOM, "calling", "103", "", "", "mine"),
        (ROOM, "ringing", "103", "", "", "mine"),
        (ROOM, "not_reached", "103", "busy", "Busy here", "mine"),
    ]
    assert [one["extensions"] for one in messages] == [["103"]] * 3
    came = company.tell("s4", call, rings, joined("103", 3), ("call_ended", {"status": "answered"}))
    assert told(came, "status", "participants") == [("calling", "2"), ("ringing", "2"), ("joined", "3")]


def test_nobody_outside_is_taken_for_an_extension_whose_number_they_have() -> None:
    company = running()
    (guest,) = company.tell("s3", start("103", "4930900", "in"), joined("103", 3))
    (calling,) = company.tell("s4", start(ROOM, "102", "out", is_service=True))
    assert guest["extensions"] == calling["extensions"] == []


def test_rooms_of_two_companies_of_the_same_number_are_two() -> None:
    acme = running()
    globex = Company(2, acme.feed)
    messages = globex.tell("t1", start("101"), STARTED, joined("101", 1))
    assert told(messages, "status", "participants") == [("started", "0"), ("joined", "1")]
    assert messages[1]["tenant_id"] == 2


def test_extensions_hear_of_themselves_and_strangers_of_nothing() -> None:
    company = running()
    messages = company.tell("s3", start("103"), joined("103", 3))
    messages += company.tell("s3", ("conference_locked", {"conference": ROOM, "is_locked": True}))
    talking = TalkingFeed()
    talking.follow(1, "s1", live("101"))
    messages += list(talking.due(0.0, 1000.0))
    wanted = frozenset(
        Subscription(1, "conference_events", key, None) for key in ("conference_status", "conference_talking")
    )
    heard = {
        Subscriber(SubscriberRole.EXTENSION, tenant_id=1, extension_number="101"): [False, True, False],
        Subscriber(SubscriberRole.EXTENSION, tenant_id=1, extension_number="104"): [False, False, False],
        Subscriber(SubscriberRole.TENANT, tenant_id=1): [True, True, True],
        Subscriber(SubscriberRole.TENANT, tenant_id=2): [False, False, False],
    }
    for subscriber, expected in heard.items():
        assert [may_receive(subscriber, wanted, message) for message in messages] == expected


def live(number: str, *, is_talking: bool = True, conference: str = ROOM, **more: str) -> dict[str, object]:
    return {"caller": number, "callee": ROOM, "conference": conference, "is_talking": is_talking, **more}


def who(messages: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    return told(messages, "conference", "talking", "talking_sessions")


def test_who_talks_is_told_as_a_whole_and_seldom() -> None:
    feed = TalkingFeed()
    assert list(feed.due(0.0, 1.0)) == []
    feed.follow(1, "s1", live("101"))
    feed.follow(1, "s2", live("102", is_talking=False))
    assert who(list(feed.due(10.0, 1.0))) == [(ROOM, "101", "s1")]
    feed.follow(1, "s2", live("102"))
    feed.follow(1, "s1", live("101", is_talking=False))
    feed.follow(1, "s1", live("101"))
    assert list(feed.due(10.1, 1.0)) == []
    assert feed.is_due_later
    assert who(list(feed.due(10.0 + TALKING_EVERY_S, 1.0))) == [(ROOM, "102,101", "s2,s1")]
    feed.follow(1, "s2", None)
    feed.follow(1, "s1", live("101", conference="", is_talking=False))
    assert who(list(feed.due(20.0, 1.0))) == [(ROOM, "", "")]
    assert list(feed.due(20.0, 1.0)) == []
    feed.follow(1, "s1", live("101"))
    assert list(feed.due(20.1, 1.0)) == []


def test_whom_the_room_has_called_talks_under_their_own_number() -> None:
    feed = TalkingFeed()
    feed.follow(1, "s1", {**live(ROOM), "callee": "102", "answered_number": "102"})
    feed.follow(2, "s2", live("101"))
    messages = sorted(feed.due(0.0, 1.0), key=lambda one: str(one["tenant_id"]))
    assert who(messages) == [(ROOM, "102", "s1"), (ROOM, "101", "s2")]


def test_a_crowd_that_talks_at_once_floods_nobody() -> None:
    """Two hundred who begin and end ten times a second, for ten seconds."""
    feed, messages = TalkingFeed(), []
    for tenth in range(100):
        for nth in range(200):
            feed.follow(1, f"s{nth}", live(str(100 + nth), is_talking=(tenth + nth) % 2 == 0))
        messages += list(feed.due(tenth / 10, 1.0))
    assert len(messages) <= 10 / TALKING_EVERY_S + 1
    last = messages[-1]["data"]
    assert isinstance(last, dict)
    assert len(last["talking_sessions"].split(",")) == 100
