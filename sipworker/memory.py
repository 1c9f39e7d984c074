"""Gives freed memory back to the system while no call is running.

An ended call's SIP transactions stay for 32 s (RFC 3261, section 17). After a busy hour what they needed is free
but scattered, and the C library by itself returns only the end of its heap.
"""

from __future__ import annotations

import ctypes
import time

import structlog

log = structlog.get_logger(__name__)

EVERY_S = 60.0
# Below, it is not worth the pause (about 0.1 ms for each MB).
WORTH_BYTES = 32 * 1024**2


class _Mallinfo2(ctypes.Structure):
    """mallinfo(3): `fordblks` is what is free, in bytes."""

    _fields_ = [
        (name, ctypes.c_size_t)
        for name in (
            *("arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks", "fordblks"),
            "keepcost",
        )
    ]


_libc = ctypes.CDLL(None)
_libc.mallinfo2.restype = _Mallinfo2


class Memory:
    """Asked at every turn of the SIP loop, on its thread."""

    def __init__(self) -> None:
        self._looked_at = time.monotonic()

    def note_idle(self) -> None:
        """No call is running."""
        now = time.monotonic()
        if now - self._looked_at < EVERY_S:
            return
        self._looked_at = now
        free_bytes: int = _libc.mallinfo2().fordblks
        if free_bytes >= WORTH_BYTES:
            _libc.malloc_trim(ctypes.c_size_t(0))
            log.info("memory.given_back", free_mb=free_bytes // 1024**2)
