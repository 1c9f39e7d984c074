"""Messages from the workers' recordings: taken in once, trimmed, kept for their owner, told by e-mail.

A worker tells of a recording when it begins. What that event names is taken when the call has its record: also what
was recorded when its worker died. Doing it twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction

from callmanager.domain.call_events import CallEventKind
from callmanager.fleet.models import StoredCallEvent, Voicemail
from callmanager.models import Mailbox
from callmanager.services.voicemail_mail import voicemail_mail_send
from callmanager.voicemail_sound import SoundUnusable, message_sound
from tenants.files import file_delete, file_path, file_store
from tenants.models import EventSource, FileKind, Severity, Tenant, TenantFile
from tenants.scope import across_tenants, tenant_scope
from tenants.services.event_log import event_record

log = structlog.get_logger(__name__)

VOICEMAIL_KINDS = (
    CallEventKind.VOICEMAIL_STARTED,
    CallEventKind.VOICEMAIL_MARKED,
    CallEventKind.VOICEMAIL_TAKEN_BACK,
    CallEventKind.VOICEMAIL_CHANGED,
)


def voicemails_settle(*, session_ids: Sequence[str]) -> int:
    """Everything that these ended calls did to mailboxes; how many messages are new."""
    with across_tenants():
        events = list(
            StoredCallEvent.objects.filter(session_id__in=session_ids, kind__in=VOICEMAIL_KINDS).order_by(
                "session_id", "sequence"
            )
        )
        tenants = Tenant.objects.in_bulk({event.tenant_id for event in events})
    taken = 0
    for session_id in dict.fromkeys(event.session_id for event in events):
        of_call = [event for event in events if event.session_id == session_id]
        tenant = tenants.get(of_call[0].tenant_id)
        if tenant is not None:
            with tenant_scope(tenant):
                taken += _take(of_call)
                _change(of_call)
    return taken


def voicemail_set_new(*, voicemail: Voicemail, is_new: bool) -> Voicemail:
    voicemail.is_new = is_new
    voicemail.save(update_fields=["is_new"])
    return voicemail


def voicemail_delete(*, voicemail: Voicemail) -> None:
    """The row goes with its file."""
    file = TenantFile.objects.filter(pk=voicemail.file_id).first()
    if file is not None:
        file_delete(file=file)
    Voicemail.objects.filter(pk=voicemail.pk).delete()


def voicemail_forward(
    *, voicemail: Voicemail, mailbox: str, session_id: str = "", recording: str = ""
) -> Voicemail:
    """A copy, new again, in another mailbox of the company."""
    if not Mailbox.objects.filter(extension__number=mailbox, is_enabled=True).exists():
        raise ValidationError(
            {"mailbox": ValidationError(f"Extension {mailbox[:20]} has no mailbox.", code="not_found")}
        )
    known = Voicemail.objects.filter(session_id=session_id, recording=recording, mailbox=mailbox)
    if session_id and (found := known.first()) is not None:
        return found
    source = file_path(TenantFile.objects.get(pk=voicemail.file_id))
    with source.open("rb") as sound, transaction.atomic():
        return _store(
            sound,
            mailbox=mailbox,
            caller=voicemail.caller,
            caller_name=voicemail.caller_name,
            left_at=voicemail.left_at,
            duration_s=voicemail.duration_s,
            is_urgent=voicemail.is_urgent,
            session_id=session_id or f"copy-of-{voicemail.pk}",
            recording=recording or f"{datetime.now(UTC).timestamp():.6f}",
        )


def _take(events: Iterable[StoredCallEvent]) -> int:
    """What was recorded and not taken back."""
    started = {event.data["recording"]: event for event in events if _is(event, "VOICEMAIL_STARTED")}
    taken_back = {event.data["recording"] for event in events if _is(event, "VOICEMAIL_TAKEN_BACK")}
    urgent = {
        event.data["recording"]: bool(event.data["is_urgent"])
        for event in events
        if _is(event, "VOICEMAIL_MARKED")
    }
    taken = 0
    for recording, event in started.items():
        path = _recorded_path(event)
        if recording in taken_back:
            path.unlink(missing_ok=True)
        elif path.is_file():
            taken += _take_one(event, path, is_urgent=urgent.get(recording, False))
    return taken


def _take_one(event: StoredCallEvent, path: Path, *, is_urgent: bool) -> bool:
    data: Mapping[str, Any] = event.data
    try:
        sound, duration_s = message_sound(path)
    except SoundUnusable as unusable:
        log.info("voicemail.dropped", session_id=event.session_id, reason=str(unusable))
        path.unlink(missing_ok=True)
        return False
    try:
        with transaction.atomic():
            known = Voicemail.objects.filter(session_id=event.session_id, recording=data["recording"])
            if not known.exists():
                voicemail = _store(
                    sound,
                    mailbox=data["mailbox"],
                    caller=data["caller"][:64],
                    caller_name=data["caller_display_name"][:128],
                    left_at=event.at,
                    duration_s=duration_s,
                    is_urgent=is_urgent,
                    session_id=event.session_id,
                    recording=data["recording"],
                )
                voicemail_mail_send(voicemail=voicemail)
            transaction.on_commit(lambda: path.unlink(missing_ok=True))
    except ValidationError as refusal:
        # No room: the recording stays where it is until there is some, and somebody is told.
        event_record(
            severity=Severity.ERROR,
            source=EventSource.SYSTEM,
            kind="voicemail.no_room",
            message=f"A message for {data['mailbox']} could not be stored: {'; '.join(refusal.messages)}",
            data={"mailbox": data["mailbox"]},
        )
        return False
    return True


def _store(sound: Any, **fields: Any) -> Voicemail:
    stored = file_store(
        kind=FileKind.VOICEMAIL,
        source=sound,
        original_name=f"voicemail-{fields['mailbox']}.wav",
        content_type="audio/wav",
    )
    path = file_path(stored).relative_to(Path(settings.PBX_STATE_DIR) / "files")
    return Voicemail.objects.create(
        tenant_id=stored.tenant_id, file_id=stored.pk, stored_path=str(path), **fields
    )


def _change(events: Iterable[StoredCallEvent]) -> None:
    """What the owner did on the telephone, in order; deletions last, so that what was brought back stays."""
    deleted: dict[int, str] = {}
    for event in events:
        if not _is(event, "VOICEMAIL_CHANGED"):
            continue
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
                voicemail_forward(
                    voicemail=voicemail,
                    mailbox=event.data["to"],
                    session_id=event.session_id,
                    recording=f"forward-{event.sequence}",
                )
    for voicemail in Voicemail.objects.filter(pk__in=deleted):
        voicemail_delete(voicemail=voicemail)


def _is(event: StoredCallEvent, name: str) -> bool:
    return event.kind == CallEventKind[name].value


def _recorded_path(event: StoredCallEvent) -> Path:
    """Below the directory of the worker that recorded it; the name is of our own making, and checked all the same."""
    name = Path(str(event.data["path"])).name
    return Path(settings.PBX_STATE_DIR) / Path(event.worker).name / "voicemail" / name
