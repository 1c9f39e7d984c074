"""Calls to numbers outside the company: by whom, over which trunks, with which number. The id of a row is its rule."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from callmanager.domain.decisions import DialOut, Refuse
from callmanager.domain.dialplan import decide
from callmanager.domain.incoming_call import IncomingCall, Usage
from callmanager.domain.number_policy import NumberPolicy
from callmanager.domain.outbound_rules import (
    OutboundRoute,
    OutboundRule,
    RuleHours,
    parse_callers,
    parse_digit_lengths,
    parse_prefixes,
)
from callmanager.domain.schedule import Interval
from callmanager.domain.snapshot import TenantSnapshot
from tests.cast import ALICE, BOB, GLOBEX, MALLORY
from tests.pure.dialplan.company import (
    ABROAD_AND_HOME,
    BERLIN,
    EVENING,
    FIRST,
    FIRST_TRUNK,
    MORNING,
    NINE_TO_FIVE,
    SECOND,
    SECOND_TRUNK,
    alice_dials,
    company,
    with_extension,
)

HOME = "030123456"
EVERYWHERE = NumberPolicy("DE", allowed_countries=frozenset({"DE", "GB", "US"}))


def rule(*routes: OutboundRoute, **criteria: Any) -> OutboundRule:
    return OutboundRule(1, "Rule", routes=routes or (OutboundRoute(FIRST),), **criteria)


def tried(call: IncomingCall, snapshot: TenantSnapshot) -> list[tuple[int, str]]:
    decision = decide(call, snapshot, MORNING)
    assert isinstance(decision, DialOut), decision
    return [(one.trunk_id, one.headers.request_user) for one in decision.tries]


DIALLED = {
    "routes are tried in their order": (company(), HOME, [(FIRST, HOME), (SECOND, HOME)]),
    # The manual's own example: 002345, two digits stripped, +44 before the rest.
    "strip and prepend": (
        company(
            numbers=EVERYWHERE,
            outbound_rules=(rule(OutboundRoute(FIRST, 2, "+44"), prefixes=parse_prefixes("00;123;88")),),
        ),
        "002345",
        [(FIRST, "+442345")],
    ),
    "the first rule that fits is the one": (
        company(
            outbound_rules=(
                rule(OutboundRoute(SECOND), prefixes=parse_prefixes("0301")),
                replace(ABROAD_AND_HOME, rule_id=2),
            )
        ),
        HOME,
        [(SECOND, HOME)],
    ),
    "a short number may be outside by rule": (
        company(outbound_rules=(rule(OutboundRoute(FIRST, 1), prefixes=parse_prefixes("9")),)),
        "9110999",
        [(FIRST, "110999")],
    ),
    "extensions of the rule": (
        company(outbound_rules=(rule(callers=parse_callers("100-120")),)),
        HOME,
        [(FIRST, HOME)],
    ),
    "digits of the number": (
        company(outbound_rules=(rule(digit_lengths=parse_digit_lengths("9")),)),
        HOME,
        [(FIRST, HOME)],
    ),
    "a disabled trunk is passed over": (
        company(trunks=(replace(FIRST_TRUNK, is_enabled=False), SECOND_TRUNK)),
        HOME,
        [(SECOND, HOME)],
    ),
    "a trunk that is not lent any more is passed over": (
        company(trunks=(SECOND_TRUNK,)),
        HOME,
        [(SECOND, HOME)],
    ),
    "a route whose number goes to a forbidden country is passed over": (
        company(outbound_rules=(rule(OutboundRoute(FIRST, 0, "0044"), OutboundRoute(SECOND)),)),
        HOME,
        [(SECOND, HOME)],
    ),
    "an allowed country": (
        company(numbers=EVERYWHERE, outbound_rules=(rule(),)),
        "0044123456789",
        [(FIRST, "0044123456789")],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("snapshot", "dialled", "expected"), DIALLED.values(), ids=DIALLED.keys())
def test_what_is_dialled(snapshot: TenantSnapshot, dialled: str, expected: list[tuple[int, str]]) -> None:
    assert tried(alice_dials(dialled), snapshot) == expected


NO_RIGHT = company(groups=())
ONE_CALL = with_extension(company(), ALICE, max_external_calls=1)
SIXTY_MINUTES = with_extension(company(), ALICE, max_external_minutes_per_day=60)
REFUSED = {
    "without the right": (NO_RIGHT, alice_dials(HOME), 403),
    "without a rule": (company(outbound_rules=()), alice_dials(HOME), 404),
    "a rule for others": (
        company(outbound_rules=(rule(callers=parse_callers("200-299")),)),
        alice_dials(HOME),
        404,
    ),
    "a rule for another group": (
        company(outbound_rules=(rule(group_ids=frozenset({99})),)),
        alice_dials(HOME),
        404,
    ),
    "another country": (company(), alice_dials("+44123456789"), 403),
    "another country as people dial it": (company(), alice_dials("0044123456789"), 403),
    "another country behind the company's own prefix": (
        company(outbound_rules=(rule(OutboundRoute(FIRST, 1), prefixes=parse_prefixes("9")),)),
        alice_dials("90044123456789"),
        403,
    ),
    "another country behind the provider's prefix": (
        company(outbound_rules=(rule(OutboundRoute(FIRST, 1, "9999"), prefixes=parse_prefixes("9")),)),
        alice_dials("90044123456789"),
        403,
    ),
    "abroad while the own country is not known": (
        company(numbers=NumberPolicy()),
        alice_dials("0044123456789"),
        403,
    ),
    "a forbidden beginning": (
        company(numbers=replace(BERLIN, disallowed_prefixes=("0900",))),
        alice_dials("0900123456"),
        403,
    ),
    "a forbidden beginning in another form": (
        company(numbers=replace(BERLIN, disallowed_prefixes=("+49900",))),
        alice_dials("0900123456"),
        403,
    ),
    "a number of the blacklist": (
        company(numbers=replace(BERLIN, blocked_numbers=("+4930123456",))),
        alice_dials(HOME),
        403,
    ),
    "nothing left after stripping": (
        company(outbound_rules=(rule(OutboundRoute(FIRST, 20)),)),
        alice_dials(HOME),
        404,
    ),
    "no trunk is there": (company(trunks=()), alice_dials(HOME), 500),
    "a rule without routes": (
        company(outbound_rules=(replace(ABROAD_AND_HOME, routes=()),)),
        alice_dials(HOME),
        404,
    ),
    "as many calls outside as the extension may have": (
        ONE_CALL,
        alice_dials(HOME, usage=Usage({ALICE: 1})),
        486,
    ),
    "no minutes left today": (
        SIXTY_MINUTES,
        alice_dials(HOME, usage=Usage({}, {ALICE: 60.0})),
        403,
    ),
    "the company's limit": (
        company(max_simultaneous_calls=2),
        alice_dials(HOME, running_calls=2),
        486,
    ),
    "an address instead of a number": (company(), alice_dials("sip:1@evil.example"), 404),
    "parameters behind the number": (company(), alice_dials("0301234;phone-context=x"), 404),
    "digits of another script": (company(), alice_dials("٠٣٠١٢٣٤٥٦"), 404),
    "a number without end": (company(), alice_dials("0" * 1000), 404),
}  # fmt: skip


@pytest.mark.parametrize(("snapshot", "call", "code"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_refused(snapshot: TenantSnapshot, call: IncomingCall, code: int) -> None:
    decision = decide(call, snapshot, MORNING)
    assert isinstance(decision, Refuse)
    assert decision.sip_code == code


def test_limits_not_reached_yet_refuse_nothing() -> None:
    assert tried(alice_dials(HOME, usage=Usage({BOB: 5}, {BOB: 999.0})), ONE_CALL)
    assert tried(alice_dials(HOME, usage=Usage({}, {ALICE: 59.9})), SIXTY_MINUTES)


@pytest.mark.parametrize(
    ("hours", "at", "is_refused"),
    [
        (RuleHours.ANY_TIME, EVENING, False),
        (RuleHours.OFFICE_HOURS, MORNING, False),
        (RuleHours.OFFICE_HOURS, EVENING, True),
        (RuleHours.OWN_HOURS, MORNING, True),
        (RuleHours.OWN_HOURS, EVENING, False),
    ],
)
def test_hours_of_a_rule(hours: RuleHours, at: Any, *, is_refused: bool) -> None:
    evenings = (Interval(0, 19 * 60, 22 * 60),)
    snapshot = company(outbound_rules=(rule(hours=hours, own_intervals=evenings),))
    assert isinstance(decide(alice_dials(HOME), snapshot, at), Refuse) is is_refused


EMERGENCY = {
    "without the right": NO_RIGHT,
    "without a rule": company(outbound_rules=()),
    "outside of the rule's hours": company(
        outbound_rules=(rule(hours=RuleHours.OWN_HOURS),), office_intervals=NINE_TO_FIVE
    ),
    "with all limits reached": with_extension(
        company(max_simultaneous_calls=1), ALICE, max_external_calls=1, max_external_minutes_per_day=1
    ),
    "with the number on the blacklist": company(
        numbers=replace(BERLIN, blocked_numbers=("112",), disallowed_prefixes=("1",))
    ),
    "although an extension has this number": with_extension(company(), BOB, number="112"),
    "for a disabled extension": with_extension(company(), ALICE, is_enabled=False),
}


@pytest.mark.parametrize("snapshot", EMERGENCY.values(), ids=EMERGENCY.keys())
def test_emergency_numbers_go_before_everything(snapshot: TenantSnapshot) -> None:
    call = alice_dials("112", running_calls=9, usage=Usage({ALICE: 9}, {ALICE: 999.0}))
    decision = decide(call, snapshot, EVENING)
    assert isinstance(decision, DialOut)
    assert decision.is_emergency
    assert [one.trunk_id for one in decision.tries] == [FIRST, SECOND]
    assert {one.headers.request_user for one in decision.tries} == {"112"}


def test_a_rule_may_say_how_emergency_calls_go_first() -> None:
    snapshot = company(outbound_rules=(rule(OutboundRoute(SECOND, 0, "0"), prefixes=("112",)),))
    assert tried(alice_dials("112"), snapshot) == [(SECOND, "0112"), (FIRST, "112")]


def test_an_emergency_number_of_another_country_is_none_here() -> None:
    decision = decide(alice_dials("911"), company(outbound_rules=()), MORNING)
    assert decision == Refuse(404, "No such extension")
    more = company(numbers=replace(BERLIN, more_emergency_numbers=frozenset({"911"})))
    assert tried(alice_dials("911"), more) == [(FIRST, "911"), (SECOND, "911")]


def test_an_emergency_call_shows_its_own_caller_number() -> None:
    snapshot = with_extension(
        company(),
        ALICE,
        emergency_caller_id="+4930777",
        outbound_caller_id="+4930555",
        may_set_caller_id=True,
    )
    call = alice_dials("112", is_private=True, outbound_cli=("rewrite-from=666",))
    decision = decide(call, snapshot, MORNING)
    assert isinstance(decision, DialOut)
    assert decision.tries[0].headers.from_user == "+4930777"
    assert decision.tries[0].headers.others == ()


def test_nobody_calls_out_over_another_companys_trunk() -> None:
    call = IncomingCall(MALLORY, GLOBEX.sip_domain, HOME, GLOBEX.sip_domain)
    assert isinstance(decide(call, GLOBEX, MORNING), Refuse)
    stolen = replace(company(), trunks=())
    assert isinstance(decide(alice_dials(HOME), stolen, MORNING), Refuse)
