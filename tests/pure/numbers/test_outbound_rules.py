"""Outbound rules: the manual's examples with its own numbers, the order, and the index against a plain walk."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callmanager.domain.number_range import NumberPatternError
from callmanager.domain.outbound_rules import (
    Callers,
    OutboundCall,
    OutboundRoute,
    OutboundRule,
    OutboundRules,
    check_route,
    is_dialable,
    parse_callers,
    parse_digit_lengths,
    parse_prefixes,
    reason_lost,
)

pytestmark = pytest.mark.pure

SALES, SUPPORT = 1, 2


def _call(dialled: str, caller: str = "101", *groups: int) -> OutboundCall:
    return OutboundCall(caller, frozenset(groups), dialled)


@pytest.mark.parametrize(
    ("rule", "call", "reason"),
    [
        (OutboundRule(1, "all"), _call("5"), None),
        (OutboundRule(1, "00", parse_prefixes("00")), _call("00123456"), None),
        (OutboundRule(1, "three", parse_prefixes("00;123;88")), _call("1234"), None),
        (OutboundRule(1, "three", parse_prefixes("00;123;88")), _call("8812"), None),
        (
            OutboundRule(1, "three", parse_prefixes("00;123;88")),
            _call("0123"),
            "does not begin with 00 or 123",
        ),
        (OutboundRule(1, "range", callers=parse_callers("100-120")), _call("5", "120"), None),
        (OutboundRule(1, "range", callers=parse_callers("100-120")), _call("5", "121"), "Extension 121"),
        (OutboundRule(1, "range", callers=parse_callers("100-120")), _call("5", "0110"), "Extension 0110"),
        (OutboundRule(1, "name", callers=parse_callers("desk;200")), _call("5", "desk"), None),
        (OutboundRule(1, "eight", digit_lengths=parse_digit_lengths("8")), _call("12345678"), None),
        (OutboundRule(1, "eight", digit_lengths=parse_digit_lengths("8")), _call("+12345678"), None),
        (OutboundRule(1, "eight", digit_lengths=parse_digit_lengths("8")), _call("1234567"), "have 8 digits"),
        (OutboundRule(1, "sales", group_ids=frozenset({SALES})), _call("5", "101", SALES, SUPPORT), None),
        (
            OutboundRule(1, "sales", group_ids=frozenset({SALES})),
            _call("5", "101", SUPPORT),
            "none of the rule's",
        ),
        (OutboundRule(1, "both", ("00",), digit_lengths=frozenset({4})), _call("0012"), None),
        (OutboundRule(1, "both", ("00",), digit_lengths=frozenset({4})), _call("00123"), "have 4 digits"),
        (OutboundRule(1, "off", is_enabled=False), _call("5"), "switched off"),
    ],
)
def test_a_rule_applies_when_all_it_names_is_met(
    rule: OutboundRule, call: OutboundCall, reason: str | None
) -> None:
    lost = reason_lost(rule, call)
    assert lost is None if reason is None else reason in (lost or "")
    assert (OutboundRules([rule]).find(call) is rule) is (reason is None)


@pytest.mark.parametrize(
    ("dialled", "route", "number"),
    [
        ("002345", OutboundRoute(1, strip_digits=2), "2345"),
        ("002345", OutboundRoute(1, strip_digits=2, prepend="+44"), "+442345"),
        ("002345", OutboundRoute(1), "002345"),
        ("12", OutboundRoute(1, strip_digits=5, prepend="9"), "9"),
    ],
)
def test_stripping_comes_before_prepending(dialled: str, route: OutboundRoute, number: str) -> None:
    assert route.number_to_dial(dialled) == number


def test_the_first_rule_in_the_tenants_order_wins_not_the_longest_prefix() -> None:
    wide, narrow = OutboundRule(1, "wide", ("00",)), OutboundRule(2, "narrow", ("0049",))
    assert OutboundRules([wide, narrow]).find(_call("004930")) is wide
    assert OutboundRules([narrow, wide]).find(_call("004930")) is narrow


def test_the_explanation_names_every_rule_before_the_winner() -> None:
    rules = [OutboundRule(1, "a", ("9",)), OutboundRule(2, "b", is_enabled=False), OutboundRule(3, "c")]
    lost = list(OutboundRules(rules).explain(_call("00")))
    assert [(each.rule.name, each.reason) for each in lost] == [
        ("a", "The number does not begin with 9."),
        ("b", "The rule is switched off."),
    ]


@pytest.mark.parametrize(
    "dialled", ["", "sip:1@evil", "1;x=y", "1 2", "٤٤", "1\r\nX: y", "+", "1+2", "a", "9" * 65, "'; --"]
)
def test_what_is_no_number_never_finds_a_rule(dialled: str) -> None:
    assert not is_dialable(dialled)
    assert OutboundRules([OutboundRule(1, "all")]).find(_call(dialled)) is None


@pytest.mark.parametrize(
    ("read", "code"),
    [
        (lambda: parse_prefixes("00;x"), "prefix"),
        (lambda: parse_prefixes("0" * 21), "prefix"),
        (lambda: parse_prefixes("00,123"), "prefix"),
        (lambda: parse_callers("190-100"), "range_order"),
        (lambda: parse_callers("1 2"), "extension"),
        (lambda: parse_callers(";".join(str(n) for n in range(501))), "list_length"),
        (lambda: parse_digit_lengths("0"), "digit_length"),
        (lambda: parse_digit_lengths("8-7"), "digit_length"),
        (lambda: parse_digit_lengths("eight"), "digit_length"),
        (lambda: parse_digit_lengths("65"), "digit_length"),
        (lambda: check_route(-1, ""), "strip_digits"),
        (lambda: check_route(21, ""), "strip_digits"),
        (lambda: check_route(0, "4+4"), "prepend"),
        (lambda: check_route(0, "sip:"), "prepend"),
    ],
)
def test_bad_criteria_are_refused_by_their_rule(read: object, code: str) -> None:
    assert callable(read)
    with pytest.raises(NumberPatternError) as refused:
        read()
    assert refused.value.code == code


def test_lists_are_read_with_blanks_and_repetitions() -> None:
    assert parse_prefixes(" 00; 123 ;00;") == ("00", "123")
    assert parse_digit_lengths("8; 10-12") == frozenset({8, 10, 11, 12})
    assert parse_callers("") == Callers()


_prefix = st.text("012", min_size=1, max_size=3)
_rules = st.lists(
    st.builds(
        OutboundRule,
        st.integers(0, 99),
        st.just("rule"),
        st.lists(_prefix, max_size=3).map(tuple),
        digit_lengths=st.frozensets(st.integers(1, 4), max_size=2),
        group_ids=st.frozensets(st.integers(1, 2), max_size=1),
        is_enabled=st.booleans(),
    ),
    max_size=12,
)


@given(_rules, st.text("012", min_size=1, max_size=4), st.frozensets(st.integers(1, 2)))
def test_the_index_finds_what_walking_through_all_rules_finds(
    rules: list[OutboundRule], dialled: str, groups: frozenset[int]
) -> None:
    call = OutboundCall("101", groups, dialled)
    walked = next((rule for rule in rules if reason_lost(rule, call) is None), None)
    assert OutboundRules(rules).find(call) is walked
