"""Messages from the workers' recordings: taken in once, trimmed, kept for their owner, told by e-mail.

A worker tells of a recording when it begins. What that event names is taken when the call has its record: also what
was recorded when its worker died. Doing it twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import structlog
from django.core.exceptions import ValidationError
from django.db import transaction

from callmanager.domain.call_events import CallEventKind
from callmanager.fleet.models import StoredCallEvent, Voicemail
from callmanager.models import Mailbox
from callmanager.services.voicemail_mail import voicemail_mail_send
from callmanager.services.voicemail_message import recorded_path, voicemail_store
from callmanager.services.voicemail_phone import phone_changes_apply
from callmanager.voicemail_sound import SoundUnusable, message_sound
from tenants.models import EventSource, Severity, Tenant
from tenants.scope import across_tenants, current_tenant_id, tenant_scope
from tenants.selectors.tenant import tenant_get
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
                phone_changes_apply(events=of_call)
    return taken


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
        path = recorded_path(event)
        if recording in taken_back:
            path.unlink(missing_ok=True)
        elif path.is_file():
            taken += _take_one(event, path, is_urgent=urgent.get(recording, False))
    return taken


def _take_one(event: StoredCallEvent, path: Path, *, is_urgent: bool) -> bool:
    data: Mapping[str, Any] = event.data
    if not Mailbox.objects.filter(extension__number=data["mailbox"]).exists():
        path.unlink(missing_ok=True)
        return False  # its extension is gone since
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
                voicemail = voicemail_store(
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
        return _no_room(data["mailbox"], "; ".join(refusal.messages))
    except OSError as error:
        return _no_room(data["mailbox"], error.strerror or type(error).__name__)
    return True


def _no_room(mailbox: str, why: str) -> bool:
    """The recording stays where it is until there is some (`voicemail_sweep`), and somebody is told."""
    event_record(
        severity=Severity.ERROR,
        source=EventSource.SYSTEM,
        kind="voicemail.no_room",
        message=f"A message for {mailbox} could not be stored: {why}",
        tenant=tenant_get(tenant_id=current_tenant_id()),
        data={"mailbox": mailbox},
        at_most_every_s=3600,
    )
    return False


def _is(event: StoredCallEvent, name: str) -> bool:
    return event.kind == CallEventKind[name].value
