"""From stored events to call records. Idempotent: however often it is told, a call has one record."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import structlog
from celery import current_app
from django.db import transaction
from django.utils import timezone

from callmanager.domain.call_events import CallEvent, CallEventKind
from callmanager.domain.cdr import (
    WORKER_LOST,
    CallDetail,
    MediaDetail,
    OutboundDetail,
    assemble,
    worker_lost_event,
)
from callmanager.domain.live_events import cdr_message
from callmanager.domain.queue_stay import QueueStay, stays_of
from callmanager.domain.recording_story import RECORDING_KINDS
from callmanager.domain.worker_loss import Silence, WorkerSighting, find_loss, notice_silences
from callmanager.fleet.models import Cdr, OpenCall, StoredCallEvent
from callmanager.services.live_event import live_events_publish
from callmanager.services.lost_events import lost_events_store
from callmanager.services.own_settings import SETTING_KINDS
from callmanager.services.queue_stay import queue_stays_note
from callmanager.services.recording import recordings_note
from callmanager.services.voicemail import VOICEMAIL_KINDS
from callmanager.services.worker_silence import silences_recall, silences_remember, worker_sightings
from callmanager.services.worker_watch import lost_workers_record
from callmanager.webhooks.outbox import cdrs_tell
from tenants.scope import across_tenants

logger = structlog.get_logger(__name__)

BATCH = 200
SETTLE_TASK = "callmanager.settle_voicemails"
SETTINGS_TASK = "callmanager.settle_own_settings"
# The announcement of an ended call normally arrives in milliseconds; the sweep leaves it that much time.
ANNOUNCEMENT_GRACE = timedelta(seconds=5)
# An ended call that still has no record by then has lost events.
INCOMPLETE_AFTER = timedelta(minutes=10)


def cdrs_assemble(*, session_ids: Sequence[str]) -> int:
    """Insert the records of those calls that ended and have none yet; the number inserted."""
    inserted = 0
    with across_tenants():
        for start in range(0, len(session_ids), BATCH):
            inserted += _assemble_batch(session_ids[start : start + BATCH])
    return inserted


def open_calls_sweep(*, now: datetime | None = None) -> int:
    """What announcements missed: ended calls that are still listed as open."""
    now = now or timezone.now()
    with across_tenants():
        ended = OpenCall.objects.filter(ended_at__lt=now - ANNOUNCEMENT_GRACE).order_by("ended_at")
        inserted = cdrs_assemble(session_ids=list(ended.values_list("session_id", flat=True)[: 10 * BATCH]))
        stuck = list(OpenCall.objects.filter(ended_at__lt=now - INCOMPLETE_AFTER)[:BATCH])
        _close_as_lost({call: call.ended_at for call in stuck if call.ended_at is not None})
        return inserted + cdrs_assemble(session_ids=[call.session_id for call in stuck])


def lost_calls_reap(*, now: datetime | None = None) -> int:
    """Close the calls whose worker went away, and write their records. Silence counts when noticed twice."""
    now = now or timezone.now()
    sightings = worker_sightings()
    silences = notice_silences(sightings, silences_recall(), now)
    silences_remember(silences)
    lost_workers_record(sightings=sightings, silences=silences, now=now)
    for worker, silence in silences.items():
        if silence.is_confirmed(sightings[worker], now):
            lost_events_store(worker=worker, last_seen_at=silence.last_seen_at)
    with across_tenants():
        with transaction.atomic():
            lost = {
                call: lost_at
                for call in OpenCall.objects.filter(ended_at=None).select_for_update(skip_locked=True)
                if (lost_at := _find_loss(call, sightings, silences, now)) is not None
            }
            _close_as_lost(lost)
            OpenCall.objects.filter(pk__in=[call.pk for call in lost]).update(ended_at=now)
        if lost:
            logger.warning(
                "calls.worker_lost", calls=len(lost), workers=sorted({call.worker for call in lost})
            )
        return cdrs_assemble(session_ids=[call.session_id for call in lost])


def _assemble_batch(session_ids: Sequence[str]) -> int:
    with transaction.atomic():
        # Whoever comes second waits here, and then finds the record.
        open_calls = OpenCall.objects.filter(pk__in=session_ids).order_by("pk")
        list(open_calls.select_for_update().values_list("pk"))
        recorded = set(Cdr.objects.filter(session_id__in=session_ids).values_list("session_id", flat=True))
        details: list[CallDetail] = []
        with_mailboxes: list[str] = []
        with_settings: list[str] = []
        recorded_calls: list[tuple[CallDetail, list[CallEvent]]] = []
        stays: list[QueueStay] = []
        for events in _events_by_call(set(session_ids) - recorded):
            detail = assemble(events)
            if detail is not None:
                details.append(detail)
                stays += stays_of(events)
                recorded_calls += [(detail, events)] if _is_recorded(events) else []
                with_settings += [detail.session_id] if _changes_settings(events) else []
                with_mailboxes += [detail.session_id] if _has_voicemail(events) else []
        Cdr.objects.bulk_create([_to_record(detail) for detail in details], ignore_conflicts=True)
        finished = recorded.union(detail.session_id for detail in details)
        OpenCall.objects.filter(pk__in=finished).delete()
        recording_ids = recordings_note(recorded_calls)
        details = [
            replace(detail, recording_ids=recording_ids.get(detail.session_id, ())) for detail in details
        ]
        queue_stays_note(stays)
        if with_mailboxes:
            transaction.on_commit(partial(_settle, SETTLE_TASK, with_mailboxes))
        if with_settings:
            transaction.on_commit(partial(_settle, SETTINGS_TASK, with_settings))
        if details:
            cdrs_tell(details)
            messages = [cdr_message(detail) for detail in details]
            transaction.on_commit(partial(live_events_publish, messages))
    return len(details)


def _has_voicemail(events: Iterable[CallEvent]) -> bool:
    """Whether the call did something to a mailbox."""
    return any(event.kind in VOICEMAIL_KINDS for event in events)


def _is_recorded(events: Iterable[CallEvent]) -> bool:
    return any(event.kind in RECORDING_KINDS for event in events)


def _changes_settings(events: Iterable[CallEvent]) -> bool:
    return any(event.kind in SETTING_KINDS for event in events)


def _settle(task: str, session_ids: Sequence[str]) -> None:
    """By another task: sounds are read and mails are written there. What is lost here is found by the sweep."""
    current_app.send_task(task, args=[list(session_ids)])


def _events_by_call(session_ids: Iterable[str]) -> Iterable[list[CallEvent]]:
    calls: defaultdict[str, list[CallEvent]] = defaultdict(list)
    rows = StoredCallEvent.objects.filter(session_id__in=session_ids).values_list(
        "tenant_id", "session_id", "sequence", "kind", "at", "worker", "data"
    )
    for tenant_id, session_id, sequence, kind, at, worker, data in rows:
        calls[session_id].append(
            CallEvent(tenant_id, session_id, sequence, CallEventKind(kind), at.timestamp(), worker, data)
        )
    return calls.values()


def _find_loss(
    call: OpenCall, sightings: Mapping[str, WorkerSighting], silences: Mapping[str, Silence], now: datetime
) -> datetime | None:
    return find_loss(call.started_at, sightings.get(call.worker), silences.get(call.worker), now)


def _close_as_lost(calls: dict[OpenCall, datetime]) -> None:
    """The missing last event, no earlier than what the call is known to have done."""
    events = StoredCallEvent.objects.filter(session_id__in=[call.session_id for call in calls])
    last_heard: dict[str, datetime] = {}
    for session_id, at in events.values_list("session_id", "at"):
        last_heard[session_id] = max(at, last_heard.get(session_id, at))
    StoredCallEvent.objects.bulk_create(
        [
            _lost_row(call, max(lost_at, call.started_at, last_heard.get(call.session_id, lost_at)))
            for call, lost_at in calls.items()
        ],
        ignore_conflicts=True,
    )


def _lost_row(call: OpenCall, at: datetime) -> StoredCallEvent:
    event = worker_lost_event(call.tenant_id, call.session_id, call.worker, at.timestamp())
    return StoredCallEvent(
        session_id=event.session_id,
        sequence=event.sequence,
        at=at,
        tenant_id=event.tenant_id,
        kind=event.kind.value,
        worker=event.worker,
        data=dict(event.data),
    )


def _to_record(detail: CallDetail) -> Cdr:
    return Cdr(
        tenant_id=detail.tenant_id,
        tenant_name=detail.tenant_name,
        session_id=detail.session_id,
        call_id=detail.call_id,
        status=detail.status.value,
        direction=detail.direction,
        caller=detail.caller,
        caller_domain=detail.caller_domain,
        caller_display_name=detail.caller_display_name,
        callee=detail.callee,
        callee_domain=detail.callee_domain,
        answered_by=detail.answered_by,
        answered_number=detail.answered_number,
        final_destination=detail.final_destination,
        started_at=_time(detail.started_at),
        ringing_at=_find_time(detail.ringing_at),
        answered_at=_find_time(detail.answered_at),
        ended_at=_time(detail.ended_at),
        post_dial_delay_ms=detail.post_dial_delay_ms,
        ring_duration_ms=round(detail.ring_duration_s * 1000),
        talk_duration_ms=round(detail.talk_duration_s * 1000),
        ended_by=detail.ended_by.value,
        ended_reason=detail.ended_reason,
        sip_code=detail.sip_code,
        is_worker_lost=detail.ended_reason == WORKER_LOST,
        source=detail.source,
        caller_user_agent=detail.caller_user_agent,
        callee_user_agent=detail.callee_user_agent,
        **_media_fields("caller", detail.caller_media),
        **_media_fields("callee", detail.callee_media),
        call_targets=[asdict(target) for target in detail.targets],
        trunk_id=detail.trunk_id,
        trunk_name=detail.trunk_name,
        did=detail.did,
        **_outbound_fields(detail.outbound),
        ring_group=detail.ring_group,
        rung_extensions=list(detail.rung_extensions),
        is_confidential=detail.is_confidential,
        worker=detail.worker,
        config_rev=detail.config_rev,
    )


def _outbound_fields(outbound: OutboundDetail | None) -> dict[str, Any]:
    if outbound is None:
        return {}
    return {
        "outbound_trunk_id": outbound.trunk_id,
        "outbound_trunk_name": outbound.trunk_name,
        "outbound_caller_id": outbound.caller_id,
        "on_behalf_of": outbound.on_behalf_of,
    }


def _media_fields(side: str, media: MediaDetail | None) -> dict[str, object]:
    return {
        f"{side}_codec": media.codec if media else "",
        f"{side}_mos": media.mos if media else None,
        f"{side}_media": asdict(media) if media else None,
    }


def _time(unix_s: float) -> datetime:
    return datetime.fromtimestamp(unix_s, UTC)


def _find_time(unix_s: float | None) -> datetime | None:
    return None if unix_s is None else _time(unix_s)
