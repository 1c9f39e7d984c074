"""The page of a user with an extension: the number, the phones, the last calls."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from callmanager.admin.call_words import STATUS_CLASSES, duration_words
from callmanager.admin.click_to_call import NUMBER, call_make, may_call
from callmanager.selectors.person import own_cdr_list, own_extension_list, own_registration_list
from pbxsite.console.sites import platform_site
from tenants.acting import Actor
from tenants.models import Role

LATEST_CALLS = 25


@never_cache
@require_safe
def my_extension(request: HttpRequest) -> HttpResponse:
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None or actor.role != Role.EXTENSION or actor.tenant is None:
        return redirect("sign_in")
    number = actor.user.extension_number
    calls: list[dict[str, object]] = [
        {
            "is_made": cdr.caller == number,
            "party": cdr.callee if cdr.caller == number else cdr.caller,
            "started_at": cdr.started_at,
            "duration": duration_words(cdr.talk_duration_ms),
            "status": cdr.get_status_display(),
            "status_class": STATUS_CLASSES.get(cdr.status, ""),
        }
        for cdr in own_cdr_list(number=number)[:LATEST_CALLS]
    ]
    for call in calls:
        call["number"] = call["party"] if NUMBER.fullmatch(str(call["party"])) else ""
    context = {
        **platform_site.each_context(request),
        "title": f"Extension {number}",
        "tenant": actor.tenant,
        "number": number,
        "extension": own_extension_list(number=number).first(),
        "registrations": list(own_registration_list(number=number)),
        "calls": calls,
        "may_call": may_call(request),
    }
    return render(request, "pbxsite/my_extension.html", context)


@never_cache
@require_POST
def my_extension_call(request: HttpRequest) -> HttpResponseBase:
    """Rings the own telephone, and then whoever is called."""
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None or actor.role != Role.EXTENSION or actor.tenant is None:
        return redirect("sign_in")
    if not may_call(request):
        raise PermissionDenied
    return call_make(request)
