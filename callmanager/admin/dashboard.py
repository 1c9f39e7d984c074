"""A tenant's first page: what runs now and how the day has been."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from callmanager.admin.call_words import STATUS_CLASSES, duration_words
from callmanager.admin.hourly_chart import hourly_chart
from callmanager.fleet.models import Cdr
from callmanager.selectors.call import cdr_list
from callmanager.selectors.today import today_figures
from tenants.capabilities import Verb
from tenants.console_access import needs
from tenants.models import Tenant

LATEST_CALLS = 6


@needs("fleet.dashboard", Verb.VIEW)
def tenant_dashboard(request: HttpRequest, site_context: dict[str, Any]) -> HttpResponse:
    tenant: Tenant = request.actor.tenant  # type: ignore[attr-defined] # the tenant site has no other requests
    figures = today_figures(tenant_id=tenant.pk, now=timezone.localtime())
    context = {
        **site_context,
        "figures": figures,
        "answered_percent": figures.answered_percent,
        "time_zone": tenant.time_zone,
        "chart": hourly_chart(figures.hours),
        "latest": [_brief(cdr) for cdr in cdr_list()[:LATEST_CALLS]],
        "live_calls_url": reverse("admin:live_calls"),
        "registrations_url": reverse("admin:fleet_registration_changelist"),
        "cdrs_url": reverse("admin:fleet_cdr_changelist"),
    }
    return render(request, "pbxsite/tenant_dashboard.html", context)


def _brief(cdr: Cdr) -> dict[str, Any]:
    return {
        "url": reverse("admin:fleet_cdr_change", args=[cdr.pk]),
        "caller": cdr.caller,
        "callee": cdr.callee,
        "started_at": cdr.started_at,
        "duration": duration_words(cdr.talk_duration_ms),
        "status": cdr.get_status_display(),
        "status_class": STATUS_CLASSES.get(cdr.status, ""),
    }
