"""The messages of a mailbox: which one is heard, and for each: again, next, previous, delete, forward, keep, call back.

What the owner does is told as events; the messages themselves are changed by whoever keeps them, also when the caller
hangs up in the middle. A list that was read once is good for the whole call.
"""

from __future__ import annotations

import itertools
from dataclasses import replace

from callmanager.domain.call_events import CallEventKind
from callmanager.domain.decisions import CheckMessages, Refuse
from callmanager.domain.dialplan import decide
from callmanager.domain.mailbox import StoredMessage
from callmanager.domain.spoken import say_counts
from sipworker.call.actions import EmitEvent
from sipworker.call.context import CallContext
from sipworker.call.mailbox_actions import FindMessages
from sipworker.call.signals import MessagesFound, Signal
from sipworker.features import mailbox_words
from sipworker.features.mailbox_forward import Forwarding
from sipworker.features.mailbox_options import Options
from sipworker.features.mailbox_room import (
    Enter,
    Goodbye,
    Onward,
    Question,
    Room,
    ToMessages,
    Voice,
    Wishes,
)
from sipworker.features.mailbox_speech import MessageSpeech


class Messages(Room):
    __slots__ = (
        "_comments",
        "_context",
        "_decision",
        "_deleted",
        "_heard",
        "_is_read",
        "_messages",
        "_options",
        "_position",
        "_speech",
    )

    def __init__(self, voice: Voice, context: CallContext, decision: CheckMessages) -> None:
        super().__init__(voice)
        self._context = context
        self._decision = decision
        self._speech = MessageSpeech(context.snapshot, decision.settings)
        self._options = Options(voice, decision, context.session_id)
        self._comments = itertools.count(1)
        self._messages: list[StoredMessage] = []
        self._is_read = False
        self._deleted: set[int] = set()
        self._heard: set[int] = set()
        self._position = 0

    def enter(self) -> Wishes:
        if not self._is_read:
            return (FindMessages(self._decision.mailbox),)
        return self.menu()

    def menu(self, *first: str) -> Wishes:
        """What can be done, for whoever wants to be reminded."""
        if not self._messages:
            return (self.voice.say(*first, *mailbox_words.EMPTY_HELP),)
        return (self.voice.say(*first, *self._menu()),)

    def heard(self, signal: Signal) -> Wishes:
        if not isinstance(signal, MessagesFound) or self._is_read:
            return ()
        if signal.messages is None:
            return (Goodbye(said=mailbox_words.FAULT),)
        messages, self._is_read = signal.messages, True
        # New ones before old ones, urgent ones first, each in the order in which they were left.
        self._messages = sorted(messages, key=lambda one: (not one.is_new, not one.is_urgent, one.left_at))
        new = sum(one.is_new for one in messages)
        counted = say_counts(self.voice.language, new, len(messages) - new)
        if messages:
            return self._hear(*counted)
        return (self.voice.play(*counted, *self.voice.words(*mailbox_words.EMPTY_HELP)),)

    def pressed(self, digit: str) -> Wishes:
        if not self._is_read:
            return ()
        match digit:
            case "0":
                return (Enter(self._options),)
            case "#":
                return (Goodbye(),)
            case "*":
                return self._help()
        return self._choose(digit) if self._messages else self._help()

    def _choose(self, digit: str) -> Wishes:
        match digit:
            case "1" | "5":
                return self._hear()
            case "2":
                return self._change_folder()
            case "3":
                return (Enter(_Advanced(self.voice, self)),)
            case "4":
                return self._move(-1)
            case "6":
                return self._move(1)
            case "7":
                return self._delete()
            case "8":
                return (Enter(Question(self.voice, ("vm-extension",), self._forward)),)
            case "9":
                return self._changed("saved", "vm-saved")
        return self._help()

    def _help(self) -> Wishes:
        if not self._messages:
            return self.menu()
        return (self.voice.say("vm-opts", *self._menu()),)

    def _menu(self) -> tuple[str, ...]:
        if self._message.message_id not in self._deleted:
            return mailbox_words.MENU
        return tuple("vm-undelete" if name == "vm-delete" else name for name in mailbox_words.MENU)

    @property
    def _message(self) -> StoredMessage:
        return self._messages[self._position]

    def _move(self, by: int) -> Wishes:
        position = self._position + by
        if not 0 <= position < len(self._messages):
            return self.menu("vm-nomore")
        self._position = position
        return self._hear()

    def _change_folder(self) -> Wishes:
        """From the new ones to the first old one, and from the old ones to the first new one."""
        wanted = not self._message.is_new
        folder = "vm-INBOX" if wanted else "vm-Old"
        for position, message in enumerate(self._messages):
            if message.is_new is wanted:
                self._position = position
                return self._hear(*self.voice.words(folder, "vm-messages"))
        return self.menu("vm-no", folder, "vm-messages")

    def _delete(self) -> Wishes:
        """Pressed again it brings the message back: it is gone for good only when the call is over."""
        message_id = self._message.message_id
        if message_id in self._deleted:
            self._deleted.discard(message_id)
            return self._changed("restored", "vm-undeleted")
        self._deleted.add(message_id)
        return self._changed("deleted", "vm-deleted")

    def _forward(self, number: str) -> Wishes:
        snapshot = self._context.snapshot
        extension = snapshot.find_extension(number) if snapshot is not None else None
        if extension is None or extension.mailbox is None or not extension.is_enabled:
            return (ToMessages(("vm-nobox",)),)
        stem = f"{self._context.session_id}-comment-{next(self._comments)}"
        return (
            Enter(Forwarding(self.voice, self._decision.mailbox, self._message.message_id, number, stem)),
        )

    def call_back(self) -> Wishes:
        """By the dialplan, with all the owner may and may not do."""
        caller, context = self._message.caller, self._context
        if not any(character.isdigit() for character in caller):
            return (ToMessages(mailbox_words.NO_CALL_BACK),)
        if context.call is None or context.snapshot is None or context.at is None:
            return (ToMessages(mailbox_words.NOT_CALLED_BACK),)
        decision = decide(replace(context.call, dialled=caller), context.snapshot, context.at)
        if isinstance(decision, Refuse):
            return (ToMessages(mailbox_words.NOT_CALLED_BACK),)
        return (self._told("called_back", to=caller), Onward(decision))

    def say_envelope(self) -> Wishes:
        return (self.voice.play(*self._speech.envelope(self._message), *self.voice.words(*self._menu())),)

    def _changed(self, change: str, said: str) -> Wishes:
        return (self._told(change), *self.menu(said))

    def _hear(self, *before: str) -> Wishes:
        """Who left it and when, if the owner wants that, the message, and what can be done with it."""
        message = self._message
        sounds = (*before, *self._speech.introduction(message, self._position, len(self._messages)))
        play = self.voice.play(*sounds, message.sound, *self.voice.words(*self._menu()))
        if not message.is_new or message.message_id in self._heard:
            return (play,)
        self._heard.add(message.message_id)
        return (self._told("heard"), play)

    def _told(self, change: str, **more: object) -> EmitEvent:
        data = {
            "mailbox": self._decision.mailbox,
            "message_id": self._message.message_id,
            "change": change,
            **more,
        }
        return EmitEvent(CallEventKind.VOICEMAIL_CHANGED, data)


class _Advanced(Room):
    """What is seldom wanted of a message."""

    __slots__ = ("_messages",)

    def __init__(self, voice: Voice, messages: Messages) -> None:
        super().__init__(voice)
        self._messages = messages

    def enter(self) -> Wishes:
        return (self.voice.say(*mailbox_words.ADVANCED),)

    def pressed(self, digit: str) -> Wishes:
        match digit:
            case "2":
                return self._messages.call_back()
            case "3":
                return (Enter(self._messages, is_speaking=False), *self._messages.say_envelope())
            case "*":
                return (ToMessages(),)
            case "#":
                return (Goodbye(),)
        return self.enter()
