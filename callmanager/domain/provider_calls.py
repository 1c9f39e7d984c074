"""Calls of a provider to one of the company's numbers (manual 5.7): the rule, or the extension that has the number."""

from __future__ import annotations

from callmanager.domain.decisions import Refuse
from callmanager.domain.destination import Destination
from callmanager.domain.inbound_rules import InboundRule
from callmanager.domain.inside_calls import UNCONDITIONAL, Inside, call_extension, follow
from callmanager.domain.routing import MAX_FORWARDS, Routing
from callmanager.domain.schedule import Interval, ScheduleState, state
from callmanager.domain.trace_notes import note_hours, note_inbound_rules

NO_SUCH_NUMBER = Refuse(404, "No such number")


def call_number(routing: Routing) -> Inside:
    """The caller is whoever the provider says, never one of the company's extensions."""
    call, snapshot = routing.call, routing.snapshot
    trunk = snapshot.find_trunk(call.trunk_id)
    if trunk is None or not trunk.is_enabled or call.dialled not in snapshot.pool_of(call.trunk_id):
        name = f"{call.dialled} on {trunk.name if trunk else 'a trunk that is not the company’s'}"
        routing.note("did_pool", name, is_taken=False, reason="It is none of the company's numbers there.")
        return NO_SUCH_NUMBER
    if snapshot.number_judge.is_blocked(call.caller):
        routing.note("blacklist", call.caller, is_taken=True)
        return Refuse(603, "The caller is on the blacklist")
    if call.diversions > MAX_FORWARDS:
        return Refuse(480, "The call was forwarded too often")
    exact = snapshot.inbound.find_exact(call.trunk_id, call.dialled, call.caller)
    if exact is not None:
        return _by_rule(routing, exact)
    owner = snapshot.find_extension_by_did(call.dialled)
    if owner is not None:
        if routing.trace is not None:
            note_inbound_rules(routing, None, owner)
        routing.note("did", f"{call.dialled} is the number of {owner.number}", is_taken=True)
        return call_extension(routing, owner)
    any_number = snapshot.inbound.find_any(call.trunk_id, call.caller)
    if any_number is not None:
        return _by_rule(routing, any_number)
    if routing.trace is not None:
        note_inbound_rules(routing, None, None)
    return Refuse(404, "No rule for this number")


def _by_rule(routing: Routing, rule: InboundRule) -> Inside:
    hours = routing.snapshot.schedule(_intervals(routing, rule))
    now = state(hours, routing.at)
    if routing.trace is not None:
        note_inbound_rules(routing, rule, None)
        routing.note("inbound_rule", rule.name, is_taken=True)
        own = rule.own_intervals is not None
        note_hours(routing, f"The hours of “{rule.name}”" if own else "The office hours", hours)
    return follow(routing, _destination(rule, now), "", UNCONDITIONAL, f"the rule “{rule.name}”")


def _intervals(routing: Routing, rule: InboundRule) -> tuple[Interval, ...]:
    return routing.snapshot.office_intervals if rule.own_intervals is None else rule.own_intervals


def _destination(rule: InboundRule, now: ScheduleState) -> Destination:
    if now is ScheduleState.OPEN:
        return rule.in_office_hours
    if now is ScheduleState.HOLIDAY and rule.on_holiday is not None:
        return rule.on_holiday
    return rule.outside_office_hours
