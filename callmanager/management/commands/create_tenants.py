"""`manage.py create_tenants`: many tenants at once, to try how the system bears them. Go on by starting it again."""

from __future__ import annotations

import csv
import os
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from callmanager.services.tenant_series import MadeTenant, tenant_series_create

BAR_WIDTH = 40
# Where nobody looks at a bar, a line now and then.
LINE_EVERY_S = 5.0


class Command(BaseCommand):
    help = "Create many tenants with extensions. Those that are there already are kept."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--tenants", type=int, default=1000, help="how many (1000)")
        parser.add_argument("--extensions", type=int, default=20, help="extensions of each (20)")
        parser.add_argument("--prefix", default="company", help="names begin with it (company)")
        parser.add_argument(
            "--passwords",
            type=Path,
            help="append names and first passwords, each good for one sign-in, to this CSV file (mode 600)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        total, extensions = options["tenants"], options["extensions"]
        if not (1 <= total <= 9999 and 0 <= extensions <= 5000):
            raise CommandError("Between 1 and 9999 tenants, of at most 5000 extensions each.")
        made = 0
        progress = Progress(self.stdout, total)
        try:
            with _password_file(options["passwords"]) as file:
                series = tenant_series_create(prefix=options["prefix"], count=total, extensions=extensions)
                for done, tenant in enumerate(series, start=1):
                    made += tenant.is_new
                    _note(file, tenant)
                    progress.show(done)
        except ValidationError as refusal:
            raise CommandError("; ".join(refusal.messages)) from refusal
        except KeyboardInterrupt as stopped:
            raise CommandError(f"Stopped after {made}. The same command goes on from here.") from stopped
        progress.end()
        self.stdout.write(f"{made} tenants created, {total - made} were there already.")


class Progress:
    """A bar on a terminal, plain lines anywhere else."""

    def __init__(self, out: Any, total: int) -> None:
        self._out = out
        self._total = total
        self._is_terminal = bool(out.isatty())
        self._started_at = self._shown_at = time.monotonic()

    def show(self, done: int) -> None:
        now = time.monotonic()
        if not self._is_terminal and now - self._shown_at < LINE_EVERY_S:
            return
        self._shown_at = now
        left_s = (now - self._started_at) / done * (self._total - done)
        figures = f"{done}/{self._total} tenants, {left_s:.0f} s left"
        if self._is_terminal:
            filled = BAR_WIDTH * done // self._total
            self._out.write(f"\r[{'#' * filled}{'.' * (BAR_WIDTH - filled)}] {figures} ", ending="")
            self._out.flush()
        else:
            self._out.write(figures)
            self._out.flush()

    def end(self) -> None:
        if self._is_terminal:
            self._out.write("")


@contextmanager
def _password_file(path: Path | None) -> Iterator[TextIO | None]:
    if path is None:
        yield None
        return
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "w", newline="") as file:
        yield file


def _note(file: TextIO | None, tenant: MadeTenant) -> None:
    """At once, so that nothing is lost with an interruption."""
    if file is not None and tenant.is_new:
        csv.writer(file).writerow([tenant.name, tenant.sip_domain, tenant.password])
        file.flush()
