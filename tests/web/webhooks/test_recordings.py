"""A recording that can be heard is told behind the events of its call."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from callmanager.services.cdr import cdrs_assemble
from callmanager.services.recording import recordings_store
from tenants.models import Tenant
from tests.web.callmanager.recorded_calls import NAME, SESSION, record, started, stopped, tell, wav
from tests.web.webhooks.conftest import SetUrl, rows


def test_a_recording_that_can_be_heard_is_told(
    acme: Tenant, globex: Tenant, settings: Any, tmp_path: Path, set_url: SetUrl
) -> None:
    settings.PBX_STATE_DIR = tmp_path
    set_url(events=["recording_stored"])
    set_url(tenant=globex, events=["recording_stored"])
    record(tmp_path, wav())
    tell(acme, started(), stopped())
    cdrs_assemble(session_ids=[SESSION])
    assert recordings_store(names=[NAME]) == []
    (row,) = rows(acme)
    body = json.loads(row.body)
    assert (row.key, row.ordering_key) == ("recording_stored", SESSION)
    assert (body["event_type"], body["extension_number"]) == ("recording_stored", "101")
    assert (body["session_id"], len(body["recording_id"])) == (SESSION, 32)
    assert rows(globex) == []
