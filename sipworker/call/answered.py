"""Ringing and answering somebody whom the PBX has answered already, as a receptionist does: by sound alone."""

from __future__ import annotations

from callmanager.domain.ringing_tone import ringing_tone_of
from sipworker.call.actions import AnswerLeg, LegAction, PlayRinging, RingLeg, StopRinging
from sipworker.call.context import CallContext

RINGING = 180


def by_sound(action: LegAction, context: CallContext) -> LegAction | None:
    """What to do instead where the leg has been answered, None: nothing; everything else stays as it is.

    Sound of the phone that rings, and its answer, take the place of the ringing tone.
    """
    if not isinstance(action, RingLeg | AnswerLeg):
        return action
    country = context.snapshot.numbers.country if context.snapshot is not None else ""
    tone = ringing_tone_of(country)
    if isinstance(action, AnswerLeg) or action.early_media:
        return StopRinging(action.leg, tone)
    return PlayRinging(action.leg, tone) if action.sip_code == RINGING else None
