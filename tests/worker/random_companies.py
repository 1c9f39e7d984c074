"""Companies, calls and circumstances by chance: the same ones for the same seed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random

from callmanager.domain.call_assumptions import Assumptions, PhoneState, TrunkAnswer, TrunkState
from callmanager.domain.call_exceptions import CallException, ReceivedDuring
from callmanager.domain.destination import END_CALL, Destination, DestinationKind
from callmanager.domain.extension_entry import ExtensionEntry
from callmanager.domain.forwarding import (
    ForwardHours,
    ForwardRule,
    ForwardStatus,
    ForwardWhen,
    PresenceStatus,
)
from callmanager.domain.header_parameters import HeaderPart, HeaderRule, HeaderSource
from callmanager.domain.inbound_rules import InboundRule, find_conflict, parse_caller_mask
from callmanager.domain.mailbox import Mailbox
from callmanager.domain.menu_action import ActionTrigger, MenuAction, parse_matches
from callmanager.domain.number_policy import NumberPolicy
from callmanager.domain.outbound_rules import OutboundRoute, OutboundRule, RuleHours, parse_callers
from callmanager.domain.receptionist import REPEAT, Choice, InputMode, Menu, MenuOption, ReceptionistEntry
from callmanager.domain.rights import GroupEntry, Right
from callmanager.domain.ring_groups import MemberUse, RingGroupEntry, RingStrategy
from callmanager.domain.schedule import Holiday, Interval
from callmanager.domain.snapshot import TenantSnapshot
from callmanager.domain.trunk_entry import TrunkEntry
from tests.cast import ACME_DOMAIN, ACME_ID

NUMBERS = ("101", "102", "103", "104", "105", "106")
DIDS = tuple(f"49305550{number}" for number in range(8))
OUTSIDE = (
    "030123456",
    "0044207946000",
    "+34911234567",
    "030987654",
    "112",
    "0900123456",
    "5551234",
    "00199955500",
)
CALLERS = ("+4917012345", "0044207946001", "34911234567", "", "anonymous", "101", "+49305559999")
GROUPS = ("600", "601", "602")
DESKS = ("700", "701", "702")
KEYS = (
    "22=repeat",
    "22=101",
    "22",
    "12=hangup",
    "871=104",
    "=103",
    "=hangup",
    "101=030123456",
    "99=199",
    "1",
    "2",
    "12",
    "7",
    "*9",
    "99",
    "101",
    "103",
    "600",
    "701",
    "104#",
    "8",
    "",
)
DIALLED = (
    *NUMBERS,
    *GROUPS,
    *DESKS,
    *DESKS,
    *OUTSIDE,
    *OUTSIDE,
    "*43",
    "*44",
    "999",
    "*97",
    "9030123456",
    "sip",
    "12;x",
)
CODES = (404, 486, 500, 503, 403, 603, 480, 302, 407, 488)
NINE_TO_FIVE = tuple(Interval(weekday, 9 * 60, 17 * 60) for weekday in range(5))
NIGHT = tuple(Interval(weekday, 20 * 60, 6 * 60) for weekday in range(7))


@dataclass(frozen=True, slots=True)
class Circumstances:
    """A call, who makes it, and what everybody does. `trunk_id` 0: of an extension."""

    snapshot: TenantSnapshot
    at: datetime
    caller: str
    dialled: str
    trunk_id: int
    assumed: Assumptions
    phones_each: dict[str, int]
    minutes: dict[str, float]
    members: dict[tuple[str, str], MemberUse]


def circumstances(seed: int) -> Circumstances:
    chance = Random(seed)
    snapshot = _company(chance)
    trunk_id = chance.choice((0, 0, 1, 2))
    is_outside = snapshot.find_trunk(trunk_id) is not None
    return Circumstances(
        snapshot=snapshot,
        at=datetime(2026, 3, 2, tzinfo=UTC) + timedelta(minutes=chance.randrange(10 * 24 * 60)),
        caller=chance.choice(CALLERS if is_outside else NUMBERS),
        dialled=chance.choice((*DIDS[:4], *DIDS, "4912345")) if is_outside else chance.choice(DIALLED),
        trunk_id=trunk_id if is_outside else 0,
        assumed=Assumptions(
            {
                number: chance.choice([*PhoneState, PhoneState.ANSWERS, PhoneState.NO_ANSWER])
                for number in NUMBERS
            },
            {trunk.trunk_id: _answer(chance) for trunk in snapshot.trunks},
            tuple(chance.choice(KEYS) for _ in range(chance.randrange(6))),
        ),
        phones_each={number: chance.choice((1, 1, 2)) for number in NUMBERS},
        minutes={number: float(chance.choice((0, 0, 0, 0, 59, 60))) for number in NUMBERS},
        members={
            (group, number): MemberUse(chance.choice((0, 1, 2)), chance.choice((0.0, 5.0, 9.0)))
            for group in GROUPS
            for number in (*NUMBERS, *OUTSIDE)
        },
    )


def _answer(chance: Random) -> TrunkAnswer:
    state = chance.choice([*TrunkState, TrunkState.ANSWERS, TrunkState.CODE, TrunkState.CODE])
    return TrunkAnswer(state, chance.choice(CODES)) if state is TrunkState.CODE else TrunkAnswer(state)


def _company(chance: Random) -> TenantSnapshot:
    trunks = tuple(_trunk(chance, trunk_id) for trunk_id in range(1, chance.choice((2, 3, 4, 4))))
    return TenantSnapshot(
        tenant_id=ACME_ID,
        tenant_name="acme",
        sip_domain=ACME_DOMAIN,
        is_enabled=chance.random() < 0.99,
        config_rev=1,
        time_zone=chance.choice(("Europe/Berlin", "America/New_York", "UTC")),
        extensions=tuple(_extension(chance, number) for number in NUMBERS),
        groups=tuple(
            GroupEntry(
                group,
                f"Group {group}",
                frozenset({Right.CALL_EXTERNAL} if chance.random() < 0.9 else ()),
                frozenset(number for number in NUMBERS if chance.random() < 0.7),
            )
            for group in (1, 2)
        ),
        office_intervals=chance.choice((NINE_TO_FIVE, NIGHT, NIGHT)),
        holidays=(Holiday("Fair", date(2026, 3, 5), date(2026, 3, 6)),) if chance.random() < 0.5 else (),
        max_simultaneous_calls=chance.choice((*[None] * 12, 1, 0)),
        trunks=trunks,
        inbound_rules=_inbound_rules(chance),
        outbound_rules=tuple(_outbound_rule(chance, rule) for rule in range(1, chance.randint(2, 8))),
        numbers=_policy(chance),
        ring_groups=tuple(_ring_group(chance, number) for number in GROUPS[:2]),
        receptionists=tuple(_receptionist(chance, number) for number in DESKS[:2]),
    )


def _receptionist(chance: Random, number: str) -> ReceptionistEntry:
    return ReceptionistEntry(
        number=number,
        name=f"Desk {number}",
        menu=_menu(chance),
        closed=chance.choice((None, _menu(chance))),
        transfer_prompt=chance.choice(("", "moment.wav")),
        input_mode=chance.choice([*InputMode]),
        digits=chance.choice((2, 3)),
        max_repeats=chance.choice((0, 1, 3)),
        takes_numbers=chance.random() < 0.8,
        own_intervals=chance.choice((None, NIGHT)),
        actions=tuple(_action(chance, trigger) for trigger in ActionTrigger if chance.random() < 0.4),
    )


def _action(chance: Random, trigger: ActionTrigger) -> MenuAction:
    is_asked = chance.random() < 0.6
    return MenuAction(
        f"Action {trigger}",
        trigger,
        parse_matches(chance.choice(("22;870-880", "12;1", "101-104", "99;34911234567"))),
        url="https://server.example/" if is_asked else "",
        number="" if is_asked else chance.choice(("102", "199", "601", "700", "030123456")),
    )


def _menu(chance: Random) -> Menu:
    keys = chance.sample(("1", "1#", "2", "2#", "7", "*9", "9X", "12"), chance.randrange(6))
    return Menu(
        tuple(MenuOption(one, _choice(chance)) for one in keys),
        on_timeout=_choice(chance),
        on_failed=_choice(chance),
        prompt=chance.choice(("", "welcome.wav")),
    )


def _choice(chance: Random) -> Choice:
    return chance.choice((REPEAT, Choice(_destination(chance)), Choice(_destination(chance))))


def _ring_group(chance: Random, number: str) -> RingGroupEntry:
    inside = chance.sample(NUMBERS, chance.choice((0, 1, 3, 3, 4)))
    outside = chance.sample(OUTSIDE, chance.choice((0, 0, 1, 2)))
    members = [*inside, *outside]
    chance.shuffle(members)
    return RingGroupEntry(
        group_id=int(number),
        number=number,
        name=f"Group {number}",
        strategy=chance.choice([one for one in RingStrategy if one is not RingStrategy.PAGING]),
        ring_timeout_s=chance.choice((7, 13, 22, 44)),
        members=tuple(members),
        outside_members=frozenset(outside),
        outbound_caller_id=chance.choice(("", "+4930555600")),
        no_answer=_destination(chance),
    )


def _extension(chance: Random, number: str) -> ExtensionEntry:
    return ExtensionEntry(
        number,
        chance.choice(("", f"Person {number}", 'Ann "A" Lee')),
        is_enabled=chance.random() < 0.96,
        ring_timeout_s=chance.choice((10, 20, 30)),
        time_zone=chance.choice(("", "", "Asia/Tokyo")),
        own_intervals=chance.choice((None, None, NINE_TO_FIVE, ())),
        exceptions=tuple(_exception(chance) for _ in range(chance.choice((0, 0, 0, 1, 2)))),
        status=chance.choice([*PresenceStatus, PresenceStatus.AVAILABLE, PresenceStatus.AVAILABLE]),
        forwards=_forwards(chance),
        mailbox=chance.choice((None, None, Mailbox(), Mailbox(takes_unanswered=True))),
        did=chance.choice(("", DIDS[int(number[-1])])),
        outbound_caller_id=chance.choice(("", f"+4930555{number}")),
        emergency_caller_id=chance.choice(("", "+4930555000")),
        is_decline_final=chance.random() < 0.7,
        max_external_minutes_per_day=chance.choice((0, 0, 60)),
    )


def _destination(chance: Random) -> Destination:
    kind = chance.choice(
        [*DestinationKind, DestinationKind.EXTERNAL_NUMBER, *[DestinationKind.EXTENSION] * 3]
    )
    match kind:
        case DestinationKind.VOICEMAIL:
            return Destination(kind, chance.choice(NUMBERS))
        case DestinationKind.EXTENSION:
            return Destination(kind, chance.choice((*NUMBERS, *NUMBERS, "199")))
        case DestinationKind.EXTERNAL_NUMBER:
            return Destination(kind, chance.choice(OUTSIDE))
        case DestinationKind.RING_GROUP:
            return Destination(kind, chance.choice(GROUPS))
        case DestinationKind.RECEPTIONIST:
            return Destination(kind, chance.choice(DESKS))
    return END_CALL


def _exception(chance: Random) -> CallException:
    mask = chance.choice(("", "101", "0044*********", "34911234567", "100-104"))
    return CallException(mask, chance.choice([*ReceivedDuring]), _destination(chance))


def _forwards(chance: Random) -> tuple[ForwardRule, ...]:
    cells = [
        (status, during, when)
        for status in ForwardStatus
        for during in ForwardHours
        for when in ForwardWhen
        if (status is not ForwardStatus.OFFLINE or when is ForwardWhen.ALWAYS)
        and chance.random() < (0.06 if when is ForwardWhen.ALWAYS else 0.5)
    ]
    return tuple(
        ForwardRule(*cell, _destination(chance), chance.choice((0, 7)) if cell[2] == "no_answer" else 0)
        for cell in cells
    )


def _trunk(chance: Random, trunk_id: int) -> TrunkEntry:
    rules = (
        HeaderRule(HeaderPart.PAI_USER, HeaderSource.CALLER_NUMBER),
        HeaderRule(HeaderPart.FROM_USER, HeaderSource.TRUNK_AUTHORIZATION_NAME),
        HeaderRule(HeaderPart.CUSTOM, HeaderSource.ORIGINAL_CALLER, header_name="X-Original"),
        HeaderRule(HeaderPart.DIVERSION_USER, HeaderSource.EMPTY),
    )
    return TrunkEntry(
        trunk_id,
        f"Line {trunk_id}",
        f"sip{trunk_id}.example",
        port=chance.choice((5060, 5080)),
        username=chance.choice(("", f"user{trunk_id}")),
        authorization_name=chance.choice(("", f"auth{trunk_id}")),
        did_pool=chance.choice(("4930555**", "4930555**", "4930555**", "*"))
        if trunk_id == 1
        else "4930555**",
        outbound=tuple(rule for rule in rules if chance.random() < 0.3),
        is_enabled=chance.random() < 0.93,
    )


def _inbound_rules(chance: Random) -> tuple[InboundRule, ...]:
    rules: list[InboundRule] = []
    for rule_id in range(1, chance.randint(6, 16)):
        mask = chance.choice(("", "", "0044*********", "34*********", "4917012345"))
        rule = InboundRule(
            rule_id,
            f"Inbound {rule_id}",
            chance.choice((1, 2)),
            chance.choice((*DIDS[:3], "*", "*", "*")),
            parse_caller_mask(mask),
            _destination(chance),
            _destination(chance),
            chance.choice((None, END_CALL, Destination(DestinationKind.EXTENSION, "103"))),
            chance.choice((None, None, NIGHT)),
            chance.random() < 0.9,
        )
        if find_conflict(rule, rules) is None:
            rules.append(rule)
    return tuple(rules)


def _outbound_rule(chance: Random, rule_id: int) -> OutboundRule:
    routes = [
        OutboundRoute(trunk_id, chance.choice((0, 0, 1)), chance.choice(("", "", "0049", "+")))
        for trunk_id in chance.sample((1, 2, 3), chance.randint(2, 3))
    ]
    return OutboundRule(
        rule_id,
        f"Outbound {rule_id}",
        chance.choice(((), (), (), ("00",), ("0", "+"), ("9",), ("11",))),
        parse_callers(chance.choice(("", "", "", "101-103", "104;105"))),
        frozenset(chance.choice(((), (), (), (7, 9)))),
        frozenset(chance.choice(((), (), (), (1,)))),
        tuple(routes),
        chance.choice([*RuleHours, RuleHours.ANY_TIME, RuleHours.ANY_TIME]),
        NIGHT,
        frozenset(chance.choice(((), (), (486, 404)))),
        is_enabled=chance.random() < 0.93,
    )


def _policy(chance: Random) -> NumberPolicy:
    return NumberPolicy(
        chance.choice(("DE", "DE", "")),
        chance.choice((None, *[frozenset({"DE", "GB", "ES", "US", "AG", "BR"})] * 3)),
        chance.choice(((), ("0900",), ("00199",))),
        chance.choice(((), ("0044207946001",), ("5551***",))),
        frozenset(chance.choice(((), ("999",)))),
    )
