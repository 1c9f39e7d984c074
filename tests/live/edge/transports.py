"""The ways a phone reaches the edge, as one small interface: send text, receive text within a deadline."""

from __future__ import annotations

import socket
import ssl
import time
from typing import Protocol

from websockets.sync.client import ClientConnection, connect

ANSWER_TIMEOUT_S = 10.0


class NothingReceived(AssertionError):
    """No message within the deadline."""


class Transport(Protocol):
    via: str
    host: str
    port: int

    def send(self, text: str) -> None: ...

    def receive(self, timeout_s: float = ANSWER_TIMEOUT_S) -> str:
        """The next message; NothingReceived after the deadline."""

    def close(self) -> None: ...


class UdpTransport:
    via = "UDP"

    def __init__(self, edge: tuple[str, int], *, host: str = "127.0.0.1", port: int = 0) -> None:
        family = socket.AF_INET6 if ":" in edge[0] else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_DGRAM)
        self._socket.bind((edge[0] if family == socket.AF_INET6 else host, port))
        self._edge = edge
        name, self.port = self._socket.getsockname()[:2]
        self.host = f"[{name}]" if family == socket.AF_INET6 else name

    def fileno(self) -> int:
        return self._socket.fileno()

    def send(self, text: str) -> None:
        self._socket.sendto(text.encode(), self._edge)

    def receive(self, timeout_s: float = ANSWER_TIMEOUT_S) -> str:
        self._socket.settimeout(max(timeout_s, 0.001))
        try:
            return self._socket.recv(65535).decode()
        except TimeoutError:
            raise NothingReceived(f"nothing within {timeout_s} s") from None

    def close(self) -> None:
        self._socket.close()


class StreamTransport:
    """TCP, or TLS with any certificate."""

    def __init__(self, edge: tuple[str, int], *, is_tls: bool = False) -> None:
        self._stream = socket.create_connection(edge, timeout=ANSWER_TIMEOUT_S)
        self.via = "TLS" if is_tls else "TCP"
        if is_tls:
            self._stream = insecure_tls().wrap_socket(self._stream)
        name, self.port = self._stream.getsockname()[:2]
        self.host = f"[{name}]" if ":" in name else name
        self._buffer = b""

    def send(self, text: str) -> None:
        self._stream.sendall(text.encode())

    def receive(self, timeout_s: float = ANSWER_TIMEOUT_S) -> str:
        deadline = time.monotonic() + timeout_s
        while (message := self._take_message()) is None:
            self._stream.settimeout(max(deadline - time.monotonic(), 0.001))
            try:
                received = self._stream.recv(65535)
            except TimeoutError:
                raise NothingReceived(f"nothing within {timeout_s} s") from None
            if not received:
                raise NothingReceived("the edge closed the connection")
            self._buffer += received
        return message

    def _take_message(self) -> str | None:
        self._buffer = self._buffer.lstrip(b"\r\n")
        head, found, rest = self._buffer.partition(b"\r\n\r\n")
        if not found:
            return None
        length = 0
        for line in head.split(b"\r\n"):
            name, _, value = line.partition(b":")
            if name.strip().lower() == b"content-length":
                length = int(value)
        if len(rest) < length:
            return None
        self._buffer = rest[length:]
        return (head + found + rest[:length]).decode()

    def close(self) -> None:
        self._stream.close()


class WebSocketTransport:
    """A browser: it cannot know its own address and says so with names in .invalid (RFC 7118)."""

    port = 0

    def __init__(self, edge: tuple[str, int], *, is_tls: bool = False) -> None:
        scheme = "wss" if is_tls else "ws"
        self.via = scheme.upper()
        self.host = "df7jal23ls0d.invalid"
        self._opening = connect(
            f"{scheme}://{edge[0]}:{edge[1]}/",
            subprotocols=["sip"],  # type: ignore[list-item]  # a str serves as Subprotocol
            ssl=insecure_tls() if is_tls else None,
            open_timeout=ANSWER_TIMEOUT_S,
            proxy=None,
        )
        self._socket: ClientConnection = self._opening.__enter__()

    def send(self, text: str) -> None:
        self._socket.send(text)

    def receive(self, timeout_s: float = ANSWER_TIMEOUT_S) -> str:
        try:
            received = self._socket.recv(timeout_s)
        except TimeoutError:
            raise NothingReceived(f"nothing within {timeout_s} s") from None
        return received if isinstance(received, str) else received.decode()

    def close(self) -> None:
        self._opening.__exit__(None, None, None)


def insecure_tls() -> ssl.SSLContext:
    """The test's certificate is self-signed."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
