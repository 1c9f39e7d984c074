"""What is told of a decision to people who ask why: never called for the calls of workers, which carry no trace."""

from __future__ import annotations

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from callmanager.domain.call_exceptions import CallException, ReceivedDuring, find_exception, is_caller_in
from callmanager.domain.did_pool import ANY_NUMBER
from callmanager.domain.extension_entry import ExtensionEntry
from callmanager.domain.forwarding import ForwardWhen, forward_now
from callmanager.domain.inbound_rules import InboundRule
from callmanager.domain.number_range import NumberRange
from callmanager.domain.rights import Right
from callmanager.domain.routing import Routing
from callmanager.domain.schedule import Schedule, ScheduleState, find_holiday, state

_DURING = {ReceivedDuring.OFFICE_HOURS: "inside", ReceivedDuring.OUTSIDE_OFFICE_HOURS: "outside of"}


def note_hours(routing: Routing, whose: str, schedule: Schedule) -> None:
    """Which hours were asked, what they say and what the clock showed there."""
    now = state(schedule, routing.at)
    clock = routing.at.astimezone(ZoneInfo(schedule.time_zone))
    words = {ScheduleState.OPEN: "Open", ScheduleState.CLOSED: "Closed"}.get(now, "Closed for a holiday")
    if holiday := find_holiday(schedule, routing.at):
        words = f"{words}, {holiday.name}"
    reason = f"{words}: {clock:%A %H:%M} in {schedule.time_zone}."
    routing.note("hours", whose, is_taken=True, reason=reason)


def note_own_hours(routing: Routing, callee: ExtensionEntry, schedule: Schedule) -> None:
    is_own = callee.own_intervals is not None
    note_hours(routing, f"{'The hours of' if is_own else 'The office hours, for'} {callee.number}", schedule)


def note_inbound_rules(routing: Routing, taken: InboundRule | None, owner: ExtensionEntry | None) -> None:
    """Every rule that did not get the call, in the order of their names' rows."""
    for rule in routing.snapshot.inbound.rules:
        if taken is None or rule.rule_id != taken.rule_id:
            reason = _why_inbound_lost(routing, rule, taken, owner)
            routing.note("inbound_rule", rule.name, is_taken=False, reason=reason)


def note_exceptions(routing: Routing, callee: ExtensionEntry, *, is_office_hour: bool) -> None:
    """The exceptions before the one that fits, or all."""
    taken = find_exception(callee.exceptions, routing.call.caller, is_office_hour=is_office_hour)
    for position, one in enumerate(callee.exceptions, start=1):
        if one is taken:
            return
        name = f"{callee.number}, exception {position}"
        reason = _why_exception_lost(one, routing.call.caller, is_office_hour=is_office_hour)
        routing.note("exception", name, is_taken=False, reason=reason)


def note_forwards(routing: Routing, callee: ExtensionEntry, *, is_office_hour: bool) -> None:
    """The cells of the extension's table that do not hold at this moment."""
    for rule in callee.forwards:
        if forward_now(rule, callee.status, is_office_hour=is_office_hour):
            continue
        during = rule.during.replace("_", " ")
        when = "" if rule.when is ForwardWhen.ALWAYS else f" on {rule.when.replace('_', ' ')}"
        name = f"{callee.number}: {rule.status.replace('_', ' ')}, {during}{when}"
        now = "inside" if is_office_hour else "outside of"
        reason = f"Now it is {now} office hours and the status is {callee.status.replace('_', ' ')}."
        routing.note("forwarding", name, is_taken=False, reason=reason)


def note_rights(routing: Routing, extension: str) -> None:
    """The groups that let it call outside."""
    groups = [
        group.name
        for group in routing.snapshot.groups
        if Right.CALL_EXTERNAL in group.rights and extension in group.members
    ]
    reason = f"Given by {_listed(groups)}." if groups else "None of its groups allows external calls."
    routing.note("right", f"External calls of {extension}", is_taken=bool(groups), reason=reason)


def range_words(numbers: NumberRange) -> str:
    last = f"{numbers.last:0{numbers.digits}d}"
    return numbers.example if numbers.first == numbers.last else f"{numbers.example}-{last}"


def _why_inbound_lost(
    routing: Routing, rule: InboundRule, taken: InboundRule | None, owner: ExtensionEntry | None
) -> str:
    call = routing.call
    if not rule.is_enabled:
        return "The rule is switched off."
    if rule.trunk_id != call.trunk_id:
        return "It is for another trunk."
    if rule.did not in (call.dialled, ANY_NUMBER):
        return f"It is for {rule.did}."
    if rule.caller_mask is not None and call.caller not in rule.caller_mask:
        return f"The caller is not within {range_words(rule.caller_mask)}."
    if rule.did == ANY_NUMBER and (taken is None or taken.did != ANY_NUMBER):
        first = (
            f"Extension {owner.number} has this number"
            if taken is None and owner
            else "A rule for the number"
        )
        return f"{first}, which goes before rules for every number."
    return "A rule whose caller mask fits goes before it."


def _why_exception_lost(one: CallException, caller: str, *, is_office_hour: bool) -> str:
    if not is_caller_in(one.caller_mask, caller):
        return f"The caller is not {one.caller_mask}."
    return (
        f"It holds {_DURING[one.received_during]} office hours only."
        if one.received_during in _DURING
        else ""
    )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
