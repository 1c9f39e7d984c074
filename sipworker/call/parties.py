"""The parties of a call, as its context and its dialling make them."""

from __future__ import annotations

from dataclasses import replace

from callmanager.domain.header_parameters import ProviderCaller
from sipworker.call.actions import DialLeg, DialTrunk
from sipworker.call.context import CallContext
from sipworker.call.party import LegId, Party


def caller_of(context: CallContext) -> Party:
    invite = context.invite
    return Party(
        leg=context.caller_leg,
        number=context.caller,
        host=context.caller_domain,
        display_name=invite.caller_display_name,
        trunk=context.caller_trunk,
        is_private=invite.is_private,
        codecs=invite.codecs,
        user_agent=invite.user_agent,
        is_service=invite.is_service,
    )


def as_caller(context: CallContext, party: Party) -> CallContext:
    """The call as that of somebody who is in it by now, in the caller's place."""
    invite = replace(
        context.invite,
        leg=party.leg,
        caller=party.number,
        # A number from outside gets the company's, as when it calls.
        caller_domain=party.host if party.trunk is None else context.invite.dialled_domain,
        caller_display_name=party.display_name,
        codecs=party.codecs,
        trunk_id=party.trunk.trunk_id if party.trunk is not None else 0,
        provider_caller=ProviderCaller(is_private=party.is_private),
        outbound_cli=(),
    )
    return replace(context, invite=invite)


def dialled_party(action: DialLeg | DialTrunk, context: CallContext) -> Party:
    if isinstance(action, DialLeg):
        return phone_of(context, action.leg, action.number, action.contact, action.user_agent)
    headers = action.headers
    return Party(
        leg=action.leg,
        number=action.number,
        host=headers.request_host,
        trunk=action.trunk,
        codecs=action.trunk.codecs or action.codecs,
        contact=f"sip:{headers.request_user}@{headers.request_host}",
    )


def phone_of(context: CallContext, leg: LegId, number: str, contact: str = "", user_agent: str = "") -> Party:
    """A phone of an extension of the call's tenant."""
    snapshot = context.snapshot
    entry = snapshot.find_extension(number) if snapshot is not None else None
    return Party(
        leg=leg,
        number=number,
        host=snapshot.sip_domain if snapshot is not None else context.invite.dialled_domain,
        display_name=entry.display_name if entry is not None else "",
        codecs=context.invite.codecs,
        contact=contact,
        user_agent=user_agent,
    )
