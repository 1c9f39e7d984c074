"""A call that rings is sent elsewhere by request: which stages of a call can be, and where it goes then."""

from __future__ import annotations

from datetime import datetime

from callmanager.domain.decisions import Decision, DialOut, RingExtension
from callmanager.domain.incoming_call import IncomingCall
from callmanager.domain.redirection import Redirection, redirected
from callmanager.domain.snapshot import TenantSnapshot
from sipworker.call.requests import RedirectRequested
from sipworker.features.dial_out import DialOutside
from sipworker.features.queue import WaitingInQueue
from sipworker.features.ring import Ring
from sipworker.features.ring_group import GroupCall

# The stages in which somebody is rung; each says whom, and stops when it is told to.
RINGING = Ring | GroupCall | DialOutside | WaitingInQueue
CALL_REFUSED, NOT_RINGING = "call_refused", "not_ringing"


def redirect_decision(
    request: RedirectRequested,
    rung: Decision,
    number: str,
    passed: tuple[str, ...],
    call: IncomingCall,
    snapshot: TenantSnapshot,
    at: datetime,
) -> Decision:
    wanted = Redirection(_whose(request, rung), request.target, request.mailbox)
    sent_on = (*passed, number) if request.extension and not isinstance(rung, RingExtension) else passed
    return redirected(wanted, number, sent_on, call, snapshot, at)


def _whose(request: RedirectRequested, rung: Decision) -> str:
    """The extension that sends the call on: who asks, or whoever is rung, or for whom it goes outside."""
    if request.extension:
        return request.extension
    match rung:
        case RingExtension(number=number):
            return number
        case DialOut(on_behalf_of=extension):
            return extension
        case _:
            return ""
