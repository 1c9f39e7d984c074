"""A code that changes the caller's own status, forwarding or place in queues: says so and hangs up.

Whoever keeps settings obeys the event, also when the caller does not wait.
"""

from __future__ import annotations

from callmanager.domain.call_events import CallEventKind
from callmanager.domain.decisions import ChangeOwn
from callmanager.domain.outcome import CallOutcome, CallStatus, EndedBy
from callmanager.domain.own_settings import AGENT_OF, own_change_sounds
from sipworker.call.actions import Action, AnswerLeg, EmitEvent, EndCall, PlayFiles
from sipworker.call.context import CallContext
from sipworker.call.signals import PlaybackEnded, Signal
from sipworker.features import established

PLAYBACK = "setting"
CHANGED = CallOutcome(CallStatus.ANSWERED, EndedBy.PBX, "Setting changed", 200)


class ChangingOwn:
    __slots__ = ("_context", "_decision")

    def __init__(self, context: CallContext, decision: ChangeOwn) -> None:
        self._context = context
        self._decision = decision

    def start(self) -> tuple[Action, ...]:
        decision, leg = self._decision, self._context.caller_leg
        return (
            AnswerLeg(leg),
            self._told(),
            established.by_service("setting", self._context),
            PlayFiles(leg, PLAYBACK, own_change_sounds(decision)),
        )

    def _told(self) -> EmitEvent:
        decision = self._decision
        if (happening := AGENT_OF.get(decision.kind)) is not None:
            told = {"queue": decision.queue, "agent": decision.extension, "happening": happening.value}
            return EmitEvent(CallEventKind.QUEUE_AGENT_STATE, told)
        destination = decision.destination
        data = {
            "extension": decision.extension,
            "change": decision.kind.value,
            "destination": destination.kind.value if destination is not None else "",
            "to_number": destination.target if destination is not None else "",
        }
        return EmitEvent(CallEventKind.SETTING_CHANGED, data)

    def handle(self, signal: Signal) -> tuple[Action, ...]:
        if isinstance(signal, PlaybackEnded) and signal.playback == PLAYBACK:
            return (EndCall(CHANGED),)
        return ()
