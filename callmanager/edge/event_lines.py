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
    """`first` holds what came with the edge's greeting: from there on nothing is missed."""

    def __init__(self, stream: socket.socket) -> None:
        self._stream = stream
        self._rest = b""
        self.first = self.take()
        if not self.first:
            raise TimeoutError("the edge did not greet")
        stream.settimeout(WAIT_S)

    def fileno(self) -> int:
        return self._stream.fileno()

    def take(self) -> list[bytes]:
        """Lines that arrived within the socket's timeout; OSError when the edge has gone."""
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
        yield EventLines(stream)
