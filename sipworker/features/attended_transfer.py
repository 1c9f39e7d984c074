"""Two calls of one extension become one: whom it has consulted takes its place in this one."""

from __future__ import annotations

from callmanager.domain.call_events import CallEventKind
from sipworker.call.actions import Action, AnswerRequest, EmitEvent
from sipworker.call.context import CallContext
from sipworker.call.other_calls import FoundCall, JoinReason, MoveLeg, MoveRefused
from sipworker.call.signals import Signal
from sipworker.call.transfers import UNKNOWN_DIALOG, ReportTransfer
from sipworker.features.talk import Transferring, Wish


class AttendedTransfer:
    """The talk goes on throughout: it hears who comes, and what is told of it."""

    __slots__ = ("_consulted", "_context", "_wish")

    def __init__(self, context: CallContext, wish: Transferring, consulted: FoundCall) -> None:
        self._context = context
        self._wish = wish
        self._consulted = consulted

    def start(self) -> tuple[Action, ...]:
        request = self._wish.request
        return (
            *((AnswerRequest(),) if request.is_request else ()),
            self._event(CallEventKind.TRANSFER_STARTED),
            MoveLeg(self._consulted.leg, self._context.session_id, JoinReason.TRANSFER, request.leg),
        )

    def handle(self, signal: Signal) -> tuple[Wish, ...]:
        if isinstance(signal, MoveRefused):
            failed = self._event(
                CallEventKind.TRANSFER_FAILED, sip_code=UNKNOWN_DIALOG, reason="The other call is over"
            )
            return (ReportTransfer(self._wish.request.leg, UNKNOWN_DIALOG), failed)
        return self._wish.talk.handle(signal)

    def _event(self, kind: CallEventKind, **more: object) -> EmitEvent:
        data: dict[str, object] = {
            "transfer": "attended",
            "side": self._wish.side.value,
            "transferor": self._wish.transferor.number,
            "transferee": self._wish.talk.party(self._wish.side.other).number,
            "transfer_target": self._consulted.number,
            **more,
        }
        return EmitEvent(kind, data)
