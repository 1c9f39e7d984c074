"""Calls keep the configuration they began with, but not beyond the end of a tenant or an extension."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from callmanager.domain.disconnection import disconnection_reason
from callmanager.domain.outcome import EndedBy
from sipworker.call.party import Party
from sipworker.call.signals import HangUpRequested
from sipworker.ports import SnapshotSource
from sipworker.runtime.registry import LiveCall, Registry

# Of a call that is not answered yet: a no, so that the edge does not try another worker.
NO_LONGER_ALLOWED = 403


def no_longer_allowed(
    registry: Registry, snapshots: SnapshotSource
) -> Iterator[tuple[LiveCall, HangUpRequested]]:
    """Of the tenants whose configuration has changed."""
    changed = snapshots.take_changed()
    if not changed:
        return
    for call in registry.calls():
        tenant_id, people = call.context.invite.tenant_id, call.session.people
        if tenant_id in changed:
            talking, ringing = _extensions(people.talking), _extensions(people.ringing)
            snapshot = snapshots.find(tenant_id)
            reason = disconnection_reason(talking, () if people.is_answered else ringing, snapshot)
            if reason is not None:
                yield call, HangUpRequested(EndedBy.PBX, reason, NO_LONGER_ALLOWED)


def _extensions(parties: Iterable[Party]) -> tuple[str, ...]:
    return tuple(party.extension for party in parties if party.extension)
