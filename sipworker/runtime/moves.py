"""A leg's way from one call into another, of one tenant on this worker: all that is kept by leg goes with it."""

from __future__ import annotations

from sipworker.call.actions import (
    IsolateLeg,
)
from sipworker.call.legs import LegState
from sipworker.call.other_calls import (
    CallsFound,
    FindCalls,
    FoundCall,
    MoveLeg,
    MoveRefused,
    PartyJoined,
    PartyLeft,
    Standing,
)
from sipworker.call.signals import (
    Signal,
)
from sipworker.ports import SipPort
from sipworker.runtime.places import Place, places_of
from sipworker.runtime.registry import LiveCall, Registry


class Moves:
    def __init__(self, sip: SipPort, registry: Registry) -> None:
        self._sip = sip
        self._registry = registry

    def perform(self, call: LiveCall, action: MoveLeg) -> tuple[tuple[LiveCall, Signal], ...]:
        """What to tell to whom. Its recordings end with the call that it leaves (and begin
        anew in this one where somebody asked for them), its media figures are noted there."""
        source, into = self._registry.find_by_leg(action.leg), self._registry.find(action.to_session)
        if source is None or into is None or not _is_possible(call, source, into, action):
            return ((call, MoveRefused(action.leg)),)
        self._sip.perform(IsolateLeg(action.leg))
        report = self._sip.find_media_report(action.leg)
        if report is not None:
            source.media[action.leg] = report
        leg = source.session.release(action.leg)
        is_held = leg.state is LegState.HELD
        into.session.adopt(leg)
        self._registry.move_leg(source, into, action.leg)
        joined = PartyJoined(
            party=leg.party,
            from_session=source.context.session_id,
            from_call_id=source.context.invite.sip_call_id,
            why=action.why,
            in_place_of=action.in_place_of,
            is_held=is_held,
            recorded=source.recording.carried,
        )
        left = PartyLeft(action.leg, action.to_session, into.context.invite.sip_call_id, action.why)
        return ((source, left), (into, joined))

    def find(self, call: LiveCall, action: FindCalls) -> CallsFound:
        tenant_id = call.context.invite.tenant_id
        places = (
            place for number in action.numbers for place in places_of(self._registry, tenant_id, number)
        )
        # Of a call that monitors another nobody hears.
        others = (one for one in places if one.call is not call and not one.call.context.is_confidential)
        found = (_found(place) for place in others)
        calls = [one for one in found if one is not None]
        order = {live.context.session_id: place for place, live in enumerate(self._registry.calls())}
        return CallsFound(tuple(sorted(calls, key=lambda one: order[one.session_id])))


def _is_possible(call: LiveCall, source: LiveCall, into: LiveCall, action: MoveLeg) -> bool:
    tenants = {one.context.invite.tenant_id for one in (call, source, into)}
    if source is into or call not in (source, into) or len(tenants) > 1:
        return False
    if source.session.is_over or into.session.is_over or into.context.snapshot is None:
        return False
    return source.session.people.is_talking(action.leg)


def _found(place: Place) -> FoundCall | None:
    """None where the extension's part in that call is over."""
    session, leg = place.call.session, place.leg
    if session.is_over:
        return None
    if place.is_ringing:
        standing, others = Standing.RINGING, session.people.talking
    elif place.is_talking:
        standing = Standing.HOLDING if place.is_holding else Standing.TALKING
        others = tuple(one for one in session.people.talking if one.leg != leg.leg_id)
    else:
        return None
    other = others[0] if others else None
    return FoundCall(
        session_id=place.call.context.session_id,
        leg=leg.leg_id,
        number=leg.party.number,
        standing=standing,
        other=other.number if other else "",
        other_leg=other.leg if other else "",
    )
