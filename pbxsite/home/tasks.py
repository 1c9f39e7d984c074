"""What the task processes do for the dashboards."""

from __future__ import annotations

import time

from celery import shared_task

from callmanager.domain.subscriptions import FLEET_EVENTS, FLEET_TENANT_ID
from callmanager.fleet.models import Registration
from callmanager.services.live_event import live_events_publish
from pbxsite.home.figures import live_calls_count
from pbxsite.home.system_figures import system_figures_sample
from tenants.scope import across_tenants


@shared_task(name="pbxsite.publish_fleet_figures")
def publish_fleet_figures() -> None:
    """The load of the machine, kept for the pages; and the word to administrators' sockets that it is there."""
    system = system_figures_sample()
    with across_tenants():
        live_calls = live_calls_count(None)
        registrations = Registration.objects.order_by().count()
    data = {
        "live_calls": "" if live_calls is None else live_calls,
        "registrations": registrations,
        "cpu_percent": system.cpu_percent,
        "memory_percent": system.memory_percent,
        "disk_percent": system.disk_percent,
    }
    message = {
        "topic": FLEET_EVENTS,
        "key": "figures",
        "tenant_id": FLEET_TENANT_ID,
        "extensions": [],
        "sequence": 0,
        "time": time.time(),
        "data": data,
    }
    live_events_publish([message])
