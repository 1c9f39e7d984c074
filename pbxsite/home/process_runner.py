"""What the process runner of `make run` knows of our processes. Under systemd there is none: then nothing is known."""

from __future__ import annotations

import socket
import xmlrpc.client
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

TIMEOUT_S = 2.0
RUNNING = "RUNNING"


@dataclass(frozen=True, slots=True)
class RunnerWord:
    """`description` is the runner's own: how long it runs, or how it ended."""

    name: str
    state: str
    since: datetime | None
    description: str

    @property
    def is_running(self) -> bool:
        return self.state == RUNNING


def runner_words(control_socket: Path) -> dict[str, RunnerWord]:
    """By process; empty where no runner answers."""
    try:
        processes = _call(control_socket, "supervisor.getAllProcessInfo")
    except (OSError, HTTPException, xmlrpc.client.Error):
        return {}
    return {info["name"]: _word(info) for info in processes}


def _word(info: dict[str, Any]) -> RunnerWord:
    moment = info["start"] if info["statename"] == RUNNING else info["stop"]
    since = datetime.fromtimestamp(moment, UTC) if moment else None
    description = info["spawnerr"] or info["description"]
    return RunnerWord(info["name"], info["statename"], since, str(description))


class _UnixConnection(HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=TIMEOUT_S)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(TIMEOUT_S)
        self.sock.connect(str(self._path))


def _call(control_socket: Path, method: str) -> Any:
    connection = _UnixConnection(control_socket)
    try:
        connection.request(
            "POST", "/RPC2", xmlrpc.client.dumps((), method).encode(), {"Content-Type": "text/xml"}
        )
        answer = connection.getresponse().read()
    finally:
        connection.close()
    ((result,), _) = xmlrpc.client.loads(answer)
    return result
