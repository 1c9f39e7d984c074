"""`decide`: who is rung when somebody dials. Pure; workers and the call simulator use this same function."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import assert_never

from callmanager.domain.call_exceptions import CallException, find_exception
from callmanager.domain.decisions import Decision, EchoTest, Refuse, RingExtension, ToneTest
from callmanager.domain.destination import DestinationKind
from callmanager.domain.rights import Right
from callmanager.domain.schedule import is_open
from callmanager.domain.service_numbers import find_service_number
from callmanager.domain.snapshot import ExtensionEntry, TenantSnapshot

# International, or longer than people make extensions: somebody outside the company is meant.
_OUTSIDE_NUMBER = re.compile(r"\+[0-9]+|00[0-9]+|[0-9]{7,}")


@dataclass(frozen=True, slots=True)
class Usage:
    """What an extension has under way and used up outside the company, at this moment; minutes of its day."""

    external_calls: Mapping[str, int] = field(default_factory=dict)
    external_minutes: Mapping[str, float] = field(default_factory=dict)


NO_USAGE = Usage()


@dataclass(frozen=True, slots=True)
class IncomingCall:
    """A call as the edge vouches for it.

    Of an extension (`trunk_id` 0), `caller` is the authenticated number and `caller_domain` its tenant's SIP domain;
    `dialled` and `dialled_domain` are the user and host of the Request-URI. Of a provider, `caller` is the number by
    the trunk's mapping, which is nobody's extension even if it looks like one, `dialled` the DID without `+`, and both
    domains the tenant's. `running_calls` is how many calls the tenant has already; `outbound_cli` the values of
    X-Outbound-Cli headers, unread; `diversions` how often it was forwarded elsewhere before.
    """

    caller: str
    caller_domain: str
    dialled: str
    dialled_domain: str
    running_calls: int = 0
    trunk_id: int = 0
    caller_name: str = ""
    is_private: bool = False
    diversions: int = 0
    outbound_cli: tuple[str, ...] = ()
    usage: Usage = NO_USAGE


def decide(call: IncomingCall, snapshot: TenantSnapshot, at: datetime) -> Decision:
    """The one answer for this call at this moment; `at` is timezone-aware. Unknown means refuse."""
    decision = _refusal(call, snapshot) or _service(call.dialled) or _extension(call, snapshot, at)
    return decision if isinstance(decision, Refuse) else _above_limit(call, snapshot) or decision


def _above_limit(call: IncomingCall, snapshot: TenantSnapshot) -> Refuse | None:
    """Busy rather than 503: the edge would try another worker, which has no more room for this tenant."""
    limit = snapshot.max_simultaneous_calls
    if limit is None or call.running_calls < limit:
        return None
    return Refuse(486, f"The company's limit of {limit} simultaneous calls is reached")


def _refusal(call: IncomingCall, snapshot: TenantSnapshot) -> Refuse | None:
    if not snapshot.is_enabled:
        return Refuse(403, "Tenant disabled")
    if call.caller_domain.lower() != snapshot.sip_domain.lower():
        # The snapshot was chosen by the tenant id; if its domain differs, somebody is wrong about who calls.
        return Refuse(403, "Caller is not of this tenant")
    caller = snapshot.find_extension(call.caller)
    if caller is None or not caller.is_enabled:
        return Refuse(403, "Caller may not call")
    if call.dialled_domain.lower() != snapshot.sip_domain.lower():
        return Refuse(403, "Calls to other domains are not allowed")
    if not call.dialled:
        return Refuse(484, "No number dialled")
    return None


def _service(dialled: str) -> EchoTest | ToneTest | None:
    service = find_service_number(dialled)
    return service.decision if service is not None else None


def _extension(call: IncomingCall, snapshot: TenantSnapshot, at: datetime) -> RingExtension | Refuse:
    callee = snapshot.find_extension(call.dialled)
    if callee is None:
        return _outside(call, snapshot)
    if not callee.is_enabled:
        return Refuse(480, "Extension disabled")
    if callee.number == call.caller:
        # The calling phone is one of the contacts and nothing tells which, so it would ring itself.
        return Refuse(486, "Caller dialled their own number")
    if callee.exceptions:
        is_office_hour = is_open(snapshot.hours_of(callee), at)
        exception = find_exception(callee.exceptions, call.caller, is_office_hour=is_office_hour)
        if exception is not None:
            return _instead(exception, call, snapshot)
    return _ring(callee)


def _instead(
    exception: CallException, call: IncomingCall, snapshot: TenantSnapshot
) -> RingExtension | Refuse:
    """Exceptions of the other extension are not asked, so two that point at each other are no circle."""
    match exception.destination.kind:
        case DestinationKind.END_CALL:
            return Refuse(603, "Ended by an exception of the extension")
        case DestinationKind.EXTERNAL_NUMBER:
            return Refuse(404, "No way to call this number")
        case DestinationKind.EXTENSION:
            target = snapshot.find_extension(exception.destination.target)
            if target is None or not target.is_enabled:
                return Refuse(480, "The extension that an exception names is not available")
            if target.number == call.caller:
                return Refuse(486, "An exception leads back to the caller")
            return _ring(target)
        case _:
            assert_never(exception.destination.kind)


def _ring(callee: ExtensionEntry) -> RingExtension:
    return RingExtension(callee.number, callee.display_name, callee.ring_timeout_s)


def _outside(call: IncomingCall, snapshot: TenantSnapshot) -> Refuse:
    """Nobody of the tenant's has this number."""
    if not _OUTSIDE_NUMBER.fullmatch(call.dialled):
        return Refuse(404, "No such extension")
    if Right.CALL_EXTERNAL not in snapshot.rights_of(call.caller):
        return Refuse(403, "External calls are not allowed for this extension")
    return Refuse(404, "No way to call this number")
