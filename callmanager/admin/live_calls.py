"""The page of running calls, its list as JSON, and the button that ends one."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from callmanager.live_redis import LiveCallsUnavailable
from callmanager.selectors.live_call import live_call_list
from callmanager.services.live_call import (
    CommandRefused,
    LiveCallNotFound,
    WorkerUnavailable,
    live_call_hang_up,
)
from tenants.audit_trail import audit_request
from tenants.capabilities import Verb
from tenants.console_access import needs
from tenants.models import Tenant


@needs("fleet.livecall", Verb.VIEW)
def live_calls_page(request: HttpRequest, site_context: dict[str, Any]) -> HttpResponse:
    context = {
        **site_context,
        "title": "Live calls",
        "tenant": _tenant(request),
        "may_hang_up": request.actor.may("fleet.livecall", Verb.CHANGE),  # type: ignore[attr-defined]
        "list_url": reverse("admin:live_calls_list"),
        "hang_up_url": reverse("admin:live_calls_hang_up", args=["SESSION"]),
    }
    return render(request, "pbxsite/live_calls.html", context)


@require_safe
@needs("fleet.livecall", Verb.VIEW)
def live_call_list_json(request: HttpRequest) -> JsonResponse:
    try:
        calls = live_call_list(tenant_id=_tenant(request).pk)
    except LiveCallsUnavailable as error:
        return JsonResponse({"message": str(error)}, status=503)
    return JsonResponse({"results": [asdict(call) for call in calls]})


@require_POST
@needs("fleet.livecall", Verb.CHANGE)
def live_call_hang_up_json(request: HttpRequest, session_id: str) -> JsonResponse:
    tenant = _tenant(request)
    try:
        live_call_hang_up(tenant_id=tenant.pk, session_id=session_id)
    except LiveCallNotFound:
        return JsonResponse({"message": "This call has ended already."}, status=404)
    except (WorkerUnavailable, LiveCallsUnavailable) as error:
        return JsonResponse({"message": str(error)}, status=503)
    except CommandRefused as error:
        return JsonResponse({"message": str(error)}, status=409)
    audit_request(request, action="call.hang_up", target=tenant)
    return JsonResponse({})


def _tenant(request: HttpRequest) -> Tenant:
    tenant: Tenant = request.actor.tenant  # type: ignore[attr-defined] # the tenant site has no other requests
    return tenant
