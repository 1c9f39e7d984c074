"""A call that rings is sent elsewhere by somebody who does not answer it, as if its phones forwarded it. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from callmanager.domain.decisions import Decision, Refuse
from callmanager.domain.destination import Destination, DestinationKind
from callmanager.domain.incoming_call import IncomingCall
from callmanager.domain.inside_calls import UNCONDITIONAL, follow
from callmanager.domain.outside_calls import may_be_outside
from callmanager.domain.receptionist_calls import dialled_destination
from callmanager.domain.routing import Routing
from callmanager.domain.snapshot import TenantSnapshot


@dataclass(frozen=True, slots=True)
class Redirection:
    """Where to: a number as people of the company dial it, or the mailbox of an extension.

    `by` is the extension whose rights and minutes count outside, empty where a group's or the company's do.
    """

    by: str
    number: str = ""
    mailbox: str = ""


def redirected(
    wanted: Redirection,
    rung: str,
    passed: Iterable[str],
    call: IncomingCall,
    snapshot: TenantSnapshot,
    at: datetime,
) -> Decision:
    """What becomes of the call, or why it can't: then it goes on ringing at `rung`. `passed` sent it there."""
    if wanted.number and wanted.number == rung:
        return Refuse(486, "The call rings there already")
    if snapshot.dial_codes.read(wanted.number) is not None and not snapshot.is_number_used(wanted.number):
        return Refuse(403, "A call can't be sent to a dial code")
    routing = Routing(call, snapshot, at, passed=tuple(passed))
    group = snapshot.find_ring_group(rung) or snapshot.find_queue(rung)
    if group is not None and not wanted.by:
        routing = routing.sent_on_by(rung, UNCONDITIONAL).for_group(group)
    destination = _destination(wanted, snapshot)
    if destination.kind is DestinationKind.EXTERNAL_NUMBER and not may_be_outside(
        routing, wanted.number, wanted.by
    ):
        return Refuse(404, "No such extension")
    return follow(routing, destination, wanted.by, UNCONDITIONAL, "the redirection")


def _destination(wanted: Redirection, snapshot: TenantSnapshot) -> Destination:
    if wanted.mailbox:
        return Destination(DestinationKind.VOICEMAIL, wanted.mailbox)
    inside = dialled_destination(snapshot, wanted.number)
    return inside or Destination(DestinationKind.EXTERNAL_NUMBER, wanted.number)
