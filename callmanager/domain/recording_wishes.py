"""Whether a call is recorded of itself, and because of whom: the one place that decides. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from callmanager.domain.recording import RecordingCause
from callmanager.domain.snapshot import TenantSnapshot


def who_asks(
    snapshot: TenantSnapshot,
    *,
    caller: str = "",
    callees: Iterable[str] = (),
    trunk_ids: Iterable[int] = (),
    is_queue_recorded: bool = False,
) -> tuple[RecordingCause, ...]:
    """Everybody who wants this call recorded; nobody: it is not. Numbers are those of extensions."""
    numbers = [number for number in (caller, *callees) if number]
    asked = {
        RecordingCause.CALLER: _is_recorded(snapshot, caller),
        RecordingCause.CALLEE: any(_is_recorded(snapshot, number) for number in callees),
        RecordingCause.TENANT: snapshot.recording.is_all_recorded
        and any(snapshot.find_extension(number) is not None for number in numbers),
        RecordingCause.TRUNK: any(
            trunk.is_recorded
            for trunk_id in trunk_ids
            if (trunk := snapshot.find_trunk(trunk_id)) is not None
        ),
        RecordingCause.QUEUE: is_queue_recorded,
    }
    return tuple(cause for cause, is_asked in asked.items() if is_asked)


def _is_recorded(snapshot: TenantSnapshot, number: str) -> bool:
    found = snapshot.find_extension(number)
    return found is not None and found.is_recorded
