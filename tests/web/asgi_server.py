"""uvicorn in a thread, on a free port, with the database of the tests: for WebSockets and browsers."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import uvicorn
from django.db import connections

START_TIMEOUT_S = 10.0
T = TypeVar("T")


def committed(work: Callable[[], T]) -> T:
    """Does it on a connection of its own, outside the transaction of the test, where the server sees it."""

    def run() -> T:
        try:
            return work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(run).result()


@dataclass(frozen=True, slots=True)
class AsgiServer:
    host: str
    port: int

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    @property
    def events_url(self) -> str:
        return f"ws://{self.host}:{self.port}/ws/events"


@contextmanager
def running_asgi_server() -> Iterator[AsgiServer]:
    from pbxsite.asgi import application  # noqa: PLC0415 - builds the application when it is wanted

    # Its threads come and go; a connection they leave behind would keep the database from being dropped.
    connections.settings["default"]["CONN_MAX_AGE"] = 0
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(application, log_level="error", lifespan="off", ws="websockets-sansio")
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        deadline = time.monotonic() + START_TIMEOUT_S
        while not server.started:
            assert time.monotonic() < deadline, "uvicorn did not start"
            threading.Event().wait(0.02)
        yield AsgiServer("127.0.0.1", listener.getsockname()[1])
    finally:
        server.should_exit = server.force_exit = True
        thread.join(START_TIMEOUT_S)
        listener.close()
