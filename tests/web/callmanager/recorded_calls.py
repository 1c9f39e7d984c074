"""Recorded calls for tests, as a worker leaves them: events in the database, sound on its disk."""

from __future__ import annotations

import io
import os
import time
import wave
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from callmanager.fleet.models import Recording, StoredCallEvent
from callmanager.services.cdr import cdrs_assemble
from callmanager.services.recording import recordings_store
from tenants.models import Tenant
from tenants.scope import across_tenants, tenant_scope

WORKER, SESSION, NAME = "worker-0", "s1", "s1-1"
AT = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=10)
RATE_HZ = 16_000


def wav(seconds: float = 2.0, loud: int = 9000) -> bytes:
    return wav_of(np.sin(np.arange(int(RATE_HZ * seconds)) * 0.2) * loud)


def wav_of(samples: NDArray[np.float64]) -> bytes:
    target = io.BytesIO()
    with wave.open(target, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(samples.astype("<i2").tobytes())
    return target.getvalue()


def unfinished(content: bytes) -> bytes:
    """As it is on the disk when the worker is gone: the sizes are written last."""
    cut = bytearray(content)
    cut[4:8] = cut[40:44] = b"\0\0\0\0"
    return bytes(cut)


def record(state_dir: Path, content: bytes, name: str = f"{NAME}.wav", age_s: float = 0.0) -> Path:
    path = state_dir / WORKER / "recordings" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (time.time() - age_s, time.time() - age_s))
    return path


def started(paths: tuple[str, ...] = (f"recordings/{NAME}.wav",), **more: Any) -> tuple[str, float, Any]:
    data = {"recording": NAME, "asked_by": "caller", "tracks": len(paths), "paths": list(paths), "by": ""}
    return "recording_started", 3.0, data | more


def stopped(why: str = "call_ended") -> tuple[str, float, Any]:
    return "recording_stopped", 9.0, {"recording": NAME, "why": why, "by": ""}


def tell(tenant: Tenant, *events: tuple[str, float, Any], session_id: str = SESSION, **start: Any) -> None:
    """A call from 101 to 102 with these events in between."""
    about = {
        "call_id": "c1@phone", "caller": "101", "caller_domain": tenant.sip_domain, "callee": "102",
        "caller_display_name": "Alice", "callee_domain": tenant.sip_domain, "direction": "ext",
        "source": "udp:192.0.2.1:5060", "user_agent": "", "config_rev": 1, "tenant_name": tenant.name, **start,
    }  # fmt: skip
    answered = {
        "target_id": "t1",
        "number": "102",
        "answered_by": "extension",
        "contact": "",
        "user_agent": "",
    }
    ended = {"status": "answered", "ended_by": "caller", "reason": "Caller hangup", "sip_code": 200}
    story = (
        ("call_start", 0.0, about),
        ("call_established", 2.0, answered),
        *events,
        ("call_ended", 10.0, ended),
    )
    with across_tenants():
        StoredCallEvent.objects.bulk_create(
            StoredCallEvent(
                tenant_id=tenant.pk,
                session_id=session_id,
                sequence=sequence,
                kind=kind,
                at=AT + timedelta(seconds=after_s),
                worker=WORKER,
                data=data,
            )
            for sequence, (kind, after_s, data) in enumerate(story)
        )


def recordings(tenant: Tenant) -> list[Recording]:
    with tenant_scope(tenant):
        return list(Recording.objects.all())


def recording_make(tenant: Tenant, state_dir: Path, **start: Any) -> Recording:
    """A stored one. Outside of a transaction that commits, the worker's file stays where it was."""
    session_id = start.pop("session_id", SESSION)
    name = f"{session_id}-1"
    record(state_dir, wav(), f"{name}.wav")
    begun = started((f"recordings/{name}.wav",), recording=name)
    end = ("recording_stopped", 9.0, {"recording": name, "why": "call_ended", "by": ""})
    tell(tenant, begun, end, session_id=session_id, **start)
    return take(session_id, name, tenant)


def take(session_id: str, name: str, tenant: Tenant) -> Recording:
    """What tasks do when the call is over."""
    cdrs_assemble(session_ids=[session_id])
    assert recordings_store(names=[name]) == []
    with tenant_scope(tenant):
        return Recording.objects.get(recording=name)
