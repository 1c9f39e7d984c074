"""Recordings that still lie with the workers: settled again, and thrown away once nobody can want them any more."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from callmanager.fleet.models import OpenCall
from callmanager.services.voicemail import voicemails_settle
from tenants.scope import across_tenants

# Its call has long been over, or is a very long one.
UNSETTLED_AFTER = timedelta(minutes=10)
# There was no room for it all this time, or its call never was.
KEPT_AT_MOST = timedelta(days=14)
AT_MOST = 500
_SESSION = re.compile(r"([0-9a-f]{32})-")


def voicemails_sweep(*, now: datetime) -> int:
    """How many messages were taken in after all."""
    waiting: dict[str, None] = {}
    for path, age in _recordings(now):
        if age > KEPT_AT_MOST:
            path.unlink(missing_ok=True)
        elif age > UNSETTLED_AFTER and (named := _SESSION.match(path.name)) is not None:
            waiting[named.group(1)] = None
    with across_tenants():
        running = set(OpenCall.objects.filter(pk__in=waiting).values_list("pk", flat=True))
    over = [session_id for session_id in waiting if session_id not in running]
    return voicemails_settle(session_ids=over[:AT_MOST]) if over else 0


def _recordings(now: datetime) -> Iterator[tuple[Path, timedelta]]:
    for path in sorted(Path(settings.PBX_STATE_DIR).glob("worker-*/voicemail/*.wav")):
        try:
            age_s = now.timestamp() - path.stat().st_mtime
        except FileNotFoundError:
            continue  # somebody has just taken it in
        yield path, timedelta(seconds=age_s)
