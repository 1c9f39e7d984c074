"""What owners did to their mailboxes on the telephone: messages, greetings, the PIN. Doing it twice changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from cryptography.fernet import InvalidToken
from django.core.exceptions import ValidationError
from django.db import transaction

from callmanager.domain.call_events import CallEventKind
from callmanager.fleet.models import StoredCallEvent, Voicemail
from callmanager.models import Extension, Greeting, Mailbox
from callmanager.models.mailbox import STATUS_NAMES
from callmanager.models.receptionist import PromptUse
from callmanager.selectors.receptionist import receptionist_list
from callmanager.services.greeting import (
    greeting_activate,
    greeting_add,
    greeting_deactivate,
    greeting_make_room,
)
from callmanager.services.mailbox import mailbox_update
from callmanager.services.receptionist_prompt import prompt_upload
from callmanager.services.voicemail_message import (
    recorded_path,
    voicemail_forward,
    voicemail_set_new,
    voicemails_delete,
)
from callmanager.voicemail_sound import SoundUnusable, message_sound
from tenants.encrypted_field import token_open
from tenants.models import AuditDoor, EventSource, Severity
from tenants.scope import across_tenants, current_tenant_id
from tenants.selectors.tenant import tenant_get
from tenants.services.audit import audit_record
from tenants.services.event_log import event_record

log = structlog.get_logger(__name__)


def phone_changes_apply(*, events: Sequence[StoredCallEvent]) -> None:
    """Of one call, in order."""
    changes = [event for event in events if event.kind == CallEventKind.VOICEMAIL_CHANGED.value]
    _change_messages(changes)
    for event in changes:
        apply = _SETTINGS.get(event.data["change"])
        if apply is not None:
            _guarded(event, apply)
    for event in changes:
        # What was begun and not wanted in the end, and what was used.
        for path in (recorded_path(event, name) for name in ("path", "comment") if event.data.get(name)):
            path.unlink(missing_ok=True)


def _change_messages(changes: Sequence[StoredCallEvent]) -> None:
    """Deletions last, so that what was brought back stays."""
    deleted: dict[int, str] = {}
    for event in changes:
        message_id, change, mailbox = event.data["message_id"], event.data["change"], event.data["mailbox"]
        voicemail = Voicemail.objects.filter(pk=message_id, mailbox=mailbox).first()
        if voicemail is None:
            continue
        match change:
            case "heard" | "saved":
                voicemail_set_new(voicemail=voicemail, is_new=False)
            case "deleted":
                deleted[message_id] = mailbox
            case "restored":
                deleted.pop(message_id, None)
            case "forwarded":
                _guarded(event, _forward)
    voicemails_delete(voicemails=Voicemail.objects.filter(pk__in=deleted))


def _forward(event: StoredCallEvent) -> None:
    voicemail_forward(
        voicemail=Voicemail.objects.get(pk=event.data["message_id"]),
        mailbox=event.data["to"],
        comment=recorded_path(event, "comment") if event.data.get("comment") else None,
        session_id=event.session_id,
        recording=f"forward-{event.sequence}",
    )


def _greet(event: StoredCallEvent) -> None:
    """From now on callers hear what was recorded; what they heard before stays in the list while there is room."""
    path, kind = recorded_path(event), event.data["greeting"]
    extension = _extension(event)
    if extension is None or kind not in STATUS_NAMES or not path.is_file():
        return
    try:
        sound, _ = message_sound(path)
    except SoundUnusable as unusable:
        log.info("greeting.dropped", session_id=event.session_id, reason=str(unusable))
        return
    with transaction.atomic():
        greeting_make_room(extension=extension, status=kind)
        greeting = greeting_add(
            extension=extension,
            source=sound,
            size_bytes=sound.getbuffer().nbytes,
            name=f"By telephone, {_moment(event.at)}",
            status=kind,
        )
        greeting = greeting_activate(greeting=greeting)
        _audit(event, "greeting.create", greeting)


def _choose_greeting(event: StoredCallEvent) -> None:
    """Of those of its kind: what callers heard before stays in the list. One that is gone meanwhile is not missed."""
    greeting = Greeting.objects.filter(
        pk=event.data["greeting_id"],
        extension__number=event.data["mailbox"],
        status=event.data["greeting"],
        is_active=False,
    ).first()
    if greeting is not None:
        with transaction.atomic():
            _audit(event, "greeting.update", greeting_activate(greeting=greeting))


def _unlock_greeting(event: StoredCallEvent) -> None:
    greeting = Greeting.objects.filter(
        extension__number=event.data["mailbox"], status=event.data["greeting"], is_active=True
    ).first()
    if greeting is not None and greeting.created_at < event.at:
        with transaction.atomic():
            _audit(event, "greeting.update", greeting_deactivate(greeting=greeting))


def _change_pin(event: StoredCallEvent) -> None:
    """The sealed PIN leaves the event with the change: a repetition would undo a later one."""
    mailbox = Mailbox.objects.filter(extension__number=event.data["mailbox"]).first()
    token = event.data.get("pin_token")
    if not token:
        return
    with transaction.atomic():
        if mailbox is not None:
            mailbox_update(mailbox=mailbox, pin=token_open(token))
            _audit(event, "mailbox.update", mailbox)
        event.data = {key: value for key, value in event.data.items() if key != "pin_token"}
        with across_tenants():
            StoredCallEvent.objects.filter(
                session_id=event.session_id, sequence=event.sequence, at=event.at
            ).update(data=event.data)


def _whose_pin(event: StoredCallEvent) -> str:
    number = event.data["mailbox"]
    return f"The mailbox of {number}" if _extension(event) is not None else f"The recording for {number}"


def _prompt(event: StoredCallEvent) -> None:
    """Of a receptionist; callers hear it from now on."""
    path, use = recorded_path(event), event.data["use"]
    receptionist = receptionist_list().filter(number=event.data["mailbox"]).first()
    if receptionist is None or use not in PromptUse.values or not path.is_file():
        return
    try:
        sound, _ = message_sound(path)
    except SoundUnusable as unusable:
        log.info("prompt.dropped", session_id=event.session_id, reason=str(unusable))
        return
    with transaction.atomic():
        prompt_upload(
            receptionist=receptionist,
            use=PromptUse(use),
            source=sound,
            size_bytes=sound.getbuffer().nbytes,
            name=f"By telephone, {_moment(event.at)}",
        )
        _audit(event, "receptionist.update", receptionist)


def _tell_of_lock(event: StoredCallEvent) -> None:
    event_record(
        severity=Severity.WARNING,
        source=EventSource.SYSTEM,
        kind="voicemail.locked",
        message=f"{_whose_pin(event)} is locked for a while: too many wrong PINs.",
        tenant=tenant_get(tenant_id=current_tenant_id()),
        data={"mailbox": event.data["mailbox"], "session_id": event.session_id},
        at_most_every_s=600,
    )


_SETTINGS: Mapping[str, Callable[[StoredCallEvent], None]] = {
    "greeting": _greet,
    "greeting_chosen": _choose_greeting,
    "greeting_unlocked": _unlock_greeting,
    "pin": _change_pin,
    "prompt": _prompt,
    "locked": _tell_of_lock,
}


def _guarded(event: StoredCallEvent, apply: Callable[[StoredCallEvent], None]) -> None:
    """What can't be done costs nothing else of the call, and the company is told."""
    try:
        apply(event)
    except (ValidationError, OSError, InvalidToken) as error:
        why = "; ".join(error.messages) if isinstance(error, ValidationError) else type(error).__name__
        event_record(
            severity=Severity.ERROR,
            source=EventSource.SYSTEM,
            kind="voicemail.not_done",
            message=f"What {event.data['mailbox']} did by telephone ({event.data['change']}) was not possible: {why}",
            tenant=tenant_get(tenant_id=current_tenant_id()),
            data={"mailbox": event.data["mailbox"]},
            at_most_every_s=600,
        )


def _extension(event: StoredCallEvent) -> Extension | None:
    return Extension.objects.filter(number=event.data["mailbox"]).first()


def _moment(at: datetime) -> str:
    zone = ZoneInfo(tenant_get(tenant_id=current_tenant_id()).time_zone)
    return f"{at.astimezone(zone):%d %b %Y %H:%M}"


def _audit(event: StoredCallEvent, action: str, target: Any) -> None:
    """Nobody signed in: the extension's own telephone, which knew the PIN."""
    audit_record(
        action=action,
        target=target,
        user=None,
        username=f"{event.data['mailbox']} by telephone",
        tenant=tenant_get(tenant_id=current_tenant_id()),
        ip=None,
        door=AuditDoor.SYSTEM,
    )
