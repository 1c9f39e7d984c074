"""A provider's door for TLS: whoever connects is let in at once, and who spoke last is answered."""

from __future__ import annotations

import contextlib
import queue
import socket
import ssl
import threading
from pathlib import Path

from tests.live.edge.transports import ANSWER_TIMEOUT_S, NothingReceived, StreamTransport


class _Connection(StreamTransport):
    """One that somebody else has opened."""

    def __init__(self, stream: socket.socket) -> None:
        self._stream = stream
        self._buffer = b""


class TlsListener:
    via = "TLS"

    def __init__(self, host: str, *, certificate: Path, key: Path, port: int = 0) -> None:
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate, key)
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listener = socket.socket(family, socket.SOCK_STREAM)
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind((host, port))
        self._listener.listen()
        name, self.port = self._listener.getsockname()[:2]
        self.host = f"[{name}]" if family == socket.AF_INET6 else name
        self._heard: queue.Queue[tuple[str, _Connection]] = queue.Queue()
        self._open: list[socket.socket] = []
        self._speaker: _Connection | None = None
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                stream, _ = self._listener.accept()
                threading.Thread(target=self._listen, args=(stream,), daemon=True).start()

    def _listen(self, stream: socket.socket) -> None:
        # Also who does not like the certificate, and who only looks at it.
        with contextlib.suppress(OSError, ValueError):
            stream.settimeout(ANSWER_TIMEOUT_S)
            secure = self._context.wrap_socket(stream, server_side=True)
            self._open.append(secure)
            connection = _Connection(secure)
            while secure.fileno() >= 0:
                try:
                    self._heard.put((connection.receive(0.2), connection))
                except NothingReceived as nothing:
                    if "closed" in str(nothing):
                        return

    def send(self, text: str) -> None:
        assert self._speaker is not None, "nobody has said anything"
        self._speaker.send(text)

    def receive(self, timeout_s: float = ANSWER_TIMEOUT_S) -> str:
        try:
            text, self._speaker = self._heard.get(timeout=max(timeout_s, 0.001))
        except queue.Empty:
            raise NothingReceived(f"nothing within {timeout_s} s") from None
        return text

    def close(self) -> None:
        # A thread that waits in accept() is not woken by close().
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for stream in self._open:
            with contextlib.suppress(OSError):
                stream.shutdown(socket.SHUT_RDWR)
            stream.close()
