"""Exit codes, sentences and what is left behind."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.stack.config import CHECKOUT, StackConfig
from deploy.stack.environment import stack_environment
from deploy.stack.keys import env_file_read, keys_make
from deploy.stack.leftovers import leftovers_find
from deploy.stack.services import throw_away_services
from tests.phones.waiting import until

SERVERS = ("DATABASE_URL", "EDGE_DATABASE_URL", "REDIS_URL")


@pytest.fixture
def state_dir() -> Iterator[Path]:
    # Not pytest's own: PostgreSQL's user must be able to enter it.
    with tempfile.TemporaryDirectory(prefix="tandem-cli-") as directory:
        Path(directory).chmod(0o711)
        yield Path(directory) / "state"


@pytest.fixture
def environ(state_dir: Path) -> dict[str, str]:
    """Of a shell that chose free ports and nothing else."""
    private = stack_environment(StackConfig.for_tests(state_dir), keys_make(), {})
    ports = {name: value for name, value in private.items() if name.startswith("PBX_")}
    inherited = {name: value for name, value in os.environ.items() if name not in SERVERS}
    return {**inherited, **ports}


def stack(*words: str, environ: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "deploy.stack", *words]
    return subprocess.run(command, cwd=CHECKOUT, env=environ, capture_output=True, text=True, check=False)


def test_the_exit_code_of_a_command_with_services_is_its_own(environ: dict[str, str]) -> None:
    assert stack("services", "--", "sh", "-c", "exit 7", environ=environ).returncode == 7


def test_terminated_services_leave_nothing_behind(environ: dict[str, str], tmp_path: Path) -> None:
    note = tmp_path / "where"
    command = [sys.executable, "-m", "deploy.stack", "services", "--"]
    running = subprocess.Popen(
        [*command, "sh", "-c", f'echo "$PBX_STATE_DIR" >{note}.new; mv {note}.new {note}; exec sleep 600'],
        cwd=CHECKOUT,
        env=environ,
    )
    until(note.exists, 30, "the command runs")
    directory = Path(note.read_text().strip())
    assert directory.is_dir()
    running.send_signal(signal.SIGTERM)
    assert running.wait(30) == 128 + signal.SIGTERM
    assert not directory.exists()
    assert list(leftovers_find(directory)) == []


def test_a_port_in_use_stops_the_start_with_one_sentence(environ: dict[str, str], state_dir: Path) -> None:
    port = int(environ["PBX_SIP_UDP_PORT"])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", port))
        refused = stack("run", environ=environ)
    assert refused.returncode == 1
    assert refused.stderr == (
        f"tandem: Port {port}/udp on 127.0.0.1 is in use; set PBX_SIP_UDP_PORT to another one.\n"
    )
    assert list(leftovers_find(state_dir)) == []


def test_a_process_that_keeps_ending_stops_the_start_and_is_named(
    environ: dict[str, str], state_dir: Path
) -> None:
    refused = stack("run", environ={**environ, "PBX_WORKERS": "1", "PBX_BRIDGE_CLOCK_RATE": "12345"})
    assert refused.returncode == 1
    assert "tandem: worker-0 does not stay up. It said:" in refused.stderr
    assert "PBX_BRIDGE_CLOCK_RATE: must be one of 8000, 16000" in refused.stderr
    assert "Tandem is ready" not in refused.stdout
    assert list(leftovers_find(state_dir)) == []


def test_an_unreachable_database_is_named_by_its_variable(environ: dict[str, str]) -> None:
    url = "postgres://nobody:wrong@127.0.0.1:1/none"
    servers = {"DATABASE_URL": url, "EDGE_DATABASE_URL": url, "REDIS_URL": "redis://127.0.0.1:1/0"}
    refused = stack("prepare", environ={**environ, **servers})
    assert refused.returncode == 1
    assert "wrong" not in refused.stderr


def test_nothing_started_yet_is_said_so(environ: dict[str, str]) -> None:
    for command in ("status", "stop", "logs", "env"):
        answer = stack(command, environ=environ)
        assert answer.returncode == 1
        assert "make run" in answer.stderr


def test_a_production_machine_is_prepared_without_starting_anything(
    environ: dict[str, str], state_dir: Path
) -> None:
    with throw_away_services() as services:
        servers = {name: services[name] for name in SERVERS}
        done = stack("prepare", environ={**environ, **servers})
    assert done.returncode == 0, done.stderr
    assert list(leftovers_find(state_dir)) == []
    written = env_file_read(state_dir / "tandem.env")
    assert written["DATABASE_URL"] == servers["DATABASE_URL"]
    assert not (state_dir / "postgres").exists()
    assert "syslog" in (state_dir / "nginx" / "nginx.conf").read_text()
    assert (state_dir / "edge" / "local.cfg").exists()
    for secret in ("tandem.env", "secrets.env", "edge/local.cfg", "tls/tandem.key"):
        assert stat.S_IMODE((state_dir / secret).stat().st_mode) == 0o600
