"""The queues whose agent a person is, and those that it manages: its own page."""

from __future__ import annotations

from dataclasses import asdict

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from callmanager.admin.wallboard import agent_change_json
from callmanager.agent_requests import agent_change
from callmanager.domain.agent_state import WISHED, AgentHappening
from callmanager.models import Extension
from callmanager.selectors.call_queue import own_agent_rows, queues_of_agent, queues_of_manager
from callmanager.selectors.wallboard import wallboard, wallboard_numbers
from pbxsite.console.sites import platform_site
from pbxsite.own_person import own_person

DONE = {
    AgentHappening.SIGN_IN: "Signed in: you are rung.",
    AgentHappening.SIGN_OUT: "Signed out: you are not rung.",
    AgentHappening.PAUSE: "You pause: you are not rung until you resume.",
    AgentHappening.RESUME: "You are rung again.",
}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def own_queues(request: HttpRequest) -> HttpResponse:
    person = own_person(request)
    if person is None:
        return redirect("sign_in")
    extension = person.extension
    problem = _change(request, extension) if request.method == "POST" else ""
    if request.method == "POST" and not problem:
        return redirect("own_queues")
    context = {
        **platform_site.each_context(request),
        "title": "My queues",
        "tenant": person.tenant,
        "extension": extension,
        "rows": own_agent_rows(extension.pk),
        "problem": problem,
        "is_manager": queues_of_manager(extension.number).exists(),
        "list_url": reverse("own_queue_board"),
        "agent_url": reverse("own_queue_agent"),
    }
    return render(request, "pbxsite/own_queues.html", context, status=400 if problem else 200)


@never_cache
@require_safe
def own_queue_board(request: HttpRequest) -> HttpResponse:
    """The wallboard of the queues that it manages."""
    person = own_person(request)
    if person is None:
        return redirect("sign_in")
    numbers = wallboard_numbers(person.actor, ())
    shown = wallboard(tenant=person.tenant, now=timezone.now(), numbers=numbers)
    return JsonResponse(asdict(shown))


@require_POST
def own_queue_agent(request: HttpRequest) -> HttpResponse:
    """An agent of a queue that it manages."""
    person = own_person(request)
    if person is None:
        return redirect("sign_in")
    return agent_change_json(request, queues_of_manager(person.extension.number))


def _change(request: HttpRequest, extension: Extension) -> str:
    """What is wrong with it, or nothing."""
    asked, number = request.POST.get("happening", ""), request.POST.get("queue", "")
    queues = [one for one in queues_of_agent(extension.pk) if number in ("", one.number)]
    if asked not in WISHED or not queues:
        return "There is no such queue of yours any more."
    happening = AgentHappening(asked)
    reason = request.POST.get("pause_reason", "") if happening is AgentHappening.PAUSE else ""
    try:
        agent_change(
            request, queues=queues, extension_id=extension.pk, happening=happening, pause_reason=reason
        )
    except ValidationError as error:
        return f"Reason: {' '.join(error.messages)}"
    messages.success(request, DONE[happening])
    return ""
