"""A real HTTP server in a thread, on a free port: takes what event URLs are told, or answers as it is told."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

USER, PASSWORD = "pbx", "hook-secret-77"
NONCE, REALM = "abc123nonce", "hooks"


@dataclass(frozen=True, slots=True)
class Received:
    path: str
    headers: Mapping[str, str]
    body: str

    @property
    def document(self) -> Any:
        return json.loads(self.body)


@dataclass
class HookHost:
    """`answers` are used up one after the other, then it is 200. `wants` is `basic` or `digest`."""

    port: int = 0
    wants: str = ""
    answers: list[int] = field(default_factory=list)
    answer_headers: dict[str, str] = field(default_factory=dict)
    answer_body: bytes = b"taken"
    received: list[Received] = field(default_factory=list)
    unauthorised: int = 0
    # Held until set; None answers at once.
    gate: threading.Event | None = None
    open_now: int = 0
    most_open: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/events"

    def is_welcome(self, headers: Mapping[str, str]) -> bool:
        given = headers.get("authorization", "")
        if self.wants == "basic":
            return given == "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        if self.wants == "digest":
            return given.startswith("Digest ") and _digest_is_right(given)
        return True


def _digest_is_right(given: str) -> bool:
    """RFC 7616 with qop=auth and MD5, the server's side."""
    parts = dict(re.findall(r'(\w+)="?([^",]+)"?', given.removeprefix("Digest ")))
    ha1 = _md5(f"{USER}:{REALM}:{PASSWORD}")
    ha2 = _md5(f"POST:{parts['uri']}")
    wanted = _md5(f"{ha1}:{NONCE}:{parts['nc']}:{parts['cnonce']}:auth:{ha2}")
    return bool(parts["response"] == wanted)


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _handler(host: HookHost) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Head and body in one packet: a second one would wait 40 ms for the first one's acknowledgement.
        wbufsize = -1

        def log_message(self, *_: object) -> None:
            pass

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            headers = {name.lower(): value for name, value in self.headers.items()}
            with host.lock:
                host.open_now += 1
                host.most_open = max(host.most_open, host.open_now)
            try:
                if host.gate is not None:
                    host.gate.wait(30)
                self._answer(headers, body)
            finally:
                with host.lock:
                    host.open_now -= 1

        def _answer(self, headers: Mapping[str, str], body: str) -> None:
            if not host.is_welcome(headers):
                host.unauthorised += 1
                challenge = 'Basic realm="hooks"'
                if host.wants == "digest":
                    challenge = f'Digest realm="{REALM}", nonce="{NONCE}", qop="auth", algorithm=MD5'
                self._send(401, {"WWW-Authenticate": challenge}, b"who are you?")
                return
            with host.lock:
                host.received.append(Received(self.path, headers, body))
                status = host.answers.pop(0) if host.answers else 200
            self._send(status, host.answer_headers, host.answer_body)

        def _send(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)
            self.wfile.flush()

    return Handler


@contextmanager
def running_hook_host(**settings: Any) -> Iterator[HookHost]:
    host = HookHost(**settings)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(host))
    server.daemon_threads = True
    host.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield host
    finally:
        if host.gate is not None:
            host.gate.set()
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def running_raw_host(speak: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server that says what it likes to everybody who comes; the URL."""
    listener = socket.create_server(("127.0.0.1", 0))
    stopping = threading.Event()

    def serve() -> None:
        while not stopping.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=_speak, args=(speak, connection), daemon=True).start()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/events"
    finally:
        stopping.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def _speak(speak: Callable[[socket.socket], None], connection: socket.socket) -> None:
    with connection:
        try:
            connection.recv(65_536)
            speak(connection)
        except OSError:
            return
