"""Calls begun by a click: the caller's telephone rings first, and whoever was clicked on once it is answered."""

from __future__ import annotations

import re
import uuid
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_POST
from unfold.admin import ModelAdmin

from callmanager.edge.worker_lookup import worker_of
from callmanager.live_redis import LiveCallsUnavailable
from callmanager.services.call_control import Controller, NotYourCall
from callmanager.services.calling_extension import NoSuchCaller, calling_extension_choose
from callmanager.services.live_call import CommandRefused, WorkerUnavailable
from callmanager.services.requested_call import CallRequest, requested_call_make
from tenants.acting import Actor
from tenants.audit_trail import audit_request
from tenants.capabilities import Verb
from tenants.console_access import needs
from tenants.models import Role, Tenant

SUBJECT = "fleet.livecall"
NUMBER = re.compile(r"[0-9*#+]{1,64}")


@require_POST
@needs(SUBJECT, Verb.CHANGE)
def live_call_make_json(request: HttpRequest) -> JsonResponse:
    return call_make(request)


def call_make(request: HttpRequest) -> JsonResponse:
    """`callee` is called for `caller`, which an extension leaves out and means itself."""
    tenant, number = _tenant(request), own_number(request)
    controller = Controller.of_extension(tenant, number) if number else Controller(tenant)
    callee = re.sub(r"[\s()/.-]", "", request.POST.get("callee", ""))
    if not NUMBER.fullmatch(callee):
        return _no(400, "Enter a number to call: digits, *, # or +.")
    try:
        caller = calling_extension_choose(
            controller=controller, number=request.POST.get("caller", "").strip()
        )
        if caller == callee:
            return _no(400, "That is the same phone: choose another one to call from.")
        session_id = uuid.uuid4().hex
        requested_call_make(
            tenant=tenant,
            worker=worker_of(tenant=tenant),
            session_id=session_id,
            request_id=session_id,
            wanted=CallRequest(caller, callee),
        )
    except NoSuchCaller as error:
        return _no(
            400, f"Call from which extension? {error}" if error.code == "does_not_exist" else str(error)
        )
    except NotYourCall as error:
        return _no(403, str(error))
    except CommandRefused as error:
        return _no(409, str(error))
    except (WorkerUnavailable, LiveCallsUnavailable) as error:
        return _no(503, str(error))
    audit_request(request, action="call.create", target=tenant)
    message = f"Phone {caller} rings: answer it, and {callee} is called."
    return JsonResponse({"session_id": session_id, "message": message}, status=201)


class CallableAdmin(ModelAdmin):
    """Mixed into lists of extensions: a button for whoever may make calls."""

    def get_list_display(self, request: HttpRequest) -> Any:
        columns = tuple(super().get_list_display(request))
        return (*columns, "call_button") if may_call(request) else columns

    @admin.display(description="Call")
    def call_button(self, row: Any) -> str:
        """Of an extension, where the list shows nothing else."""
        return format_html(
            '<button type="button" class="td-button td-call-button" data-call="{}" aria-label="Call {}">'
            '<span class="material-symbols-outlined" aria-hidden="true">call</span></button>',
            row.number,
            row,
        )

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {
            "may_call": may_call(request),
            "own_number": own_number(request),
            "make_call_url": reverse("admin:live_calls_make"),
        }
        response: HttpResponse = super().changelist_view(request, {**context, **(extra_context or {})})
        return response


def may_call(request: HttpRequest) -> bool:
    return _actor(request).may(SUBJECT, Verb.CHANGE)


def own_number(request: HttpRequest) -> str:
    """Of the extension that asks; empty for people of the company."""
    actor = _actor(request)
    return actor.user.extension_number if actor.role == Role.EXTENSION else ""


def _no(status: int, message: str) -> JsonResponse:
    return JsonResponse({"message": message}, status=status)


def _tenant(request: HttpRequest) -> Tenant:
    tenant: Tenant = _actor(request).tenant  # type: ignore[assignment] # the tenants' sites have no other requests
    return tenant


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined] # nobody else comes this far
    return actor
