"""Registers the app with Django; its tables stand in every tenant's schema."""

from __future__ import annotations

from django.apps import AppConfig


class CallManagerConfig(AppConfig):
    name = "callmanager"
    verbose_name = "PBX"
