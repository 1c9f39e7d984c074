"""A client that says its say and then does not read. Libraries won't do that: their threads read for it."""

from __future__ import annotations

import json
import socket
import struct
from typing import Any, Self

HANDSHAKE = (
    b"GET /ws/events HTTP/1.1\r\nHost: tests\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
RECEIVE_BUFFER_BYTES = 65_536
PATIENCE_S = 15.0


class LazyClient:
    def __init__(self, host: str, port: int) -> None:
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
        self._socket.settimeout(PATIENCE_S)
        self._socket.connect((host, port))

    def __enter__(self) -> Self:
        self._socket.sendall(HANDSHAKE)
        assert b" 101 " in self._socket.recv(4096)
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def command(self, **document: Any) -> bytes:
        """One masked text frame of 126 to 65,535 bytes; the mask is zero, which masks nothing."""
        text = json.dumps(document).encode().ljust(126)
        self._socket.sendall(b"\x81\xfe" + struct.pack("!H", len(text)) + bytes(4) + text)
        return self._socket.recv(4096)

    def read_to_close_code(self) -> int:
        tail = b""
        while chunk := self._socket.recv(1 << 20):
            tail = (tail + chunk)[-4:]
        opcode, length, code = struct.unpack("!BBH", tail)
        assert (opcode, length) == (0x88, 2), "the server went without a close frame"
        return int(code)
