"""Looks every few seconds whether those who signed in still may, and what: one database round for all sockets."""

from __future__ import annotations

import asyncio
from typing import Protocol

import structlog
from channels.db import database_sync_to_async
from django.db import Error as DatabaseError

from callmanager.events.identity import SocketIdentity, identities_renewed

logger: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

CHECK_INTERVAL_S = 3.0


class WatchedSocket(Protocol):
    @property
    def identity(self) -> SocketIdentity | None: ...

    def let_go(self) -> None:
        """End it; must not block."""

    def renew(self, identity: SocketIdentity) -> None:
        """The same person with other rights; must not block."""


class IdentityWatch:
    def __init__(self) -> None:
        self._sockets: set[WatchedSocket] = set()
        self._task: asyncio.Task[None] | None = None

    def add(self, socket: WatchedSocket) -> None:
        self._sockets.add(socket)
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._run(), name="identity-watch")

    def forget(self, socket: WatchedSocket) -> None:
        self._sockets.discard(socket)

    async def _run(self) -> None:
        while self._sockets:
            await asyncio.sleep(CHECK_INTERVAL_S)
            identities = {socket.identity for socket in self._sockets if socket.identity is not None}
            try:
                renewed = await database_sync_to_async(identities_renewed)(identities)
            except DatabaseError as error:
                # Nobody can be revoked while the database is away either.
                logger.warning("events.identities.unchecked", error=type(error).__name__)
                continue
            for socket in tuple(self._sockets):
                identity = socket.identity
                if identity is None or identity not in identities:
                    continue
                if identity not in renewed:
                    socket.let_go()
                elif renewed[identity] is not identity:
                    socket.renew(renewed[identity])
