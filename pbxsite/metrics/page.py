"""/metrics: all figures on one page, for administrators' tokens and for addresses the operator named."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.multiprocess import MultiProcessCollector

from callmanager.edge.rpc import EdgeRpc
from pbxsite.metrics import DIRECTORY
from pbxsite.metrics.edge import EdgeCollector
from pbxsite.metrics.queue import QueueCollector
from pbxsite.metrics.workers import WorkersCollector
from tenants.acting import bearer_of, find_actor_of_token
from tenants.capabilities import Verb
from tenants.services.api_token import api_token_note_use
from tenants.sign_in import client_ip

SUBJECT = "fleet.metrics"


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    if not (_is_known_address(request) or _is_token_good(request)):
        message = "An administrator's token with the scope metrics, or an address in PBX_METRICS_NETWORKS."
        error = {"code": "permission_denied", "field": None, "message": message}
        return JsonResponse({"errors": [error]}, status=403)
    registry = CollectorRegistry()
    MultiProcessCollector(registry, str(DIRECTORY))  # type: ignore[no-untyped-call]
    registry.register(QueueCollector())
    registry.register(EdgeCollector(EdgeRpc(settings.PBX_EDGE_RPC_PORT)))
    registry.register(WorkersCollector())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _is_known_address(request: HttpRequest) -> bool:
    """What came by the front from the machine itself may come from a second proxy before it, so from anywhere."""
    found = client_ip(request)
    if found is None:
        return False
    address = ip_address(found)
    if address.is_loopback and "HTTP_X_FORWARDED_FOR" in request.META:
        return False
    return any(address in ip_network(network) for network in settings.PBX_METRICS_NETWORKS)


def _is_token_good(request: HttpRequest) -> bool:
    secret = bearer_of(request)
    actor = find_actor_of_token(secret, None) if secret else None
    if actor is None or actor.token is None or not actor.may(SUBJECT, Verb.VIEW):
        return False
    api_token_note_use(token=actor.token)
    return True
