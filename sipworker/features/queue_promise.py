"""A caller who does not want to wait on the line: whether the queue can call them back, and their goodbye."""

from __future__ import annotations

import re
from dataclasses import replace

from callmanager.domain.call_events import CallEventKind
from callmanager.domain.outcome import CallOutcome, CallStatus, EndedBy
from sipworker.call.actions import Action, EmitEvent, EndCall
from sipworker.call.context import CallContext
from sipworker.call.signals import LegHungUp, PlaybackEnded, Signal

GOODBYE = "queue_goodbye"
THANKS = ("auth-thankyou", "vm-goodbye")
CALLED_BACK = CallOutcome(CallStatus.ANSWERED, EndedBy.PBX, "Is called back by the queue", 200)
# From outside no shorter number is called back: it may be one of ours, or that of an ambulance.
OUTSIDE_NUMBER = re.compile(r"\+?[0-9]{6,15}")


def number_of(context: CallContext) -> str:
    """Where the caller can be called; empty: nowhere."""
    if context.invite.is_private or context.snapshot is None:
        return ""
    is_ours = context.snapshot.find_extension(context.caller) is not None
    if context.is_from_outside:
        return context.caller if OUTSIDE_NUMBER.fullmatch(context.caller) and not is_ours else ""
    return context.caller if is_ours else ""


def say_goodbye(context: CallContext, signal: Signal) -> tuple[Action, ...]:
    """The call ends with the words, or before."""
    if isinstance(signal, LegHungUp) and signal.leg == context.caller_leg:
        return (EndCall(replace(CALLED_BACK, ended_by=EndedBy.CALLER)),)
    is_over = isinstance(signal, PlaybackEnded) and signal.playback == GOODBYE
    return (EndCall(CALLED_BACK),) if is_over else ()


def called_back(queue: str, number: str, place: str, why: str) -> EmitEvent:
    """Whoever waited in the session `place` is waited for no longer."""
    told = {"queue": queue, "number": number, "why": why, "from_session": place}
    return EmitEvent(CallEventKind.QUEUE_CALLED_BACK, told)
