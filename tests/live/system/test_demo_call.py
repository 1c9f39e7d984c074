"""`make demo-call`, as a person runs it on a fresh system."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.live.system.running_system import RunningSystem
from tests.phones.rest import RestClient
from tests.phones.waiting import PATIENCE_S, until

REPOSITORY = Path(__file__).parents[3]
TIMEOUT_S = 120


def _start(system: RunningSystem) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.phones.demo_call"],
        cwd=REPOSITORY,
        env={**os.environ, **system.stack.environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def _registered(rest: RestClient) -> set[str]:
    return {row["ruid"] for row in rest.rows("/registrations/")}


def test_it_proves_a_call_and_leaves_no_phone_behind(system: RunningSystem, rest: RestClient) -> None:
    before = _registered(rest)
    demo = _start(system)
    said, complained = demo.communicate(timeout=TIMEOUT_S)
    assert demo.returncode == 0, complained
    assert "OK: both phones heard each other" in said
    until(lambda: _registered(rest) <= before, PATIENCE_S, "both phones have unregistered")


def test_one_that_is_interrupted_leaves_no_phone_behind(system: RunningSystem, rest: RestClient) -> None:
    before = _registered(rest)
    demo = _start(system)
    until(lambda: len(rest.rows("/call_sessions/")) == 1, TIMEOUT_S, "the call is running")
    # As a terminal does for Ctrl-C: to the program and its phones.
    os.killpg(demo.pid, signal.SIGINT)
    demo.communicate(timeout=TIMEOUT_S)
    assert demo.returncode != 0
    until(lambda: _registered(rest) <= before, PATIENCE_S, "both phones have unregistered")
    until(lambda: not rest.rows("/call_sessions/"), PATIENCE_S, "the call is over")
