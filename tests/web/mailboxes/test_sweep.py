"""What lies with the workers: taken in when there is room again, thrown away when nobody can want it any more."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from callmanager.fleet.models import OpenCall
from callmanager.services import voicemail_message
from callmanager.services.voicemail import voicemails_settle
from callmanager.services.voicemail_message import voicemail_set_new, voicemail_store, voicemails_delete
from callmanager.services.voicemail_sweep import voicemails_sweep
from tenants.models import EventLogEntry, Tenant
from tenants.scope import across_tenants, tenant_scope
from tests.web.conftest import TenantMaker
from tests.web.mailboxes.stage import messages, record, started, tell, wav
from tests.web.notifications import heard_by, listening

SESSION = "0123456789abcdef0123456789abcdef"
NAME = f"{SESSION}-1.wav"


def age(path: Path, by: timedelta) -> Path:
    then = (datetime.now(UTC) - by).timestamp()
    os.utime(path, (then, then))
    return path


def sweep() -> int:
    return voicemails_sweep(now=datetime.now(UTC))


def test_what_did_not_fit_is_stored_when_there_is_room(
    cast: Any, acme: Tenant, state_dir: Path, django_capture_on_commit_callbacks: Any
) -> None:
    path = age(record(state_dir, wav(), NAME), timedelta(minutes=20))
    tell(acme, started(path=f"voicemail/{NAME}"), session_id=SESSION)
    Tenant.objects.filter(pk=acme.pk).update(disk_quota_mb=0)
    assert voicemails_settle(session_ids=[SESSION]) == 0
    assert path.exists()
    with across_tenants():
        assert EventLogEntry.objects.get(kind="voicemail.no_room").tenant_id == acme.pk
    Tenant.objects.filter(pk=acme.pk).update(disk_quota_mb=10)
    with django_capture_on_commit_callbacks(execute=True):
        assert sweep() == 1
    assert len(messages(acme)) == 1
    assert not path.exists()
    assert sweep() == 0


def test_a_disk_that_is_full_costs_no_message(
    cast: Any, acme: Tenant, state_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Told as the operating system tells it."""
    path = record(state_dir, wav(), NAME)
    tell(acme, started(path=f"voicemail/{NAME}"), session_id=SESSION)

    def no_space(**_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(voicemail_message, "file_store", no_space)
    assert voicemails_settle(session_ids=[SESSION]) == 0
    assert path.exists()
    with across_tenants():
        assert "No space left" in EventLogEntry.objects.get(kind="voicemail.no_room").message


def test_what_a_call_still_records_is_left_alone(cast: Any, acme: Tenant, state_dir: Path) -> None:
    path = age(record(state_dir, wav(), NAME), timedelta(hours=2))
    tell(acme, started(path=f"voicemail/{NAME}"), session_id=SESSION)
    with across_tenants():
        OpenCall.objects.create(
            session_id=SESSION, tenant_id=acme.pk, worker="worker-0", started_at=datetime.now(UTC)
        )
    assert sweep() == 0
    assert path.exists()


def test_what_no_call_tells_of_goes_after_two_weeks(cast: Any, state_dir: Path) -> None:
    young = age(record(state_dir, wav(), NAME), timedelta(days=13))
    old = age(record(state_dir, wav(), "anything-2.wav"), timedelta(days=15))
    assert sweep() == 0
    assert (young.exists(), old.exists()) == (True, False)


def test_a_message_for_somebody_who_is_gone_is_none(cast: Any, acme: Tenant, state_dir: Path) -> None:
    path = record(state_dir, wav(), NAME)
    tell(acme, started(path=f"voicemail/{NAME}", mailbox="888"), session_id=SESSION)
    assert voicemails_settle(session_ids=[SESSION]) == 0
    assert not path.exists()


def test_every_change_of_a_mailbox_is_told(make_committed_tenant: TenantMaker, state_dir: Path) -> None:
    tenant = make_committed_tenant("loud")
    told = ("mailbox_changed", f"{tenant.pk}:101")
    with tenant_scope(tenant), listening("mailbox_changed") as listener:
        sound = (record(state_dir, wav())).open("rb")
        message = voicemail_store(
            sound,
            mailbox="101",
            caller="102",
            left_at=datetime.now(UTC),
            duration_s=2.0,
            session_id="s1",
            recording="message-1",
        )
        assert told in heard_by(listener, until=told)
        voicemail_set_new(voicemail=message, is_new=False)
        assert told in heard_by(listener, until=told)
        voicemails_delete(voicemails=[message])
        assert told in heard_by(listener, until=told)
