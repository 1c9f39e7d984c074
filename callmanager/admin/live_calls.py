"""The page of running calls, its list as JSON, and the button that ends one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from callmanager.admin.live_call_orders import live_call_order
from callmanager.admin.live_call_rights import CallRights
from callmanager.domain.decisions import MonitorMode
from callmanager.domain.live_call import LiveCall
from callmanager.live_redis import LiveCallsUnavailable
from callmanager.selectors.live_call import live_call_list
from callmanager.selectors.monitoring import is_monitoring_possible, monitor_list
from callmanager.selectors.person import hang_up_numbers_of, visible_live_call_list
from callmanager.services.call_control import Controller
from callmanager.services.live_call import (
    CommandRefused,
    LiveCallNotFound,
    WorkerUnavailable,
    live_call_hang_up,
)
from tenants.acting import Actor
from tenants.audit_trail import audit_request
from tenants.capabilities import Verb
from tenants.console_access import needs
from tenants.models import Role, Tenant

MODES = (
    (MonitorMode.SILENT.value, "Listen"),
    (MonitorMode.WHISPER.value, "Whisper"),
    (MonitorMode.BARGE.value, "Join"),
    (MonitorMode.TAKE_OVER.value, "Take over"),
)


@needs("fleet.livecall", Verb.VIEW)
def live_calls_page(request: HttpRequest, site_context: dict[str, Any]) -> HttpResponse:
    number = _number(request)
    is_choosing = number is None and is_monitoring_possible()
    context = {
        **site_context,
        "title": "Live calls",
        "sides": (("caller", "Caller"), ("callee", "Callee")),
        "modes": MODES,
        # Whose telephone hears the call: an extension's own, otherwise one of the company's monitors'.
        "own_number": number or "",
        "monitors": list(monitor_list()) if is_choosing else [],
        "tenant": _tenant(request),
        "may_hang_up": _actor(request).may("fleet.livecall", Verb.CHANGE),
        "ends_some": number is not None,
        "list_url": reverse("admin:live_calls_list"),
        "hang_up_url": reverse("admin:live_calls_hang_up", args=["SESSION"]),
        "order_url": reverse("admin:live_calls_order", args=["SESSION", "ORDER"]),
    }
    return render(request, "pbxsite/live_calls.html", context)


@require_safe
@needs("fleet.livecall", Verb.VIEW)
def live_call_list_json(request: HttpRequest) -> JsonResponse:
    try:
        calls = _calls(request)
    except LiveCallsUnavailable as error:
        return JsonResponse({"message": str(error)}, status=503)
    may_end, rights = _may_end(request), CallRights.of(_controller(request), _actor(request))
    rows = [{**asdict(call), "may_hang_up": may_end(call), **rights.shown(call)} for call in calls]
    return JsonResponse({"results": rows})


@require_POST
@needs("fleet.livecall", Verb.CHANGE)
def live_call_hang_up_json(request: HttpRequest, session_id: str) -> JsonResponse:
    tenant = _tenant(request)
    try:
        if _number(request) is not None:
            _require_may_end(request, session_id)
        live_call_hang_up(tenant_id=tenant.pk, session_id=session_id)
    except LiveCallNotFound:
        return JsonResponse({"message": "This call has ended already."}, status=404)
    except (WorkerUnavailable, LiveCallsUnavailable) as error:
        return JsonResponse({"message": str(error)}, status=503)
    except CommandRefused as error:
        return JsonResponse({"message": str(error)}, status=409)
    audit_request(request, action="call.hang_up", target=tenant)
    return JsonResponse({})


@require_POST
@needs("fleet.livecall", Verb.CHANGE)
def live_call_order_json(request: HttpRequest, session_id: str, order: str) -> JsonResponse:
    """What is done for one side of a call, or to its recording; and somebody who monitors it."""
    return live_call_order(request, _controller(request), session_id, order)


def _controller(request: HttpRequest) -> Controller:
    tenant, number = _tenant(request), _number(request)
    return Controller(tenant) if number is None else Controller.of_extension(tenant, number)


def _calls(request: HttpRequest) -> list[LiveCall]:
    tenant_id, number = _tenant(request).pk, _number(request)
    if number is None:
        return live_call_list(tenant_id=tenant_id)
    return visible_live_call_list(tenant_id=tenant_id, number=number)


def _may_end(request: HttpRequest) -> Callable[[LiveCall], bool]:
    number, is_allowed = _number(request), _actor(request).may("fleet.livecall", Verb.CHANGE)
    if number is None or not is_allowed:
        return lambda call: is_allowed
    numbers = hang_up_numbers_of(number=number)
    return lambda call: call.concerns_any(numbers)


def _require_may_end(request: HttpRequest, session_id: str) -> None:
    """A call that an extension does not see is none for it; one that it sees it need not be allowed to end."""
    call = next((one for one in _calls(request) if one.session_id == session_id), None)
    if call is None:
        raise LiveCallNotFound
    if not _may_end(request)(call):
        raise PermissionDenied


def _number(request: HttpRequest) -> str | None:
    """Of the extension that asks; None for who sees all calls."""
    actor = _actor(request)
    return actor.user.extension_number if actor.role == Role.EXTENSION else None


def _tenant(request: HttpRequest) -> Tenant:
    tenant: Tenant = _actor(request).tenant  # type: ignore[assignment] # the tenants' sites have no other requests
    return tenant


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined] # nobody else comes this far
    return actor
