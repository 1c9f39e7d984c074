"""SIPp as a program: one run in its own directory, and what its counters said afterwards."""

from __future__ import annotations

import csv
import socket
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

SCENARIOS = Path(__file__).parent / "scenarios"
LISTEN_ADDRESS = "127.0.0.1"
# One second of A-law silence, 20 ms packets: the content is irrelevant, the packets are what is carried.
TONE_FILE, ONE_SECOND_OF_ALAW = "tone.alaw", bytes([0xD5]) * 8000


class SippError(Exception):
    """SIPp did not run; its own words are in the message."""


@dataclass(frozen=True, slots=True)
class SippResult:
    successful: int
    failed: int
    retransmissions: int
    elapsed_s: float
    response_times_ms: tuple[float, ...] = field(repr=False)

    @property
    def is_flawless(self) -> bool:
        return self.failed == 0 and self.successful > 0


@dataclass(frozen=True, slots=True)
class Credentials:
    number: str
    domain: str
    password: str

    def line(self, last_field: str | int) -> str:
        # SIPp does not expand [fieldN] inside [authentication]: the whole tag stands in the file.
        tag = f"[authentication username={self.number} password={self.password}]"
        return f"{self.number};{self.domain};{tag};{last_field}"


def write_users(path: Path, lines: Sequence[str], order: str = "SEQUENTIAL") -> Path:
    path.write_text("\n".join([order, *lines]) + "\n")
    path.chmod(0o600)
    return path


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((LISTEN_ADDRESS, 0))
        return int(probe.getsockname()[1])


class Sipp:
    """A running SIPp. `arguments` are its own options; `wait` reads the counters it left."""

    def __init__(
        self,
        directory: Path,
        scenario: str,
        target: str,
        arguments: Sequence[str | int | Path],
        listen: str = LISTEN_ADDRESS,
        sound: bytes = ONE_SECOND_OF_ALAW,
    ) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        (directory / TONE_FILE).write_bytes(sound)
        self._directory = directory
        self._output = (directory / "output").open("wb")
        command = [
            *("sipp", target, "-sf", SCENARIOS / f"{scenario}.xml", "-i", listen, "-nostdin"),
            *("-timer_resol", 1),
            *("-trace_stat", "-stf", directory / "statistics.csv", "-fd", 1),
            *("-trace_err", "-error_file", directory / "errors.log"),
            *arguments,
        ]
        self._process = subprocess.Popen(
            [str(part) for part in command], cwd=directory, stdout=self._output, stderr=subprocess.STDOUT
        )

    def __enter__(self) -> Sipp:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    def close(self) -> None:
        if self.is_running:
            self._process.kill()
        self._process.wait()
        self._output.close()

    def wait(self, timeout_s: float) -> SippResult:
        """Until all calls are made. Failed calls are a result, not an error."""
        try:
            code = self._process.wait(timeout_s)
        except subprocess.TimeoutExpired as error:
            self.close()
            raise SippError(f"SIPp did not finish within {timeout_s:g} s, see {self._directory}") from error
        if code not in (0, 1):
            raise SippError(f"SIPp ended with {code}, see {self._directory}")
        return self._result()

    @property
    def calls_started(self) -> int:
        """As of its last entry in the statistics, one a second."""
        try:
            return int(self._last_statistics()["TotalCallCreated"])
        except (FileNotFoundError, IndexError, KeyError, TypeError):
            return 0

    def _last_statistics(self) -> dict[str, str]:
        with (self._directory / "statistics.csv").open(newline="") as lines:
            return list(csv.DictReader(lines, delimiter=";"))[-1]

    def _result(self) -> SippResult:
        last = self._last_statistics()
        hours, minutes, seconds = last["ElapsedTime(C)"].split(":")[:3]
        return SippResult(
            successful=int(last["SuccessfulCall(C)"]),
            failed=int(last["FailedCall(C)"]),
            retransmissions=int(last["Retransmissions(C)"]),
            elapsed_s=int(hours) * 3600 + int(minutes) * 60 + float(seconds),
            response_times_ms=tuple(self._response_times()),
        )

    def _response_times(self) -> list[float]:
        times: list[float] = []
        for path in self._directory.glob("*_rtt.csv"):
            with path.open(newline="") as lines:
                times += [float(row[1]) for row in csv.reader(lines, delimiter=";") if row[0][:1].isdigit()]
        return times
