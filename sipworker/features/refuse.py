"""No call: the caller gets the dialplan's answer."""

from __future__ import annotations

from callmanager.domain.decisions import Refuse
from callmanager.domain.outcome import CallOutcome, CallStatus, EndedBy
from sipworker.call.actions import Action, EndCall
from sipworker.call.signals import Signal


class Refusal:
    __slots__ = ("_decision",)

    def __init__(self, decision: Refuse) -> None:
        self._decision = decision

    def start(self) -> tuple[Action, ...]:
        refuse = self._decision
        # 5xx is not a no but a "can not": it counts as a failure of ours in every report.
        status = CallStatus.FAILED if 500 <= refuse.sip_code < 600 else CallStatus.REFUSED
        outcome = CallOutcome(status, EndedBy.PBX, refuse.reason, refuse.sip_code, refuse.retry_after_s)
        return (EndCall(outcome),)

    def handle(self, signal: Signal) -> tuple[Action, ...]:
        """The call is over after its start."""
        return ()
