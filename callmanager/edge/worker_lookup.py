"""Which worker a company's calls go to: known by the edge, asked for calls that begin without an INVITE."""

from __future__ import annotations

from django.conf import settings

from callmanager.edge.rpc import EdgeAwayError, EdgeRefusedError, EdgeRpc
from callmanager.fleet.models import WorkerNode
from callmanager.services.live_call import WorkerUnavailable
from tenants.models import Tenant


def worker_of(*, tenant: Tenant) -> str:
    """All calls of a company are one worker's, so that they know of each other."""
    try:
        sip_uri = EdgeRpc(settings.PBX_EDGE_RPC_PORT).worker_of(tenant.sip_domain)
    except (EdgeAwayError, EdgeRefusedError) as error:
        raise WorkerUnavailable("Calls can't be made at the moment.") from error
    node = WorkerNode.objects.filter(sip_uri=sip_uri).first() if sip_uri is not None else None
    if node is None:
        raise WorkerUnavailable("There is no worker that could make the call at the moment.")
    return node.worker
