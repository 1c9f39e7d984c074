"""An agent calls somebody back who did not want to wait in a queue: a call that the queue itself asks for."""

from __future__ import annotations

from callmanager.domain.agent_state import AgentHappening
from callmanager.domain.call_events import CallEventKind
from callmanager.domain.decisions import Decision, Refuse
from callmanager.domain.queue import Queue
from sipworker.call.actions import Action, EmitEvent, EndCall
from sipworker.call.context import CallContext
from sipworker.call.queueing import AnswerInQueue
from sipworker.call.requests import CallWanted
from sipworker.call.signals import LegAnswered, Signal
from sipworker.features.queue_promise import called_back
from sipworker.features.refuse import Refusal
from sipworker.features.requested_call import RequestedCall


class QueueCallback:
    """An agent who does not answer has let the queue ring in vain; when the call is over it is another one's turn."""

    __slots__ = ("_agent", "_call", "_caller_leg", "_is_answered", "_queue", "_told")

    def __init__(
        self, context: CallContext, decision: Decision, wanted: CallWanted, queue: Queue, place: str
    ) -> None:
        self._call = RequestedCall(context, decision, wanted)
        self._caller_leg = context.caller_leg
        self._agent = wanted.caller
        self._queue = queue
        self._is_answered = False
        self._told = called_back(queue.number, wanted.callee, place, "answered")

    def start(self) -> tuple[Action, ...]:
        return self._call.start()

    def handle(self, signal: Signal) -> tuple[Action, ...]:
        actions = self._call.handle(signal)
        if self._is_answered:
            return actions
        if isinstance(signal, LegAnswered) and signal.leg == self._caller_leg:
            self._is_answered = True
            return (AnswerInQueue(self._agent), self._told, *self._signed_out(), *actions)
        if any(isinstance(action, EndCall) for action in actions):
            return (*self._signed_out(), *actions)
        return actions

    def _signed_out(self) -> tuple[Action, ...]:
        """Manual 5.10, as after every other call of the queue."""
        if self._queue.is_ready_automatically:
            return ()
        happening = AgentHappening.RUNG_IN_VAIN.value
        told = {"queue": self._queue.number, "agent": self._agent, "happening": happening}
        return (EmitEvent(CallEventKind.QUEUE_AGENT_STATE, told),)


class GivenUpCallback:
    """No agent may call that number: a call that is over with its start, so that its record says so."""

    __slots__ = ("_refusal", "_told")

    def __init__(self, refusal: Refuse, queue: str, number: str, place: str) -> None:
        self._refusal = Refusal(refusal)
        self._told = called_back(queue, number, place, "given_up")

    def start(self) -> tuple[Action, ...]:
        return (self._told, *self._refusal.start())

    def handle(self, signal: Signal) -> tuple[Action, ...]:
        return ()
