"""Calls of a provider to one of the company's numbers (manual 5.7): the rule, or the extension that has the number."""

from __future__ import annotations

from callmanager.domain.decisions import DialOut, Refuse, RingExtension
from callmanager.domain.destination import Destination
from callmanager.domain.inbound_rules import InboundRule
from callmanager.domain.inside_calls import UNCONDITIONAL, call_extension, follow
from callmanager.domain.routing import MAX_FORWARDS, Routing
from callmanager.domain.schedule import Interval, ScheduleState, state

NO_SUCH_NUMBER = Refuse(404, "No such number")


def call_number(routing: Routing) -> RingExtension | DialOut | Refuse:
    """The caller is whoever the provider says, never one of the company's extensions."""
    call, snapshot = routing.call, routing.snapshot
    trunk = snapshot.find_trunk(call.trunk_id)
    if trunk is None or not trunk.is_enabled or call.dialled not in snapshot.pool_of(call.trunk_id):
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
        routing.note("did", f"{call.dialled} is the number of {owner.number}", is_taken=True)
        return call_extension(routing, owner)
    any_number = snapshot.inbound.find_any(call.trunk_id, call.caller)
    return _by_rule(routing, any_number) if any_number is not None else Refuse(404, "No rule for this number")


def _by_rule(routing: Routing, rule: InboundRule) -> RingExtension | DialOut | Refuse:
    now = state(routing.snapshot.schedule(_intervals(routing, rule)), routing.at)
    routing.note("inbound_rule", rule.name, is_taken=True, reason=now)
    return follow(routing, _destination(rule, now), "", UNCONDITIONAL, f"the rule “{rule.name}”")


def _intervals(routing: Routing, rule: InboundRule) -> tuple[Interval, ...]:
    return routing.snapshot.office_intervals if rule.own_intervals is None else rule.own_intervals


def _destination(rule: InboundRule, now: ScheduleState) -> Destination:
    if now is ScheduleState.OPEN:
        return rule.in_office_hours
    if now is ScheduleState.HOLIDAY and rule.on_holiday is not None:
        return rule.on_holiday
    return rule.outside_office_hours
