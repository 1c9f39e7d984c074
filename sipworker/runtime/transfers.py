"""A transfer that somebody asks for, completed by what the call itself can't know: the dialplan's word, other calls."""

from __future__ import annotations

from callmanager.domain.decisions import Decision, Refuse
from callmanager.domain.incoming_call import IncomingCall
from callmanager.domain.transfer import MAX_TRANSFERS
from sipworker.call.other_calls import FoundCall, Standing
from sipworker.call.party import LegId, Party
from sipworker.call.requests import AttendedTransferRequested, TransferRequested
from sipworker.call.signals import Heard
from sipworker.call.transfers import UNKNOWN_DIALOG, TransferAsked, TransferDecided
from sipworker.runtime.reception import Reception
from sipworker.runtime.registry import LiveCall, Registry

NO_OTHER_CALL = Refuse(UNKNOWN_DIALOG, "The call to be joined does not exist")
TOO_OFTEN = Refuse(482, "The call was transferred too often")


class TransferDesk:
    def __init__(self, registry: Registry, reception: Reception) -> None:
        self._registry = registry
        self._reception = reception

    def complete(self, call: LiveCall, signal: Heard) -> Heard:
        """TransferDecided for a wish to transfer; anything else, and a wish of nobody in this call, as it is."""
        match signal:
            case TransferAsked(leg=leg, is_attended=True, replaces=replaces):
                transferor = _talking(call, leg)
                other = self._consulted(call, transferor, replaces)
                return self._decided(call, transferor, signal.target, signal.domain, other) or signal
            case TransferAsked(leg=leg):
                transferor = _talking(call, leg)
                return self._decided(call, transferor, signal.target, signal.domain, None) or signal
            case TransferRequested(extension=extension, target=target):
                transferor = _extension(call, extension)
                return self._decided(call, transferor, target, "", None, is_request=True) or signal
            case AttendedTransferRequested(extension=extension, to_session=session_id):
                transferor, into = _extension(call, extension), self._registry.find(session_id)
                there = _extension(into, extension) if into is not None else None
                other = self._consulted(call, transferor, there.leg if there is not None else "")
                return self._decided(call, transferor, "", "", other, is_request=True) or signal
            case _:
                return signal

    def _decided(
        self,
        call: LiveCall,
        transferor: Party | None,
        target: str,
        domain: str,
        other: FoundCall | Refuse | None,
        *,
        is_request: bool = False,
    ) -> TransferDecided | None:
        """None where it is nobody's to transfer: somebody outside, or who is not there."""
        context = call.context
        if transferor is None or not transferor.extension or context.snapshot is None:
            return None
        tenant_id = context.invite.tenant_id
        snapshot = self._reception.snapshot_now(tenant_id) or context.snapshot
        question = IncomingCall(
            caller=transferor.number,
            caller_domain=snapshot.sip_domain,
            dialled=target,
            dialled_domain=domain or snapshot.sip_domain,
            running_calls=max(0, self._registry.count_of(tenant_id) - 1),
        )
        call.transfers += 1
        decision: Decision
        if isinstance(other, Refuse):
            decision = other
        elif call.transfers > MAX_TRANSFERS:
            decision = TOO_OFTEN
        else:
            question, decision = self._reception.decide_again(question, snapshot)
        return TransferDecided(
            leg=transferor.leg,
            target=target,
            call=question,
            snapshot=snapshot,
            at=self._reception.now(),
            decision=decision,
            consulted=other if isinstance(other, FoundCall) else None,
            is_request=is_request,
        )

    def _consulted(
        self, call: LiveCall, transferor: Party | None, replaces: LegId
    ) -> FoundCall | Refuse | None:
        """Whom the same extension talks to in its other call; None where a number will do, since nobody does yet."""
        other = self._registry.find_by_leg(replaces)
        if other is None or other is call or transferor is None:
            return NO_OTHER_CALL
        if other.context.invite.tenant_id != call.context.invite.tenant_id or other.session.is_over:
            return NO_OTHER_CALL
        leg = other.session.people.get(replaces)
        if leg is None or leg.party.extension != transferor.extension:
            return NO_OTHER_CALL
        partner = other.session.people.find_partner(replaces)
        if partner is None or not other.session.people.is_talking(partner.leg):
            return None
        return FoundCall(
            session_id=other.context.session_id,
            leg=partner.leg,
            number=partner.number,
            standing=Standing.TALKING,
            other=transferor.number,
            other_leg=replaces,
        )


def _talking(call: LiveCall, leg: LegId) -> Party | None:
    people = call.session.people
    return people[leg].party if people.is_talking(leg) else None


def _extension(call: LiveCall, extension: str) -> Party | None:
    people = call.session.people
    found = (one for one in people.talking if extension and one.extension == extension)
    return next((one for one in found if people.is_talking(one.leg)), None)
