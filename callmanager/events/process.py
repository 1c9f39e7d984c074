"""The one hub and the one identity watch of this process, made when first needed."""

from __future__ import annotations

from functools import cache

from django.conf import settings

from callmanager.events.history import EventHistory
from callmanager.events.hub import EventHub
from callmanager.events.identity_watch import IdentityWatch


@cache
def event_hub() -> EventHub:
    return EventHub(settings.REDIS_URL)


@cache
def event_history() -> EventHistory:
    return EventHistory(settings.REDIS_URL)


@cache
def identity_watch() -> IdentityWatch:
    return IdentityWatch()
