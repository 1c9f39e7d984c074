"""A message goes on to another mailbox, with a word of its owner before it or without."""

from __future__ import annotations

from callmanager.domain.call_events import CallEventKind
from sipworker.call.actions import EmitEvent
from sipworker.features.mailbox_recorder import Recorder
from sipworker.features.mailbox_room import Enter, Room, ToMessages, Voice, Wishes


class Forwarding(Room):
    __slots__ = ("_mailbox", "_message_id", "_stem", "_to")

    def __init__(self, voice: Voice, mailbox: str, message_id: int, to: str, stem: str) -> None:
        super().__init__(voice)
        self._mailbox = mailbox
        self._message_id = message_id
        self._to = to
        self._stem = stem

    def enter(self) -> Wishes:
        return (self.voice.say("vm-forwardoptions"),)

    def pressed(self, digit: str) -> Wishes:
        match digit:
            case "1":
                names = ("vm-record-prepend",)
                return (Enter(Recorder(self.voice, names, self._mailbox, self._stem, self._with_comment)),)
            case "2" | "#":
                return self._forwarded()
            case "*":
                return (ToMessages(),)
        return self.enter()

    def _with_comment(self, path: str) -> Wishes:
        return self._forwarded(comment=path)

    def _forwarded(self, **more: object) -> Wishes:
        data = {
            "mailbox": self._mailbox,
            "message_id": self._message_id,
            "change": "forwarded",
            "to": self._to,
            **more,
        }
        return (EmitEvent(CallEventKind.VOICEMAIL_CHANGED, data), ToMessages(("vm-msgforwarded",)))
