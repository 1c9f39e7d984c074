"""From a worker's file to a recording of the company: stored once, whole, within the quota, and nobody else's."""

from __future__ import annotations

import wave
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.utils import timezone

from callmanager.fleet.models import Recording
from callmanager.models import Extension
from callmanager.selectors.snapshot import snapshot_get
from callmanager.services.cdr import cdrs_assemble
from callmanager.services.extension import extension_delete, extension_update
from callmanager.services.recording import (
    NO_ROOM_KEPT,
    recording_delete,
    recordings_store,
    recordings_sweep,
)
from tenants.files import MB, file_path
from tenants.models import EventLogEntry, Tenant, TenantFile
from tenants.scope import across_tenants, tenant_scope
from tenants.services.file_cleaning import tenant_files_clean
from tenants.services.tenant import tenant_update
from tests.web.callmanager.recorded_calls import (
    AT,
    NAME,
    SESSION,
    record,
    recording_make,
    recordings,
    started,
    stopped,
    tell,
    unfinished,
    wav,
)


@pytest.fixture(autouse=True)
def state_dir(settings: Any, tmp_path: Path) -> Path:
    settings.PBX_STATE_DIR = tmp_path
    return tmp_path


def take(tenant: Tenant, *events: Any) -> list[str]:
    tell(tenant, *(events or (started(), stopped())))
    cdrs_assemble(session_ids=[SESSION])
    return recordings_store(names=[NAME])


def stored_path(tenant: Tenant, recording: Recording) -> Path:
    with tenant_scope(tenant):
        assert recording.file_id is not None
        return file_path(TenantFile.objects.get(pk=recording.file_id))


def told(tenant: Tenant) -> list[str]:
    with across_tenants():
        entries = EventLogEntry.objects.filter(tenant_id=tenant.pk, kind__startswith="recording.")
        return [entry.kind for entry in entries]


def test_a_call_leaves_its_recording_beside_its_record(
    cast: Any, acme: Tenant, state_dir: Path, django_capture_on_commit_callbacks: Any
) -> None:
    raw = record(state_dir, wav())
    with django_capture_on_commit_callbacks(execute=True):
        assert take(acme) == []
    (recording,) = recordings(acme)
    assert (recording.state, recording.caller, recording.callee) == ("stored", "101", "102")
    assert (recording.parties, recording.asked_by) == (["101", "102"], "caller")
    assert (recording.duration_s, recording.talk_duration_ms, recording.tracks) == (2.0, 8000, 1)
    assert recording.started_at == AT + timedelta(seconds=3)
    path = stored_path(acme, recording)
    assert path.read_bytes() == wav()
    assert recording.size_bytes == path.stat().st_size
    assert len(recording.token) == 32
    assert not raw.exists()
    ((peaks),) = recording.peaks
    assert len(peaks) == 400
    assert 60 < max(peaks) < 80


def test_telling_it_twice_stores_it_once(cast: Any, acme: Tenant, state_dir: Path) -> None:
    recording_make(acme, state_dir)
    cdrs_assemble(session_ids=[SESSION])
    recordings_store(names=[NAME])
    assert len(recordings(acme)) == 1
    with across_tenants():
        assert TenantFile.objects.count() == 1


def test_two_tracks_become_one_file_with_a_side_for_each(cast: Any, acme: Tenant, state_dir: Path) -> None:
    paths = (f"recordings/{NAME}-caller.wav", f"recordings/{NAME}-callee.wav")
    record(state_dir, wav(2.0, loud=9000), f"{NAME}-caller.wav")
    record(state_dir, wav(1.0, loud=500), f"{NAME}-callee.wav")
    take(acme, started(paths), stopped())
    (recording,) = recordings(acme)
    with wave.open(str(stored_path(acme, recording))) as file:
        assert (file.getnchannels(), file.getframerate(), file.getnframes()) == (2, 16_000, 32_000)
        sound = np.frombuffer(file.readframes(32_000), "<i2").reshape(-1, 2)
    assert np.abs(sound[:, 0]).max() > 8000
    assert 400 < np.abs(sound[:16_000, 1]).max() < 600
    assert np.abs(sound[16_000:, 1]).max() == 0
    assert len(recording.peaks) == 2


def test_what_a_dead_worker_had_recorded_is_mended(cast: Any, acme: Tenant, state_dir: Path) -> None:
    record(state_dir, unfinished(wav()), age_s=60)
    assert take(acme, started()) == []
    (recording,) = recordings(acme)
    assert (recording.why_ended, recording.duration_s) == ("worker_lost", 2.0)
    with wave.open(str(stored_path(acme, recording))) as file:
        assert file.getnframes() == 32_000


def test_a_file_that_is_still_written_is_waited_for(cast: Any, acme: Tenant, state_dir: Path) -> None:
    record(state_dir, unfinished(wav()))
    assert take(acme) == [NAME]
    assert recordings(acme)[0].state == "pending"
    record(state_dir, wav())
    assert recordings_sweep(now=timezone.now() + timedelta(minutes=1)) == 1
    assert recordings(acme)[0].state == "stored"


def test_a_call_that_ended_at_once_leaves_none(cast: Any, acme: Tenant, state_dir: Path) -> None:
    record(state_dir, wav(0.1))
    take(acme)
    assert recordings(acme) == []


@pytest.mark.parametrize("content", [None, b"", b"RIFF", b"no wave at all" * 10], ids=range(4))
def test_a_lost_file_is_told(cast: Any, acme: Tenant, state_dir: Path, content: bytes | None) -> None:
    if content is not None:
        record(state_dir, content)
    take(acme)
    assert recordings(acme)[0].state == "lost"
    assert told(acme) == ["recording.failed"]


def test_a_path_leads_nowhere_else(cast: Any, acme: Tenant, state_dir: Path) -> None:
    (state_dir / "secret.wav").write_bytes(wav())
    take(acme, started(("../../secret.wav",)), stopped())
    assert recordings(acme)[0].state == "lost"
    assert (state_dir / "secret.wav").exists()


@pytest.mark.parametrize("why", ["quota_full", "disk_full", "failed"])
def test_a_recording_that_could_not_begin_is_told_once(cast: Any, acme: Tenant, why: str) -> None:
    for session_id in ("s7", "s8"):
        tell(acme, stopped(why), session_id=session_id)
        cdrs_assemble(session_ids=[session_id])
    assert recordings(acme) == []
    assert told(acme) == [f"recording.{why}"]


def test_without_room_the_worker_keeps_it_until_there_is_some(
    cast: Any, acme: Tenant, state_dir: Path, django_capture_on_commit_callbacks: Any
) -> None:
    tenant_update(tenant=acme, disk_quota_mb=0)
    raw = record(state_dir, wav())
    assert take(acme) == []
    assert recordings(acme)[0].state == "no_room"
    assert told(acme) == ["recording.quota_full"]
    assert raw.exists()
    tenant_update(tenant=acme, disk_quota_mb=1)
    assert recordings_sweep(now=timezone.now() + timedelta(minutes=11)) == 1
    assert recordings(acme)[0].state == "stored"


def test_what_nobody_makes_room_for_goes(
    cast: Any, acme: Tenant, state_dir: Path, django_capture_on_commit_callbacks: Any
) -> None:
    tenant_update(tenant=acme, disk_quota_mb=0)
    raw = record(state_dir, wav())
    take(acme)
    with django_capture_on_commit_callbacks(execute=True):
        recordings_sweep(now=timezone.now() + NO_ROOM_KEPT + timedelta(hours=1))
    assert recordings(acme) == []
    assert not raw.exists()


def test_old_ones_make_room_where_the_company_wants_that(cast: Any, acme: Tenant, state_dir: Path) -> None:
    long = wav(20.0)
    assert MB / 2 < len(long) < MB
    tenant_update(tenant=acme, disk_quota_mb=1, recordings_keep_days=1)
    record(state_dir, long, "s0-1.wav")
    old = started(("recordings/s0-1.wav",), recording="s0-1")
    tell(acme, old, session_id="s0")
    cdrs_assemble(session_ids=["s0"])
    recordings_store(names=["s0-1"])
    with across_tenants():
        TenantFile.objects.update(created_at=timezone.now() - timedelta(days=3))
    record(state_dir, long)
    take(acme)
    assert [(one.session_id, one.state) for one in recordings(acme)] == [(SESSION, "stored")]


def test_the_clean_up_takes_the_row_with_the_file(
    cast: Any, acme: Tenant, state_dir: Path, django_capture_on_commit_callbacks: Any
) -> None:
    recording = recording_make(acme, state_dir)
    path = stored_path(acme, recording)
    tenant_update(tenant=acme, recordings_keep_days=1)
    with django_capture_on_commit_callbacks(execute=True):
        tenant_files_clean(tenant=acme, now=timezone.now() + timedelta(days=2))
    assert recordings(acme) == []
    assert not path.exists()


def test_deleting_it_takes_the_file(
    cast: Any, acme: Tenant, state_dir: Path, django_capture_on_commit_callbacks: Any
) -> None:
    recording = recording_make(acme, state_dir)
    path = stored_path(acme, recording)
    with tenant_scope(acme), django_capture_on_commit_callbacks(execute=True):
        recording_delete(recording=recording)
    assert recordings(acme) == []
    assert not path.exists()


def test_whoever_gets_a_number_does_not_hear_who_had_it_before(
    cast: Any, acme: Tenant, globex: Tenant, state_dir: Path
) -> None:
    recording_make(acme, state_dir)
    recording_make(globex, state_dir, session_id="g1")
    with tenant_scope(acme):
        extension_update(extension=Extension.objects.get(number="101"), number="151")
        assert recordings(acme)[0].parties == ["151", "102"]
        extension_delete(extension=Extension.objects.get(number="151"))
    assert recordings(acme)[0].parties == ["102"]
    assert recordings(globex)[0].parties == ["101", "102"]


def test_companies_never_see_each_others(cast: Any, acme: Tenant, globex: Tenant, state_dir: Path) -> None:
    recording_make(acme, state_dir)
    assert len(recordings(acme)) == 1
    assert recordings(globex) == []


def test_who_came_later_or_left_before_hears_nothing_of_it(cast: Any, acme: Tenant, state_dir: Path) -> None:
    record(state_dir, wav())
    seat = {"side": "callee", "target_id": "t2", "number": "103", "answered_by": "extension"}
    take(acme, started(), ("call_transferred", 5.0, seat), stopped())
    assert recordings(acme)[0].parties == ["101"]


def test_a_number_outside_that_looks_like_an_extension_is_no_party(
    cast: Any, acme: Tenant, state_dir: Path
) -> None:
    recording_make(acme, state_dir, direction="in", trunk_id=1, trunk_name="Provider")
    assert recordings(acme)[0].parties == ["102"]


def test_switches_reach_the_snapshot(cast: Any, acme: Tenant) -> None:
    before = snapshot_get(tenant=acme)
    assert not before.recording.is_all_recorded
    tenant_update(
        tenant=acme,
        are_audio_calls_recorded=True,
        is_recorded_in_two_tracks=True,
        recording_announcement="fr",
        may_extensions_record=False,
    )
    with tenant_scope(acme):
        extension_update(extension=Extension.objects.get(number="101"), is_audio_recorded=True)
    after = snapshot_get(tenant=acme)
    policy = after.recording
    assert (policy.is_all_recorded, policy.is_two_tracks, policy.announcement) == (True, True, "fr")
    assert not policy.may_extensions_record
    assert after.config_rev >= before.config_rev + 2
    entry = after.find_extension("101")
    assert entry is not None
    assert entry.is_recorded
