"""Recordings of calls: noted with the call's record, then taken from the worker's disk into the tenant's files.

Each step may run twice and late: the row says what is still to be done, and a sweep finds what was missed.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import structlog
from celery import current_app
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from callmanager.domain.call_events import CallEvent
from callmanager.domain.cdr import CallDetail
from callmanager.domain.recording import RecordingEnd
from callmanager.domain.recording_story import RecordingStory, faults_of, listeners_of, recordings_of
from callmanager.fleet.models import Recording, RecordingState
from callmanager.recording_sound import RecordingSound, RecordingUnusable, Track, tracks_of
from callmanager.services.live_event import live_events_publish
from callmanager.services.recording_event import recording_stored_message
from callmanager.webhooks.outbox import recording_tell
from tenants.files import QuotaExceeded, file_delete, file_store
from tenants.models import EventSource, FileKind, Severity, Tenant, TenantFile
from tenants.scope import across_tenants, tenant_scope
from tenants.services.event_log import event_record
from tenants.services.file_cleaning import tenant_files_clean

log = structlog.get_logger(__name__)

STORE_TASK = "callmanager.store_recordings"
# A worker writes the last of a file some moments after the call; what is older and unfinished stays so.
STILL_WRITTEN_S = 5.0
# Shorter ones are people who hung up at once.
SHORTEST_S = 0.2
NO_ROOM_KEPT = timedelta(days=7)
SWEEP_AFTER = timedelta(seconds=15)
NO_ROOM_AGAIN_AFTER = timedelta(minutes=10)
AT_ONCE = 200
TOLD_ONCE_FOR_S = 600

FAULT_WORDS: Mapping[RecordingEnd, str] = {
    RecordingEnd.QUOTA_FULL: "Calls are not recorded: the disk quota of {tenant} is used up.",
    RecordingEnd.DISK_FULL: "Calls are not recorded: the disk is full.",
    RecordingEnd.FAILED: "A call could not be recorded: its file can't be written.",
}


def recordings_note(calls: Iterable[tuple[CallDetail, Sequence[CallEvent]]]) -> Mapping[str, tuple[str, ...]]:
    """In the transaction that writes the calls' records: their recordings, to be stored after it. By session, what
    they are called outside."""
    rows, faults = [], {}
    for detail, events in calls:
        rows += [_row(detail, story, listeners_of(story, events)) for story in recordings_of(events)]
        for fault in faults_of(events):
            faults[(detail.tenant_id, fault.why)] = fault
    if faults:
        tenants = Tenant.objects.in_bulk({tenant_id for tenant_id, _ in faults})
        for tenant_id, why in faults:
            _tell_fault(tenants.get(tenant_id), why)
    if not rows:
        return {}
    Recording.objects.bulk_create(rows, ignore_conflicts=True)
    names = [row.recording for row in rows]
    transaction.on_commit(partial(_store_later, names))
    ids: defaultdict[str, tuple[str, ...]] = defaultdict(tuple)
    known = Recording.objects.filter(recording__in=names).order_by("started_at", "id")
    for session_id, token in known.values_list("session_id", "token"):
        ids[session_id] += (token,)
    return ids


def recordings_store(*, names: Sequence[str], now: datetime | None = None) -> list[str]:
    """Take these in; the names of those whose worker still writes."""
    now = now or timezone.now()
    with across_tenants():
        waiting = Recording.objects.filter(recording__in=names).exclude(state=RecordingState.STORED)
        by_tenant = list(waiting.values_list("recording", "tenant_id"))
        tenants = Tenant.objects.in_bulk({tenant_id for _, tenant_id in by_tenant})
    unfinished = []
    for name, tenant_id in by_tenant:
        tenant = tenants.get(tenant_id)
        if tenant is None:
            continue
        with tenant_scope(tenant):
            if not _store(name, tenant, now):
                unfinished.append(name)
    return unfinished


def recordings_sweep(*, now: datetime | None = None) -> int:
    """What was not stored yet, for whatever reason; how many are stored now or given up."""
    now = now or timezone.now()
    with across_tenants():
        pending = Recording.objects.filter(
            state=RecordingState.PENDING, created_at__lt=now - SWEEP_AFTER
        ).order_by("created_at")
        full = Recording.objects.filter(
            state=RecordingState.NO_ROOM, created_at__lt=now - NO_ROOM_AGAIN_AFTER
        ).order_by("created_at")
        names = [row.recording for rows in (pending, full) for row in rows.only("recording")[:AT_ONCE]]
    return len(names) - len(recordings_store(names=names, now=now))


def recording_delete(*, recording: Recording) -> None:
    """The row goes with its file, and with what the worker still has."""
    with transaction.atomic():
        file = TenantFile.objects.filter(pk=recording.file_id).first() if recording.file_id else None
        if file is not None:
            file_delete(file=file)
        paths = _paths(recording) if recording.state != RecordingState.STORED else []
        Recording.objects.filter(pk=recording.pk).delete()
        transaction.on_commit(partial(_remove, paths))


def _row(detail: CallDetail, story: RecordingStory, parties: Iterable[str]) -> Recording:
    return Recording(
        tenant_id=detail.tenant_id,
        session_id=detail.session_id,
        recording=story.recording[:80],
        worker=Path(story.worker).name[:64],
        paths=[Path(path).name for path in story.paths],
        caller=detail.caller[:64],
        caller_name=detail.caller_display_name[:128],
        callee=detail.callee[:64],
        answered_number=detail.answered_number[:64],
        direction=detail.direction,
        parties=[number[:20] for number in parties],
        trunk_name=detail.trunk_name[:64],
        outbound_trunk_name=(detail.outbound.trunk_name if detail.outbound else "")[:64],
        asked_by=story.asked_by[:80],
        by=story.by[:20],
        why_ended=story.why.value,
        call_started_at=datetime.fromtimestamp(detail.started_at, UTC),
        answered_at=datetime.fromtimestamp(detail.answered_at, UTC) if detail.answered_at else None,
        talk_duration_ms=round(detail.talk_duration_s * 1000),
        started_at=datetime.fromtimestamp(story.started_at, UTC),
        tracks=max(1, story.tracks),
        pauses=[list(pause) for pause in story.pauses],
    )


def _store(name: str, tenant: Tenant, now: datetime) -> bool:
    """Whether nothing is left to be done at the moment."""
    with transaction.atomic():
        recording = Recording.objects.select_for_update(skip_locked=True).filter(recording=name).first()
        if recording is None or recording.state in (RecordingState.STORED, RecordingState.LOST):
            return True
        paths = _paths(recording)
        try:
            tracks = tracks_of(paths)
        except RecordingUnusable as unusable:
            return _give_up(recording, tenant, str(unusable))
        if not _is_finished(tracks):
            return False
        sound = RecordingSound(tracks)
        if sound.duration_s < SHORTEST_S:
            recording.delete()
            transaction.on_commit(partial(_remove, paths))
            return True
        return _take_in(recording, tenant, sound, paths, now)


def _take_in(
    recording: Recording, tenant: Tenant, sound: RecordingSound, paths: Sequence[Path], now: datetime
) -> bool:
    try:
        stored = _stored_file(recording, tenant, sound, now)
    except QuotaExceeded:
        return _keep_waiting(recording, tenant, paths, now)
    except OSError as error:
        log.error("recording.not_stored", session_id=recording.session_id, error=type(error).__name__)
        _tell_fault(tenant, RecordingEnd.DISK_FULL)
        return False
    recording.state = RecordingState.STORED
    recording.file_id, recording.size_bytes = stored.pk, stored.size_bytes
    recording.duration_s, recording.peaks = sound.duration_s, sound.peaks
    recording.save(update_fields=["state", "file_id", "size_bytes", "duration_s", "peaks"])
    transaction.on_commit(partial(_remove, paths))
    message = recording_stored_message(recording)
    recording_tell(tenant=tenant, message=message)
    transaction.on_commit(partial(live_events_publish, [message]))
    return True


def _stored_file(recording: Recording, tenant: Tenant, sound: RecordingSound, now: datetime) -> TenantFile:
    """Where the quota is used up, what the tenant does not want to keep makes room first."""
    try:
        return _write(recording, sound)
    except QuotaExceeded:
        if not tenant_files_clean(tenant=tenant, now=now):
            raise
        return _write(recording, sound)


def _write(recording: Recording, sound: RecordingSound) -> TenantFile:
    at = timezone.localtime(recording.started_at).strftime("%Y%m%d-%H%M%S")
    with sound.source() as source, transaction.atomic():
        return file_store(
            kind=FileKind.RECORDING,
            source=source,
            original_name=f"{at}-{_plain(recording.caller)}-{_plain(recording.callee)}.wav",
            content_type="audio/wav",
        )


def _keep_waiting(recording: Recording, tenant: Tenant, paths: Sequence[Path], now: datetime) -> bool:
    """No room: it stays with the worker until there is some, but not for ever."""
    _tell_fault(tenant, RecordingEnd.QUOTA_FULL)
    if recording.created_at < now - NO_ROOM_KEPT:
        recording.delete()
        transaction.on_commit(partial(_remove, paths))
        return True
    recording.state = RecordingState.NO_ROOM
    recording.save(update_fields=["state"])
    return True


def _give_up(recording: Recording, tenant: Tenant, why: str) -> bool:
    log.error("recording.lost", session_id=recording.session_id, reason=why)
    recording.state = RecordingState.LOST
    recording.save(update_fields=["state"])
    _tell_fault(tenant, RecordingEnd.FAILED)
    return True


def _tell_fault(tenant: Tenant | None, why: RecordingEnd) -> None:
    event_record(
        severity=Severity.ERROR,
        source=EventSource.SYSTEM,
        kind=f"recording.{why.value}",
        message=FAULT_WORDS[why].format(tenant=tenant.name if tenant else "a tenant"),
        tenant=tenant,
        at_most_every_s=TOLD_ONCE_FOR_S,
    )


def _is_finished(tracks: Sequence[Track]) -> bool:
    """The worker has closed its files, or will never do."""
    if all(track.is_finished for track in tracks):
        return True
    return all(time.time() - track.path.stat().st_mtime > STILL_WRITTEN_S for track in tracks)


def _store_later(names: Sequence[str]) -> None:
    """By another task: sounds are read there. What is lost here is found by the sweep."""
    current_app.send_task(STORE_TASK, args=[list(names)])


def _paths(recording: Recording) -> list[Path]:
    """Below the directory of the worker; the names are of our own making, and checked all the same."""
    directory = Path(settings.PBX_STATE_DIR) / Path(recording.worker).name / "recordings"
    return [directory / Path(str(name)).name for name in recording.paths]


def _remove(paths: Iterable[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


def _plain(number: str) -> str:
    return "".join(letter for letter in number if letter.isalnum()) or "unknown"
