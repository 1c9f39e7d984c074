"""The pages Services, Network and System extensions."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe

from pbxsite.home.network import (
    interface_list,
    name_servers,
    phone_settings,
    qr_svg,
    server_address,
    transport_list,
)
from pbxsite.home.services import ServiceState, service_list
from pbxsite.home.system_extensions import system_extensions
from tenants.acting import Actor
from tenants.capabilities import Verb
from tenants.console_access import needs

STATE_WORDS = {
    ServiceState.WELL: ("Well", "td-good"),
    ServiceState.WARNING: ("Limited", "td-warn"),
    ServiceState.DOWN: ("Down", "td-bad"),
}


@needs("pbxsite.service", Verb.VIEW)
def services_page(request: HttpRequest, site_context: dict[str, Any]) -> HttpResponse:
    services = service_list()
    counts = Counter(service.state for service in services)
    context = {
        **site_context,
        "title": "Services",
        "services": [(service, *STATE_WORDS[service.state]) for service in services],
        "unwell": len(services) - counts[ServiceState.WELL],
        "total": len(services),
    }
    return render(request, "pbxsite/services.html", context)


@needs("pbxsite.network", Verb.VIEW)
def network_page(request: HttpRequest, site_context: dict[str, Any]) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined] # nobody else comes this far
    context = {**site_context, "title": "Network", "tenant": actor.tenant, "transports": transport_list()}
    if actor.tenant is not None:
        settings = phone_settings(tenant=actor.tenant, requested_host=request.get_host())
        context["phone"] = settings
        context["qr"] = mark_safe(qr_svg(settings.text))  # noqa: S308 - the library's drawing; the text is in its dots
    if actor.tenant is None:
        context |= {
            "server": server_address(request.get_host()),
            "interfaces": interface_list(),
            "name_servers": name_servers(),
        }
    return render(request, "pbxsite/network.html", context)


@needs("callmanager.systemextension", Verb.VIEW)
def system_extensions_page(request: HttpRequest, site_context: dict[str, Any]) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined] # nobody else comes this far
    found = system_extensions(tenant=actor.tenant)
    context = {**site_context, "title": "System extensions", "tenant": actor.tenant, "found": found}
    return render(request, "pbxsite/system_extensions.html", context)
