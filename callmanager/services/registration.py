"""The table `registration` follows the edge, and subscribers hear of it. Idempotent: an event may come twice."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime

from django.db import connection, transaction

from callmanager.domain.edge_events import EdgeRegistration, RegistrationChange, RegistrationChanged
from callmanager.domain.registration_message import registration_message
from callmanager.fleet.models import Registration
from callmanager.services.live_event import live_events_publish
from callmanager.services.queue_agent import queue_agents_registered
from callmanager.webhooks.outbox import registrations_tell
from tenants.models import Tenant
from tenants.scope import across_tenants, tenant_scope

BATCH = 500
WRITTEN_ON_REFRESH = [
    "tenant_id", "username", "domain", "contact", "source", "user_agent", "instance", "expires_at",
]  # fmt: skip


def registrations_apply(*, changes: Sequence[RegistrationChanged]) -> None:
    """What the edge announced, in the order in which it did."""
    # Of several changes of one contact only the last counts.
    latest = {change.registration.ruid: change for change in changes}
    gone = [change.registration for change in latest.values() if change.is_gone]
    there = [change.registration for change in latest.values() if not change.is_gone]
    _write(there=there, gone=gone, at=time.time())
    new = [one for one in latest.values() if one.change is RegistrationChange.REGISTERED]
    _tell_queues((change.registration for change in new), time.time())


def registrations_replace(*, registrations: Iterable[EdgeRegistration]) -> int:
    """Everything the edge has; the number of contacts that came or went without our knowing."""
    there = {registration.ruid: registration for registration in registrations}
    with across_tenants():
        known = {row.ruid: row for row in Registration.objects.all()}
    changed = [found for found in there.values() if _is_news(known.get(found.ruid), found)]
    gone = [_from_row(row) for row in known.values() if row.ruid not in there]
    _write(there=changed, gone=gone, at=time.time())
    _tell_queues((found for found in changed if found.ruid not in known), time.time())
    _write_expiries(known, there)
    return len(changed) + len(gone)


def registrations_remove(*, aors: Collection[str]) -> list[str]:
    """The edge was told to forget these extensions' contacts; which they were."""
    numbers, domains = {aor.partition("@")[0] for aor in aors}, {aor.partition("@")[2] for aor in aors}
    with across_tenants():
        found = Registration.objects.filter(username__in=numbers, domain__in=domains)
        rows = [row for row in found if f"{row.username}@{row.domain}" in aors]
    _write(there=[], gone=[_from_row(row) for row in rows], at=time.time())
    return [row.ruid for row in rows]


def registrations_unwanted() -> list[str]:
    """The AORs of phones whose extension or tenant is gone or disabled."""
    with across_tenants(), connection.cursor() as cursor:
        cursor.execute("""
            SELECT DISTINCT registration.username || '@' || registration.domain
              FROM public.registration
              LEFT JOIN public.edge_auth AS account USING (username, domain)
             WHERE account.is_enabled IS NOT TRUE
        """)
        return [aor for (aor,) in cursor.fetchall()]


def _write(*, there: Sequence[EdgeRegistration], gone: Sequence[EdgeRegistration], at: float) -> None:
    if not there and not gone:
        return
    tenants = _tenants({registration.domain for registration in (*there, *gone)})
    tenant_ids = {domain: tenant.pk for domain, tenant in tenants.items()}
    known = [registration for registration in there if registration.domain in tenant_ids]
    with across_tenants(), transaction.atomic():
        Registration.objects.filter(pk__in=[registration.ruid for registration in gone]).delete()
        Registration.objects.bulk_create(
            [_to_row(registration, tenant_ids[registration.domain], at) for registration in known],
            batch_size=BATCH,
            update_conflicts=True,
            unique_fields=["ruid"],
            update_fields=WRITTEN_ON_REFRESH,
        )
        registrations_tell(there=known, gone=gone, tenants=tenants, at=at)
    live_events_publish(_messages(known, gone, tenant_ids, at))


def _tell_queues(new: Iterable[EdgeRegistration], at: float) -> None:
    """Who registers with a telephone, and had none before, becomes ready as an agent, or not, as the queue says (manual
    5.10): a second telephone changes nothing that its owner has wished meanwhile.
    """
    came = list(new)
    with across_tenants():
        others = Registration.objects.exclude(pk__in=[one.ruid for one in came]).filter(
            username__in={one.number for one in came}, expires_at__gt=datetime.fromtimestamp(at, UTC)
        )
        there = set(others.values_list("username", "domain")) if came else set()
    numbers: defaultdict[str, set[str]] = defaultdict(set)
    for registration in came:
        if (registration.number, registration.domain) not in there:
            numbers[registration.domain].add(registration.number)
    for domain, tenant in _tenants(set(numbers)).items() if numbers else ():
        with tenant_scope(tenant), transaction.atomic():
            queue_agents_registered(numbers=numbers[domain], at=datetime.fromtimestamp(at, UTC))


def _write_expiries(known: Mapping[str, Registration], there: Mapping[str, EdgeRegistration]) -> None:
    """Plain refreshes are not announced: the table learns of them here, and nobody else cares."""
    refreshed = []
    for ruid, row in known.items():
        found = there.get(ruid)
        # A difference of two seconds is rounding.
        if found is not None and abs(row.expires_at.timestamp() - found.expires_at) > 2:
            row.expires_at = datetime.fromtimestamp(found.expires_at, UTC)
            refreshed.append(row)
    with across_tenants():
        Registration.objects.bulk_update(refreshed, ["expires_at"], batch_size=BATCH)


def _tenants(domains: set[str]) -> Mapping[str, Tenant]:
    return {tenant.sip_domain: tenant for tenant in Tenant.objects.filter(sip_domain__in=domains)}


def _messages(
    there: Iterable[EdgeRegistration],
    gone: Iterable[EdgeRegistration],
    tenant_ids: Mapping[str, int],
    at: float,
) -> list[dict[str, object]]:
    """One for each extension."""
    registered: dict[str, list[EdgeRegistration]] = defaultdict(list)
    removed: dict[str, list[EdgeRegistration]] = defaultdict(list)
    for registration in there:
        registered[registration.aor].append(registration)
    for registration in gone:
        if registration.domain in tenant_ids:
            removed[registration.aor].append(registration)
    return [
        registration_message(
            tenant_ids[aor.partition("@")[2]],
            aor.partition("@")[0],
            registered=registered[aor],
            removed=removed[aor],
            at=at,
        )
        for aor in {**registered, **removed}
    ]


def _to_row(registration: EdgeRegistration, tenant_id: int, at: float) -> Registration:
    return Registration(
        ruid=registration.ruid,
        tenant_id=tenant_id,
        username=registration.number,
        domain=registration.domain,
        contact=registration.contact,
        source=registration.source,
        user_agent=registration.user_agent,
        instance=registration.instance,
        registered_at=datetime.fromtimestamp(at, UTC),
        expires_at=datetime.fromtimestamp(registration.expires_at, UTC),
    )


def _from_row(row: Registration) -> EdgeRegistration:
    return EdgeRegistration(
        ruid=row.ruid,
        aor=f"{row.username}@{row.domain}",
        contact=row.contact,
        received="",
        user_agent=row.user_agent,
        source=row.source,
        instance=row.instance,
        reg_id=0,
        expires_at=int(row.expires_at.timestamp()),
    )


def _is_news(row: Registration | None, found: EdgeRegistration) -> bool:
    if row is None:
        return True
    return (row.contact, row.user_agent, row.instance) != (found.contact, found.user_agent, found.instance)
