"""A private edge: Kamailio with the rendered configuration on free ports, over a private PostgreSQL."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg2

from deploy.stack.free_ports import free_port
from sipworker.edge.configuration import EDGE_DIR, edge_configuration_render
from tests.live.edge.messages import Account
from tests.live.edge.transports import ANSWER_TIMEOUT_S

HERE = Path(__file__).parent
EDGE_SQL = sorted((EDGE_DIR.parents[1] / "callmanager" / "edge" / "sql").glob("*.sql"))
START_TIMEOUT_S = 20.0
PORT_NAMES = (
    "PBX_SIP_UDP_PORT",
    "PBX_SIP_TCP_PORT",
    "PBX_SIP_TLS_PORT",
    "PBX_SIP_WS_PORT",
    "PBX_SIP_WSS_PORT",
    "PBX_EDGE_PRIVATE_PORT",
    "PBX_EDGE_RPC_PORT",
    "PBX_EDGE_EVENTS_PORT",
)


def wait_for(what: str, is_true: Callable[[], bool], timeout_s: float = ANSWER_TIMEOUT_S) -> None:
    deadline = time.monotonic() + timeout_s
    while not is_true():
        assert time.monotonic() < deadline, f"not within {timeout_s} s: {what}"
        time.sleep(0.02)


@dataclass
class Directory:
    """What the application would write: tenants, extensions, workers."""

    database_url: str

    def prepare(self) -> None:
        self.execute((HERE / "application_tables.sql").read_text(encoding="utf-8"))
        for script in EDGE_SQL:
            self.execute(script.read_text(encoding="utf-8"))

    def execute(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        connection = psycopg2.connect(self.database_url)
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(sql, values or None)
                return list(cursor.fetchall()) if cursor.description else []
        finally:
            connection.close()

    def add_tenant(self, tenant_id: int, domain: str, *, is_enabled: bool = True) -> None:
        self.execute("INSERT INTO tenants_tenant VALUES (%s, %s, %s)", tenant_id, domain, is_enabled)

    def add_extension(self, tenant_id: int, account: Account, *, is_enabled: bool = True) -> None:
        self.execute(
            "INSERT INTO sip_directory VALUES (%s, %s, %s, %s, %s)",
            tenant_id,
            account.number,
            account.domain,
            account.ha1,
            is_enabled,
        )

    def add_trunk(self, trunk_id: int, *addresses: str) -> None:
        self.execute("INSERT INTO trunk (id, addresses) VALUES (%s, %s)", trunk_id, list(addresses))

    def lend_trunk(self, trunk_id: int, tenant_id: int, did_pool: str) -> None:
        self.execute(
            "INSERT INTO trunk_assignment VALUES (%s, %s, %s, %s)",
            trunk_id * 1000 + tenant_id,
            trunk_id,
            tenant_id,
            did_pool,
        )

    def add_worker(self, name: str, sip_uri: str) -> None:
        self.execute("INSERT INTO worker_node VALUES (%s, %s, 'up')", name, sip_uri)


@dataclass
class Edge:
    directory: Path
    database_url: str
    ports: dict[str, int] = field(default_factory=lambda: {name: free_port() for name in PORT_NAMES})
    process: subprocess.Popen[bytes] | None = None
    settings: dict[str, str] = field(default_factory=dict)

    def prepare(self) -> None:
        certificate, key, run_dir = (self.directory / name for name in ("edge.crt", "edge.key", "run"))
        run_dir.mkdir()
        subprocess.run(
            [
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-days",
                "2",
                "-subj",
                "/CN=edge",
                "-keyout",
                key,
                "-out",
                certificate,
            ],
            check=True,
            capture_output=True,
        )
        environment = {
            "PBX_BIND": "127.0.0.1",
            "PBX_BIND6": "::1",
            "EDGE_DATABASE_URL": self.database_url,
            **{name: str(port) for name, port in self.ports.items()},
            **self.settings,
        }
        self.config.write_text(
            edge_configuration_render(environment, tls_certificate=certificate, tls_key=key, run_dir=run_dir)
        )

    @property
    def config(self) -> Path:
        return self.directory / "local.cfg"

    @property
    def log(self) -> Path:
        return self.directory / "edge.log"

    def start(self) -> None:
        run_dir = self.directory / "run"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [
                    "kamailio",
                    "-f",
                    self.config,
                    "-DD",
                    "-E",
                    "-m",
                    "128",
                    "-M",
                    "16",
                    "-P",
                    run_dir / "edge.pid",
                    "-Y",
                    run_dir,
                ],
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        wait_for(f"the edge answers (see {self.log})", self.is_answering, START_TIMEOUT_S)

    def stop(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(START_TIMEOUT_S)
            self.process = None

    def is_answering(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.log.read_text()
        try:
            # The process behind the event socket is the last to start.
            socket.create_connection(self.at("EDGE_EVENTS"), timeout=ANSWER_TIMEOUT_S).close()
            return "uptime" in self.rpc("core.uptime")
        except OSError:
            return False

    def rpc(self, method: str, *parameters: object) -> Any:
        question = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(parameters)}
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.ports['PBX_EDGE_RPC_PORT']}/RPC", json.dumps(question).encode()
        )
        try:
            with urllib.request.urlopen(request, timeout=ANSWER_TIMEOUT_S) as answer:  # noqa: S310 - http, as written above
                return json.load(answer)["result"]
        except urllib.error.HTTPError as error:
            return json.loads(error.read() or b"{}")

    def at(self, port_name: str, host: str = "127.0.0.1") -> tuple[str, int]:
        return host, self.ports[f"PBX_{port_name}_PORT"]


class EventStream:
    """A client of the edge's event socket."""

    def __init__(self, edge: Edge) -> None:
        self._socket = socket.create_connection(edge.at("EDGE_EVENTS"), timeout=ANSWER_TIMEOUT_S)
        self._file = self._socket.makefile("rb")
        self.next(event="connected")

    def next(self, **expected: object) -> dict[str, Any]:
        """The next event with these values; others are passed over."""
        deadline = time.monotonic() + ANSWER_TIMEOUT_S
        while True:
            self._socket.settimeout(max(deadline - time.monotonic(), 0.001))
            event: dict[str, Any] = json.loads(self._file.readline())
            if expected.items() <= event.items():
                return event

    def until(self, **expected: object) -> list[dict[str, Any]]:
        """All events up to the next one with these values, which is the last of them."""
        heard = [self.next()]
        while not expected.items() <= heard[-1].items():
            heard.append(self.next())
        return heard

    def close(self) -> None:
        self._file.close()
        self._socket.close()
