"""Trunks and whom they are lent to. Administrators' work: it runs across tenants."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.dispatch import receiver

from callmanager.domain.did_pool import DidPool, parse_did_pool
from callmanager.fleet.models import Trunk, TrunkAssignment, TrunkAuthentication
from callmanager.services.routing_guard import trunk_tests_guard
from callmanager.services.trunk_release import trunk_release
from tenants.integrity import refusing_duplicates
from tenants.models import Tenant
from tenants.scope import across_tenants
from tenants.signals import sip_domain_wanted

TRUNK_FIELDS = (
    "name",
    "country",
    "brand",
    "website",
    "authentication",
    "host",
    "port",
    "outbound_proxy",
    "outbound_proxy_port",
    "transport",
    "verifies_certificate",
    "ca_certificates",
    "srtp",
    "reregister_interval_s",
    "is_same_lan",
    "is_single_via",
    "username",
    "authorization_name",
    "password",
    "addresses",
    "codecs",
    "max_calls",
    "called_number_source",
    "called_number_header",
    "ping_interval_s",
    "is_recorded",
    "is_enabled",
)
_CHANGEABLE = frozenset(TRUNK_FIELDS)
# What a decision about a call may depend on; of the others the edge alone knows.
_OF_CALLS = frozenset(
    {"name", "host", "port", "username", "authorization_name", "srtp", "codecs", "is_enabled"}
)


def trunk_create(**fields: Any) -> Trunk:
    _require_known(fields)
    trunk = Trunk(**fields)
    with refusing_duplicates():
        _check(trunk)
        trunk.save()
    return trunk


def trunk_update(*, trunk: Trunk, **changes: Any) -> Trunk:
    _require_known(changes)
    asked = (
        [trunk] if any(getattr(trunk, name) != changes[name] for name in _OF_CALLS & changes.keys()) else []
    )
    with trunk_tests_guard(*asked):
        for field, value in changes.items():
            setattr(trunk, field, value)
        with refusing_duplicates():
            _check(trunk)
            if changes:
                trunk.save(update_fields=[*changes, "updated_at"])
    return trunk


def trunk_check(*, trunk_id: int | None, **fields: Any) -> None:
    """Raises ValidationError with what creating it, or changing it to this, would be refused for."""
    _require_known(fields)
    trunk = Trunk.objects.get(pk=trunk_id) if trunk_id is not None else Trunk()
    for field, value in fields.items():
        setattr(trunk, field, value)
    _check(trunk)


def trunk_delete(*, trunk: Trunk, is_forced: bool = False) -> None:
    """Takes it from every tenant. Running calls go on. InUse while rules need it, unless that is forced."""
    with across_tenants(), transaction.atomic(), trunk_tests_guard(trunk):
        for assignment in trunk.assignments.select_related("tenant"):
            trunk_release(trunk=trunk, tenant=assignment.tenant, is_forced=is_forced)
        trunk.delete()


def trunk_assign(
    *, trunk: Trunk, tenant: Tenant, did_pool: str = "", is_forced: bool = False
) -> TrunkAssignment:
    """Lends it, or changes the pool of a tenant that has it. Pools of one trunk share no number.

    InUse while rules or extensions have numbers that would go, unless that is forced.
    """
    # Also for an administrator who manages one tenant: the numbers of all the others count.
    with across_tenants(), transaction.atomic(), trunk_tests_guard(trunk, tenant=tenant):
        # One pool of a trunk is checked at a time.
        Trunk.objects.select_for_update().only("pk").get(pk=trunk.pk)
        assignment = TrunkAssignment.objects.filter(trunk=trunk, tenant=tenant).first()
        if assignment is None:
            assignment = TrunkAssignment(trunk=trunk, tenant=tenant)
        assignment.did_pool = did_pool.strip()
        assignment.full_clean(validate_unique=False, validate_constraints=False)
        pool = parse_did_pool(assignment.did_pool)
        _refuse_shared_numbers(assignment, pool)
        if assignment.pk is not None:
            trunk_release(trunk=trunk, tenant=tenant, left=pool, is_forced=is_forced)
        assignment.save()
    return assignment


def trunk_unassign(*, assignment: TrunkAssignment, is_forced: bool = False) -> None:
    """InUse while rules or extensions need it, unless that is forced."""
    with across_tenants(), transaction.atomic(), trunk_tests_guard(assignment.trunk):
        trunk_release(trunk=assignment.trunk, tenant=assignment.tenant, is_forced=is_forced)
        assignment.delete()


def _refuse_shared_numbers(assignment: TrunkAssignment, pool: DidPool) -> None:
    others = TrunkAssignment.objects.filter(trunk=assignment.trunk).exclude(tenant=assignment.tenant)
    for other in others.select_related("tenant"):
        if shared := pool.conflict(parse_did_pool(other.did_pool)):
            number = "every number (*)" if shared == "*" else f"numbers such as {shared}"
            message = f"“{assignment.tenant}” and “{other.tenant}” would both have {number} of this trunk."
            raise ValidationError({"did_pool": ValidationError(message, code="pool_taken")})


def _check(trunk: Trunk) -> None:
    trunk.full_clean()
    if trunk.authentication == TrunkAuthentication.ACCEPT_REGISTER:
        _one_at_a_time()
        if Tenant.objects.filter(sip_domain=trunk.host).exists():
            message = "This is a tenant's SIP domain: choose another one for the gateway."
            raise ValidationError({"host": ValidationError(message, code="host_is_tenant")})
        twins = Trunk.objects.filter(
            authentication=TrunkAuthentication.ACCEPT_REGISTER,
            host=trunk.host,
            authorization_name=trunk.authorization_name,
        )
        if twins.exclude(pk=trunk.pk).exists():
            message = "Another gateway registers with this name and host."
            raise ValidationError({"authorization_name": ValidationError(message, code="unique")})
    if trunk.authentication == TrunkAuthentication.IP:
        _refuse_shared_addresses(trunk)


@receiver(sip_domain_wanted, dispatch_uid="callmanager.refuse_gateways_domain")
def refuse_gateways_domain(sip_domain: str, **_: object) -> None:
    """A domain is a tenant's or a gateway's: the edge must know by it whom it talks to."""
    _one_at_a_time()
    taken = Trunk.objects.filter(authentication=TrunkAuthentication.ACCEPT_REGISTER, host=sip_domain)
    if taken.exists():
        message = "A trunk's gateway registers with this domain: choose another one."
        raise ValidationError({"sip_domain": ValidationError(message, code="domain_is_trunk")})


def _one_at_a_time() -> None:
    """Until the end of the transaction: a tenant and a gateway may want the same domain in the same moment."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('sip domains'))")


def _refuse_shared_addresses(trunk: Trunk) -> None:
    """A call that comes from an address must belong to one trunk."""
    mine = trunk.networks()
    for other in Trunk.objects.filter(authentication=TrunkAuthentication.IP).exclude(pk=trunk.pk):
        for theirs in other.networks():
            if any(one.version == theirs.version and one.overlaps(theirs) for one in mine):
                message = f"Calls from {theirs} belong to the trunk “{other.name}”."
                raise ValidationError({"addresses": ValidationError(message, code="address_taken")})


def _require_known(fields: dict[str, Any]) -> None:
    if unknown := fields.keys() - _CHANGEABLE:
        raise TypeError(f"A trunk's {', '.join(sorted(unknown))} can't be set.")
