"""`manage.py migrate_all`: the one command after an installation or an upgrade; may be repeated at will."""

from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from tenants.schema_migration import RowSecurityBypassed, migrate_behind


class Command(BaseCommand):
    help = "Migrate the public schema and those tenants' schemas that are behind."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--then", default="", help="run this command too: starting Django takes a second")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            report = migrate_behind()
        except RowSecurityBypassed as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{report.schemas} schemas: {len(report.migrated)} migrated, {len(report.recorded)} noted,"
            f" {report.schemas - len(report.migrated) - len(report.recorded)} current"
        )
        if options["then"]:
            call_command(options["then"])
