"""What PostgreSQL tells the edge link: the payloads of channels, on the connection of the thread that asks."""

from __future__ import annotations

import select
from typing import Any

from django.db import connection

CHANNEL = "edge_cache"
TENANTS, MAILBOXES = "tenant_config", "mailbox_changed"


class Notifications:
    """From here on nothing is missed, until the connection is lost; then `take` raises."""

    def __init__(self, *channels: str) -> None:
        with connection.cursor() as cursor:
            for channel in channels or (CHANNEL,):
                cursor.execute(f'LISTEN "{channel}"')
        # The driver's own connection, in autocommit as Django keeps it.
        self._listener: Any = connection.connection

    def fileno(self) -> int:
        return int(self._listener.fileno())

    def take(self, timeout_s: float) -> list[str]:
        """What has come by now, or comes first within the time; empty if nothing does."""
        return [payload for _, payload in self.take_named(timeout_s)]

    def take_named(self, timeout_s: float) -> list[tuple[str, str]]:
        """Channel and payload. What came along with the answer to a query waits in the driver already."""
        if self._listener.notifies or select.select([self._listener], [], [], timeout_s)[0]:
            self._listener.poll()
        found = [(notification.channel, notification.payload) for notification in self._listener.notifies]
        self._listener.notifies.clear()
        return found
