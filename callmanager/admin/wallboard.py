"""The wallboard: a page of the console, the same on a big screen, and what both read."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from callmanager.models import CallQueue
from callmanager.selectors.wallboard import wallboard
from tenants.acting import Actor
from tenants.capabilities import Verb
from tenants.console_access import needs
from tenants.models import Tenant

SUBJECT = "callmanager.wallboard"


@needs(SUBJECT, Verb.VIEW)
def wallboard_page(request: HttpRequest, site_context: dict[str, Any]) -> HttpResponse:
    return render(request, "pbxsite/wallboard.html", {**site_context, **_context(request)})


@needs(SUBJECT, Verb.VIEW)
def wallboard_screen(request: HttpRequest, site_context: dict[str, Any]) -> HttpResponse:
    """Nothing but the board, for a screen on a wall."""
    return render(request, "pbxsite/wallboard_screen.html", {**site_context, **_context(request)})


@require_safe
@needs(SUBJECT, Verb.VIEW)
def wallboard_json(request: HttpRequest) -> JsonResponse:
    chosen = _chosen(request)
    shown = wallboard(
        tenant=_tenant(request), now=timezone.now(), numbers=frozenset([chosen]) if chosen else None
    )
    return JsonResponse(asdict(shown))


def _context(request: HttpRequest) -> dict[str, Any]:
    chosen = _chosen(request)
    asked = f"?{urlencode({'queue': chosen})}" if chosen else ""
    return {
        "title": "Wallboard",
        "tenant": _tenant(request),
        "queues": list(CallQueue.objects.values_list("number", "name")),
        "chosen": chosen,
        "list_url": reverse("admin:wallboard_list") + asked,
        "screen_url": reverse("admin:wallboard_screen") + asked,
        "page_url": reverse("admin:wallboard") + asked,
    }


def _chosen(request: HttpRequest) -> str:
    """What the database can't be asked for is no number."""
    text = request.GET.get("queue", "")
    return text if text.isascii() and text.isalnum() and len(text) <= 20 else ""


def _tenant(request: HttpRequest) -> Tenant:
    actor: Actor = request.actor  # type: ignore[attr-defined] # the tenant site has no other requests
    tenant: Tenant = actor.tenant  # type: ignore[assignment] # nobody else comes this far
    return tenant
