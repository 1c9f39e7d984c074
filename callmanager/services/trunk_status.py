"""How trunks fare: what the edge link found, kept and told when it changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import connection, transaction
from django.utils import timezone

from callmanager.domain.trunk_accounts import TrunkState
from callmanager.fleet.models import Trunk, TrunkStatus
from tenants.models import EventSource, Severity
from tenants.services.event_log import event_record


def trunk_addresses_replace(*, addresses: Mapping[int, Sequence[str]]) -> None:
    """The addresses that host names stand for at present, from which the edge will believe calls."""
    rows = [(trunk_id, address) for trunk_id, found in addresses.items() for address in found]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM public.trunk_address")
        cursor.executemany(
            "INSERT INTO public.trunk_address SELECT id, %s::inet FROM public.trunk WHERE id = %s",
            [(address, trunk_id) for trunk_id, address in rows],
        )


def trunk_states_record(*, states: Mapping[int, TrunkState], addresses: Mapping[int, str]) -> None:
    """A state that is what it was keeps its time."""
    known = {status.trunk_id: status for status in TrunkStatus.objects.filter(trunk_id__in=states)}
    names = dict(Trunk.objects.filter(pk__in=states).values_list("pk", "name"))
    for trunk_id, state in states.items():
        before = known.get(trunk_id)
        address = addresses.get(trunk_id, "")
        if trunk_id not in names or (before and (before.state, before.address) == (state, address)):
            continue
        since = before.since if before is not None and before.state == state else timezone.now()
        TrunkStatus.objects.update_or_create(
            trunk_id=trunk_id, defaults={"state": state, "since": since, "address": address}
        )
        if before is None or before.state != state:
            _tell(trunk_id, names[trunk_id], TrunkState(before.state) if before else None, state)


def _tell(trunk_id: int, name: str, before: TrunkState | None, after: TrunkState) -> None:
    """Only what makes a difference to calls: the way up and the way down."""
    was_usable = before is not None and before.is_usable
    if was_usable == after.is_usable:
        return
    kind, severity = (
        ("trunk.connected", Severity.INFO) if after.is_usable else ("trunk.disconnected", Severity.ERROR)
    )
    event_record(
        severity=severity,
        source=EventSource.TRUNK,
        kind=kind,
        message=f"Trunk {name}: {after.value}.",
        data={"trunk_id": trunk_id, "state": after.value, "before": before.value if before else ""},
    )
