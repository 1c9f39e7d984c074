"""One room per service: each a small pure machine, signals in, actions out."""

from __future__ import annotations

from callmanager.domain.decisions import Decision
from sipworker.call.context import CallContext
from sipworker.call.requests import CallWanted
from sipworker.call.session import Feature
from sipworker.features.requested_call import RequestedCall
from sipworker.features.route import Route


def feature_for(decision: Decision, context: CallContext) -> Feature:
    """The machine that carries out what the dialplan decided, and what follows from it."""
    return Route(context, decision)


def feature_for_request(decision: Decision, context: CallContext, wanted: CallWanted) -> Feature:
    """The same for a call that a program asked for: its caller's telephone rings first."""
    return RequestedCall(context, decision, wanted)
