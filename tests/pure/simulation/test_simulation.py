"""What the simulator says becomes of a call: the rules that lost, who rings, which trunks are tried, the end."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callmanager.domain.call_assumptions import Assumptions, PhoneState, TrunkAnswer, TrunkState
from callmanager.domain.call_exceptions import CallException, ReceivedDuring
from callmanager.domain.call_simulation import EndKind, Simulated, Simulation, simulate
from callmanager.domain.call_trace import Considered
from callmanager.domain.decisions import DialOut, RingExtension
from callmanager.domain.dialplan import decide
from callmanager.domain.forwarding import ForwardHours, ForwardRule, ForwardStatus, ForwardWhen
from callmanager.domain.inbound_rules import InboundRule, parse_caller_mask
from callmanager.domain.incoming_call import IncomingCall
from callmanager.domain.outbound_rules import OutboundRoute, OutboundRule
from callmanager.domain.snapshot import TenantSnapshot
from callmanager.domain.unanswered import Unanswered
from tests.cast import ALICE, BOB, CAROL, DISABLED_DAVE
from tests.pure.dialplan.company import (
    ABROAD_AND_HOME,
    EVENING,
    FIRST,
    MORNING,
    OUTSIDER,
    SECOND,
    alice_dials,
    company,
    outsider_calls,
    to_extension,
    to_outside,
    with_extension,
)

MAIN = InboundRule(1, "Main number", FIRST, "493055500", None, to_extension(BOB), to_extension(CAROL))
ANY = InboundRule(2, "Every number", FIRST, "*", None, to_extension(CAROL))
SPAIN = InboundRule(3, "Spain", FIRST, "493055500", parse_caller_mask("34*********"), to_extension(CAROL))
OFF = InboundRule(4, "Old", FIRST, "493055500", None, to_extension(CAROL), is_enabled=False)
OTHER_LINE = InboundRule(5, "Other line", SECOND, "493055500", None, to_extension(CAROL))
OTHER_NUMBER = InboundRule(6, "Fax", FIRST, "493055501", None, to_extension(CAROL))
RULES = (MAIN, ANY, SPAIN, OFF, OTHER_LINE, OTHER_NUMBER)
MOBILE = "+4917099999"


def forward(when: ForwardWhen, **changes: object) -> ForwardRule:
    rule = ForwardRule(
        ForwardStatus.AVAILABLE, ForwardHours.OFFICE_HOURS, when, to_outside(MOBILE), ring_timeout_s=12
    )
    return replace(rule, **changes)  # type: ignore[arg-type]


def of(
    call: IncomingCall, snapshot: TenantSnapshot, *, at: object = MORNING, **assumed: object
) -> Simulation:
    return simulate(Simulated(call, at, Assumptions(**assumed)), snapshot)  # type: ignore[arg-type]


def lost(simulation: Simulation, what: str) -> dict[str, str]:
    return {
        one.name: one.reason
        for step in simulation.steps
        for one in step.considered
        if one.what == what and not one.is_taken
    }


def test_an_inside_call_rings_and_is_answered() -> None:
    simulation = of(alice_dials(BOB), company())
    assert (simulation.end.kind, simulation.end.answered_by) == (EndKind.EXTENSION, BOB)
    assert simulation.rung == (BOB,)


def test_every_inbound_rule_that_lost_says_why() -> None:
    simulation = of(outsider_calls("493055500"), company(inbound_rules=RULES))
    assert simulation.rules == ("Main number",)
    assert lost(simulation, "inbound_rule") == {
        "Every number": "A rule for the number, which goes before rules for every number.",
        "Spain": "The caller is not within 34000000000-34999999999.",
        "Old": "The rule is switched off.",
        "Other line": "It is for another trunk.",
        "Fax": "It is for 493055501.",
    }


def test_a_rule_for_every_number_loses_to_the_extension_that_has_the_number() -> None:
    snapshot = with_extension(company(inbound_rules=(ANY,)), BOB, did="493055507")
    simulation = of(outsider_calls("493055507"), snapshot)
    assert simulation.end.answered_by == BOB
    assert lost(simulation, "inbound_rule") == {
        "Every number": "Extension 102 has this number, which goes before rules for every number."
    }


def test_a_rule_with_a_mask_goes_before_the_one_without() -> None:
    simulation = of(outsider_calls("493055500", caller="34600000000"), company(inbound_rules=RULES))
    assert simulation.rules == ("Spain",)
    assert lost(simulation, "inbound_rule")["Main number"] == "A rule whose caller mask fits goes before it."


def test_the_hours_decide_and_are_shown() -> None:
    simulation = of(outsider_calls("493055500"), company(inbound_rules=(MAIN,)), at=EVENING)
    assert simulation.end.answered_by == CAROL
    hours = [one for step in simulation.steps for one in step.considered if one.what == "hours"]
    assert hours == [Considered("hours", "The office hours", True, "Closed: Monday 20:00 in Europe/Berlin.")]


def test_the_exceptions_that_do_not_fit_say_why() -> None:
    exceptions = (
        CallException("44*****", ReceivedDuring.ALWAYS, to_extension(CAROL)),
        CallException("", ReceivedDuring.OUTSIDE_OFFICE_HOURS, to_extension(CAROL)),
    )
    snapshot = with_extension(company(inbound_rules=(MAIN,)), BOB, exceptions=exceptions)
    simulation = of(outsider_calls("493055500"), snapshot)
    assert lost(simulation, "exception") == {
        "102, exception 1": "The caller is not 44*****.",
        "102, exception 2": "It holds outside of office hours only.",
    }


@pytest.mark.parametrize(
    ("phone", "when", "begins_s"),
    [
        (PhoneState.NO_ANSWER, ForwardWhen.NO_ANSWER, 12),
        (PhoneState.BUSY, ForwardWhen.BUSY, 0),
        (PhoneState.DECLINES, ForwardWhen.BUSY, 0),
    ],
)
def test_forwarding_follows_what_the_phones_do(phone: PhoneState, when: ForwardWhen, begins_s: int) -> None:
    snapshot = with_extension(company(), BOB, forwards=(forward(when),))
    simulation = of(alice_dials(BOB), snapshot, phones={BOB: phone})
    ringing, dialling = simulation.steps
    assert isinstance(ringing.decision, RingExtension)
    assert isinstance(dialling.decision, DialOut)
    assert dialling.begins_s == begins_s
    assert (simulation.end.kind, simulation.end.answered_by) == (EndKind.OUTSIDE, MOBILE)


def test_no_registered_phone_is_forwarded_and_does_not_ring() -> None:
    offline = forward(ForwardWhen.ALWAYS, status=ForwardStatus.OFFLINE, destination=to_extension(CAROL))
    snapshot = with_extension(company(), BOB, forwards=(offline,))
    simulation = of(alice_dials(BOB), snapshot, phones={BOB: PhoneState.OFFLINE})
    assert simulation.rung == (CAROL,)


def test_without_forwarding_the_caller_hears_what_the_phones_said() -> None:
    heard = {
        phone: of(alice_dials(BOB), company(), phones={BOB: phone}).end.outcome.sip_code
        for phone in PhoneState
        if phone is not PhoneState.ANSWERS
    }
    assert heard == {
        PhoneState.BUSY: 486,
        PhoneState.DECLINES: 603,
        PhoneState.NO_ANSWER: 480,
        PhoneState.OFFLINE: 480,
    }


def test_what_would_follow_stands_beside_what_follows() -> None:
    snapshot = with_extension(company(), BOB, forwards=(forward(ForwardWhen.NO_ANSWER),))
    ringing = of(alice_dials(BOB), snapshot).steps[0]
    ends = {one.why: (one.end.kind, one.end.answered_by) for one in ringing.alternatives}
    assert ends == {
        Unanswered.BUSY: (EndKind.REFUSED, ""),
        Unanswered.NO_ANSWER: (EndKind.OUTSIDE, MOBILE),
        Unanswered.OFFLINE: (EndKind.REFUSED, ""),
    }


@pytest.mark.parametrize(
    "answer",
    [
        TrunkAnswer(TrunkState.DOWN),
        TrunkAnswer(TrunkState.FULL),
        TrunkAnswer(TrunkState.SILENT),
        TrunkAnswer(TrunkState.CODE, 503),
    ],
)
def test_a_trunk_that_fails_is_followed_by_the_next(answer: TrunkAnswer) -> None:
    simulation = of(alice_dials("030123456"), company(), trunks={FIRST: answer})
    assert (simulation.end.kind, simulation.end.trunk_name) == (EndKind.OUTSIDE, "Second line")
    assert [attempt.goes_on for attempt in simulation.steps[0].attempts] == [True, False]


def test_a_trunk_that_says_no_of_the_number_ends_the_call_unless_the_rule_goes_on() -> None:
    busy = {FIRST: TrunkAnswer(TrunkState.CODE, 486)}
    simulation = of(alice_dials("030123456"), company(), trunks=busy)
    assert simulation.end.outcome.sip_code == 486
    assert [name for _, name in simulation.steps[0].untried] == ["Second line"]
    goes_on = company(outbound_rules=(replace(ABROAD_AND_HOME, also_next_on=frozenset({486})),))
    assert of(alice_dials("030123456"), goes_on, trunks=busy).end.trunk_name == "Second line"


def test_the_numbers_and_headers_of_each_try_are_those_of_the_decision() -> None:
    rule = OutboundRule(
        7, "Nine for outside", ("9",), routes=(OutboundRoute(FIRST, 1), OutboundRoute(SECOND, 1, "0049"))
    )
    snapshot = company(outbound_rules=(rule, ABROAD_AND_HOME))
    call = alice_dials("930123456")
    down = TrunkAnswer(TrunkState.CODE, 500)
    simulation = of(call, snapshot, trunks={FIRST: down})
    decision = decide(call, snapshot, MORNING)
    assert isinstance(decision, DialOut)
    assert simulation.tried == decision.tries
    assert [one.headers.request_user for one in simulation.tried] == ["30123456", "004930123456"]


def test_outbound_rules_that_lost_say_why() -> None:
    abroad = OutboundRule(7, "Abroad", ("00",), routes=(OutboundRoute(FIRST),))
    simulation = of(alice_dials("030123456"), company(outbound_rules=(abroad, ABROAD_AND_HOME)))
    assert lost(simulation, "outbound_rule") == {"Abroad": "The number does not begin with 00."}


def test_a_circle_of_forwarding_ends() -> None:
    always = forward(ForwardWhen.ALWAYS, destination=to_extension(CAROL))
    back = forward(ForwardWhen.ALWAYS, destination=to_extension(BOB))
    snapshot = with_extension(with_extension(company(), BOB, forwards=(always,)), CAROL, forwards=(back,))
    simulation = of(alice_dials(BOB), snapshot, phones={CAROL: PhoneState.NO_ANSWER})
    assert simulation.rung == (CAROL,)
    assert simulation.end.outcome.sip_code == 480


def test_limits_and_refusals_are_the_dialplans() -> None:
    limited = company(max_simultaneous_calls=2)
    assert of(replace(alice_dials(BOB), running_calls=1), limited).end.kind is EndKind.EXTENSION
    call = replace(alice_dials(BOB), running_calls=2)
    assert of(call, limited).end.outcome.sip_code == 486
    assert of(alice_dials(DISABLED_DAVE), company()).end.outcome.sip_code == 480
    assert of(outsider_calls("4912"), company()).end.outcome.sip_code == 404
    assert of(alice_dials("*43"), company()).end.kind is EndKind.SERVICE


@pytest.mark.parametrize(
    "number",
    [
        "",
        " ",
        "sip:102@evil.example",
        "102;phone-context=x",
        "1" * 5000,
        "١٠٢",
        "102\r\nX: y",
        "%31",
        "*" * 64,
    ],
)
def test_hostile_numbers_end_somewhere_and_reach_no_trunk(number: str) -> None:
    for call in (alice_dials(number), outsider_calls(number), outsider_calls("493055500", caller=number)):
        simulation = of(call, company(inbound_rules=RULES))
        assert not any("\r" in one.headers.request_user for one in simulation.tried)
        assert simulation.steps


def test_a_trace_changes_no_decision() -> None:
    snapshot = with_extension(company(inbound_rules=RULES), BOB, forwards=(forward(ForwardWhen.BUSY),))
    for call in (alice_dials(BOB), alice_dials("0049301"), outsider_calls("493055500"), outsider_calls("1")):
        assert decide(call, snapshot, MORNING) == decide(call, snapshot, MORNING, [])
    assert ALICE != OUTSIDER
