"""Addresses below /api/ of a company's own settings."""

from __future__ import annotations

from django.urls import re_path

from callmanager.api.music import MusicFileViewSet, MusicOnHoldView
from pbxsite.api import Router
from tenants.api.mail_server import MailServerTestView, MailServerView

company_routes = [
    re_path(r"^music_on_hold/?$", MusicOnHoldView.as_view(), name="music_on_hold"),
    re_path(r"^mail_server/?$", MailServerView.as_view(), name="mail_server"),
    re_path(r"^mail_server/test/?$", MailServerTestView.as_view(), name="mail_server_test"),
]


def company_resources(router: Router) -> None:
    router.register("music_files", MusicFileViewSet, basename="music_files")
