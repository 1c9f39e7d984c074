"""Is this process alive, and can the system do its work? For the process runner, load balancers and people."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from pbxsite.readiness import readiness


@never_cache
@require_safe
def live(_request: HttpRequest) -> JsonResponse:
    """The process answers; nothing else is asked."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def ready(_request: HttpRequest) -> JsonResponse:
    """503 if something is missing that calls or this console need, with the reason of each part."""
    found = readiness.get()
    return JsonResponse(
        {
            "status": "ok" if found.is_ready else "unavailable",
            "parts": {
                part.name: {"state": "ok" if part.is_well else "unavailable", "reason": part.reason}
                for part in found.parts
            },
        },
        status=200 if found.is_ready else 503,
    )
