"""A message that was left, and a place for files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from callmanager.fleet.models import Voicemail
from callmanager.services.voicemail import voicemails_settle
from tenants.models import Tenant
from tests.web.mailboxes.stage import SESSION, messages, record, started, tell, wav


@pytest.fixture(autouse=True)
def state_dir(settings: Any, tmp_path: Path) -> Path:
    settings.PBX_STATE_DIR = tmp_path
    return tmp_path


@pytest.fixture
def left(cast: Any, acme: Tenant, state_dir: Path, django_capture_on_commit_callbacks: Any) -> Voicemail:
    """Bob left Alice a message."""
    record(state_dir, wav(quiet_s=3.0))
    tell(acme, started())
    with django_capture_on_commit_callbacks(execute=True):
        assert voicemails_settle(session_ids=[SESSION]) == 1
    return messages(acme)[0]
