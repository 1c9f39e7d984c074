"""Trunks lent to a tenant, for tests of what is built on them."""

from __future__ import annotations

import itertools

from callmanager.fleet.models import Trunk
from callmanager.services.trunk import trunk_assign, trunk_create
from tenants.models import Tenant

_hosts = itertools.count(1)


def lent_trunk(tenant: Tenant, *, pool: str = "", name: str = "") -> Trunk:
    """By address, each with one of its own."""
    number = next(_hosts)
    trunk = trunk_create(
        name=name or f"Telco {number}",
        authentication="ip",
        host=f"10.77.{number // 250 % 250}.{number % 250 + 1}",
    )
    trunk_assign(trunk=trunk, tenant=tenant, did_pool=pool)
    return trunk
