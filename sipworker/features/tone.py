"""Tone test: a steady tone, by which a user can judge the line."""

from __future__ import annotations

from callmanager.domain.decisions import ToneTest
from sipworker.call.actions import Action, AnswerLeg, PlayTone
from sipworker.call.context import CallContext
from sipworker.call.signals import Signal
from sipworker.features import established


class Tone:
    __slots__ = ("_context", "_decision")

    def __init__(self, context: CallContext, decision: ToneTest) -> None:
        self._context = context
        self._decision = decision

    def start(self) -> tuple[Action, ...]:
        leg = self._context.caller_leg
        tone = PlayTone(leg, self._decision.frequency_hz)
        return (AnswerLeg(leg), tone, established.by_service("tone", self._context))

    def handle(self, signal: Signal) -> tuple[Action, ...]:
        """Nothing the caller does changes the tone; the session sees to the end."""
        return ()
