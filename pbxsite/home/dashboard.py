"""The dashboard of both consoles. Asked with `?part=figures` it answers only what changes, for the page to follow."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from callmanager.admin.call_quality import MOS_FAIR
from callmanager.fleet.models import CdrStatus
from callmanager.selectors.call_statistics import CallStatistics
from pbxsite.home.figures import HomeFigures, PlatformFigures, home_figures
from pbxsite.home.words import bytes_words, uptime_words
from tenants.acting import Actor
from tenants.admin.event_log import SEVERITY_CLASSES
from tenants.capabilities import Verb
from tenants.console_access import needs

# In the order in which results are drawn; the colours stand in home.js and home.css.
RESULTS = (
    CdrStatus.ANSWERED,
    CdrStatus.BUSY,
    CdrStatus.NO_ANSWER,
    CdrStatus.CANCELLED,
    CdrStatus.FAILED,
    CdrStatus.REFUSED,
)


@needs("fleet.dashboard", Verb.VIEW)
def dashboard(request: HttpRequest, site_context: dict[str, Any]) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined] # nobody else comes this far
    figures = home_figures(tenant=actor.tenant, now=timezone.localtime())
    context = {
        **site_context,
        "tenant": actor.tenant,
        "figures": figures,
        "cards": _cards(figures),
        "gauges": _gauges(figures.platform) if figures.platform else (),
        "chart": _chart(figures.calls),
        "results": [(str(CdrStatus(one).label), figures.calls.results[one], one) for one in RESULTS],
        "worst": [
            {
                "call": call,
                "class": "td-bad" if call.mos < MOS_FAIR else "td-warn",
                "url": reverse("admin:fleet_cdr_change", args=[call.id]) if actor.tenant else "",
            }
            for call in figures.calls.worst
        ],
        "events": [(event, SEVERITY_CLASSES.get(event.severity, "")) for event in figures.events],
        "events_url": reverse("admin:tenants_eventlogentry_changelist"),
        "time_zone": timezone.get_current_timezone_name(),
        "uptime": uptime_words(figures.platform.uptime_s) if figures.platform else "",
    }
    template = "home_figures.html" if request.GET.get("part") == "figures" else "home.html"
    return render(request, f"pbxsite/{template}", context)


def _cards(figures: HomeFigures) -> list[dict[str, Any]]:
    """What stands above the charts: label, number, note, where it leads."""
    is_known = figures.live_calls is not None
    calls = figures.calls
    cards: list[dict[str, Any]] = [
        {
            "label": "Live calls",
            "icon": "call",
            "number": figures.live_calls if is_known else "–",
            "note": "right now" if is_known else "not known at the moment",
            "url": "" if figures.platform else reverse("admin:live_calls"),
        },
        {
            "label": "Online extensions",
            "icon": "wifi_calling_3",
            "number": figures.online_extensions,
            "of": figures.extensions,
            "note": _phones(figures.registrations),
            "url": "" if figures.platform else reverse("admin:fleet_registration_changelist"),
        },
        {
            "label": "Calls",
            "icon": "call_log",
            "number": calls.total,
            "note": "in the last 24 hours",
            "url": "" if figures.platform else reverse("admin:fleet_cdr_changelist"),
        },
        {
            "label": "Answered",
            "icon": "task_alt",
            "number": "–" if calls.answered_percent is None else f"{calls.answered_percent} %",
            "note": "of them",
        },
    ]
    if figures.platform is not None:
        tenants = {
            "label": "Tenants",
            "icon": "domain",
            "number": figures.platform.tenants_enabled,
            "of": figures.platform.tenants,
            "note": "enabled",
            "url": reverse("admin:tenants_tenant_changelist"),
        }
        cards.insert(0, tenants)
    return cards


def _gauges(platform: PlatformFigures) -> tuple[dict[str, Any], ...]:
    system = platform.system

    def of(used: int, total: int) -> str:
        return f"{bytes_words(used)} of {bytes_words(total)}"

    return (
        {"label": "Processor", "percent": round(system.cpu_percent), "note": "of all cores"},
        {
            "label": "Memory",
            "percent": round(system.memory_percent),
            "note": of(system.memory_used_bytes, system.memory_total_bytes),
        },
        {
            "label": "Disk",
            "percent": round(system.disk_percent),
            "note": of(system.disk_used_bytes, system.disk_total_bytes),
        },
    )


def _chart(calls: CallStatistics) -> dict[str, Any]:
    return {
        "hours": [one.hour for one in calls.hours],
        "answered": [hour.answered for hour in calls.hours],
        "other": [hour.other for hour in calls.hours],
        "results": {
            "labels": [str(CdrStatus(one).label) for one in RESULTS],
            "values": [calls.results[one] for one in RESULTS],
        },
    }


def _phones(count: int) -> str:
    return "1 phone registered" if count == 1 else f"{count} phones registered"
