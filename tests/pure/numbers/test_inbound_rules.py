"""Inbound rules: the manual's example with its own numbers, conflicts explained, the index against a plain walk."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callmanager.domain.did_pool import parse_did_pool
from callmanager.domain.inbound_rules import (
    InboundRule,
    InboundRules,
    check_in_pool,
    find_conflict,
    parse_caller_mask,
    parse_did,
)
from callmanager.domain.number_range import NumberPatternError

pytestmark = pytest.mark.pure

TRUNK, OTHER_TRUNK = 1, 2
DID = "00442012345670"


def _rule(
    rule_id: int, mask: str = "", did: str = DID, *, trunk_id: int = TRUNK, is_enabled: bool = True
) -> InboundRule:
    return InboundRule(
        rule_id, f"rule {rule_id}", trunk_id, parse_did(did), parse_caller_mask(mask), is_enabled=is_enabled
    )


ENGLISH, FRENCH = _rule(8000, "0044********"), _rule(9000, "0033********")


@pytest.mark.parametrize(
    ("caller", "rule"),
    [
        ("004420123456", ENGLISH),
        ("003320123456", FRENCH),
        ("004920123456", None),
        ("0044201234567", None),
        ("", None),
    ],
)
def test_callers_of_two_countries_reach_two_queues(caller: str, rule: InboundRule | None) -> None:
    assert find_conflict(ENGLISH, [FRENCH]) is None
    assert InboundRules([ENGLISH, FRENCH]).find_exact(TRUNK, DID, caller) is rule


def test_a_rule_without_a_mask_takes_everybody_also_the_anonymous() -> None:
    everybody = _rule(1)
    for caller in ("004420123456", "anonymous", ""):
        assert InboundRules([everybody]).find_exact(TRUNK, "+" + DID, caller) is everybody


def test_a_rule_counts_on_its_trunk_its_number_and_when_enabled() -> None:
    rules = InboundRules([_rule(1), _rule(2, did="5", is_enabled=False), _rule(3, did="*")])
    assert rules.find_exact(OTHER_TRUNK, DID, "1") is None
    assert rules.find_exact(TRUNK, "5", "1") is None
    assert rules.find_any(TRUNK, "1") == _rule(3, did="*")
    assert rules.find_any(OTHER_TRUNK, "1") is None


@pytest.mark.parametrize(
    ("mine", "other", "words"),
    [
        (_rule(1, "0044********"), _rule(2, "0044********"), "such as 004400000000"),
        (_rule(1, "0044********"), _rule(2, "004420123456"), "such as 004420123456"),
        (_rule(1, "100-200"), _rule(2, "150-250"), "such as 150"),
        (_rule(1), _rule(2, "150-250"), "both rules need a caller mask"),
        (_rule(1, "150-250"), _rule(2), "both rules need a caller mask"),
        (_rule(1), _rule(2), "both rules need a caller mask"),
        (_rule(1, "100-149"), _rule(2, "150-250"), None),
        (_rule(1, "***"), _rule(2, "****"), None),
        (_rule(1), _rule(2, did="123"), None),
        (_rule(1), _rule(2, did="*"), None),
        (_rule(1), _rule(2, trunk_id=OTHER_TRUNK), None),
        (_rule(1), _rule(1), None),
    ],
)
def test_rules_that_would_claim_the_same_call_are_told_apart_or_refused(
    mine: InboundRule, other: InboundRule, words: str | None
) -> None:
    conflict = find_conflict(mine, [other])
    assert conflict is None if words is None else words in (conflict or "") and "“rule 2”" in (conflict or "")


@pytest.mark.parametrize("did", ["004420*", "1100-1200", "44*****", "", "abc", "**", "1;2", "sip:1"])
def test_a_did_is_one_number_or_a_star(did: str) -> None:
    with pytest.raises(NumberPatternError) as refused:
        parse_did(did)
    assert refused.value.code == "did"


def test_a_single_star_is_no_caller_mask() -> None:
    with pytest.raises(NumberPatternError, match="leave the mask empty"):
        parse_caller_mask("*")


@pytest.mark.parametrize(
    ("did", "pool", "code"),
    [
        ("1150", "1100-1200", None),
        ("*", "1100-1200", None),
        ("1150", "*", None),
        ("1201", "1100-1200", "did_outside_pool"),
        ("1150", "", "pool_empty"),
        ("*", "", "pool_empty"),
    ],
)
def test_a_did_comes_from_the_tenants_pool(did: str, pool: str, code: str | None) -> None:
    if code is None:
        check_in_pool(did, parse_did_pool(pool))
        return
    with pytest.raises(NumberPatternError) as refused:
        check_in_pool(did, parse_did_pool(pool))
    assert refused.value.code == code


_masks = st.sampled_from(["", "1**", "12*", "13*", "130-139", "2**", "1*", "10-15", "16-19", "125"])


@given(st.lists(_masks, max_size=6), st.text("0123", min_size=1, max_size=3))
def test_the_index_finds_what_walking_through_rules_without_conflict_finds(
    masks: list[str], caller: str
) -> None:
    rules: list[InboundRule] = []
    for rule_id, mask in enumerate(masks):
        if find_conflict(rule := _rule(rule_id, mask), rules) is None:
            rules.append(rule)
    fitting = [rule for rule in rules if rule.caller_mask is None or caller in rule.caller_mask]
    assert len(fitting) <= 1
    assert InboundRules(rules).find_exact(TRUNK, DID, caller) is (fitting[0] if fitting else None)
