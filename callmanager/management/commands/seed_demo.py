"""`manage.py seed_demo`: the demo tenants, once; a second run keeps every password."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from callmanager.demo import demo_path, demo_seed


class Command(BaseCommand):
    help = "Create the administrator and the two demo tenants, and write demo.json."

    def handle(self, *args: Any, **options: Any) -> None:
        demo_seed()
        self.stdout.write(f"Sign-in data in {demo_path()}; `manage.py show_demo` prints it.")
