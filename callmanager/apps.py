"""Registers the app with Django; its tables stand in every tenant's schema."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class CallManagerConfig(AppConfig):
    name = "callmanager"
    verbose_name = "PBX"

    def ready(self) -> None:
        """Connects the receivers of the tenants' signals, and names the kinds of background jobs."""
        import_module("callmanager.services.extension")
        import_module("callmanager.services.leaving_tenant")
        import_module("callmanager.services.trunk")
        import_module("callmanager.services.extension_import")
        import_module("callmanager.services.extension_welcome_job")
        import_module("callmanager.services.inbound_rule_table")
        import_module("callmanager.services.outbound_rule_table")
