"""One room per service: each a small pure machine, signals in, actions out."""

from __future__ import annotations

from callmanager.domain.decisions import Decision
from sipworker.call.context import CallContext
from sipworker.call.session import Feature
from sipworker.features.route import Route


def feature_for(decision: Decision, context: CallContext) -> Feature:
    """The machine that carries out what the dialplan decided, and what follows from it."""
    return Route(context, decision)
