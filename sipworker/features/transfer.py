"""A call on its way from the one who transfers it to its target; and back, where nothing comes of it.

The target is called as any number is, by a route of its own, in which who is transferred is the caller.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Protocol

from callmanager.domain.call_events import CallEventKind
from callmanager.domain.decisions import Decision, Refuse, RingExtension
from callmanager.domain.outcome import CallOutcome, CallStatus, EndedBy
from callmanager.domain.transfer import transfer_decision
from sipworker.call.actions import (
    Action,
    AnswerLeg,
    AnswerRequest,
    EmitEvent,
    EndCall,
    PlayMusicOnHold,
    RingLeg,
    StopMusicOnHold,
    UnbridgeLegs,
)
from sipworker.call.context import CallContext
from sipworker.call.parties import as_caller
from sipworker.call.signals import (
    LegHeld,
    LegHungUp,
    LegUnheld,
    Signal,
)
from sipworker.call.transfers import PENDING, DismissLeg, ReportTransfer, TransferDecided
from sipworker.features.attended_transfer import AttendedTransfer
from sipworker.features.talk import Talk, Transferring, Wish

OK = 200
NOBODY_TOOK_IT = "The transfer failed and nobody took the call back"


class Target(Protocol):
    """The route to whoever is called now."""

    def start(self) -> tuple[Action, ...]: ...

    def handle(self, signal: Signal) -> tuple[Action, ...]: ...


class Transfer:
    """From REFER until the target answers, and then on: the route of the target keeps the call.

    Where the target does not answer, who transfers gets the call back if still there, and is rung again if not.
    """

    __slots__ = (
        "_back",
        "_context",
        "_is_answered",
        "_is_here",
        "_is_playing",
        "_is_returning",
        "_request",
        "_route",
        "_route_to",
        "_side",
        "_talk",
        "_transferee",
        "_transferor",
    )

    def __init__(
        self,
        context: CallContext,
        wish: Transferring,
        route_to: Callable[[CallContext, Decision], Target],
    ) -> None:
        self._context = context
        self._request = wish.request
        self._side = wish.side
        self._talk = wish.talk
        self._transferor = wish.transferor
        self._transferee = wish.talk.party(wish.side.other)
        self._route_to = route_to
        self._route: Target | None = None
        self._back: Talk | None = None
        self._is_here = True
        self._is_answered = self._is_returning = self._is_playing = False

    def start(self) -> tuple[Wish, ...]:
        request = self._request
        asked = (AnswerRequest(),) if request.is_request else ()
        decision = transfer_decision(request.decision, self._transferee.extension)
        return (
            *asked,
            self._event(CallEventKind.TRANSFER_STARTED),
            *self._talk.pause(True),
            *self._call(decision),
        )

    def handle(self, signal: Signal) -> tuple[Wish, ...]:
        if self._back is not None:
            return self._back.handle(signal)
        if self._is_answered and self._route is not None:
            return self._route.handle(signal)
        match signal:
            case LegHungUp(leg=leg) if leg == self._transferor.leg:
                self._is_here = False
                return ()
            case LegHungUp(leg=leg) if leg == self._transferee.leg:
                return self._given_up(signal)
            case LegHeld(leg=leg) | LegUnheld(leg=leg) if leg in (self._transferor.leg, self._transferee.leg):
                return self._talk.handle(signal)
            case TransferDecided(leg=leg):
                return (ReportTransfer(leg, PENDING),)
            case _ if getattr(signal, "leg", "") == self._transferor.leg or self._route is None:
                return ()  # he is done with the call
        return self._follow(self._route.handle(signal))

    # The way to the target

    def _call(self, decision: Decision) -> tuple[Action, ...]:
        music = self._play()
        self._route = self._route_to(self._as_caller(decision), decision)
        return (*music, *self._follow(self._route.start()))

    def _as_caller(self, decision: Decision) -> CallContext:
        """The call as that of who is transferred, with the rights of who transfers."""
        request, domain = self._request, self._request.snapshot.sip_domain
        is_return = self._is_returning and isinstance(decision, RingExtension)
        context = as_caller(self._context, self._transferee)
        return replace(
            context,
            invite=replace(
                context.invite,
                dialled=self._transferor.number if is_return else request.target,
                dialled_domain=domain,
            ),
            snapshot=request.snapshot,
            call=request.call,
            at=request.at,
            caller_side=self._side.other,
        )

    def _follow(self, wishes: tuple[Action, ...]) -> tuple[Action, ...]:
        """What the route wishes for its caller, who is in a call already."""
        actions: list[Action] = []
        for wish in wishes:
            match wish:
                case EndCall(outcome=outcome) if not self._is_answered:
                    return (*actions, *self._fail(outcome))
                case RingLeg(leg=leg) if leg == self._transferee.leg:
                    actions += self._ringing(wish)
                case AnswerLeg(leg=leg) if leg == self._transferee.leg:
                    actions += self._answered()
                case UnbridgeLegs() if not self._is_answered:
                    actions += (wish, *self._play())
                case EmitEvent(kind=CallEventKind.CALL_ESTABLISHED, data=data):
                    actions.append(self._event(CallEventKind.CALL_TRANSFERRED, **_seat(data)))
                case _:
                    actions.append(wish)
        return tuple(actions)

    def _ringing(self, ring: RingLeg) -> tuple[Action, ...]:
        quiet = self._stop() if ring.early_media else ()
        if not self._is_here or ring.sip_code not in (180, 183):
            return quiet
        return (*quiet, ReportTransfer(self._transferor.leg, 180))

    def _answered(self) -> tuple[Action, ...]:
        self._is_answered = True
        if not self._is_here:
            return self._stop()
        return (
            *self._stop(),
            *self._talk.parting(self._transferor.leg),
            DismissLeg(self._transferor.leg),
        )

    # The way back

    def _fail(self, outcome: CallOutcome) -> tuple[Action, ...]:
        failed = self._event(CallEventKind.TRANSFER_FAILED, sip_code=outcome.sip_code, reason=outcome.reason)
        if self._is_here:
            self._back = self._talk
            report = ReportTransfer(self._transferor.leg, outcome.sip_code)
            return (*self._stop(), *self._talk.pause(False), report, failed)
        if self._is_returning:
            return (failed, EndCall(CallOutcome(CallStatus.ANSWERED, EndedBy.PBX, NOBODY_TOOK_IT, OK)))
        self._is_returning = True
        return (failed, self._event(CallEventKind.TRANSFER_STARTED), *self._call(self._way_back()))

    def _way_back(self) -> Decision:
        number = self._transferor.extension
        entry = self._request.snapshot.find_extension(number)
        if entry is None or not entry.is_enabled:
            return Refuse(480, "Who transferred is not available")
        return_ring_s = self._request.snapshot.dial_codes.return_ring_s
        return RingExtension(entry.number, entry.display_name, return_ring_s)

    def _given_up(self, signal: LegHungUp) -> tuple[Action, ...]:
        side = EndedBy(self._side.other.value)
        reason = signal.reason if signal.sip_code >= 400 else f"{side.value.capitalize()} hangup"
        report = (ReportTransfer(self._transferor.leg, 487),) if self._is_here else ()
        return (*report, EndCall(CallOutcome(CallStatus.ANSWERED, side, reason, OK)))

    # Small things

    def _play(self) -> tuple[Action, ...]:
        if self._is_playing or self._context.music is None:
            return ()
        self._is_playing = True
        return (PlayMusicOnHold(self._transferee.leg, self._context.music),)

    def _stop(self) -> tuple[Action, ...]:
        if not self._is_playing or self._context.music is None:
            return ()
        self._is_playing = False
        return (StopMusicOnHold(self._transferee.leg, self._context.music),)

    def _event(self, kind: CallEventKind, **more: object) -> EmitEvent:
        data: dict[str, object] = {
            "transfer": "return" if self._is_returning else "blind",
            "side": self._side.value,
            "transferor": self._transferor.number,
            "transferee": self._transferee.number,
            "transfer_target": self._transferor.number if self._is_returning else self._request.target,
            **more,
        }
        return EmitEvent(kind, data)


def _seat(data: Mapping[str, object]) -> Mapping[str, object]:
    return {**data, "display_name": data.get("display_name", ""), "from_session": "", "from_call_id": ""}


def stage_of_transfer(
    context: CallContext, wish: Transferring, route_to: Callable[[CallContext, Decision], Target]
) -> Transfer | AttendedTransfer:
    if wish.request.consulted is not None:
        return AttendedTransfer(context, wish, wish.request.consulted)
    return Transfer(context, wish, route_to)
