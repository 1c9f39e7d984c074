"""`manage.py show_demo`: how to sign in to the demo."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from callmanager.demo import demo_load, demo_table


class Command(BaseCommand):
    help = "Print the demo's sign-in table."

    def handle(self, *args: Any, **options: Any) -> None:
        document = demo_load()
        if document is None:
            raise CommandError("There is no demo yet: run `manage.py seed_demo`.")
        self.stdout.write(demo_table(document))
