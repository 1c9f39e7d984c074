"""What a provider's INVITE says of caller and called number (manual 5.6 and 14). The id of a row is its rule."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from callmanager.domain.decisions import DialOut
from callmanager.domain.dialplan import decide
from callmanager.domain.header_parameters import (
    CallerIdentity,
    CallerMapping,
    CallerPart,
    HeaderPart,
    HeaderRule,
    HeaderSource,
    OutgoingHeaders,
    ProviderCaller,
    ProviderField,
    caller_identity,
)
from callmanager.domain.outbound_cli import CliWish, cli_wish
from callmanager.domain.outgoing_headers import CallFacts, fill_headers
from tests.cast import ALICE
from tests.pure.dialplan.company import (
    FIRST_TRUNK,
    MORNING,
    SECOND_TRUNK,
    alice_dials,
    company,
    with_extension,
)

FACTS = CallFacts("+4940123", "040123", "acme.example", caller_number="101", caller_name='Alice "A"')
PART, SOURCE = HeaderPart, HeaderSource


def headers(*rules: HeaderRule, **facts: Any) -> OutgoingHeaders:
    trunk = replace(FIRST_TRUNK, outbound=rules)
    return fill_headers(trunk, replace(FACTS, **facts))


def test_without_rules_it_is_what_most_providers_want() -> None:
    assert headers() == OutgoingHeaders(
        request_user="+4940123",
        request_host="sip.first.example",
        from_user="4930555",
        from_host="sip.first.example",
        from_display='Alice "A"',
        to_user="+4940123",
        to_host="sip.first.example",
    )


@pytest.mark.parametrize(
    ("facts", "user"),
    [
        ({"outbound_caller_id": "49305559"}, "49305559"),
        ({"outbound_caller_id": "49305559", "did": "49305551"}, "49305559"),
        ({"did": "49305551"}, "49305551"),
        ({}, "4930555"),
        ({"is_emergency": True, "emergency_caller_id": "112233", "outbound_caller_id": "1"}, "112233"),
        ({"emergency_caller_id": "112233"}, "4930555"),
    ],
)
def test_which_number_a_caller_shows(facts: dict[str, object], user: str) -> None:
    assert headers(**facts).from_user == user


def test_a_trunk_without_names_shows_the_callers_own_number_and_its_port() -> None:
    filled = fill_headers(SECOND_TRUNK, FACTS)
    assert (filled.from_user, filled.request_host) == ("101", "192.0.2.9:5080")


RULES: dict[str, tuple[HeaderRule, dict[str, str], dict[str, str]]] = {
    # The manual's example: the user of To is the outbound caller ID of who calls.
    "user of To": (
        HeaderRule(PART.TO_USER, SOURCE.OUTBOUND_CALLER_ID),
        {"outbound_caller_id": "777"},
        {"to_user": "777"},
    ),
    "a constant": (
        HeaderRule(PART.FROM_HOST, SOURCE.CONSTANT, "voip.example"),
        {},
        {"from_host": "voip.example"},
    ),
    "the number as it was dialled": (
        HeaderRule(PART.REQUEST_USER, SOURCE.DIALLED_NUMBER),
        {},
        {"request_user": "040123"},
    ),
    "the original caller": (
        HeaderRule(PART.FROM_USER, SOURCE.ORIGINAL_CALLER),
        {"original_caller": "+4917"},
        {"from_user": "+4917"},
    ),
    "a value that is not there changes nothing": (
        HeaderRule(PART.FROM_USER, SOURCE.ORIGINAL_CALLER),
        {},
        {"from_user": "4930555"},
    ),
    "left out on purpose": (HeaderRule(PART.FROM_DISPLAY, SOURCE.EMPTY), {}, {"from_display": ""}),
    "what every INVITE has can't be left out": (
        HeaderRule(PART.REQUEST_USER, SOURCE.EMPTY),
        {},
        {"request_user": "+4940123"},
    ),
    "a host that is none changes nothing": (
        HeaderRule(PART.FROM_HOST, SOURCE.CONSTANT, "a.example>;x"),
        {},
        {"from_host": "sip.first.example"},
    ),
    "user of Contact": (
        HeaderRule(PART.CONTACT_USER, SOURCE.TRUNK_AUTHORIZATION_NAME),
        {},
        {"contact_user": "acct-1"},
    ),
}


@pytest.mark.parametrize(("rule", "facts", "expected"), RULES.values(), ids=RULES.keys())
def test_a_rule_changes_one_part(
    rule: HeaderRule, facts: dict[str, object], expected: dict[str, str]
) -> None:
    filled, unchanged = headers(rule, **facts), headers(**facts)
    assert filled == replace(unchanged, **expected)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("rules", "header"),
    [
        (
            (HeaderRule(PART.PAI_USER, SOURCE.OUTBOUND_CALLER_ID),),
            ("P-Asserted-Identity", "<sip:777@sip.first.example>"),
        ),
        (
            (
                HeaderRule(PART.PAI_USER, SOURCE.CALLER_NUMBER),
                HeaderRule(PART.PAI_DISPLAY, SOURCE.CALLER_NAME),
                HeaderRule(PART.PAI_HOST, SOURCE.SIP_DOMAIN),
            ),
            ("P-Asserted-Identity", '"Alice \\"A\\"" <sip:101@acme.example>'),
        ),
        (
            (HeaderRule(PART.RPID_USER, SOURCE.CALLER_NUMBER),),
            ("Remote-Party-ID", "<sip:101@sip.first.example>;party=calling;screen=yes"),
        ),
        (
            (HeaderRule(PART.CUSTOM, SOURCE.CONSTANT, "gold\r\nEvil: 1", "X-Plan"),),
            ("X-Plan", "goldEvil: 1"),
        ),
        (
            (HeaderRule(PART.DIVERSION_USER, SOURCE.CONSTANT, "a>b c"),),
            ("Diversion", "<sip:a%3Eb%20c@sip.first.example>;reason=unconditional;counter=1"),
        ),
    ],
)
def test_further_headers(rules: tuple[HeaderRule, ...], header: tuple[str, str]) -> None:
    assert headers(*rules, outbound_caller_id="777").others == (header,)


def test_a_caller_who_hides_is_known_to_the_provider_alone() -> None:
    filled = headers(is_private=True)
    assert (filled.from_user, filled.from_host, filled.from_display) == (
        "anonymous",
        "anonymous.invalid",
        "Anonymous",
    )
    assert filled.others == (
        ("P-Asserted-Identity", "<sip:4930555@sip.first.example>"),
        ("Privacy", "id"),
    )


WISHES = {
    # The manual's own values.
    "from": (("rewrite-from=123",), CliWish("123", "", "")),
    "pai": (("rewrite-pai=456",), CliWish("", "456", "")),
    "rpi": (("rewrite-rpi=789",), CliWish("", "", "789")),
    "this trunk": (("rewrite-from=123;trunk-name:abc",), CliWish("123", "", "")),
    "another trunk": (("rewrite-from=123;trunk-name:xyz",), CliWish()),
    "several headers": (("rewrite-from=123", "rewrite-pai=456"), CliWish("123", "456", "")),
    "several in one": (("rewrite-from=123;rewrite-rpi=789",), CliWish("123", "", "789")),
    "spaces and case": (("  Rewrite-From = +49123 ; Trunk-Name : ABC",), CliWish("+49123", "", "")),
    "no number": (("rewrite-from=1@evil.example",), CliWish()),
    "angle brackets": (("rewrite-from=<sip:1>",), CliWish()),
    "nothing": (("",), CliWish()),
    "too long": (("rewrite-from=" + "1" * 41,), CliWish()),
    "garbage": (("=;;:=\x00", "rewrite-from"), CliWish()),
}


@pytest.mark.parametrize(("sent", "wish"), WISHES.values(), ids=WISHES.keys())
def test_what_a_client_wishes(sent: tuple[str, ...], wish: CliWish) -> None:
    assert cli_wish(sent, "abc") == wish


def test_only_who_may_gets_the_wished_number() -> None:
    call = alice_dials("030123456", outbound_cli=("rewrite-from=666;trunk-name:first line",))

    def shown(*, may: bool) -> list[str]:
        decision = decide(call, with_extension(company(), ALICE, may_set_caller_id=may), MORNING)
        assert isinstance(decision, DialOut)
        return [one.headers.from_user for one in decision.tries]

    assert shown(may=True) == ["666", "101"]
    assert shown(may=False) == ["4930555", "101"]


P = ProviderField
CALLER = ProviderCaller(
    {P.FROM_USER: "acct", P.FROM_DISPLAY: "Line", P.PAI_USER: "+4917", P.RPID_USER: "+4918"},
    {"x-caller": "+4919"},
)


@pytest.mark.parametrize(
    ("caller", "mappings", "identity"),
    [
        (CALLER, (), CallerIdentity("+4917", "Line")),
        (ProviderCaller({P.FROM_USER: "+4916"}), (), CallerIdentity("+4916")),
        (ProviderCaller(), (), CallerIdentity("")),
        (CALLER, (CallerMapping(CallerPart.NUMBER, P.FROM_USER),), CallerIdentity("acct", "Line")),
        (CALLER, (CallerMapping(CallerPart.NUMBER, P.CUSTOM, "X-Caller"),), CallerIdentity("+4919", "Line")),
        (CALLER, (CallerMapping(CallerPart.NUMBER, P.CUSTOM, "X-Other"),), CallerIdentity("+4917", "Line")),
        (CALLER, (CallerMapping(CallerPart.NAME, P.RPID_USER),), CallerIdentity("+4917", "+4918")),
    ],
)
def test_who_a_provider_says_is_calling(
    caller: ProviderCaller, mappings: tuple[CallerMapping, ...], identity: CallerIdentity
) -> None:
    assert caller_identity(caller, mappings) == identity
