"""Hearing across calls: within one tenant only, and never longer than the call that wished it."""

from __future__ import annotations

from sipworker.call.actions import AttendLeg, HearingAction, HearLeg, UnattendLeg, UnhearLeg
from sipworker.call.errors import IllegalAction
from sipworker.call.signals import LegId
from sipworker.ports import SipPort
from sipworker.runtime.attendances import Attendances
from sipworker.runtime.registry import LiveCall, Registry

Undo = UnhearLeg | UnattendLeg


class Hearings:
    """What ends a leg or gives it new media is the port's affair; this remembers on whose behalf legs hear."""

    def __init__(self, sip: SipPort, registry: Registry) -> None:
        self._sip = sip
        self._registry = registry
        self._to_undo: dict[str, set[Undo]] = {}
        self.attendances = Attendances(registry)

    def perform(self, call: LiveCall, action: HearingAction) -> None:
        for leg in _legs(action):
            owner = self._registry.find_by_leg(leg)
            if owner is None:
                return  # over already
            if owner.context.invite.tenant_id != call.context.invite.tenant_id:
                raise IllegalAction("A leg of another tenant")
        self._sip.hear(action)
        to_undo = self._to_undo.setdefault(call.context.session_id, set())
        match action:
            case HearLeg(listener=listener, source=source):
                to_undo.add(UnhearLeg(listener, source))
            case AttendLeg(listener=listener, leg=leg):
                to_undo.add(UnattendLeg(listener))
                self.attendances.begin(call, listener, leg)
            case _:
                self._forget(action)
                to_undo.discard(action)

    def end(self, call: LiveCall) -> None:
        """The call is over: its legs are forgotten by themselves, wires between legs of others are not."""
        for undo in self._to_undo.pop(call.context.session_id, ()):
            self._forget(undo)
            self._sip.hear(undo)

    def _forget(self, undo: Undo) -> None:
        if isinstance(undo, UnattendLeg):
            self.attendances.end(undo.listener)


def _legs(action: HearingAction) -> tuple[LegId, ...]:
    match action:
        case HearLeg(listener=listener, source=other) | UnhearLeg(listener=listener, source=other):
            return listener, other
        case AttendLeg(listener=listener, leg=other):
            return listener, other
        case UnattendLeg(listener=listener):
            return (listener,)
