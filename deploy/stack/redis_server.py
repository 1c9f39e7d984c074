"""An own Redis: password, this machine only, kept on disk so that queued tasks survive a restart."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from deploy.stack.errors import StackError
from deploy.stack.keys import private_file_write

CONFIGURATION = """\
bind 127.0.0.1
port {port}
protected-mode yes
requirepass {password}
dir {data}
daemonize no
pidfile ""
loglevel warning
logfile ""
maxmemory-policy noeviction
"""

DURABLE = """\
appendonly yes
appendfsync everysec
"""

NOT_DURABLE = """\
appendonly no
save ""
"""


@dataclass(frozen=True, slots=True)
class RedisServer:
    directory: Path
    port: int
    is_durable: bool = True

    def prepare(self, *, password: str) -> None:
        if shutil.which("redis-server") is None:
            raise StackError("Redis is not installed; install the package redis-server.")
        data = self.directory / "data"
        data.mkdir(parents=True, exist_ok=True)
        data.chmod(0o700)
        self.directory.chmod(0o700)
        text = CONFIGURATION.format(port=self.port, password=password, data=data)
        private_file_write(
            self.directory / "redis.conf", text + (DURABLE if self.is_durable else NOT_DURABLE)
        )

    def command(self) -> list[str]:
        return ["redis-server", str(self.directory / "redis.conf")]
