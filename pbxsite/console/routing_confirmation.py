"""Asks before a change applies that would break routing tests: a page of the console, a 409 of REST."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from callmanager.services.routing_guard import BreaksRoutingTests, asking
from pbxsite.console.sites import site_of
from tenants.acting import Actor
from tenants.capabilities import Verb
from tenants.confirmation import CONFIRMED_FIELD, is_confirmed

_READING = frozenset({"GET", "HEAD", "OPTIONS"})


class RoutingConfirmationMiddleware:
    """REST answers in `pbxsite.exceptions`; what arrives here is a page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in _READING:
            return self._get_response(request)
        with asking(is_asked=_may_see_tests(request) and not is_confirmed(request)):
            return self._get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, BreaksRoutingTests):
            return None
        if request.content_type == "application/json" or "application/json" in request.headers.get(
            "Accept", ""
        ):
            return JsonResponse(
                {
                    "code": exception.code,
                    "message": str(exception),
                    "broken": [one.document for one in exception.broken],
                },
                status=409,
            )
        fields = [
            (name, value)
            for name in request.POST
            if name != "csrfmiddlewaretoken"
            for value in request.POST.getlist(name)
        ]
        context = {
            **site_of(request).each_context(request),
            "title": "This breaks routing tests",
            "message": str(exception),
            "broken": exception.broken,
            "fields": fields,
            "confirmed_field": CONFIRMED_FIELD,
            "has_files": bool(request.FILES),
            "address": request.get_full_path(),
            "way_back": _way_back(request),
        }
        return render(request, "pbxsite/routing_confirmation.html", context, status=409)


def _way_back(request: HttpRequest) -> str:
    """The page that was sent, which is not always the address it was sent to."""
    page = request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure())
    return page if is_ours else request.get_full_path()


def _may_see_tests(request: HttpRequest) -> bool:
    """Extensions that say where their calls go are nobody to ask, nor to tell of the company's tests."""
    actor: Actor | None = getattr(request, "actor", None)
    return actor is not None and actor.may("callmanager.routingtest", Verb.VIEW)
