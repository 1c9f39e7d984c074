"""Keeping what the edge tells of refused registrations and of penalties, within bounds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from django.db import connection
from django.utils import timezone

from callmanager.domain.edge_events import PenaltyImposed, RegistrationRefused
from callmanager.fleet.models import RegistrationFailure
from tenants.models import EventSource, Severity, Tenant
from tenants.scope import across_tenants
from tenants.services.event_log import event_record

KEPT_PER_ACCOUNT = 20
KEPT_OF_NOBODY = 500
KEPT_FOR = timedelta(days=14)
PENALTY_REPEATED_AFTER_S = 600

_CUT_SQL = """
    DELETE FROM registration_failure AS failure
     USING (
        SELECT id, tenant_id,
               row_number() OVER (PARTITION BY tenant_id, CASE WHEN tenant_id IS NULL THEN '' ELSE number END
                                  ORDER BY at DESC, id DESC) AS place
          FROM registration_failure
     ) AS ranked
     WHERE failure.id = ranked.id
       AND ranked.place > CASE WHEN ranked.tenant_id IS NULL THEN %s ELSE %s END
"""


def registration_failures_record(*, refused: Sequence[RegistrationRefused]) -> None:
    """Also of accounts and domains that do not exist."""
    tenants = _tenants_by_domain({one.domain for one in refused})
    with across_tenants():
        RegistrationFailure.objects.bulk_create(
            RegistrationFailure(
                at=datetime.fromtimestamp(one.at, UTC),
                tenant_id=tenants[one.domain].pk if one.domain in tenants else None,
                number=one.number[:64],
                domain=one.domain[:253],
                cause=one.cause[:32],
                source=one.source[:80],
                user_agent=one.user_agent[:255],
            )
            for one in refused
        )


def registration_failures_expire() -> int:
    """The old ones, and of every account all but the latest; the number of rows."""
    with across_tenants():
        old = RegistrationFailure.objects.filter(at__lt=timezone.now() - KEPT_FOR).delete()[0]
        with connection.cursor() as cursor:
            cursor.execute(_CUT_SQL, (KEPT_OF_NOBODY, KEPT_PER_ACCOUNT))
            return old + int(cursor.rowcount)


def penalty_record(*, penalty: PenaltyImposed) -> None:
    """A security event: of the tenant for one number, of the platform for a whole address."""
    number, _, domain = penalty.aor.partition("@")
    tenant = _tenants_by_domain({domain}).get(domain)
    if penalty.aor:
        message = (
            f"Registrations of {number} from {penalty.source} are refused for {penalty.penalty_s} s "
            "after repeated wrong passwords."
        )
    else:
        message = f"Everything from {penalty.source} is ignored for {penalty.penalty_s} s: too many wrong passwords."
    event_record(
        severity=Severity.WARNING if penalty.aor else Severity.ERROR,
        source=EventSource.SECURITY,
        kind="registration.penalised" if penalty.aor else "registration.address_banned",
        tenant=tenant,
        message=message,
        data={"number": number, "address": penalty.source, "penalty_s": penalty.penalty_s},
        at_most_every_s=PENALTY_REPEATED_AFTER_S,
    )


def _tenants_by_domain(domains: set[str]) -> dict[str, Tenant]:
    return {tenant.sip_domain: tenant for tenant in Tenant.objects.filter(sip_domain__in=domains)}
