"""Talks to the process runner (supervisord) of one stack over its private socket."""

from __future__ import annotations

import http.client
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xmlrpc.client import Fault, ServerProxy

from supervisor.xmlrpc import Faults, SupervisorTransport

STOPPED, RUNNING, FATAL = "STOPPED", "RUNNING", "FATAL"


class RunnerGone(Exception):
    """Nobody answers at the control socket."""


class RunnerStopping(RunnerGone):
    """It stops its processes and answers nothing else any more."""


@dataclass(frozen=True, slots=True)
class ProcessState:
    name: str
    group: str
    state: str
    pid: int
    uptime_s: int
    log_file: Path


class Supervision:
    def __init__(self, control_socket: Path) -> None:
        self._control_socket = control_socket

    def is_answering(self) -> bool:
        """Also while it stops."""
        try:
            self._call("getState")
        except RunnerStopping:
            return True
        except RunnerGone:
            return False
        return True

    def processes(self) -> tuple[ProcessState, ...]:
        return tuple(_process_state(info) for info in self._call("getAllProcessInfo"))

    def process(self, name: str) -> ProcessState:
        found = [process for process in self.processes() if process.name == name]
        if not found:
            raise KeyError(name)
        return found[0]

    def start_group(self, group: str) -> None:
        """Returns at once; ask `processes` how it went."""
        self._call("startProcessGroup", group, False)

    def start_process(self, name: str) -> None:
        self._call("startProcess", self._full_name(name), False)

    def stop_process(self, name: str) -> None:
        """Waits until it is gone."""
        self._call("stopProcess", self._full_name(name), True)

    def ask_to_leave(self) -> None:
        """All processes stop group by group, then the runner itself."""
        self._call("shutdown")

    def _full_name(self, name: str) -> str:
        return f"{self.process(name).group}:{name}"

    def _call(self, method: str, *arguments: object) -> Any:
        transport = SupervisorTransport(None, None, f"unix://{self._control_socket}")
        try:
            with ServerProxy("http://127.0.0.1", transport=transport) as proxy:
                return getattr(proxy.supervisor, method)(*arguments)
        except (OSError, http.client.HTTPException) as error:
            raise RunnerGone from error
        except Fault as fault:
            if fault.faultCode == Faults.SHUTDOWN_STATE:
                raise RunnerStopping from fault
            raise


def _process_state(info: dict[str, Any]) -> ProcessState:
    is_up = info["statename"] == RUNNING
    return ProcessState(
        name=info["name"],
        group=info["group"],
        state=info["statename"],
        pid=info["pid"],
        uptime_s=info["now"] - info["start"] if is_up else 0,
        log_file=Path(info["stdout_logfile"]),
    )
