"""What the database tells its listeners."""

from __future__ import annotations

import select
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import psycopg2
from django.db import connection

NOTIFY_WITHIN_S = 2.0


@contextmanager
def listening(*channels: str) -> Iterator[Any]:
    parameters = connection.get_connection_params()
    parameters.pop("cursor_factory", None)
    with closing(psycopg2.connect(**parameters)) as listener:
        listener.autocommit = True
        with listener.cursor() as cursor:
            for channel in channels:
                cursor.execute(f"LISTEN {channel}")
        yield listener


def heard_by(listener: Any, *, until: tuple[str, str] | None = None) -> list[tuple[str, str]]:
    """Notifications so far; waits for `until` as long as a worker may take to apply a change."""
    heard: list[tuple[str, str]] = []
    deadline = time.monotonic() + NOTIFY_WITHIN_S
    while until is not None and until not in heard and time.monotonic() < deadline:
        select.select([listener], [], [], deadline - time.monotonic())
        listener.poll()
        heard += [(notify.channel, notify.payload) for notify in listener.notifies]
        listener.notifies.clear()
    return heard
