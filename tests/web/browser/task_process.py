"""A task process as the stack runs it, on the database and the queue of the tests."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from celery import current_app
from django.db import connection

START_TIMEOUT_S = 30.0


def forget_old_messages() -> None:
    """Of tests whose changes were rolled back."""
    current_app.control.purge()


@contextmanager
def running_task_process(log: Path) -> Iterator[None]:
    url = urlsplit(os.environ["DATABASE_URL"])
    environment = {
        **os.environ,
        "DATABASE_URL": urlunsplit(url._replace(path=f"/{connection.settings_dict['NAME']}")),
    }
    words = ("-m", "celery", "-A", "pbxsite.celery", "-q", "worker", "--loglevel=warning", "--pool=solo")
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, *words], env=environment, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        _wait_until_it_listens(process, log)
        yield
    finally:
        process.terminate()
        process.wait(START_TIMEOUT_S)


def _wait_until_it_listens(process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while not current_app.control.ping(timeout=0.5):
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
