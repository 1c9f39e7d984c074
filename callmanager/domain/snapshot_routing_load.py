"""The part of a snapshot that is about calls in and out: trunks, rules, forwarding and numbers.

Read with plain value queries, as many for a thousand rules as for one; see `snapshot_load`.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from callmanager.domain.destination import END_CALL, Destination, DestinationKind
from callmanager.domain.dial_codes import MANUAL_CODES, DialCodes, stored_codes
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
from callmanager.domain.outbound_rules import (
    OutboundRoute,
    OutboundRule,
    RuleHours,
    parse_callers,
    parse_digit_lengths,
    parse_prefixes,
)
from callmanager.domain.snapshot_destination import with_target
from callmanager.domain.trunk_entry import SrtpMode, TrunkEntry
from callmanager.domain.week_hours import parse_intervals

# (sql, params) -> all rows; `%s` placeholders.
Execute = Callable[[str, Sequence[object]], list[tuple[Any, ...]]]

_TRUNKS_SQL = """
    SELECT trunk.id, trunk.name, trunk.host, trunk.port, trunk.username, trunk.authorization_name,
           trunk.password, trunk.srtp, trunk.codecs, lent.did_pool, trunk.is_enabled, trunk.is_recorded
      FROM public.trunk_assignment AS lent
      JOIN public.trunk ON trunk.id = lent.trunk_id
     WHERE lent.tenant_id = %s
     ORDER BY trunk.id
"""

_HEADER_RULES_SQL = """
    SELECT made.trunk_id, made.part, made.source, made.constant, made.header_name
      FROM public.trunk_header_rule AS made
      JOIN public.trunk_assignment AS lent ON lent.trunk_id = made.trunk_id AND lent.tenant_id = %s
     ORDER BY made.trunk_id, made.position
"""

_CALLER_MAPPINGS_SQL = """
    SELECT made.trunk_id, made.part, made.field, made.header_name
      FROM public.trunk_caller_mapping AS made
      JOIN public.trunk_assignment AS lent ON lent.trunk_id = made.trunk_id AND lent.tenant_id = %s
     ORDER BY made.trunk_id, made.position
"""

_FORWARDS_SQL = with_target("""
    SELECT extension.number, made.status, made.during, made."when", made.action,
           <target>, made.ring_timeout_s
      FROM callmanager_extensionforward AS made
      JOIN callmanager_extension AS extension ON extension.id = made.extension_id
<joins>
     ORDER BY made.id
""")

_INBOUND_SQL = """
    SELECT id, name, trunk_id, did, caller_mask, CASE WHEN has_own_hours THEN week::text END, is_enabled
      FROM callmanager_inboundrule
     ORDER BY id
"""

_INBOUND_DESTINATIONS_SQL = with_target("""
    SELECT made.rule_id, made.at, made.action,
           <target>
      FROM callmanager_inbounddestination AS made
<joins>
""")

_OUTBOUND_SQL = """
    SELECT id, name, prefixes, callers, digit_lengths, hours, week::text, also_next_on, is_least_cost, is_enabled
      FROM callmanager_outboundrule
     ORDER BY position
"""

_ROUTES_SQL = """
    SELECT rule_id, trunk_id, strip_digits, prepend
      FROM callmanager_outboundroute
     ORDER BY rule_id, position
"""

_RULE_GROUPS_SQL = "SELECT rule_id, group_id FROM callmanager_outboundrulegroup"

_DIAL_CODES_SQL = """
    SELECT profile, own_codes::text, is_monitoring_enabled, park_slots, park_timeout_s, return_ring_s
      FROM callmanager_dialcodesettings
"""

_NUMBERS_SQL = "SELECT allowed_countries, more_emergency_numbers FROM callmanager_numbersettings"
# The tenant's own, and those of the platform.
_CODES_SQL = """
    SELECT code FROM callmanager_disallowedcode UNION SELECT code FROM public.system_disallowed_code ORDER BY code
"""
_BLOCKED_SQL = """
    SELECT number FROM callmanager_blockednumber UNION SELECT number FROM public.system_blocked_number
     ORDER BY number
"""


def load_trunks(execute: Execute, tenant_id: int) -> tuple[TrunkEntry, ...]:
    """Those that are lent to the tenant, with its own numbers on each."""
    outbound: defaultdict[int, list[HeaderRule]] = defaultdict(list)
    for trunk_id, part, source, constant, header_name in execute(_HEADER_RULES_SQL, (tenant_id,)):
        outbound[trunk_id].append(HeaderRule(HeaderPart(part), HeaderSource(source), constant, header_name))
    inbound: defaultdict[int, list[CallerMapping]] = defaultdict(list)
    for trunk_id, part, field, header_name in execute(_CALLER_MAPPINGS_SQL, (tenant_id,)):
        inbound[trunk_id].append(CallerMapping(CallerPart(part), ProviderField(field), header_name))
    return tuple(
        TrunkEntry(
            trunk_id=trunk_id,
            name=name,
            host=host,
            port=port,
            username=username,
            authorization_name=authorization_name,
            password_token=password_token,
            srtp=SrtpMode(srtp),
            codecs=tuple(codecs),
            did_pool=did_pool,
            outbound=tuple(outbound.get(trunk_id, ())),
            inbound=tuple(inbound.get(trunk_id, ())),
            is_enabled=is_enabled,
            is_recorded=is_recorded,
        )
        for (
            trunk_id,
            name,
            host,
            port,
            username,
            authorization_name,
            password_token,
            srtp,
            codecs,
            did_pool,
            is_enabled,
            is_recorded,
        ) in execute(_TRUNKS_SQL, (tenant_id,))
    )


def load_forwards(execute: Execute) -> dict[str, tuple[ForwardRule, ...]]:
    """{extension's number: its forwarding rules}."""
    forwards: defaultdict[str, list[ForwardRule]] = defaultdict(list)
    for number, status, during, when, action, target, ring_timeout_s in execute(_FORWARDS_SQL, ()):
        destination = Destination(DestinationKind(action), target)
        rule = ForwardRule(
            ForwardStatus(status), ForwardHours(during), ForwardWhen(when), destination, ring_timeout_s
        )
        forwards[number].append(rule)
    return {number: tuple(rules) for number, rules in forwards.items()}


def load_inbound_rules(execute: Execute) -> tuple[InboundRule, ...]:
    destinations = {
        (rule_id, at): Destination(DestinationKind(action), target)
        for rule_id, at, action, target in execute(_INBOUND_DESTINATIONS_SQL, ())
    }
    return tuple(
        InboundRule(
            rule_id=rule_id,
            name=name,
            trunk_id=trunk_id,
            did=did.removeprefix("+"),
            caller_mask=parse_caller_mask(caller_mask),
            in_office_hours=destinations.get((rule_id, "in_office_hours"), END_CALL),
            outside_office_hours=destinations.get((rule_id, "outside_office_hours"), END_CALL),
            on_holiday=destinations.get((rule_id, "on_holiday")),
            own_intervals=None if week is None else parse_intervals(json.loads(week)),
            is_enabled=is_enabled,
        )
        for rule_id, name, trunk_id, did, caller_mask, week, is_enabled in execute(_INBOUND_SQL, ())
    )


def load_outbound_rules(execute: Execute) -> tuple[OutboundRule, ...]:
    """In the tenant's order of priority."""
    routes: defaultdict[int, list[OutboundRoute]] = defaultdict(list)
    for rule_id, trunk_id, strip_digits, prepend in execute(_ROUTES_SQL, ()):
        routes[rule_id].append(OutboundRoute(trunk_id, strip_digits, prepend))
    groups: defaultdict[int, set[int]] = defaultdict(set)
    for rule_id, group_id in execute(_RULE_GROUPS_SQL, ()):
        groups[rule_id].add(group_id)
    return tuple(
        OutboundRule(
            rule_id=rule_id,
            name=name,
            prefixes=parse_prefixes(prefixes),
            callers=parse_callers(callers),
            digit_lengths=parse_digit_lengths(digit_lengths),
            group_ids=frozenset(groups.get(rule_id, ())),
            routes=tuple(routes.get(rule_id, ())),
            hours=RuleHours(hours),
            own_intervals=parse_intervals(json.loads(week)) if hours == RuleHours.OWN_HOURS else (),
            also_next_on=frozenset(also_next_on),
            is_least_cost=is_least_cost,
            is_enabled=is_enabled,
        )
        for (
            rule_id,
            name,
            prefixes,
            callers,
            digit_lengths,
            hours,
            week,
            also_next_on,
            is_least_cost,
            is_enabled,
        ) in execute(_OUTBOUND_SQL, ())
    )


def load_dial_codes(execute: Execute) -> DialCodes:
    rows = execute(_DIAL_CODES_SQL, ())
    if not rows:
        return MANUAL_CODES
    profile, own_codes, is_monitoring_enabled, park_slots, park_timeout_s, return_ring_s = rows[0]
    codes = stored_codes(profile, json.loads(own_codes), is_monitoring_enabled=is_monitoring_enabled)
    return replace(codes, park_slots=park_slots, park_timeout_s=park_timeout_s, return_ring_s=return_ring_s)


def load_numbers(execute: Execute, country: str) -> NumberPolicy:
    rows = execute(_NUMBERS_SQL, ())
    allowed, emergency = rows[0] if rows else (None, ())
    return NumberPolicy(
        country=country,
        allowed_countries=None if allowed is None else frozenset(allowed),
        disallowed_prefixes=tuple(code for (code,) in execute(_CODES_SQL, ())),
        blocked_numbers=tuple(number for (number,) in execute(_BLOCKED_SQL, ())),
        more_emergency_numbers=frozenset(emergency),
    )
