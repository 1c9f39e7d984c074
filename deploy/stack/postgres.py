"""An own PostgreSQL cluster: made once, reachable on 127.0.0.1 by the two roles of the stack alone."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from deploy.stack.children import postgres_user, primary_group, run_to_end
from deploy.stack.errors import StackError

BINARIES = Path("/usr/lib/postgresql/15/bin")
SAFE_PASSWORD = re.compile(r"[0-9a-f]{20,}")

CONFIGURATION = """\
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = ''
hba_file = '{directory}/pg_hba.conf'
max_connections = 200
# A migration of many tenant schemas in one transaction holds a lock per table.
max_locks_per_transaction = 512
shared_buffers = {shared_buffers}
password_encryption = scram-sha-256
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = ''
log_min_messages = {log_min_messages}
log_checkpoints = off
"""

NOT_DURABLE = """\
fsync = off
synchronous_commit = off
full_page_writes = off
max_wal_size = 256MB
"""

HOST_ACCESS = """\
# Passwords only, this machine only, these roles only; the superuser cannot connect at all.
host all tandem,tandem_edge 127.0.0.1/32 scram-sha-256
"""

# One command a line: that is how `postgres --single` reads them.
ROLES = """\
CREATE ROLE tandem LOGIN NOSUPERUSER CREATEDB PASSWORD '{password}';
CREATE ROLE tandem_edge LOGIN NOSUPERUSER PASSWORD '{edge_password}';
CREATE DATABASE tandem OWNER tandem TEMPLATE template0;
REVOKE CONNECT ON DATABASE tandem FROM PUBLIC;
GRANT CONNECT ON DATABASE tandem TO tandem_edge;
"""


@dataclass(frozen=True, slots=True)
class PostgresCluster:
    directory: Path
    port: int
    is_durable: bool = True

    @property
    def data(self) -> Path:
        return self.directory / "data"

    @property
    def is_made(self) -> bool:
        return self.data.exists()

    def prepare(self, *, password: str, edge_password: str) -> None:
        if not BINARIES.is_dir():
            raise StackError("PostgreSQL 15 is not installed; install the package postgresql-15.")
        self.directory.mkdir(parents=True, exist_ok=True)
        self._give(self.directory)
        self.directory.chmod(0o700)
        self._write("postgresql.conf", self._configuration())
        self._write("pg_hba.conf", HOST_ACCESS)
        if not self.is_made:
            self._make(password=password, edge_password=edge_password)

    def command(self) -> list[str]:
        return [
            str(BINARIES / "postgres"),
            "-D",
            str(self.data),
            "-c",
            f"config_file={self.directory}/postgresql.conf",
        ]

    def _make(self, *, password: str, edge_password: str) -> None:
        """Beside its place and then moved there: an interrupted set-up leaves no half-made cluster."""
        partial = self.directory / "data.partial"
        shutil.rmtree(partial, ignore_errors=True)
        initdb: list[str | Path] = [
            BINARIES / "initdb",
            "-D",
            partial,
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-instructions",
        ]
        self._run([*initdb, "--auth=reject", *([] if self.is_durable else ["--no-sync"])])
        if not (SAFE_PASSWORD.fullmatch(password) and SAFE_PASSWORD.fullmatch(edge_password)):
            raise StackError("The database passwords in secrets.env must be hexadecimal.")
        self._run(
            [BINARIES / "postgres", "--single", "-D", partial, "-c", "exit_on_error=true", "postgres"],
            stdin=ROLES.format(password=password, edge_password=edge_password),
        )
        partial.rename(self.data)

    def _run(self, command: list[str | Path], stdin: str = "") -> None:
        done = run_to_end(
            command, user=postgres_user(), stdin=stdin, env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
        )
        if done.returncode != 0:
            last_line = (done.stdout.strip().splitlines() or ["no output"])[-1]
            raise StackError(f"PostgreSQL could not be set up in {self.directory}: {last_line}")

    def _configuration(self) -> str:
        text = CONFIGURATION.format(
            port=self.port,
            directory=str(self.directory).replace("'", "''"),
            shared_buffers="128MB" if self.is_durable else "64MB",
            log_min_messages="warning" if self.is_durable else "error",
        )
        return text if self.is_durable else text + NOT_DURABLE

    def _write(self, name: str, text: str) -> None:
        path = self.directory / name
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)
        self._give(path)

    def _give(self, path: Path) -> None:
        user = postgres_user()
        group = primary_group(user)
        if user is not None and group is not None:
            shutil.chown(path, user=user, group=group)
        elif path.stat().st_uid != os.geteuid():
            raise StackError(f"{path} belongs to another user; run this command as its owner.")
