"""What waits to be written to one socket. Bounded: a client that does not read is let go, not waited for."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

OUTBOX_SIZE = 1_000
ROOM_WITHIN_S = 30.0
_ROOM_LOOKED_FOR_EVERY_S = 0.02

Renderer = Callable[[int], str]


class Outbox:
    """Messages are numbered as they enter, so that a client sees whether it has them all."""

    def __init__(self, size: int = OUTBOX_SIZE) -> None:
        self._queue: asyncio.Queue[str] = asyncio.Queue(size)
        self._number = 0
        self.is_overfull = asyncio.Event()

    def put(self, render: Renderer) -> None:
        """Takes the next number; never blocks."""
        if self.is_overfull.is_set():
            return
        self._number += 1
        try:
            self._queue.put_nowait(render(self._number))
        except asyncio.QueueFull:
            self.is_overfull.set()

    async def wait_for_room(self) -> None:
        """Until the client has read some; one that does not read is too slow here, too."""
        deadline = time.monotonic() + ROOM_WITHIN_S
        while self._queue.full() and not self.is_overfull.is_set():
            if time.monotonic() > deadline:
                self.is_overfull.set()
            await asyncio.sleep(_ROOM_LOOKED_FOR_EVERY_S)

    async def take(self) -> str:
        return await self._queue.get()
