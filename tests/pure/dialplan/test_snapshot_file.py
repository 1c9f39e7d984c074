"""A snapshot survives its copy on disk, whatever is in it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest

from callmanager.domain.call_exceptions import CallException, ReceivedDuring
from callmanager.domain.forwarding import ForwardHours, ForwardRule, ForwardStatus, ForwardWhen
from callmanager.domain.header_parameters import (
    CallerMapping,
    CallerPart,
    HeaderPart,
    HeaderRule,
    HeaderSource,
    ProviderField,
)
from callmanager.domain.inbound_rules import InboundRule, parse_caller_mask
from callmanager.domain.number_policy import NumberPolicy
from callmanager.domain.outbound_rules import OutboundRoute, OutboundRule, RuleHours, parse_callers
from callmanager.domain.schedule import Holiday
from callmanager.domain.snapshot import SnapshotFormatError, TenantSnapshot
from tests.cast import ALICE, BOB
from tests.pure.dialplan.company import (
    FIRST,
    FIRST_TRUNK,
    NINE_TO_FIVE,
    SECOND,
    company,
    to_extension,
    to_outside,
    with_extension,
)

FORWARD = ForwardRule(
    ForwardStatus.OFFLINE, ForwardHours.OFFICE_HOURS, ForwardWhen.ALWAYS, to_outside("0170"), 7
)
FULL = with_extension(
    company(
        trunks=(
            replace(
                FIRST_TRUNK,
                codecs=("PCMA", "opus"),
                outbound=(HeaderRule(HeaderPart.CUSTOM, HeaderSource.CONSTANT, "x", "X-A"),),
                inbound=(CallerMapping(CallerPart.NUMBER, ProviderField.CUSTOM, "X-B"),),
            ),
        ),
        inbound_rules=(
            InboundRule(
                1, "In", FIRST, "*", parse_caller_mask("0044***"), to_extension(BOB), to_outside("1")
            ),
            InboundRule(
                2, "Own", FIRST, "5", None, on_holiday=to_extension(ALICE), own_intervals=NINE_TO_FIVE
            ),
        ),
        outbound_rules=(
            OutboundRule(
                9,
                "Out",
                ("00", "+"),
                parse_callers("101;reception;200-220"),
                frozenset({8, 9}),
                frozenset({1}),
                (OutboundRoute(SECOND, 1, "+49"),),
                RuleHours.OWN_HOURS,
                NINE_TO_FIVE,
                frozenset({486, 603}),
                is_least_cost=True,
            ),
        ),
        numbers=NumberPolicy("DE", frozenset({"DE", "GB"}), ("0900",), ("017***",), frozenset({"115"})),
        holidays=(Holiday("May", date(2026, 5, 1), date(2026, 5, 1), is_every_year=True),),
        max_simultaneous_calls=7,
    ),
    ALICE,
    exceptions=(CallException("1**", ReceivedDuring.OFFICE_HOURS, to_extension(BOB)),),
    forwards=(FORWARD,),
    own_intervals=NINE_TO_FIVE,
    did="4930",
)


def test_it_comes_back_as_it_was() -> None:
    again = TenantSnapshot.from_json(json.loads(json.dumps(FULL.to_json())))
    assert again == FULL
    assert again.find_extension_by_did("4930") == FULL.find_extension(ALICE)
    assert again.to_json() == FULL.to_json()


def test_one_of_another_version_is_refused() -> None:
    with pytest.raises(SnapshotFormatError):
        TenantSnapshot.from_json(FULL.to_json() | {"schema_version": 6})


@pytest.mark.parametrize("name", ["trunks", "extensions", "numbers", "inbound_rules", "holidays"])
@pytest.mark.parametrize("damage", [None, [["x"]], {"a": 1}, "text", [[1, 2, 3]]])
def test_a_damaged_one_is_noticed(name: str, damage: object) -> None:
    with pytest.raises((ValueError, TypeError, KeyError)):
        TenantSnapshot.from_json(FULL.to_json() | {name: damage})
