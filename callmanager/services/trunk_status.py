"""How trunks fare: what the edge link found, kept, and told when it makes a difference to calls."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone

from callmanager.domain.subscriptions import FLEET_TENANT_ID, TRUNK_EVENTS
from callmanager.domain.trunk_accounts import TrunkState
from callmanager.domain.trunk_answers import NO_ANSWER
from callmanager.fleet.models import Trunk, TrunkAssignment, TrunkStatus
from callmanager.services.live_event import live_events_publish
from tenants.models import EventSource, Severity
from tenants.scope import across_tenants
from tenants.services.event_log import event_record

# A trunk that flaps is told of so often and no oftener; what it is in the end is always told.
TOLD_AT_MOST_EVERY = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class TrunkReport:
    """`is_blocked`: the edge refuses calls to it at once."""

    state: TrunkState
    address: str = ""
    round_trip_ms: float | None = None
    calls: int = 0
    error_code: int | None = None
    error_reason: str = ""
    is_blocked: bool = False

    @property
    def is_unreachable(self) -> bool:
        """Nobody there, or not able to: RFC 3263, 4.3, names these as reasons to try another server."""
        is_failure = self.error_code == NO_ANSWER or (self.error_code or 0) // 100 == 5
        return self.state in (TrunkState.SILENT, TrunkState.FAILED) and is_failure


def trunk_addresses_replace(*, addresses: Mapping[int, Sequence[str]]) -> None:
    """The addresses that host names stand for at present, from which the edge will believe calls."""
    rows = [(trunk_id, address) for trunk_id, found in addresses.items() for address in found]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM public.trunk_address")
        cursor.executemany(
            "INSERT INTO public.trunk_address SELECT id, %s::inet FROM public.trunk WHERE id = %s",
            [(address, trunk_id) for trunk_id, address in rows],
        )


def trunk_reports_record(*, reports: Mapping[int, TrunkReport]) -> None:
    """A state that is what it was keeps its time."""
    now = timezone.now()
    known = {status.trunk_id: status for status in TrunkStatus.objects.filter(trunk_id__in=reports)}
    new = reports.keys() - known.keys()
    # One that was deleted meanwhile has no status to keep.
    new &= set(Trunk.objects.filter(pk__in=new).values_list("pk", flat=True)) if new else set()
    for trunk_id, report in reports.items():
        if trunk_id in new:
            _record(TrunkStatus(trunk_id=trunk_id, state=report.state, since=now), report, now, is_new=True)
        elif trunk_id in known:
            _record(known[trunk_id], report, now, is_new=False)


def _record(status: TrunkStatus, report: TrunkReport, now: datetime, *, is_new: bool) -> None:
    found = {
        "state": report.state.value,
        "address": report.address[:64],
        "round_trip_ms": report.round_trip_ms,
        "calls": report.calls,
    }
    changes: dict[str, object] = {
        name: value for name, value in found.items() if is_new or getattr(status, name) != value
    }
    if "state" in changes:
        changes["since"] = now
    if report.error_code is not None and (
        "state" in changes
        or (status.error_code, status.error_reason) != (report.error_code, report.error_reason)
    ):
        changes |= {"error_code": report.error_code, "error_reason": report.error_reason, "error_at": now}
    changes |= _outage(status, report.state, now)
    if _is_to_be_told(status, report.state, now):
        changes |= {"is_told_usable": report.state.is_usable, "told_at": now}
    if not changes:
        return
    for name, value in changes.items():
        setattr(status, name, value)
    with transaction.atomic():
        if is_new:
            status.save(force_insert=True)
        # Deleted in this moment: nothing to keep, and nothing to tell.
        elif not TrunkStatus.objects.filter(pk=status.pk).update(**changes):
            return
        if "is_told_usable" in changes:
            _tell(status, report, now)


def _is_to_be_told(status: TrunkStatus, state: TrunkState, now: datetime) -> bool:
    if state.is_usable == status.is_told_usable or state == TrunkState.REGISTERING:
        return False
    if status.told_at is None:
        return state != TrunkState.DISABLED
    return now >= status.told_at + TOLD_AT_MOST_EVERY


def _outage(status: TrunkStatus, state: TrunkState, now: datetime) -> dict[str, object]:
    """Since when no call has been possible. One that an administrator switched off is no outage."""
    if state.is_usable or state == TrunkState.DISABLED:
        changes: dict[str, object] = {"down_since": None} if status.down_since else {}
        return changes | ({"mailed_at": None} if state == TrunkState.DISABLED and status.mailed_at else {})
    return {} if status.down_since else {"down_since": now}


def _tell(status: TrunkStatus, report: TrunkReport, now: datetime) -> None:
    name = Trunk.objects.values_list("name", flat=True).get(pk=status.trunk_id)
    is_up = report.state.is_usable
    why = f" ({report.error_code} {report.error_reason})" if report.error_code else ""
    if report.state == TrunkState.DISABLED:
        severity = Severity.INFO
    else:
        severity = Severity.INFO if is_up else Severity.ERROR
    data = {
        "trunk_id": str(status.trunk_id),
        "trunk_name": name,
        "state": report.state.value,
        "error_code": str(report.error_code or ""),
        "error_reason": report.error_reason,
    }
    event_record(
        severity=severity,
        source=EventSource.TRUNK,
        kind="trunk.connected" if is_up else "trunk.disconnected",
        message=f"Trunk {name}: {report.state.value}{why}.",
        data=data,
    )
    key = "trunk_connected" if is_up else "trunk_disconnected"
    with across_tenants():
        tenants = list(
            TrunkAssignment.objects.filter(trunk_id=status.trunk_id).values_list("tenant_id", flat=True)
        )
    messages = list(_messages([FLEET_TENANT_ID, *tenants], key, data, now))
    transaction.on_commit(lambda: live_events_publish(messages))


def _messages(
    tenant_ids: Iterable[int], key: str, data: Mapping[str, object], now: datetime
) -> Iterable[Mapping[str, object]]:
    """To administrators and to whom the trunk is lent: nobody else has anything to do with it."""
    for tenant_id in tenant_ids:
        # Why a provider refuses is between it and the administrators.
        told = data if tenant_id == FLEET_TENANT_ID else {**data, "error_code": "", "error_reason": ""}
        yield {
            "topic": TRUNK_EVENTS,
            "key": key,
            "tenant_id": tenant_id,
            "extensions": [],
            "sequence": 0,
            "time": now.timestamp(),
            "data": dict(told),
        }
