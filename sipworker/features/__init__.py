"""One room per service: each a small pure machine, signals in, actions out."""

from __future__ import annotations

from typing import assert_never

from callmanager.domain.decisions import Decision, DialOut, EchoTest, Refuse, RingExtension, ToneTest
from sipworker.call.context import CallContext
from sipworker.call.session import Feature
from sipworker.features.echo import Echo
from sipworker.features.refuse import Refusal
from sipworker.features.ring import Ring
from sipworker.features.tone import Tone


def feature_for(decision: Decision, context: CallContext) -> Feature:
    """The machine that carries out what the dialplan decided."""
    match decision:
        case RingExtension():
            return Ring(context, decision)
        case EchoTest():
            return Echo(context)
        case ToneTest():
            return Tone(context, decision)
        case DialOut():
            return Refusal(Refuse(404, "No way to call this number"))
        case Refuse():
            return Refusal(decision)
    assert_never(decision)
