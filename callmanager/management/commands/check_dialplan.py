"""`manage.py check_dialplan [TENANT ...]`: run all routing tests; exits with 1 if one is not met."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from callmanager.selectors.routing_test import verdict_list
from tenants.models import Tenant
from tenants.scope import tenant_scope


class Command(BaseCommand):
    help = "Run the routing tests of all tenants, or of those named."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("tenants", nargs="*", metavar="TENANT")
        parser.add_argument("--quiet", action="store_true", help="tell only of tests that are not met")

    def handle(self, *args: Any, **options: Any) -> None:
        names: list[str] = options["tenants"]
        tenants = Tenant.objects.order_by("name")
        if names:
            tenants = tenants.filter(name__in=names)
            if unknown := set(names) - set(tenants.values_list("name", flat=True)):
                raise CommandError(f"No such tenant: {', '.join(sorted(unknown))}")
        met = broken = 0
        for tenant in tenants:
            for is_met in self._check(tenant, is_quiet=options["quiet"]):
                met, broken = met + is_met, broken + (not is_met)
        self.stdout.write(f"{met + broken} routing tests: {met} met, {broken} not")
        if broken:
            sys.exit(1)

    def _check(self, tenant: Tenant, *, is_quiet: bool) -> list[bool]:
        with tenant_scope(tenant):
            verdicts = verdict_list(tenant=tenant)
        for verdict in verdicts:
            if verdict.is_met:
                if not is_quiet:
                    self.stdout.write(f"ok      {tenant.name}: {verdict.test.name}: {verdict.actual}")
                continue
            self.stdout.write(self.style.ERROR(f"NOT MET {tenant.name}: {verdict.test.name}"))
            for difference in verdict.differences:
                self.stdout.write(f"          {difference}")
        return [verdict.is_met for verdict in verdicts]
