"""Exceptions of an extension: who, when, and what happens instead. The id of a row is its rule."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from callmanager.domain.call_exceptions import (
    CallException,
    ReceivedDuring,
    check_caller_mask,
    is_caller_in,
)
from callmanager.domain.decisions import Decision, Refuse, RingExtension
from callmanager.domain.destination import END_CALL, Destination, DestinationKind
from callmanager.domain.dialplan import IncomingCall, decide
from callmanager.domain.number_range import NumberPatternError
from callmanager.domain.schedule import Holiday, Interval
from callmanager.domain.snapshot import TenantSnapshot
from tests.cast import ACME, ACME_DOMAIN, ALICE, BOB, CAROL, DISABLED_DAVE

ALWAYS, OFFICE, OUTSIDE = ReceivedDuring

# Acme is in Berlin: 9:00 and 20:00 there.
MORNING, EVENING = (datetime(2026, 3, 2, hour, 0, tzinfo=UTC) for hour in (8, 19))
NINE_TO_FIVE = tuple(Interval(weekday, 9 * 60, 17 * 60) for weekday in range(5))
ENDED = Refuse(603, "Ended by an exception of the extension")
RINGS_BOB, RINGS_CAROL = RingExtension(BOB, "Bob", 20), RingExtension(CAROL, "", 30, passed=(BOB,))


def acme(*exceptions: CallException, **of_bob: Any) -> TenantSnapshot:
    extensions = tuple(
        replace(one, exceptions=exceptions, **of_bob) if one.number == BOB else one for one in ACME.extensions
    )
    return replace(ACME, extensions=extensions, office_intervals=NINE_TO_FIVE)


def end(mask: str = "", during: ReceivedDuring = ALWAYS) -> CallException:
    return CallException(mask, during, END_CALL)


def other(target: str, mask: str = "") -> CallException:
    return CallException(mask, ALWAYS, Destination(DestinationKind.EXTENSION, target))


TABLE = {
    "without exceptions it rings": (acme(), MORNING, RINGS_BOB),
    "an empty mask is every caller": (acme(end()), MORNING, ENDED),
    "the caller's own number": (acme(end(ALICE)), MORNING, ENDED),
    "another number": (acme(end("199")), MORNING, RINGS_BOB),
    "a mask stands for digits": (acme(end("1**")), MORNING, ENDED),
    "a mask is as long as the number": (acme(end("1*")), MORNING, RINGS_BOB),
    "a range": (acme(end("100-105")), MORNING, ENDED),
    "the first that fits is obeyed": (acme(other(CAROL, "1**"), end()), MORNING, RINGS_CAROL),
    "what does not fit is passed over": (acme(end("2**"), other(CAROL)), MORNING, RINGS_CAROL),
    "office hours, in them": (acme(end("", OFFICE)), MORNING, ENDED),
    "office hours, outside of them": (acme(end("", OFFICE)), EVENING, RINGS_BOB),
    "outside of office hours": (acme(end("", OUTSIDE)), EVENING, ENDED),
    "outside of office hours, in them": (acme(end("", OUTSIDE)), MORNING, RINGS_BOB),
    "hours of its own count instead": (
        acme(end("", OUTSIDE), own_intervals=(Interval(0, 19 * 60, 21 * 60),)),
        EVENING,
        RINGS_BOB,
    ),
    "in its own time zone": (
        acme(end("", OUTSIDE), time_zone="America/New_York"),
        EVENING,
        RINGS_BOB,
    ),
    "on a holiday nobody is there": (
        replace(
            acme(end("", OUTSIDE)),
            holidays=(Holiday("Day off", MORNING.date(), MORNING.date()),),
        ),
        MORNING,
        ENDED,
    ),
    "a disabled extension is not available": (
        acme(other(DISABLED_DAVE)),
        MORNING,
        Refuse(480, "The extension that an exception of the extension names is not available"),
    ),
    "an extension that is gone is not available": (
        acme(other("999")),
        MORNING,
        Refuse(480, "The extension that an exception of the extension names is not available"),
    ),
    "nobody is led back to themselves": (
        acme(other(ALICE)),
        MORNING,
        Refuse(486, "The call would lead back to the caller by an exception of the extension"),
    ),
}


@pytest.mark.parametrize(("snapshot", "at", "expected"), TABLE.values(), ids=TABLE.keys())
def test_decide(snapshot: TenantSnapshot, at: datetime, expected: Decision) -> None:
    assert decide(IncomingCall(ALICE, ACME_DOMAIN, BOB, ACME_DOMAIN), snapshot, at) == expected


def test_two_exceptions_that_point_at_each_other_are_no_circle() -> None:
    snapshot = replace(
        ACME,
        extensions=tuple(
            replace(one, exceptions=(other(CAROL if one.number == BOB else BOB),)) for one in ACME.extensions
        ),
    )
    assert decide(IncomingCall(ALICE, ACME_DOMAIN, BOB, ACME_DOMAIN), snapshot, MORNING) == RINGS_CAROL


@pytest.mark.parametrize(
    ("mask", "caller", "is_in"),
    [
        ("0044********", "004412345678", True),
        ("0044********", "00441234567", False),
        ("+4930*", "49305", True),
        ("49305", "+49305", True),
        ("00442012345670-00442012345680", "00442012345675", True),
        ("00442012345670-00442012345680", "00442012345681", False),
        ("alice", "Alice", True),
        ("alice", "bob", False),
        ("", "anonymous", True),
        ("4*", "anonymous", False),
    ],
)
def test_a_mask(mask: str, caller: str, is_in: bool) -> None:
    assert is_caller_in(check_caller_mask(mask), caller) is is_in


@pytest.mark.parametrize("mask", ["*", "12*4", "200-100", "1-22", "a-b", "+", "1" * 33, "12;34", "⁵"])
def test_what_is_no_mask_is_refused(mask: str) -> None:
    with pytest.raises(NumberPatternError):
        check_caller_mask(mask)


def test_a_snapshot_survives_its_copy_on_disk() -> None:
    snapshot = acme(end("1**", OFFICE), other(CAROL), own_intervals=NINE_TO_FIVE, time_zone="Asia/Tokyo")
    assert TenantSnapshot.from_json(json.loads(json.dumps(snapshot.to_json()))) == snapshot
