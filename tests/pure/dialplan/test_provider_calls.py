"""Calls of a provider to the company's numbers (manual 5.7). The id of a row is its rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from callmanager.domain.call_exceptions import CallException, ReceivedDuring
from callmanager.domain.decisions import Decision, DialOut, Refuse, RingExtension
from callmanager.domain.destination import END_CALL
from callmanager.domain.dialplan import decide
from callmanager.domain.inbound_rules import InboundRule, parse_caller_mask
from callmanager.domain.incoming_call import IncomingCall
from callmanager.domain.schedule import Holiday, Interval
from callmanager.domain.snapshot import TenantSnapshot
from tests.cast import ALICE, BOB, CAROL, DISABLED_DAVE
from tests.pure.dialplan.company import (
    BERLIN,
    EVENING,
    FIRST,
    FIRST_TRUNK,
    MORNING,
    SECOND,
    company,
    outsider_calls,
    to_extension,
    to_outside,
    with_extension,
)

DID, OTHER_DID = "493055510", "493055511"
RINGS_ALICE = RingExtension(ALICE, "Alice", 30)
RINGS_BOB = RingExtension(BOB, "Bob", 20)
RINGS_CAROL = RingExtension(CAROL, "", 30)


def rule(did: str = DID, to: str = ALICE, **fields: Any) -> InboundRule:
    places = {"in_office_hours": to_extension(to), "outside_office_hours": to_extension(to)}
    return InboundRule(1, "Rule", FIRST, did, **(places | fields))


def ruled(*rules: InboundRule, **changes: Any) -> TenantSnapshot:
    return company(inbound_rules=rules or (rule(),), **changes)


def with_exception(mask: str) -> TenantSnapshot:
    exception = CallException(mask, ReceivedDuring.ALWAYS, to_extension(BOB))
    return with_extension(ruled(), ALICE, exceptions=(exception,))


BY_HOURS = rule(
    in_office_hours=to_extension(ALICE),
    outside_office_hours=to_extension(BOB),
    on_holiday=to_extension(CAROL),
)
A_HOLIDAY = (Holiday("Day off", MORNING.date(), MORNING.date()),)
BRITISH = rule(to=BOB, caller_mask=parse_caller_mask("0044********"))
FRENCH = rule(to=CAROL, caller_mask=parse_caller_mask("0033********"))
BOBS_DID = with_extension(ruled(rule("*")), BOB, did="+493055511")

TABLE: dict[str, tuple[TenantSnapshot, IncomingCall, datetime, Decision]] = {
    "the rule of the number": (ruled(), outsider_calls(DID), MORNING, RINGS_ALICE),
    "a plus makes no difference": (ruled(rule("493055510")), outsider_calls(DID), MORNING, RINGS_ALICE),
    "another number has no rule": (
        ruled(),
        outsider_calls(OTHER_DID),
        MORNING,
        Refuse(404, "No rule for this number"),
    ),
    "a star is every number of the pool": (
        ruled(rule("*")),
        outsider_calls(OTHER_DID),
        MORNING,
        RINGS_ALICE,
    ),
    "the very number goes before the star": (
        ruled(rule("*"), rule(to=BOB)),
        outsider_calls(DID),
        MORNING,
        RINGS_BOB,
    ),
    "a star is nothing outside of the pool": (
        ruled(rule("*")),
        outsider_calls("4930999"),
        MORNING,
        Refuse(404, "No such number"),
    ),
    "a trunk without numbers": (
        ruled(rule("*")),
        outsider_calls(DID, trunk_id=SECOND),
        MORNING,
        Refuse(404, "No such number"),
    ),
    "a trunk of somebody else": (
        ruled(),
        outsider_calls(DID, trunk_id=77),
        MORNING,
        Refuse(404, "No such number"),
    ),
    "a disabled trunk": (
        ruled(trunks=(replace(FIRST_TRUNK, is_enabled=False),)),
        outsider_calls(DID),
        MORNING,
        Refuse(404, "No such number"),
    ),
    "a disabled rule": (
        ruled(rule(is_enabled=False)),
        outsider_calls(DID),
        MORNING,
        Refuse(404, "No rule for this number"),
    ),
    # The manual's example: one number, two masks.
    "callers from Britain": (ruled(BRITISH, FRENCH), outsider_calls(DID, "004412345678"), MORNING, RINGS_BOB),
    "callers from France": (ruled(BRITISH, FRENCH), outsider_calls(DID, "003312345678"), MORNING, RINGS_CAROL),
    "callers from elsewhere": (
        ruled(BRITISH, FRENCH),
        outsider_calls(DID, "004612345678"),
        MORNING,
        Refuse(404, "No rule for this number"),
    ),
    "an extension's own number needs no rule": (BOBS_DID, outsider_calls(OTHER_DID), MORNING, RINGS_BOB),
    "in office hours": (ruled(BY_HOURS), outsider_calls(DID), MORNING, RINGS_ALICE),
    "outside of office hours": (ruled(BY_HOURS), outsider_calls(DID), EVENING, RINGS_BOB),
    "on a holiday": (ruled(BY_HOURS, holidays=A_HOLIDAY), outsider_calls(DID), MORNING, RINGS_CAROL),
    "a holiday without a place of its own": (
        ruled(replace(BY_HOURS, on_holiday=None), holidays=A_HOLIDAY),
        outsider_calls(DID),
        MORNING,
        RINGS_BOB,
    ),
    "hours of the rule's own": (
        ruled(replace(BY_HOURS, own_intervals=(Interval(0, 19 * 60, 22 * 60),))),
        outsider_calls(DID),
        EVENING,
        RINGS_ALICE,
    ),
    "the call ends": (
        ruled(rule(in_office_hours=END_CALL)),
        outsider_calls(DID),
        MORNING,
        Refuse(603, "Ended by the rule “Rule”"),
    ),
    "an extension that is disabled": (
        ruled(rule(to=DISABLED_DAVE)),
        outsider_calls(DID),
        MORNING,
        Refuse(480, "The extension that the rule “Rule” names is not available"),
    ),
    "a caller on the blacklist": (
        ruled(numbers=replace(BERLIN, blocked_numbers=("0170*****",))),
        outsider_calls(DID),
        MORNING,
        Refuse(603, "The caller is on the blacklist"),
    ),
    "a caller who calls himself 101 is not Alice": (
        ruled(),
        outsider_calls(DID, ALICE),
        MORNING,
        RINGS_ALICE,
    ),
    "a caller who was sent in a circle": (
        ruled(),
        outsider_calls(DID, diversions=6),
        MORNING,
        Refuse(480, "The call was forwarded too often"),
    ),
    "an exception of the extension for this caller": (
        with_exception("+4917*******"),
        outsider_calls(DID, "+49171234567"),
        MORNING,
        replace(RINGS_BOB, passed=(ALICE,)),
    ),
    "an exception for callers of another length": (
        with_exception("+4917*******"),
        outsider_calls(DID, "+491712345678"),
        MORNING,
        RINGS_ALICE,
    ),
    "the company's limit of calls": (
        ruled(max_simultaneous_calls=1),
        outsider_calls(DID, running_calls=1),
        MORNING,
        Refuse(486, "The company's limit of 1 simultaneous calls is reached"),
    ),
    "a provider reaches no service number": (
        ruled(rule("*"), trunks=(replace(FIRST_TRUNK, did_pool="*"),)),
        outsider_calls("*43"),
        MORNING,
        Refuse(404, "No such number"),
    ),
    "an emergency number is a number like any other from outside": (
        ruled(rule("*"), trunks=(replace(FIRST_TRUNK, did_pool="*"),)),
        outsider_calls("112"),
        MORNING,
        RINGS_ALICE,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("snapshot", "call", "at", "expected"), TABLE.values(), ids=TABLE.keys())
def test_decide(snapshot: TenantSnapshot, call: IncomingCall, at: datetime, expected: Decision) -> None:
    assert decide(call, snapshot, at) == expected


def test_a_rule_may_send_the_call_outside_again_for_the_company() -> None:
    snapshot = ruled(rule(in_office_hours=to_outside("030999888")), groups=())
    decision = decide(outsider_calls(DID), snapshot, MORNING)
    assert isinstance(decision, DialOut)
    assert decision.on_behalf_of == ""
    headers = decision.tries[0].headers
    assert (headers.request_user, headers.from_user) == ("030999888", DID)
    assert ("Diversion", f"<sip:{DID}@sip.first.example>;reason=unconditional;counter=1") in headers.others
