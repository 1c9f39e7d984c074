"""What people change of themselves by dialling: their status, and where their calls go. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from callmanager.domain.agent_state import AgentHappening
from callmanager.domain.decisions import ChangeOwn, Refuse
from callmanager.domain.destination import Destination, DestinationKind
from callmanager.domain.dial_features import FEATURE_OF, DialKind, Shape
from callmanager.domain.extension_entry import ExtensionEntry
from callmanager.domain.forwarding import ForwardStatus, ForwardWhen, PresenceStatus
from callmanager.domain.outbound_rules import is_dialable
from callmanager.domain.rights import Right
from callmanager.domain.routing import Routing
from callmanager.domain.service_numbers import service_destination
from callmanager.domain.sounds import prompt
from callmanager.domain.spoken import say_digits

STATUS_OF: Mapping[DialKind, PresenceStatus] = {
    DialKind.DO_NOT_DISTURB_ON: PresenceStatus.DO_NOT_DISTURB,
    DialKind.DO_NOT_DISTURB_OFF: PresenceStatus.AVAILABLE,
    DialKind.STATUS_AVAILABLE: PresenceStatus.AVAILABLE,
    DialKind.STATUS_AWAY: PresenceStatus.AWAY,
    DialKind.STATUS_LUNCH: PresenceStatus.LUNCH,
    DialKind.STATUS_BUSINESS_TRIP: PresenceStatus.BUSINESS_TRIP,
}


@dataclass(frozen=True, slots=True)
class ForwardCode:
    """Which cells of the forwarding table a code sets or clears: of the present status, in all hours; or of no phone
    being there."""

    when: ForwardWhen
    is_on: bool
    is_offline: bool = False

    def status(self, present: str) -> ForwardStatus:
        return ForwardStatus.OFFLINE if self.is_offline else ForwardStatus(present)


FORWARD_OF: Mapping[DialKind, ForwardCode] = {
    DialKind.FORWARD_ALWAYS_ON: ForwardCode(ForwardWhen.ALWAYS, True),
    DialKind.FORWARD_ALWAYS_OFF: ForwardCode(ForwardWhen.ALWAYS, False),
    DialKind.FORWARD_BUSY_ON: ForwardCode(ForwardWhen.BUSY, True),
    DialKind.FORWARD_BUSY_OFF: ForwardCode(ForwardWhen.BUSY, False),
    DialKind.FORWARD_NO_ANSWER_ON: ForwardCode(ForwardWhen.NO_ANSWER, True),
    DialKind.FORWARD_NO_ANSWER_OFF: ForwardCode(ForwardWhen.NO_ANSWER, False),
    DialKind.FORWARD_OFFLINE_ON: ForwardCode(ForwardWhen.ALWAYS, True, is_offline=True),
    DialKind.FORWARD_OFFLINE_OFF: ForwardCode(ForwardWhen.ALWAYS, False, is_offline=True),
}
AGENT_OF: Mapping[DialKind, AgentHappening] = {
    DialKind.QUEUE_SIGN_IN: AgentHappening.SIGN_IN,
    DialKind.QUEUE_SIGN_OUT: AgentHappening.SIGN_OUT,
}
_SAID = {
    ForwardWhen.ALWAYS: "call-fwd-unconditional",
    ForwardWhen.BUSY: "call-fwd-on-busy",
    ForwardWhen.NO_ANSWER: "call-fwd-no-ans",
}


def change_own(routing: Routing, caller: ExtensionEntry, kind: DialKind, number: str) -> ChangeOwn | Refuse:
    """Whoever dials a code changes themselves alone; what could lead nowhere is refused at once."""
    language = caller.mailbox.language if caller.mailbox is not None else "en"
    if kind in AGENT_OF:
        return _change_agent(routing, caller, kind, number, language)
    if FEATURE_OF[kind].shape is not Shape.NUMBER:
        return ChangeOwn(caller.number, kind, language=language)
    destination = _destination(routing, caller, number)
    if isinstance(destination, Refuse):
        return destination
    return ChangeOwn(caller.number, kind, destination, language)


def _change_agent(
    routing: Routing, caller: ExtensionEntry, kind: DialKind, queue: str, language: str
) -> ChangeOwn | Refuse:
    """Of one queue or of all of which the caller is an agent; a manager is none (manual 5.10)."""
    snapshot = routing.snapshot
    if queue and snapshot.find_queue(queue) is None:
        return Refuse(404, f"There is no queue {queue}")
    queues = [one for one in snapshot.queues if not queue or one.number == queue]
    if not any(caller.number == agent.number for one in queues for agent in one.agents):
        which = f"the queue {queue}" if queue else "any queue"
        return Refuse(403, f"The caller is no agent of {which}")
    return ChangeOwn(caller.number, kind, language=language, queue=queue)


def own_change_title(decision: ChangeOwn) -> str:
    name = FEATURE_OF[decision.kind].name
    if decision.queue:
        return f"{name}: {decision.queue}"
    return f"{name}: {decision.destination.target}" if decision.destination is not None else name


def own_change_sounds(decision: ChangeOwn) -> tuple[str, ...]:
    """What was changed, as far as there are words for it, and that it was."""
    language, forward = decision.language, FORWARD_OF.get(decision.kind)
    if (happening := AGENT_OF.get(decision.kind)) is not None:
        said = "agent-loginok" if happening is AgentHappening.SIGN_IN else "agent-loggedoff"
        return (prompt(language, said),)
    if decision.kind in (DialKind.DO_NOT_DISTURB_ON, DialKind.DO_NOT_DISTURB_OFF):
        is_on = decision.kind is DialKind.DO_NOT_DISTURB_ON
        what: tuple[str, ...] = (prompt(language, "do-not-disturb"),)
    elif forward is not None:
        is_on = forward.is_on
        what = (prompt(language, "call-forwarding" if forward.is_offline else _SAID[forward.when]),)
    else:
        is_on, what = True, ()
    number = decision.destination.target if decision.destination is not None else ""
    done = prompt(language, "activated" if is_on else "de-activated")
    return (*what, *say_digits(language, number), done)


def _destination(routing: Routing, caller: ExtensionEntry, number: str) -> Destination | Refuse:
    snapshot = routing.snapshot
    if number == caller.number:
        return Refuse(403, "Calls can't be forwarded to the extension itself")
    if snapshot.find_extension(number) is not None:
        return Destination(DestinationKind.EXTENSION, number)
    if (service := service_destination(snapshot, number)) is not None:
        return service
    is_room = snapshot.find_conference(number) is not None
    if is_room or not is_dialable(number) or snapshot.number_judge.is_emergency(number):
        return Refuse(404, "Calls can't be forwarded to this number")
    if Right.CALL_EXTERNAL not in snapshot.rights_of(caller.number):
        return Refuse(403, "External calls are not allowed for this extension")
    return Destination(DestinationKind.EXTERNAL_NUMBER, number)
