"""`decide`: what becomes of a call. Pure; workers and the call simulator use this same function."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

from callmanager.domain.call_trace import Trace
from callmanager.domain.conference_calls import call_conference
from callmanager.domain.decisions import (
    AnswerMenu,
    CheckMessages,
    Decision,
    DialOut,
    EchoTest,
    EnterQueue,
    Page,
    Refuse,
    RingExtension,
    RingGroup,
    ToneTest,
)
from callmanager.domain.destination import Destination, DestinationKind
from callmanager.domain.dial_codes import DialKind
from callmanager.domain.extension_entry import ExtensionEntry
from callmanager.domain.group_calls import call_group, page
from callmanager.domain.incoming_call import IncomingCall as IncomingCall
from callmanager.domain.inside_calls import BUSY, call_extension, follow
from callmanager.domain.mailbox_calls import leave_message, mailbox_of
from callmanager.domain.monitoring import monitor
from callmanager.domain.outside_calls import call_emergency, call_outside, is_emergency, may_be_outside
from callmanager.domain.own_settings import AGENT_OF, FORWARD_OF, STATUS_OF, change_own
from callmanager.domain.parking import park, retrieve
from callmanager.domain.pickup import HELD_ALONE, RINGING_OR_HELD, pick_up, pick_up_in_group
from callmanager.domain.provider_calls import call_number
from callmanager.domain.queue_calls import call_queue
from callmanager.domain.receptionist_calls import call_receptionist, record_prompt
from callmanager.domain.routing import Routing
from callmanager.domain.snapshot import TenantSnapshot
from callmanager.domain.unanswered import Unanswered as Unanswered

_NO_ANSWER, _NOT_THERE, _CHOSEN = "no-answer", "unavailable", "unconditional"


def decide(call: IncomingCall, snapshot: TenantSnapshot, at: datetime, trace: Trace = None) -> Decision:
    """The one answer for this call at this moment; `at` is timezone-aware. Unknown means refuse.

    What was considered on the way is added to `trace`, if there is one.
    """
    routing = Routing(call, snapshot, at, trace=trace)
    decision = _refuse_stranger(call, snapshot) or _emergency(routing) or _decide(routing)
    if isinstance(decision, Refuse) or (isinstance(decision, DialOut) and decision.is_emergency):
        return decision
    return _above_limit(call, snapshot) or decision


def after_ringing(
    rung: RingExtension,
    why: Unanswered,
    call: IncomingCall,
    snapshot: TenantSnapshot,
    at: datetime,
    trace: Trace = None,
) -> Decision | None:
    """What follows when nobody took the call; None: nothing, the caller hears how it ended."""
    match why:
        case Unanswered.BUSY:
            destination, reason = rung.forwards.busy, BUSY
        case Unanswered.NO_ANSWER:
            destination, reason = rung.forwards.no_answer, _NO_ANSWER
        case Unanswered.OFFLINE:
            destination, reason = rung.forwards.offline, _NOT_THERE
        case _:
            assert_never(why)
    routing = Routing(call, snapshot, at, passed=rung.passed, trace=trace)
    if destination is None and (callee := snapshot.find_extension(rung.number)) is not None:
        destination = mailbox_of(callee)
    if destination is None or destination.target in rung.passed:
        return None
    routing.note("forwarding", rung.number, is_taken=True, reason=why)
    return follow(routing, destination, rung.number, reason, "the extension's forwarding")


def after_group(
    rung: RingGroup | Page, call: IncomingCall, snapshot: TenantSnapshot, at: datetime, trace: Trace = None
) -> Decision | None:
    """What follows when no member of a ring group took the call; None: the caller hears how it ended."""
    group = snapshot.find_ring_group(rung.number)
    if isinstance(rung, Page) and rung.is_intercom:
        return None
    if group is None or group.no_answer.kind is DestinationKind.END_CALL:
        return None
    if group.no_answer.target in (*rung.passed, rung.number):
        return None  # that would be a circle
    routing = Routing(call, snapshot, at, passed=rung.passed, trace=trace)
    routing.note("forwarding", rung.number, is_taken=True, reason="no_answer")
    onward = routing.sent_on_by(rung.number, _NO_ANSWER).for_group(group)
    return follow(onward, group.no_answer, "", _NO_ANSWER, "the ring group")


def after_queue(
    waited: EnterQueue, call: IncomingCall, snapshot: TenantSnapshot, at: datetime, trace: Trace = None
) -> Decision | None:
    """What follows when no agent of a queue took the call; None: it is ended."""
    queue = snapshot.find_queue(waited.number)
    if queue is None or queue.no_answer.kind is DestinationKind.END_CALL:
        return None
    if queue.no_answer.target in (*waited.passed, waited.number):
        return None  # that would be a circle
    routing = Routing(call, snapshot, at, passed=waited.passed, trace=trace)
    routing.note("forwarding", waited.number, is_taken=True, reason="no_answer")
    onward = routing.sent_on_by(waited.number, _NO_ANSWER).for_group(queue)
    return follow(onward, queue.no_answer, "", _NO_ANSWER, "the call queue")


def after_menu(
    asked: AnswerMenu,
    wanted: Destination,
    call: IncomingCall,
    snapshot: TenantSnapshot,
    at: datetime,
    trace: Trace = None,
) -> Decision:
    """What follows what a caller chose at a virtual receptionist. Whom the call passed before does not count: it is the
    caller who sends it on."""
    routing = Routing(call, snapshot, at, trace=trace)
    return follow(routing, wanted, "", _CHOSEN, f"the receptionist “{asked.name or asked.number}”")


def _refuse_stranger(call: IncomingCall, snapshot: TenantSnapshot) -> Refuse | None:
    if not snapshot.is_enabled:
        return Refuse(403, "Tenant disabled")
    if call.caller_domain.lower() != snapshot.sip_domain.lower():
        # The snapshot was chosen by the tenant id; if its domain differs, somebody is wrong about who calls.
        return Refuse(403, "Caller is not of this tenant")
    if not call.is_from_outside and snapshot.find_extension(call.caller) is None:
        return Refuse(403, "Caller may not call")
    return None


def _emergency(routing: Routing) -> DialOut | Refuse | None:
    """The first rule of all for whoever is of the company: before every limit, right, lock and extension."""
    call = routing.call
    if call.is_from_outside or not is_emergency(routing, call.dialled):
        return None
    return call_emergency(routing, call.dialled, call.caller)


def _decide(routing: Routing) -> Decision:
    call, snapshot = routing.call, routing.snapshot
    if call.is_from_outside:
        return call_number(routing)
    caller = snapshot.find_extension(call.caller)
    if caller is None or not caller.is_enabled:
        return Refuse(403, "Caller may not call")
    if call.dialled_domain.lower() != snapshot.sip_domain.lower():
        return Refuse(403, "Calls to other domains are not allowed")
    if not call.dialled:
        return Refuse(484, "No number dialled")
    return _service(routing, caller) or _dialled(routing)


def _service(routing: Routing, caller: ExtensionEntry) -> Decision | None:
    """Somebody or something of the company with that number goes before a service. None: what was dialled is no code
    that is good for this caller."""
    dialled, snapshot = routing.call.dialled, routing.snapshot
    read = snapshot.dial_codes.read(dialled)
    if read is None or snapshot.is_number_used(dialled):
        return None
    match read.kind:
        case DialKind.VOICEMAIL:
            return CheckMessages(caller.number, caller.mailbox) if caller.mailbox is not None else None
        case DialKind.LEAVE_MESSAGE:
            return leave_message(routing, read.argument, is_busy=False)
        case DialKind.ECHO_TEST:
            return EchoTest()
        case DialKind.TONE_TEST:
            return ToneTest()
        case DialKind.PAGE:
            return page(routing, read.argument)
        case DialKind.PICKUP:
            return pick_up(routing, read.argument, RINGING_OR_HELD)
        case DialKind.PICKUP_HELD:
            return pick_up(routing, read.argument, HELD_ALONE)
        case DialKind.GROUP_PICKUP:
            return pick_up_in_group(routing)
        case DialKind.PARK:
            return park(routing, read.argument)
        case DialKind.RETRIEVE:
            return retrieve(routing, read.argument)
        case DialKind.MONITOR:
            return monitor(routing, read.argument, read.more)
        case DialKind.RECORD_PROMPT:
            return record_prompt(routing, read.argument, read.more)
        case kind if kind in STATUS_OF or kind in FORWARD_OF or kind in AGENT_OF:
            return change_own(routing, caller, kind, read.argument)
        case _:
            return None


def _dialled(routing: Routing) -> Decision:
    call = routing.call
    callee = routing.snapshot.find_extension(call.dialled)
    if callee is None:
        if (group := routing.snapshot.find_ring_group(call.dialled)) is not None:
            return call_group(routing, group)
        if (desk := routing.snapshot.find_receptionist(call.dialled)) is not None:
            return call_receptionist(routing, desk)
        if (queue := routing.snapshot.find_queue(call.dialled)) is not None:
            return call_queue(routing, queue)
        if (room := routing.snapshot.find_conference(call.dialled)) is not None:
            return call_conference(routing, room)
        if not may_be_outside(routing, call.dialled, call.caller):
            return Refuse(404, "No such extension")
        return call_outside(routing, call.dialled, call.caller)
    if callee.is_enabled and callee.number == call.caller:
        # The calling phone is one of the contacts and nothing tells which, so it would ring itself.
        return Refuse(486, "Caller dialled their own number")
    return call_extension(routing, callee)


def _above_limit(call: IncomingCall, snapshot: TenantSnapshot) -> Refuse | None:
    """Busy rather than 503: the edge would try another worker, which has no more room for this tenant."""
    limit = snapshot.max_simultaneous_calls
    if limit is None or call.running_calls < limit:
        return None
    return Refuse(486, f"The company's limit of {limit} simultaneous calls is reached")
