"""A thread that keeps one connection and works on it; what fails is logged and retried, ever less often."""

from __future__ import annotations

import threading
import time
from abc import abstractmethod
from contextlib import AbstractContextManager
from typing import Generic, TypeVar

import structlog

log = structlog.get_logger(__name__)

FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 5.0
JOIN_TIMEOUT_S = 5.0

Link = TypeVar("Link")


class ReconnectingThread(threading.Thread, Generic[Link]):
    """`open` and `turn` may raise anything; `turn` should return within about a second, to notice `stop`."""

    # Errors that an outage explains: one line each, without a traceback.
    outages: tuple[type[Exception], ...] = (OSError,)

    def __init__(self, name: str) -> None:
        super().__init__(name=name, daemon=True)
        self.is_connected = False
        self._stopping = threading.Event()

    @abstractmethod
    def open(self) -> AbstractContextManager[Link]:
        """Connect and make everything ready; leaving the context closes."""

    @abstractmethod
    def turn(self, link: Link) -> None:
        """One piece of work, or one wait for it."""

    def finish(self, link: Link) -> None:
        """Last chance to use the connection, when the worker stops."""

    def pause(self, pause_s: float) -> None:
        """Between two attempts."""
        self._stopping.wait(pause_s)

    def run(self) -> None:
        pause_s = FIRST_PAUSE_S
        while not self._stopping.is_set():
            opened_at = time.monotonic()
            self._work_until_failure()
            if time.monotonic() - opened_at > LONGEST_PAUSE_S:
                pause_s = FIRST_PAUSE_S
            self.pause(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    def _work_until_failure(self) -> None:
        try:
            with self.open() as link:
                self.is_connected = True
                log.info("gateway.connected", gateway=self.name)
                while not self._stopping.is_set():
                    self.turn(link)
                self.finish(link)
        except self.outages as error:
            log.warning("gateway.disconnected", gateway=self.name, error=type(error).__name__)
        except Exception:
            log.exception("gateway.failed", gateway=self.name)
        finally:
            self.is_connected = False

    def stop(self) -> None:
        self._stopping.set()
        if self.is_alive():
            self.join(JOIN_TIMEOUT_S)
