"""One message: stored, marked, forwarded, deleted."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction

from callmanager.fleet.models import StoredCallEvent, Voicemail
from callmanager.models import Mailbox
from callmanager.services.voicemail_mail import voicemail_mail_send
from callmanager.voicemail_sound import joined_sound
from tenants.files import file_delete, file_path, file_store
from tenants.models import FileKind, TenantFile

HEARD, NEW, DELETE = "heard", "new", "delete"
MESSAGE_ACTIONS = [(HEARD, "Mark as heard"), (NEW, "Mark as new"), (DELETE, "Delete")]


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
    *,
    voicemail: Voicemail,
    mailbox: str,
    comment: Path | None = None,
    session_id: str = "",
    recording: str = "",
) -> Voicemail:
    """A copy, new again, in another mailbox of the company; what was said in `comment` comes before it."""
    if not Mailbox.objects.filter(extension__number=mailbox, is_enabled=True).exists():
        raise ValidationError(
            {"mailbox": ValidationError(f"Extension {mailbox[:20]} has no mailbox.", code="not_found")}
        )
    known = Voicemail.objects.filter(session_id=session_id, recording=recording, mailbox=mailbox)
    if session_id and (found := known.first()) is not None:
        return found
    source = file_path(TenantFile.objects.get(pk=voicemail.file_id))
    sound, duration_s = joined_sound(comment, source)
    with sound, transaction.atomic():
        copy = voicemail_store(
            sound,
            mailbox=mailbox,
            caller=voicemail.caller,
            caller_name=voicemail.caller_name,
            left_at=voicemail.left_at,
            duration_s=duration_s,
            is_urgent=voicemail.is_urgent,
            session_id=session_id or f"copy-of-{voicemail.pk}",
            recording=recording or f"{datetime.now(UTC).timestamp():.6f}",
        )
        voicemail_mail_send(voicemail=copy)
        return copy


def voicemails_change(*, voicemails: Iterable[Voicemail], action: str) -> int:
    """One of MESSAGE_ACTIONS for all; how many are other than they were, or gone."""
    with transaction.atomic():
        if action == DELETE:
            return voicemails_delete(voicemails=voicemails)
        return voicemails_set_new(voicemails=voicemails, is_new=action == NEW)


def voicemails_set_new(*, voicemails: Iterable[Voicemail], is_new: bool) -> int:
    """How many are other than they were."""
    changed = [one.pk for one in voicemails if one.is_new is not is_new]
    return Voicemail.objects.filter(pk__in=changed).update(is_new=is_new)


def voicemails_delete(*, voicemails: Iterable[Voicemail]) -> int:
    """All of them or none."""
    doomed = list(voicemails)
    with transaction.atomic():
        for file in TenantFile.objects.filter(pk__in=[one.file_id for one in doomed]):
            file_delete(file=file)
        Voicemail.objects.filter(pk__in=[one.pk for one in doomed]).delete()
    return len(doomed)


def voicemail_store(sound: BinaryIO, **fields: Any) -> Voicemail:
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


def recorded_path(event: StoredCallEvent, field: str = "path") -> Path:
    """Below the directory of the worker that recorded it; the name is of our own making, and checked all the same."""
    name = Path(str(event.data[field])).name
    return Path(settings.PBX_STATE_DIR) / Path(event.worker).name / "voicemail" / name
