"""Echo test: callers hear themselves, and so how long their voice is under way."""

from __future__ import annotations

from sipworker.call.actions import Action, AnswerLeg, EchoLeg
from sipworker.call.context import CallContext
from sipworker.call.signals import Signal
from sipworker.features import established


class Echo:
    __slots__ = ("_context",)

    def __init__(self, context: CallContext) -> None:
        self._context = context

    def start(self) -> tuple[Action, ...]:
        leg = self._context.caller_leg
        return (AnswerLeg(leg), EchoLeg(leg), established.by_service("echo", self._context))

    def handle(self, signal: Signal) -> tuple[Action, ...]:
        """Nothing the caller does changes an echo; the session sees to the end."""
        return ()
