"""The wallboard: a page of the console, the same on a big screen, and what both read."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from callmanager.agent_requests import agent_change
from callmanager.domain.agent_state import WISHED, AgentHappening
from callmanager.models import CallQueue, Extension
from callmanager.selectors.call_queue import call_queue_list
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


@require_POST
@needs("callmanager.callqueue", Verb.CHANGE)
def wallboard_agent_json(request: HttpRequest) -> JsonResponse:
    return agent_change_json(request, call_queue_list())


def agent_change_json(request: HttpRequest, queues: QuerySet[CallQueue]) -> JsonResponse:
    """`queue`, `agent` and `happening` of the form: of these queues alone. 404 where there is no such agent."""
    asked = request.POST
    extension = Extension.objects.filter(number=asked.get("agent", "")[:20]).first()
    if asked.get("happening") not in WISHED:
        return JsonResponse({"message": "This can't be done with an agent."}, status=400)
    is_agent = agent_change(
        request,
        queues=queues.filter(number=asked.get("queue", "")[:20]),
        extension_id=extension.pk if extension is not None else None,
        happening=AgentHappening(asked["happening"]),
    )
    if not is_agent:
        return JsonResponse({"message": "There is no such agent any more."}, status=404)
    return JsonResponse({})


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
        "agent_url": reverse("admin:wallboard_agent") if _may_change(request) else "",
    }


def _chosen(request: HttpRequest) -> str:
    """What the database can't be asked for is no number."""
    text = request.GET.get("queue", "")
    return text if text.isascii() and text.isalnum() and len(text) <= 20 else ""


def _may_change(request: HttpRequest) -> bool:
    actor: Actor = request.actor  # type: ignore[attr-defined] # the tenant site has no other requests
    return actor.may("callmanager.callqueue", Verb.CHANGE)


def _tenant(request: HttpRequest) -> Tenant:
    actor: Actor = request.actor  # type: ignore[attr-defined] # the tenant site has no other requests
    tenant: Tenant = actor.tenant  # type: ignore[assignment] # nobody else comes this far
    return tenant
