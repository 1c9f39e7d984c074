"""The frame of the web side: settings, URLs, processes. Nothing here knows what a call is."""

from __future__ import annotations

from pbxsite.celery import app as celery_app

__all__ = ["celery_app"]
