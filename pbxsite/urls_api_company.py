"""Addresses below /api/ of a company's own settings."""

from __future__ import annotations

from django.urls import re_path

from callmanager.api.music import MusicFileViewSet, MusicOnHoldView
from pbxsite.api import Router
from tenants.api.event_urls import EventUrlSecretView, EventUrlsView, EventUrlView
from tenants.api.mail_server import MailServerTestView, MailServerView

company_routes = [
    re_path(r"^music_on_hold/?$", MusicOnHoldView.as_view(), name="music_on_hold"),
    re_path(r"^mail_server/?$", MailServerView.as_view(), name="mail_server"),
    re_path(r"^mail_server/test/?$", MailServerTestView.as_view(), name="mail_server_test"),
    re_path(r"^event_urls/?$", EventUrlsView.as_view(), name="event_urls"),
    re_path(r"^event_urls/(?P<topic>[a-z0-9]{1,20})/?$", EventUrlView.as_view(), name="event_url"),
    re_path(
        r"^event_urls/(?P<topic>[a-z0-9]{1,20})/new_secret/?$",
        EventUrlSecretView.as_view(),
        name="event_url_new_secret",
    ),
]


def company_resources(router: Router) -> None:
    router.register("music_files", MusicFileViewSet, basename="music_files")
