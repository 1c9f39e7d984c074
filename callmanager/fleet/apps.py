"""Registers the app with Django; its tables stand in the public schema only."""

from __future__ import annotations

from django.apps import AppConfig


class FleetConfig(AppConfig):
    name = "callmanager.fleet"
    label = "fleet"
    verbose_name = "Calls"
