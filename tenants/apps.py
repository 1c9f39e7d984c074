"""Registers the app with Django, and its ears for saves and sign-ins."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class TenantsConfig(AppConfig):
    name = "tenants"

    def ready(self) -> None:
        import_module("tenants.audit_changes")
        import_module("tenants.security_events")
