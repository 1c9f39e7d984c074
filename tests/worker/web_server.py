"""A company's server on this machine: answers as a test says, and remembers what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True, slots=True)
class Asked:
    method: str
    path: str
    query: list[tuple[str, str]]
    headers: dict[str, str]
    body: bytes


@dataclass
class Says:
    """`drip_s` is the pause between two bytes of the body; `wait_s` the one before anything is said."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    wait_s: float = 0.0
    drip_s: float = 0.0


Answers = Callable[[Asked], Says]


def call_to(number: str) -> Says:
    return Says(json.dumps({"status_code": 200, "action": "call", "destination": number}).encode())


class WebServer:
    def __init__(self, answers: Answers, host: str = "127.0.0.1") -> None:
        self.asked: list[Asked] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self._serve()

            def do_POST(self) -> None:
                self._serve()

            def log_message(self, *_: Any) -> None: ...

            def _serve(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                parts = urlsplit(self.path)
                query = parse_qsl(parts.query, keep_blank_values=True)
                asked = Asked(self.command, parts.path, query, dict(self.headers.items()), body)
                outer.asked.append(asked)
                says = answers(asked)
                outer.stopping.wait(says.wait_s)
                try:
                    self._say(says)
                except OSError:
                    self.close_connection = True

            def _say(self, says: Says) -> None:
                self.send_response(says.status)
                for name, value in says.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(says.body)))
                self.end_headers()
                pieces = [says.body] if not says.drip_s else [bytes([one]) for one in says.body]
                for piece in pieces:
                    self.wfile.write(piece)
                    self.wfile.flush()
                    outer.stopping.wait(says.drip_s)

        self.stopping = threading.Event()
        self._server = ThreadingHTTPServer((host, 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        host, port = self._server.server_address[:2]
        return f"http://{host!s}:{port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()
