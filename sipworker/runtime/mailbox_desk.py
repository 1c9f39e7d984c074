"""What calls ask of mailboxes: PINs at once, everything else by those who look it up elsewhere."""

from __future__ import annotations

from typing import assert_never

import structlog

from callmanager.domain.call_events import CallEventKind
from sipworker.call.mailbox_actions import ChangePin, CheckPin, FindMessages, FindRoom, MailboxAction
from sipworker.call.signals import PinChecked
from sipworker.ports import Clock, MailboxSource
from sipworker.runtime.pins import PinGuard
from sipworker.runtime.registry import LiveCall

log = structlog.get_logger(__name__)


class MailboxDesk:
    def __init__(self, mailboxes: MailboxSource, clock: Clock) -> None:
        self._mailboxes = mailboxes
        self._clock = clock
        self._pins = PinGuard(mailboxes.load_wrong_pins())

    def perform(self, call: LiveCall, action: MailboxAction) -> PinChecked | None:
        """The answer, if it is known by now."""
        session_id, tenant_id = call.context.session_id, call.context.invite.tenant_id
        match action:
            case CheckPin():
                return self._check_pin(call, action)
            case ChangePin(mailbox=mailbox, pin=pin):
                data = {
                    "mailbox": mailbox,
                    "message_id": 0,
                    "change": "pin",
                    "pin_token": self._mailboxes.seal_pin(pin),
                }
                call.journal.record(CallEventKind.VOICEMAIL_CHANGED, data)
            case FindMessages(mailbox=mailbox):
                self._mailboxes.ask_messages(session_id, tenant_id, mailbox)
            case FindRoom(mailbox=mailbox):
                self._mailboxes.ask_room(session_id, tenant_id, mailbox)
            case _:
                assert_never(action)
        return None

    def _check_pin(self, call: LiveCall, check: CheckPin) -> PinChecked:
        tenant_id, now = call.context.invite.tenant_id, self._clock.now().timestamp()
        if self._pins.is_locked(tenant_id, check.mailbox, now):
            return PinChecked(is_right=False, is_locked=True)
        is_other = bool(check.other_token) and self._mailboxes.is_pin(check.pin, check.other_token)
        is_right = is_other or (bool(check.pin_token) and self._mailboxes.is_pin(check.pin, check.pin_token))
        if is_right:
            if self._pins.note_right(tenant_id, check.mailbox):
                self._mailboxes.save_wrong_pins(self._pins.remembered(now))
            return PinChecked(is_right=True, is_other=is_other)
        log.warning("mailbox.pin_wrong", session_id=call.context.session_id, tenant_id=tenant_id)
        self._pins.note_wrong(tenant_id, check.mailbox, now)
        self._mailboxes.save_wrong_pins(self._pins.remembered(now))
        is_locked = self._pins.is_locked(tenant_id, check.mailbox, now)
        return PinChecked(is_right=False, is_locked=is_locked, is_news=is_locked)
