"""The worker under test, its database and its phones, on ports of their own."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg2
from psycopg2 import sql

from callmanager.domain.snapshot import TenantSnapshot
from deploy.stack.free_ports import free_port
from tests.live.worker.edge_stand_in import Caller, EdgeStandIn, Line
from tests.phones.config import PhoneConfig
from tests.phones.phone import Phone, PhoneBench
from tests.phones.waiting import PATIENCE_S, until

HERE = Path(__file__).parent
REDIS_DATABASES = itertools.cycle(range(1, 16))
REPOSITORY = HERE.parents[2]
DOMAIN, TENANT_ID = "acme.example", 1
FIELD_ENCRYPTION_KEY = "of a stand for tests with 32 characters or more"
ALICE_HZ, BOB_HZ, BOBS_MOBILE_HZ = 500, 700, 900


@dataclass
class Stand:
    directory: Path
    database_url: str
    redis_url: str
    bench: PhoneBench
    edge: EdgeStandIn
    environment: dict[str, str]
    process: subprocess.Popen[str] | None = None
    _contacts: dict[str, list[list[str]]] = field(default_factory=dict)

    @property
    def contacts_file(self) -> Path:
        return self.directory / "contacts.json"

    @property
    def snapshot_file(self) -> Path:
        return self.directory / "snapshot.json"

    def configure(self, snapshot: TenantSnapshot) -> None:
        """From the next call on."""
        partial = self.snapshot_file.with_suffix(".partial")
        partial.write_text(json.dumps(snapshot.to_json()))
        partial.rename(self.snapshot_file)

    def provider(self, trunk_id: int, tone_hz: int, **options: Any) -> Phone:
        """The far end of a trunk, with a phone's voice and ears."""
        port = free_port()
        config = PhoneConfig(
            "4989",
            "provider.example",
            "",
            "127.0.0.1",
            self.edge.port,
            tone_hz=tone_hz,
            local_port=port,
            **options,
        )
        self.edge.lines["127.0.0.1", port] = Line(trunk_id, DOMAIN, TENANT_ID)
        return self.bench.phone(config)

    def start_worker(self, **changes: str) -> None:
        log = (self.directory / "worker.log").open("a")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.live.worker.worker_process"],
            cwd=REPOSITORY,
            env={
                **os.environ,
                **self.environment,
                **changes,
                "TEST_CONTACTS": str(self.contacts_file),
                "TEST_SNAPSHOT": str(self.snapshot_file),
            },
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        log.close()
        assert self.process.stdout is not None
        # The SIP stack greets on stdout before its log can be directed.
        assert "ready\n" in iter(self.process.stdout.readline, ""), self.worker_log()

    def stop_worker(self, timeout_s: float = 20) -> str:
        """SIGTERM and wait; what the worker said of itself at the end."""
        assert self.process is not None
        self.process.terminate()
        said, _ = self.process.communicate(timeout=timeout_s)
        return said

    def worker_log(self) -> str:
        return (self.directory / "worker.log").read_text()

    def phone(self, number: str, tone_hz: int, *, ruid: str = "", **options: Any) -> Phone:
        """A phone of Acme; with a ruid it can be called."""
        port = free_port()
        config = PhoneConfig(
            number, DOMAIN, "", "127.0.0.1", self.edge.port, tone_hz=tone_hz, local_port=port, **options
        )
        phone = self.bench.phone(config)
        self.edge.callers["127.0.0.1", port] = Caller(number, DOMAIN, TENANT_ID)
        if ruid:
            self.register(number, ruid, port)
        return phone

    def register(self, number: str, ruid: str, port: int) -> None:
        """Let the worker find one more contact of an extension."""
        self.edge.phones[ruid] = ("127.0.0.1", port)
        contact = [ruid, f"sip:{number}@127.0.0.1:{port}", "Test"]
        self._contacts.setdefault(f"{number}@{DOMAIN}", []).append(contact)
        self.contacts_file.write_text(json.dumps(self._contacts))

    def unregister(self, number: str) -> None:
        """The extension is nowhere, whatever tests before have registered."""
        self._contacts.pop(f"{number}@{DOMAIN}", None)
        self.contacts_file.write_text(json.dumps(self._contacts))

    def query(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        with closing(psycopg2.connect(self.database_url)) as link, link, link.cursor() as cursor:
            cursor.execute(statement, values or None)
            return list(cursor.fetchall()) if cursor.description else []

    def wait_room_read(self, timeout_s: float = 20) -> None:
        """Until the worker has looked up what is left of quotas once more: it does so every few seconds."""
        statement = (
            "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND query LIKE '%%disk_quota_mb%%' AND state = 'idle' AND query_start > %s"
        )
        ((asked_at,),) = self.query("SELECT clock_timestamp()")
        until(lambda: self.query(statement, asked_at), timeout_s, "the worker reads the quotas")

    def events(self, sip_call_id: str) -> list[tuple[str, dict[str, Any]]]:
        """Kind and data of a call's stored events, in order, once the last one is there."""

        def rows() -> list[tuple[str, dict[str, Any]]]:
            found = self.query(
                "SELECT kind, data FROM call_event WHERE session_id ="
                " (SELECT session_id FROM call_event WHERE data ->> 'call_id' = %s) ORDER BY sequence",
                sip_call_id,
            )
            return [(kind, data) for kind, data in found] if found and found[-1][0] == "call_ended" else []

        return until(rows, PATIENCE_S, "the call's events are stored")


@contextmanager
def open_stand(directory: Path) -> Iterator[Stand]:
    worker_port = free_port()
    edge = EdgeStandIn(("127.0.0.1", worker_port))
    # All stands call their worker the same: each needs tables of live calls of its own.
    redis_url = urlsplit(os.environ["REDIS_URL"])._replace(path=f"/{next(REDIS_DATABASES)}").geturl()
    rtp_port = 20_000 + worker_port % 10_000
    with _database() as database_url, PhoneBench(directory / "phones") as bench:
        environment = {
            "PBX_STATE_DIR": str(directory / "state"),
            "PBX_BIND": "127.0.0.1",
            "PBX_WORKER_SIP_BASE_PORT": str(worker_port),
            "PBX_WORKER_INDEX": "0",
            "PBX_WORKERS": "1",
            "PBX_EDGE_PRIVATE_PORT": str(edge.port),
            "PBX_RTP_PORT_MIN": str(rtp_port),
            "PBX_RTP_PORT_MAX": str(rtp_port + 1000),
            "PBX_DRAIN_TIMEOUT_S": "10",
            "DATABASE_URL": database_url,
            "FIELD_ENCRYPTION_KEY": FIELD_ENCRYPTION_KEY,
            "REDIS_URL": redis_url,
        }
        stand = Stand(directory, database_url, redis_url, bench, edge, environment)
        stand.contacts_file.write_text("{}")
        try:
            yield stand
        finally:
            if stand.process is not None and stand.process.poll() is None:
                stand.process.kill()
                stand.process.wait()
            edge.close()


@contextmanager
def _database() -> Iterator[str]:
    """A database of its own beside the one in DATABASE_URL."""
    url = os.environ["DATABASE_URL"]
    name = f"worker_{uuid4().hex}"
    with closing(psycopg2.connect(url)) as admin:
        admin.autocommit = True
        with admin.cursor() as cursor:
            cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            own_url = urlsplit(url)._replace(path=f"/{name}").geturl()
            with closing(psycopg2.connect(own_url)) as link, link, link.cursor() as tables:
                tables.execute((HERE / "tables.sql").read_text())
            try:
                yield own_url
            finally:
                cursor.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
