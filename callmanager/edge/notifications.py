"""What PostgreSQL tells the edge link: the payloads of one channel, on the connection of the thread that asks."""

from __future__ import annotations

import select
from typing import Any

from django.db import connection

CHANNEL = "edge_cache"


class Notifications:
    """From here on nothing is missed, until the connection is lost; then `take` raises."""

    def __init__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"LISTEN {CHANNEL}")
        # The driver's own connection, in autocommit as Django keeps it.
        self._listener: Any = connection.connection

    def take(self, timeout_s: float) -> list[str]:
        """What has come by now, or comes first within the time; empty if nothing does."""
        if not select.select([self._listener], [], [], timeout_s)[0]:
            return []
        self._listener.poll()
        payloads = [notification.payload for notification in self._listener.notifies]
        self._listener.notifies.clear()
        return payloads
