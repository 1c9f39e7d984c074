"""The call simulator for a tenant: the snapshot that a worker would load now, and what it would make of a call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from callmanager.domain.call_simulation import Simulation, simulate
from callmanager.domain.simulation_request import SimulationWish, read_wish
from callmanager.domain.snapshot import TenantSnapshot
from callmanager.selectors.snapshot import snapshot_get
from tenants.models import Tenant


@dataclass(frozen=True, slots=True)
class SimulatedCall:
    simulation: Simulation
    snapshot: TenantSnapshot


def call_simulation_get(*, tenant: Tenant, wish: SimulationWish, at: datetime) -> SimulatedCall:
    """Raises SimulationInvalid."""
    snapshot = snapshot_get(tenant=tenant)
    return SimulatedCall(simulate(read_wish(wish, snapshot, at), snapshot), snapshot)
