"""The dashboard of an extension's console: its own figures, and those of the people its groups let it see."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from callmanager.admin.call_words import STATUS_CLASSES, duration_words
from callmanager.domain.rights import Membership, Right, effective_rights
from callmanager.fleet.models import Cdr, CdrStatus
from callmanager.live_redis import LiveCallsUnavailable
from callmanager.selectors.extension_group import membership_list
from callmanager.selectors.person import (
    own_extension_list,
    own_registration_list,
    visible_cdr_list,
    visible_extension_list,
    visible_live_call_list,
)
from tenants.acting import Actor
from tenants.capabilities import Verb
from tenants.console_access import needs

CALLS_SHOWN = 10
RIGHT_WORDS = {
    Right.SEE_MEMBERS: "see members",
    Right.SEE_MEMBER_CALLS: "see members' calls",
    Right.USE_CONSOLE: "console",
    Right.PAGE: "paging and intercom",
    Right.CALL_EXTERNAL: "external calls",
}


@needs("fleet.cdr", Verb.VIEW)
def person_home(request: HttpRequest, site_context: dict[str, Any]) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined] # nobody else comes this far
    number = actor.user.extension_number
    places = membership_list(number=number)
    calls = visible_cdr_list(number=number)
    context = {
        **site_context,
        "tenant": actor.tenant,
        "number": number,
        "extension": own_extension_list(number=number).first(),
        "cards": _cards(number, calls, tenant_id=actor.user.tenant_id or 0),
        "calls": [_call(cdr) for cdr in calls[:CALLS_SHOWN]],
        "groups": [(place, _reach(place)) for place in places],
        "rights": [RIGHT_WORDS[right] for right in Right if right in effective_rights(places)],
        "time_zone": timezone.get_current_timezone_name(),
    }
    return render(request, "pbxsite/person_home.html", context)


def _cards(number: str, calls: QuerySet[Cdr], *, tenant_id: int) -> list[dict[str, Any]]:
    try:
        live: int | None = len(visible_live_call_list(tenant_id=tenant_id, number=number))
    except LiveCallsUnavailable:
        live = None
    counts = calls.filter(started_at__gte=timezone.now() - timedelta(hours=24)).aggregate(
        made=Count("pk"), answered=Count("pk", filter=Q(status=CdrStatus.ANSWERED))
    )
    phones = own_registration_list(number=number).count()
    return [
        {
            "label": "Live calls",
            "icon": "call",
            "number": "–" if live is None else live,
            "note": "not known at the moment" if live is None else "right now",
            "url": reverse("admin:live_calls"),
        },
        {
            "label": "Calls",
            "icon": "call_log",
            "number": counts["made"],
            "note": f"in the last 24 hours, {counts['answered']} answered",
            "url": reverse("admin:fleet_cdr_changelist"),
        },
        {
            "label": "My phones",
            "icon": "wifi_calling_3",
            "number": phones,
            "note": "registered" if phones else "calls can't reach you",
            "url": reverse("admin:fleet_registration_changelist"),
        },
        {
            "label": "Extensions",
            "icon": "groups",
            "number": visible_extension_list(number=number).count(),
            "note": "you see, your own among them",
            "url": reverse("admin:callmanager_extension_changelist"),
        },
    ]


def _call(cdr: Cdr) -> dict[str, Any]:
    return {
        "url": reverse("admin:fleet_cdr_change", args=[cdr.pk]),
        "caller": cdr.caller,
        "callee": cdr.callee,
        "started_at": cdr.started_at,
        "duration": duration_words(cdr.talk_duration_ms) if cdr.answered_at else "–",
        "status": cdr.get_status_display(),
        "status_class": STATUS_CLASSES.get(cdr.status, ""),
    }


def _reach(place: Membership) -> str:
    """What of the others in the group is shown."""
    sees = []
    if Right.SEE_MEMBERS in place.granted:
        sees.append("members")
    if Right.SEE_MEMBER_CALLS in place.granted:
        sees.append("their calls")
    if place.is_manager and place.may_change:
        sees.append("may change members and end their calls")
    return ", ".join(sees) or "nothing of the others"
