"""Ring groups in the dialplan: who is rung, in which order, and where a call goes that nobody takes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callmanager.domain.decisions import DialOut, LeaveMessage, Page, Refuse, RingExtension, RingGroup
from callmanager.domain.destination import END_CALL, Destination, DestinationKind
from callmanager.domain.dialplan import after_group, decide
from callmanager.domain.forwarding import (
    ForwardHours,
    ForwardRule,
    ForwardStatus,
    ForwardWhen,
    PresenceStatus,
)
from callmanager.domain.inbound_rules import InboundRule
from callmanager.domain.incoming_call import IncomingCall, Usage
from callmanager.domain.mailbox import Mailbox
from callmanager.domain.rights import GroupEntry, Right
from callmanager.domain.ring_groups import MemberUse, RingGroupEntry, RingStrategy
from callmanager.domain.snapshot import TenantSnapshot
from tests.cast import ALICE, BOB, CAROL, DISABLED_DAVE
from tests.pure.dialplan.company import (
    EVERYBODY,
    FIRST,
    MORNING,
    alice_dials,
    company,
    outsider_calls,
    to_extension,
    to_outside,
    with_extension,
)

MOBILE = "030123456"
SALES = RingGroupEntry(
    1,
    "9000",
    "Sales",
    RingStrategy.PRIORITIZED_HUNT,
    members=(ALICE, BOB, MOBILE, CAROL, DISABLED_DAVE),
    outside_members=frozenset({MOBILE}),
    outbound_caller_id="4930555900",
)
TO_SALES = Destination(DestinationKind.RING_GROUP, "9000")


def with_sales(snapshot: TenantSnapshot | None = None, **changes: object) -> TenantSnapshot:
    group = replace(SALES, **changes)  # type: ignore[arg-type]
    return replace(snapshot or company(), ring_groups=(group,))


def rounds(snapshot: TenantSnapshot, call: IncomingCall | None = None) -> list[list[str]]:
    decision = decide(call or alice_dials("9000"), snapshot, MORNING)
    assert isinstance(decision, RingGroup)
    return [[member.number for member in together] for together in decision.rounds]


def test_members_are_hunted_without_the_caller_and_whoever_is_switched_off() -> None:
    assert rounds(with_sales()) == [[BOB], [MOBILE], [CAROL]]


def test_all_ring_at_once() -> None:
    assert rounds(with_sales(strategy=RingStrategy.SIMULTANEOUS)) == [[BOB, MOBILE, CAROL]]


@pytest.mark.parametrize(
    ("strategy", "use", "order"),
    [
        (RingStrategy.CYCLIC_HUNT, {BOB: MemberUse(0, 5.0)}, [MOBILE, CAROL, BOB]),
        (RingStrategy.CYCLIC_HUNT, {BOB: MemberUse(0, 5.0), CAROL: MemberUse(9, 1.0)}, [MOBILE, CAROL, BOB]),
        (RingStrategy.LEAST_WORKED_HUNT, {BOB: MemberUse(2), MOBILE: MemberUse(1)}, [CAROL, MOBILE, BOB]),
        (RingStrategy.LEAST_WORKED_HUNT, {}, [BOB, MOBILE, CAROL]),
        (RingStrategy.PRIORITIZED_HUNT, {BOB: MemberUse(9, 9.0)}, [BOB, MOBILE, CAROL]),
    ],
)
def test_the_order_follows_what_the_group_has_done(
    strategy: RingStrategy, use: dict[str, MemberUse], order: list[str]
) -> None:
    known = Usage(group_members={("9000", number): used for number, used in use.items()})
    call = alice_dials("9000", usage=known)
    assert rounds(with_sales(strategy=strategy), call) == [[number] for number in order]


def test_what_another_group_did_does_not_count() -> None:
    known = Usage(group_members={("9001", BOB): MemberUse(9)})
    call = alice_dials("9000", usage=known)
    assert rounds(with_sales(strategy=RingStrategy.LEAST_WORKED_HUNT), call)[0] == [BOB]


def test_who_does_not_want_to_be_disturbed_is_left_out_and_forwarding_is_not_followed() -> None:
    away = ForwardRule(
        ForwardStatus.AVAILABLE, ForwardHours.OFFICE_HOURS, ForwardWhen.ALWAYS, to_extension(ALICE)
    )
    snapshot = with_extension(company(), BOB, status=PresenceStatus.DO_NOT_DISTURB)
    snapshot = with_extension(snapshot, CAROL, forwards=(away,))
    assert rounds(with_sales(snapshot)) == [[MOBILE], [CAROL]]


def test_a_member_outside_is_called_with_the_companys_rights_and_the_groups_number() -> None:
    """Alice may call nobody outside; the group may."""
    nobody = replace(EVERYBODY, rights=frozenset())
    decision = decide(alice_dials("9000"), with_sales(company(groups=(nobody,))), MORNING)
    assert isinstance(decision, RingGroup)
    (outside,) = [member.outside for member in decision.members if member.outside is not None]
    assert outside.on_behalf_of == ""
    assert [one.headers.from_user for one in outside.tries] == ["4930555900", "4930555900"]


def test_a_member_that_no_rule_reaches_is_passed_over() -> None:
    assert rounds(with_sales(company(outbound_rules=()))) == [[BOB], [CAROL]]


def test_nobody_to_ring_is_no_mistake() -> None:
    assert rounds(with_sales(members=())) == []


@pytest.mark.parametrize(
    ("destination", "expected"),
    [
        (END_CALL, None),
        (to_extension(BOB), RingExtension),
        (Destination(DestinationKind.VOICEMAIL, BOB), LeaveMessage),
        (to_outside(MOBILE), DialOut),
        (TO_SALES, type(None)),
    ],
)
def test_a_call_that_nobody_takes_goes_where_the_group_says(
    destination: Destination, expected: type | None
) -> None:
    snapshot = with_extension(company(), BOB, mailbox=Mailbox())
    snapshot = with_sales(snapshot, no_answer=destination)
    call = alice_dials("9000")
    rung = decide(call, snapshot, MORNING)
    assert isinstance(rung, RingGroup)
    following = after_group(rung, call, snapshot, MORNING)
    assert isinstance(following, expected or type(None))
    if isinstance(following, DialOut):
        assert following.on_behalf_of == ""
        assert following.passed == ("9000",)
        assert following.tries[0].headers.from_user == "4930555900"


def test_circles_of_groups_and_extensions_end() -> None:
    """Bob sends his calls to Service, which sends them to Sales, which sends them back to Service."""
    service = RingGroupEntry(2, "9001", "Service", no_answer=TO_SALES)
    sales = replace(SALES, members=(), no_answer=Destination(DestinationKind.RING_GROUP, "9001"))
    snapshot = replace(company(), ring_groups=(service, sales))
    call = alice_dials("9001")
    decision, passed = decide(call, snapshot, MORNING), []
    while isinstance(decision, RingGroup):
        passed.append(decision.number)
        following = after_group(decision, call, snapshot, MORNING)
        if following is None:
            break
        decision = following
    assert passed == ["9001", "9000"]


def test_a_forwarding_to_a_group_that_sent_the_call_is_passed_over() -> None:
    back = ForwardRule(ForwardStatus.AVAILABLE, ForwardHours.OFFICE_HOURS, ForwardWhen.ALWAYS, TO_SALES)
    snapshot = with_sales(with_extension(company(), BOB, forwards=(back,)), no_answer=to_extension(BOB))
    direct = decide(alice_dials(BOB), snapshot, MORNING)
    assert isinstance(direct, RingGroup)
    assert direct.passed == (BOB,)
    call = alice_dials("9000")
    rung = decide(call, snapshot, MORNING)
    assert isinstance(rung, RingGroup)
    following = after_group(rung, call, snapshot, MORNING)
    assert isinstance(following, RingExtension)
    assert following.number == BOB


def test_a_rule_sends_calls_from_outside_to_a_group_where_everybody_rings() -> None:
    rule = InboundRule(1, "All", FIRST, "*", None, TO_SALES, TO_SALES)
    snapshot = with_sales(company(inbound_rules=(rule,)))
    assert rounds(snapshot, outsider_calls("493055511")) == [[ALICE], [BOB], [MOBILE], [CAROL]]


def test_a_destination_that_is_gone_is_told() -> None:
    rule = InboundRule(1, "All", FIRST, "*", None, TO_SALES, TO_SALES)
    decision = decide(outsider_calls("493055511"), company(inbound_rules=(rule,)), MORNING)
    assert decision == Refuse(480, "The ring group that the rule “All” names is not available")


def test_paging_asks_for_the_right_of_whoever_dials_and_of_nobody_whom_a_rule_sends() -> None:
    rule = InboundRule(1, "All", FIRST, "*", None, TO_SALES, TO_SALES)
    snapshot = with_sales(company(inbound_rules=(rule,)), strategy=RingStrategy.PAGING)
    refused = Refuse(403, "Paging and intercom are not allowed for this extension")
    assert decide(alice_dials("9000"), snapshot, MORNING) == refused
    assert decide(alice_dials(f"*11{BOB}"), snapshot, MORNING) == refused
    paged = decide(outsider_calls("493055511"), snapshot, MORNING)
    assert isinstance(paged, Page)
    assert [member.number for member in paged.members] == [ALICE, BOB, CAROL]
    may = replace(snapshot, groups=(GroupEntry(1, "X", frozenset({Right.PAGE}), frozenset({ALICE})),))
    intercom = decide(alice_dials(f"*11{BOB}"), may, MORNING)
    assert isinstance(intercom, Page)
    assert (intercom.is_intercom, [one.number for one in intercom.members]) == (True, [BOB])


@pytest.mark.parametrize(
    ("dialled", "sip_code"), [("*11999", 404), (f"*11{ALICE}", 486), (f"*11{DISABLED_DAVE}", 480)]
)
def test_an_intercom_to_nobody_is_refused(dialled: str, sip_code: int) -> None:
    may = company(groups=(GroupEntry(1, "X", frozenset({Right.PAGE}), frozenset({ALICE})),))
    decision = decide(alice_dials(dialled), may, MORNING)
    assert isinstance(decision, Refuse)
    assert decision.sip_code == sip_code
