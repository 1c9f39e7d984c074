"""The edge's event socket, as batches of whole lines."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager

HOST = "127.0.0.1"
CONNECT_TIMEOUT_S = 3.0
WAIT_S = 1.0
RECEIVE_BYTES = 65536


class EventLines:
    def __init__(self, stream: socket.socket) -> None:
        self._stream = stream
        self._rest = b""

    def take(self) -> list[bytes]:
        """Lines that arrived within a second; OSError when the edge has gone."""
        try:
            received = self._stream.recv(RECEIVE_BYTES)
        except TimeoutError:
            return []
        if not received:
            raise ConnectionResetError("the edge closed the event socket")
        *lines, self._rest = (self._rest + received).split(b"\n")
        return [line for line in lines if line]


@contextmanager
def event_lines(port: int) -> Iterator[EventLines]:
    with socket.create_connection((HOST, port), CONNECT_TIMEOUT_S) as stream:
        stream.settimeout(WAIT_S)
        yield EventLines(stream)
