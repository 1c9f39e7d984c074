"""The edge as the web asks it which worker a company's calls go to."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

from django.test import override_settings

WORKER_URI = "sip:127.0.0.1:1"


class Edge(HTTPServer):
    """Names the worker of every domain, or none."""

    status = 200
    asked: list[str]

    class Handler(BaseHTTPRequestHandler):
        server: Edge

        def do_GET(self) -> None:
            self.server.asked.append(self.path)
            body = WORKER_URI.encode() if self.server.status == 200 else b""
            self.send_response(self.server.status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...


@contextmanager
def running_edge() -> Iterator[Edge]:
    with Edge(("127.0.0.1", 0), Edge.Handler) as server:
        server.asked = []
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            with override_settings(PBX_EDGE_RPC_PORT=server.server_port):
                yield server
        finally:
            server.shutdown()
            thread.join()
