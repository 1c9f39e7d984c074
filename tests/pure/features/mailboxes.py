"""A call to a mailbox, played to its session alone."""

from __future__ import annotations

from dataclasses import replace

from callmanager.domain.call_events import CallEventKind
from callmanager.domain.decisions import Decision
from callmanager.domain.mailbox import Mailbox
from callmanager.domain.sounds import PROMPT
from sipworker.call.actions import Action, EmitEvent, EndCall, PlayFiles
from sipworker.call.context import CallContext
from sipworker.call.session import CallSession
from sipworker.call.signals import DigitPressed, PlaybackEnded, Signal
from sipworker.features import feature_for
from tests.cast import ACME, BOB, alice_calls

CALLER = "alice"


class MailboxCall:
    """Alice has called; what was done is kept."""

    def __init__(self, decision: Decision) -> None:
        extensions = tuple(
            replace(one, mailbox=Mailbox() if one.number == BOB else None) for one in ACME.extensions
        )
        context = CallContext("s1", alice_calls("999"), replace(ACME, extensions=extensions))
        self.session = CallSession(context, feature_for(decision, context))
        self.actions: list[Action] = list(self.session.start())

    def hear(self, *signals: Signal) -> list[Action]:
        heard: list[Action] = []
        for signal in signals:
            heard += self.session.handle(signal)
        self.actions += heard
        return heard

    def press(self, digits: str) -> list[Action]:
        return self.hear(*(DigitPressed(CALLER, digit, 100) for digit in digits))

    def play_to_the_end(self) -> list[Action]:
        """Whatever is played comes to its end."""
        playing = [one for one in self.actions if isinstance(one, PlayFiles)]
        return self.hear(PlaybackEnded(CALLER, playing[-1].playback))

    def said(self, actions: list[Action]) -> list[str]:
        """Names of what these actions play, without language."""
        sounds = [sound for one in actions if isinstance(one, PlayFiles) for sound in one.sounds]
        return [sound.removeprefix(f"{PROMPT}en/") for sound in sounds]

    def events(self, kind: CallEventKind) -> list[dict[str, object]]:
        return [dict(one.data) for one in self.actions if isinstance(one, EmitEvent) and one.kind is kind]

    @property
    def end(self) -> EndCall | None:
        ends = [one for one in self.actions if isinstance(one, EndCall)]
        return ends[0] if ends else None
