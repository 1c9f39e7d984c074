"""Calls to numbers outside the company: who may call them, over which trunks, and what the INVITE says."""

from __future__ import annotations

import re

from callmanager.domain.decisions import DialOut, Refuse, TrunkTry
from callmanager.domain.extension_entry import ExtensionEntry
from callmanager.domain.outbound_cli import NO_WISH, cli_wish
from callmanager.domain.outbound_rules import (
    OutboundCall,
    OutboundRoute,
    OutboundRule,
    RuleHours,
    is_dialable,
)
from callmanager.domain.outgoing_headers import CallFacts, fill_headers
from callmanager.domain.rights import Right
from callmanager.domain.routing import Routing
from callmanager.domain.schedule import is_open
from callmanager.domain.trace_notes import note_hours, note_rights
from callmanager.domain.trunk_entry import TrunkEntry

# International, or longer than people make extensions: somebody outside the company is meant.
_OUTSIDE_NUMBER = re.compile(r"\+[0-9]+|00[0-9]+|[0-9]{7,}")
NO_WAY = "No way to call this number"


def is_emergency(routing: Routing, number: str) -> bool:
    return routing.snapshot.number_judge.is_emergency(number)


def may_be_outside(routing: Routing, number: str, on_behalf_of: str) -> bool:
    """Whether somebody outside the company is meant, whatever becomes of it then."""
    return bool(_OUTSIDE_NUMBER.fullmatch(number)) or is_outside(routing, number, on_behalf_of)


def is_outside(routing: Routing, number: str, on_behalf_of: str) -> bool:
    """Whether a rule would take it: what is nobody's extension may still be a number to dial."""
    return routing.snapshot.outbound.find(_outbound_call(routing, number, on_behalf_of)) is not None


def call_outside(routing: Routing, number: str, on_behalf_of: str) -> DialOut | Refuse:
    """`on_behalf_of` is the extension whose rights count, whoever called it; empty: the company itself."""
    if not is_dialable(number):
        return Refuse(404, "This is no telephone number")
    if is_emergency(routing, number):
        return call_emergency(routing, number, on_behalf_of)
    refusal = _refuse_caller(routing, on_behalf_of)
    if refusal is None and routing.snapshot.number_judge.is_blocked(number):
        refusal = Refuse(403, "The number is on the blacklist")
    if refusal is not None:
        return refusal
    rule = _find_rule(routing, number, on_behalf_of)
    if rule is None:
        return Refuse(404, NO_WAY)
    if not _is_in_hours(routing, rule):
        return Refuse(403, f"Outside of the hours of the rule “{rule.name}”")
    return _over_routes(routing, rule, number, on_behalf_of)


def call_emergency(routing: Routing, number: str, on_behalf_of: str) -> DialOut | Refuse:
    """Never refused for rights, limits, hours or blocked numbers. A rule may say how; else every trunk is tried."""
    rule = routing.snapshot.outbound.find(_outbound_call(routing, number, on_behalf_of))
    routing.note("emergency", number, is_taken=True, reason="Emergency numbers go before every rule.")
    routes = [*(rule.routes if rule else ())]
    routes += [OutboundRoute(trunk.trunk_id) for trunk in routing.snapshot.trunks]
    tries: dict[int, TrunkTry] = {}
    for route in routes:
        trunk = routing.snapshot.find_trunk(route.trunk_id)
        if trunk is not None and trunk.is_enabled and trunk.trunk_id not in tries:
            sent = route.number_to_dial(number)
            tries[trunk.trunk_id] = _try(routing, trunk, number, sent, on_behalf_of, is_emergency=True)
    if not tries:
        return Refuse(500, "There is no trunk for emergency calls")
    return DialOut(number, tuple(tries.values()), on_behalf_of, passed=routing.passed, is_emergency=True)


def _refuse_caller(routing: Routing, on_behalf_of: str) -> Refuse | None:
    if not on_behalf_of:
        return None
    snapshot, usage = routing.snapshot, routing.call.usage
    if routing.trace is not None:
        note_rights(routing, on_behalf_of)
    if Right.CALL_EXTERNAL not in snapshot.rights_of(on_behalf_of):
        return Refuse(403, "External calls are not allowed for this extension")
    extension = snapshot.find_extension(on_behalf_of)
    if extension is None:
        return Refuse(403, "Caller may not call")
    limit = extension.max_external_calls
    if limit and usage.external_calls.get(on_behalf_of, 0) >= limit:
        return Refuse(486, f"The extension's limit of {limit} external calls at once is reached")
    minutes = extension.max_external_minutes_per_day
    if minutes and usage.external_minutes.get(on_behalf_of, 0.0) >= minutes:
        return Refuse(403, f"The extension's {minutes} minutes of external calls for today are used up")
    return None


def _find_rule(routing: Routing, number: str, on_behalf_of: str) -> OutboundRule | None:
    outbound, call = routing.snapshot.outbound, _outbound_call(routing, number, on_behalf_of)
    if routing.trace is not None:
        for lost in outbound.explain(call):
            routing.note("outbound_rule", lost.rule.name, is_taken=False, reason=lost.reason)
    rule = outbound.find(call)
    if rule is not None:
        routing.note("outbound_rule", rule.name, is_taken=True)
    return rule


def _outbound_call(routing: Routing, number: str, on_behalf_of: str) -> OutboundCall:
    return OutboundCall(on_behalf_of, routing.snapshot.group_ids_of(on_behalf_of), number)


def _is_in_hours(routing: Routing, rule: OutboundRule) -> bool:
    if rule.hours is RuleHours.ANY_TIME:
        return True
    is_own = rule.hours is RuleHours.OWN_HOURS
    hours = routing.snapshot.schedule(rule.own_intervals) if is_own else routing.snapshot.office_hours
    if routing.trace is not None:
        note_hours(routing, f"The hours of “{rule.name}”" if is_own else "The office hours", hours)
    return is_open(hours, routing.at)


def _over_routes(routing: Routing, rule: OutboundRule, number: str, on_behalf_of: str) -> DialOut | Refuse:
    tries: list[TrunkTry] = []
    refusal: Refuse | None = None
    for route in rule.routes:
        trunk = routing.snapshot.find_trunk(route.trunk_id)
        sent = route.number_to_dial(number)
        problem = _problem_of(routing, route, trunk, number, sent)
        name = f"{trunk.name if trunk else route.trunk_id}: {sent}"
        routing.note("route", name, is_taken=problem is None, reason=problem.reason if problem else "")
        if trunk is not None and problem is None:
            tries.append(_try(routing, trunk, number, sent, on_behalf_of))
        refusal = refusal or problem
    if not tries:
        return refusal or Refuse(404, f"The rule “{rule.name}” has no routes")
    return DialOut(
        number,
        tuple(tries),
        on_behalf_of,
        also_next_on=rule.also_next_on,
        passed=routing.passed,
    )


def _problem_of(
    routing: Routing, route: OutboundRoute, trunk: TrunkEntry | None, dialled: str, sent: str
) -> Refuse | None:
    """Why this route can't be tried."""
    if trunk is None or not trunk.is_enabled:
        return Refuse(500, "The trunk is not available")
    if not is_dialable(sent):
        return Refuse(404, "Nothing is left of the number after stripping")
    forms = (dialled, dialled[route.strip_digits :], sent)
    forbidden = routing.snapshot.number_judge.find_refusal(form for form in forms if form)
    return Refuse(403, forbidden) if forbidden else None


def _try(
    routing: Routing,
    trunk: TrunkEntry,
    dialled: str,
    sent: str,
    on_behalf_of: str,
    *,
    is_emergency: bool = False,
) -> TrunkTry:
    call, snapshot = routing.call, routing.snapshot
    extension = snapshot.find_extension(on_behalf_of)
    facts = CallFacts(
        called_number=sent,
        dialled_number=dialled,
        sip_domain=snapshot.sip_domain,
        outbound_caller_id=_outbound_caller_id(routing, extension),
        emergency_caller_id=extension.emergency_caller_id if extension else "",
        caller_number=call.caller,
        caller_name=_caller_name(routing),
        original_caller=call.caller if call.is_from_outside else "",
        did=call.dialled if call.is_from_outside else extension.did if extension else "",
        forwarding_number=_forwarding_number(routing, extension),
        forwarded_for=routing.passed_for,
        diversions=call.diversions,
        is_private=call.is_private,
        is_emergency=is_emergency,
    )
    caller = None if call.is_from_outside else snapshot.find_extension(call.caller)
    may_wish = caller is not None and caller.may_set_caller_id and call.outbound_cli
    return TrunkTry(
        trunk.trunk_id,
        fill_headers(trunk, facts, cli_wish(call.outbound_cli, trunk.name) if may_wish else NO_WISH),
    )


def _outbound_caller_id(routing: Routing, extension: ExtensionEntry | None) -> str:
    if extension is not None:
        return extension.outbound_caller_id
    return routing.group.outbound_caller_id if routing.group is not None else ""


def _caller_name(routing: Routing) -> str:
    call = routing.call
    if call.is_from_outside:
        return call.caller_name
    entry = routing.snapshot.find_extension(call.caller)
    return entry.display_name if entry else ""


def _forwarding_number(routing: Routing, extension: ExtensionEntry | None) -> str:
    """Only of a call that somebody sent on; a number that the provider can know, if there is one."""
    if not routing.passed and not routing.call.is_from_outside:
        return ""
    if routing.group is not None and routing.group.outbound_caller_id:
        return routing.group.outbound_caller_id
    if extension is not None and (own := extension.outbound_caller_id or extension.did):
        return own
    return routing.call.dialled if routing.call.is_from_outside else routing.passed[-1]
