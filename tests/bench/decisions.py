"""What one decision costs: a company with 2,000 extensions, 500 inbound and 200 outbound rules, in plain Python."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import cycle
from statistics import median, quantiles
from time import perf_counter_ns

from callmanager.domain.call_exceptions import CallException, ReceivedDuring
from callmanager.domain.decisions import RingExtension
from callmanager.domain.destination import Destination, DestinationKind
from callmanager.domain.dialplan import after_ringing, decide
from callmanager.domain.extension_entry import ExtensionEntry
from callmanager.domain.forwarding import ForwardHours, ForwardRule, ForwardStatus, ForwardWhen
from callmanager.domain.inbound_rules import InboundRule, parse_caller_mask
from callmanager.domain.incoming_call import IncomingCall, Usage
from callmanager.domain.number_policy import NumberPolicy
from callmanager.domain.outbound_rules import OutboundRoute, OutboundRule
from callmanager.domain.rights import GroupEntry, Right
from callmanager.domain.ring_groups import MembersUse, MemberUse, RingGroupEntry, RingStrategy
from callmanager.domain.schedule import Holiday, Interval
from callmanager.domain.snapshot import TenantSnapshot
from callmanager.domain.trunk_entry import TrunkEntry
from callmanager.domain.unanswered import Unanswered

EXTENSIONS, INBOUND, OUTBOUND, TRUNKS = 2000, 500, 200, 5
ROUNDS, WARM_UP = 4000, 200
NUMBERS = 5000
RING_GROUPS = 50
DOMAIN = "large.example"
MONDAY = datetime(2026, 3, 2, 9, 12, tzinfo=UTC)
NINE_TO_FIVE = tuple(Interval(weekday, 9 * 60, 17 * 60) for weekday in range(5))
BUDGET_US = 200


@dataclass(frozen=True, slots=True)
class Cost:
    what: str
    median_us: float
    p99_us: float


def large_company() -> TenantSnapshot:
    numbers = [str(1000 + position) for position in range(EXTENSIONS)]
    return TenantSnapshot(
        tenant_id=1,
        tenant_name="large",
        sip_domain=DOMAIN,
        is_enabled=True,
        config_rev=1,
        time_zone="Europe/Berlin",
        extensions=tuple(_extension(position, number) for position, number in enumerate(numbers)),
        groups=tuple(
            GroupEntry(
                group + 1, f"Group {group}", frozenset({Right.CALL_EXTERNAL}), frozenset(numbers[group::20])
            )
            for group in range(20)
        ),
        office_intervals=NINE_TO_FIVE,
        holidays=tuple(_holiday(day) for day in range(1, 13)),
        trunks=tuple(
            TrunkEntry(trunk, f"Trunk {trunk}", f"sip{trunk}.example", did_pool=f"49305{trunk}*****")
            for trunk in range(1, TRUNKS + 1)
        ),
        inbound_rules=tuple(_inbound(rule) for rule in range(1, INBOUND + 1)),
        outbound_rules=(*(_outbound(rule) for rule in range(1, OUTBOUND)), _everything()),
        numbers=NumberPolicy("DE", frozenset({"DE", "GB", "FR"}), ("0900",), ("4930999999",)),
        ring_groups=tuple(
            RingGroupEntry(
                group,
                str(9000 + group),
                f"Group {group}",
                RingStrategy.LEAST_WORKED_HUNT,
                members=tuple(numbers[group * 20 : group * 20 + 20]),
            )
            for group in range(RING_GROUPS)
        ),
    )


def calls() -> dict[str, list[IncomingCall]]:
    """By what they are. More outside numbers than any cache keeps, so that each is read anew."""
    return {
        "extension to extension": [_inside(str(1001 + one)) for one in range(EXTENSIONS - 1)],
        "extension to outside, last rule": [_inside(f"0049301{one:06d}") for one in range(NUMBERS)],
        "extension to outside, by prefix": [
            _inside(f"0{one % 190 + 101}30{one:06d}") for one in range(NUMBERS)
        ],
        "provider to a rule": [_provider(f"493051{one % 100:05d}") for one in range(NUMBERS)],
        "provider to an extension's number": [
            _provider(f"493051{10000 + one:05d}") for one in range(EXTENSIONS)
        ],
        "a ring group of 20, least worked": [
            _inside(str(9000 + one % RING_GROUPS), {(str(9000 + one % RING_GROUPS), "1005"): MemberUse(3)})
            for one in range(NUMBERS)
        ],
        "nobody's number": [_inside(f"x{one:04d}") for one in range(NUMBERS)],
    }


def measure_decisions() -> list[Cost]:
    snapshot = large_company()
    costs = [
        _cost(what, asked, lambda call: decide(call, snapshot, MONDAY)) for what, asked in calls().items()
    ]
    callee = _inside("1005")
    rung = decide(callee, snapshot, MONDAY)
    if isinstance(rung, RingExtension):
        follow = [callee]
        costs.append(
            _cost(
                "forwarding after no answer",
                follow,
                lambda call: after_ringing(rung, Unanswered.NO_ANSWER, call, snapshot, MONDAY),
            )
        )
    return costs


def measure_snapshot_ms() -> tuple[float, float]:
    """Making one of its values, and reading one from the worker's copy on disk."""
    document = large_company().to_json()
    made = [_milliseconds(large_company) for _ in range(5)]
    read = [_milliseconds(lambda: TenantSnapshot.from_json(document)) for _ in range(5)]
    return median(made), median(read)


def table() -> str:
    lines = [f"{'decision':36} {'median us':>10} {'p99 us':>8}"]
    lines += [f"{cost.what:36} {cost.median_us:10.1f} {cost.p99_us:8.1f}" for cost in measure_decisions()]
    made, read = measure_snapshot_ms()
    lines.append(f"{'snapshot made, ms':36} {made:10.1f}")
    lines.append(f"{'snapshot read from disk, ms':36} {read:10.1f}")
    return "\n".join(lines)


def _cost(what: str, asked: list[IncomingCall], ask: Callable[[IncomingCall], object]) -> Cost:
    queue = cycle(asked)
    for _ in range(WARM_UP):
        ask(next(queue))
    took: list[float] = []
    gc.disable()
    for _ in range(ROUNDS):
        call = next(queue)
        before = perf_counter_ns()
        ask(call)
        took.append((perf_counter_ns() - before) / 1000)
    gc.enable()
    return Cost(what, median(took), quantiles(took, n=100)[-1])


def _milliseconds(make: Callable[[], object]) -> float:
    before = perf_counter_ns()
    make()
    return (perf_counter_ns() - before) / 1e6


def _inside(dialled: str, members: MembersUse | None = None) -> IncomingCall:
    return IncomingCall("1000", DOMAIN, dialled, DOMAIN, usage=Usage(group_members=members or {}))


def _provider(did: str) -> IncomingCall:
    return IncomingCall("+441632960123", DOMAIN, did, DOMAIN, trunk_id=1)


def _extension(position: int, number: str) -> ExtensionEntry:
    other = Destination(DestinationKind.EXTENSION, str(1000 + (position + 1) % EXTENSIONS))
    forwards = tuple(
        ForwardRule(status, during, ForwardWhen.NO_ANSWER, other, 15)
        for status in (ForwardStatus.AVAILABLE, ForwardStatus.AWAY, ForwardStatus.LUNCH)
        for during in ForwardHours
    )
    exceptions = (CallException("0034*******", ReceivedDuring.ALWAYS, other),)
    did = f"493051{10000 + position:05d}"
    return ExtensionEntry(number, f"Person {number}", did=did, forwards=forwards, exceptions=exceptions)


def _holiday(month: int) -> Holiday:
    day = MONDAY.date().replace(month=month, day=25)
    return Holiday(f"Holiday {month}", day, day, is_every_year=True)


def _inbound(rule: int) -> InboundRule:
    """Hundred numbers, five rules each: four with a mask, one without."""
    number, which = divmod(rule - 1, 5)
    mask = parse_caller_mask(f"{44 + which}163296****") if which else None
    to = Destination(DestinationKind.EXTENSION, str(1000 + rule))
    return InboundRule(rule, f"Inbound {rule}", 1, f"493051{number:05d}", mask, to, to)


def _outbound(rule: int) -> OutboundRule:
    return OutboundRule(
        rule,
        f"Outbound {rule}",
        (f"0{rule + 100}", f"00{rule + 100}"),
        group_ids=frozenset(range(1, 21)),
        routes=(OutboundRoute(rule % TRUNKS + 1, 1, "0049"), OutboundRoute((rule + 1) % TRUNKS + 1)),
    )


def _everything() -> OutboundRule:
    return OutboundRule(OUTBOUND, "Everything else", routes=(OutboundRoute(1), OutboundRoute(2)))
