"""What a worker has recorded and told, for tests of mailboxes."""

from __future__ import annotations

import io
import wave
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from django.test import Client

from callmanager.fleet.models import StoredCallEvent, Voicemail
from tenants.models import Tenant, User
from tenants.scope import across_tenants, tenant_scope
from tenants.services.api_token import api_token_create

AT = datetime.now(UTC) - timedelta(minutes=1)
WORKER, SESSION = "worker-0", "s1"
LIST, BOXES, GREETINGS = "/api/voicemails", "/api/mailboxes", "/api/greetings"


def wav(seconds: float = 2.0, quiet_s: float = 0.0) -> bytes:
    target = io.BytesIO()
    loud = (np.sin(np.arange(int(16_000 * seconds)) * 0.2) * 9000).astype("<i2")
    quiet = np.zeros(int(16_000 * quiet_s), "<i2")
    with wave.open(target, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(np.concatenate([quiet, loud, quiet]).tobytes())
    return target.getvalue()


def record(state_dir: Path, content: bytes, name: str = "s1-1.wav") -> Path:
    path = state_dir / WORKER / "voicemail" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def tell(tenant: Tenant, *events: tuple[str, dict[str, Any]], session_id: str = SESSION) -> None:
    with across_tenants():
        StoredCallEvent.objects.bulk_create(
            StoredCallEvent(
                tenant_id=tenant.pk,
                session_id=session_id,
                sequence=sequence,
                kind=kind,
                at=AT + timedelta(seconds=sequence),
                worker=WORKER,
                data=data,
            )
            for sequence, (kind, data) in enumerate(events)
        )


def started(recording: str = "message-1", path: str = "voicemail/s1-1.wav", **more: Any) -> tuple[str, Any]:
    data = {
        "recording": recording,
        "path": path,
        "mailbox": "101",
        "caller": "102",
        "caller_display_name": "Bob",
    }
    return "voicemail_started", data | more


def messages(tenant: Tenant) -> list[Voicemail]:
    with tenant_scope(tenant):
        return list(Voicemail.objects.all())


def bearer(username: str) -> Client:
    secret = api_token_create(user=User.objects.get(username=username))[1]
    return Client(headers={"Authorization": f"Bearer {secret}"})


def change(left: Voicemail, what: str, **more: Any) -> tuple[str, Any]:
    return "voicemail_changed", {"mailbox": "101", "message_id": left.pk, "change": what, **more}
