"""Forwarding by status, hour and reason (manual 5.4). The id of a row is its rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from itertools import pairwise, product
from typing import Any

import pytest

from callmanager.domain.decisions import Decision, DialOut, Refuse, RingExtension
from callmanager.domain.destination import END_CALL, Destination
from callmanager.domain.dialplan import Unanswered, after_ringing, decide
from callmanager.domain.forwarding import (
    ForwardHours,
    ForwardRule,
    Forwards,
    ForwardStatus,
    ForwardWhen,
    PresenceStatus,
    forwards_at,
)
from callmanager.domain.rights import GroupEntry, Right
from callmanager.domain.snapshot import TenantSnapshot
from tests.cast import ALICE, BOB, CAROL
from tests.pure.dialplan.company import (
    EVENING,
    FIRST,
    MORNING,
    alice_dials,
    company,
    outsider_calls,
    to_extension,
    to_outside,
    with_extension,
)

INSIDE, OUTSIDE = ForwardHours
ALWAYS, BUSY, NO_ANSWER = ForwardWhen
AVAILABLE, AWAY, DND, LUNCH, TRIP, OFFLINE = ForwardStatus
MOBILE = "0170555"
TO_CAROL = to_extension(CAROL)


def rule(
    status: ForwardStatus = AVAILABLE,
    when: ForwardWhen = ALWAYS,
    to: Destination = TO_CAROL,
    during: ForwardHours = INSIDE,
    ring_timeout_s: int = 0,
) -> ForwardRule:
    return ForwardRule(status, during, when, to, ring_timeout_s)


def bob(
    *rules: ForwardRule, status: PresenceStatus = PresenceStatus.AVAILABLE, **more: Any
) -> TenantSnapshot:
    return with_extension(company(**more), BOB, forwards=rules, status=status)


CAROL_RINGS = RingExtension(CAROL, "", 30, passed=(BOB,))
BOB_RINGS = RingExtension(BOB, "Bob", 20)
DISTURBED = Refuse(486, "Does not want to be disturbed")

TABLE: dict[str, tuple[TenantSnapshot, datetime, Decision]] = {
    "always, without ringing": (bob(rule()), MORNING, CAROL_RINGS),
    "a cell for office hours counts in them alone": (bob(rule()), EVENING, BOB_RINGS),
    "a cell for the evening": (bob(rule(during=OUTSIDE)), EVENING, CAROL_RINGS),
    "a cell of another status": (bob(rule(LUNCH)), MORNING, BOB_RINGS),
    "a cell of the status": (bob(rule(LUNCH), status=PresenceStatus.LUNCH), MORNING, CAROL_RINGS),
    "do not disturb is busy": (bob(status=PresenceStatus.DO_NOT_DISTURB), MORNING, DISTURBED),
    "do not disturb, forwarded": (
        bob(rule(DND), status=PresenceStatus.DO_NOT_DISTURB),
        MORNING,
        CAROL_RINGS,
    ),
    "do not disturb goes where busy goes": (
        bob(rule(DND, BUSY), status=PresenceStatus.DO_NOT_DISTURB),
        MORNING,
        CAROL_RINGS,
    ),
    "the call ends": (
        bob(rule(to=END_CALL)),
        MORNING,
        Refuse(603, "Ended by the extension's forwarding"),
    ),
    "to an extension that is gone": (
        bob(rule(to=to_extension("999"))),
        MORNING,
        Refuse(480, "The extension that the extension's forwarding names is not available"),
    ),
    "back to the caller": (
        bob(rule(to=to_extension(ALICE))),
        MORNING,
        Refuse(486, "The call would lead back to the caller by the extension's forwarding"),
    ),
    "a circle is left where it would close": (
        with_extension(bob(rule()), CAROL, forwards=(rule(to=to_extension(BOB)),)),
        MORNING,
        replace(CAROL_RINGS, forwards=Forwards(always=to_extension(BOB))),
    ),
    "cells for later travel with the ringing": (
        bob(rule(when=NO_ANSWER, ring_timeout_s=12), rule(when=BUSY, to=END_CALL), rule(OFFLINE)),
        MORNING,
        RingExtension(
            BOB,
            "Bob",
            12,
            Forwards(busy=END_CALL, no_answer=TO_CAROL, offline=TO_CAROL, ring_timeout_s=12),
        ),
    ),
}


@pytest.mark.parametrize(("snapshot", "at", "expected"), TABLE.values(), ids=TABLE.keys())
def test_decide(snapshot: TenantSnapshot, at: datetime, expected: Decision) -> None:
    assert decide(alice_dials(BOB), snapshot, at) == expected


@pytest.mark.parametrize(
    ("status", "hours", "when"),
    list(product(ForwardStatus, ForwardHours, ForwardWhen)),
    ids=lambda value: str(value.value),
)
def test_each_cell_of_the_table_counts_for_itself_alone(
    status: ForwardStatus, hours: ForwardHours, when: ForwardWhen
) -> None:
    cell = rule(status, when, during=hours)
    for now, is_office_hour in product(PresenceStatus, (True, False)):
        found = forwards_at((cell,), now, is_office_hour=is_office_hour)
        in_hours = is_office_hour is (hours is INSIDE)
        of_status = status.value == now.value
        assert (found.always is not None) is (in_hours and of_status and when is ALWAYS)
        assert (found.busy is not None) is (in_hours and of_status and when is BUSY)
        assert (found.no_answer is not None) is (in_hours and of_status and when is NO_ANSWER)
        assert (found.offline is not None) is (in_hours and status is OFFLINE and when is ALWAYS)


AFTERWARDS = {
    "busy": (rule(when=BUSY), Unanswered.BUSY, CAROL_RINGS),
    "no answer": (rule(when=NO_ANSWER), Unanswered.NO_ANSWER, CAROL_RINGS),
    "not registered": (rule(OFFLINE), Unanswered.OFFLINE, CAROL_RINGS),
    "busy has no cell": (rule(when=NO_ANSWER), Unanswered.BUSY, None),
    "no answer has no cell": (rule(when=BUSY), Unanswered.NO_ANSWER, None),
    "not registered has no cell": (rule(when=BUSY), Unanswered.OFFLINE, None),
}


@pytest.mark.parametrize(("cell", "why", "expected"), AFTERWARDS.values(), ids=AFTERWARDS.keys())
def test_after_ringing(cell: ForwardRule, why: Unanswered, expected: Decision | None) -> None:
    snapshot, call = bob(cell), alice_dials(BOB)
    rung = decide(call, snapshot, MORNING)
    assert isinstance(rung, RingExtension)
    assert after_ringing(rung, why, call, snapshot, MORNING) == expected


def test_two_who_forward_to_each_other_when_busy_end_the_call() -> None:
    snapshot = with_extension(bob(rule(when=BUSY)), CAROL, forwards=(rule(when=BUSY, to=to_extension(BOB)),))
    call = alice_dials(BOB)
    first = decide(call, snapshot, MORNING)
    assert isinstance(first, RingExtension)
    second = after_ringing(first, Unanswered.BUSY, call, snapshot, MORNING)
    assert isinstance(second, RingExtension)
    assert second.number == CAROL
    assert after_ringing(second, Unanswered.BUSY, call, snapshot, MORNING) is None


def test_a_chain_without_end_is_cut() -> None:
    snapshot = company()
    numbers = [str(number) for number in range(200, 220)]
    links = [
        replace(snapshot.extensions[0], number=number, forwards=(rule(to=to_extension(onward)),))
        for number, onward in pairwise(numbers)
    ]
    chained = replace(snapshot, extensions=(*snapshot.extensions, *links))
    assert decide(alice_dials("200"), chained, MORNING) == Refuse(480, "The call was forwarded too often")


def test_a_call_sent_to_a_mobile_uses_the_rights_of_who_sends_it() -> None:
    only_alice = (GroupEntry(1, "A", frozenset({Right.CALL_EXTERNAL}), frozenset({ALICE})),)
    refused = decide(alice_dials(BOB), bob(rule(to=to_outside(MOBILE)), groups=only_alice), MORNING)
    assert refused == Refuse(403, "External calls are not allowed for this extension")
    only_bob = (GroupEntry(1, "B", frozenset({Right.CALL_EXTERNAL}), frozenset({BOB})),)
    allowed = decide(alice_dials(BOB), bob(rule(to=to_outside(MOBILE)), groups=only_bob), MORNING)
    assert isinstance(allowed, DialOut)
    assert (allowed.on_behalf_of, allowed.passed) == (BOB, (BOB,))


def test_a_call_sent_abroad_is_refused_like_one_that_is_dialled() -> None:
    decision = decide(alice_dials(BOB), bob(rule(to=to_outside("0044123456789"))), MORNING)
    assert isinstance(decision, Refuse)
    assert decision.sip_code == 403


def test_an_outside_caller_whose_number_is_an_extensions_is_not_led_back_to() -> None:
    """The provider says 101 calls: that is nobody of the company's, so 101 may be rung."""
    snapshot = bob(rule(to=to_extension(ALICE)))
    bobs = with_extension(snapshot, BOB, did="493055510")
    decision = decide(outsider_calls("493055510", caller=ALICE, trunk_id=FIRST), bobs, MORNING)
    assert decision == RingExtension(ALICE, "Alice", 30, passed=(BOB,))
