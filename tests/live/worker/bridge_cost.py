"""What a worker's calls cost: `python -m deploy.stack services -- python -m tests.live.worker.bridge_cost`.

CPU time of the worker's process alone, so that a shared machine spoils the figures as little as possible:
bridged calls with RTP at each bridge rate, in turns, and then short calls one after another.
"""

from __future__ import annotations

import argparse
import tempfile
import threading
from pathlib import Path

from deploy.stack.free_ports import free_port
from tests.bench.cpu import cpu_seconds
from tests.bench.sipp import Sipp, SippResult
from tests.live.worker.edge_stand_in import Caller
from tests.live.worker.stand import DOMAIN, TENANT_ID, Stand, open_stand
from tests.phones.waiting import until

HERE = Path(__file__).parent
CALLEE = "102"
SET_UP_RATE = 20
SETTLE_S = 3.0
WARM_UP_CALLS = 20


class Load:
    """SIPp at both ends of one worker."""

    def __init__(self, stand: Stand, directory: Path) -> None:
        self._stand = stand
        self._directory = directory
        self._callee_port, self._caller_port = free_port(), free_port()
        stand.edge.callers["127.0.0.1", self._caller_port] = Caller("101", DOMAIN, TENANT_ID)
        stand.register(CALLEE, "sipp", self._callee_port)

    def callee(self) -> Sipp:
        arguments: list[str | int | Path] = ["-p", self._callee_port, "-mp", free_port(), "-rtp_echo"]
        return Sipp(self._directory / "callee", "callee", "127.0.0.1", arguments)

    def caller(self, *, calls: int, rate: int, talk_ms: int) -> Sipp:
        arguments: list[str | int | Path] = [
            "-p",
            self._caller_port,
            "-s",
            CALLEE,
            "-m",
            calls,
            "-l",
            calls,
            "-r",
            rate,
            "-d",
            talk_ms,
        ]
        target = f"127.0.0.1:{self._stand.edge.port}"
        return Sipp(self._directory / "caller", str(HERE / "caller"), target, arguments)


def bridged_share(rate_hz: int, calls: int, window_s: float) -> float:
    """Share of one core that `calls` bridged calls with RTP both ways take."""
    with tempfile.TemporaryDirectory() as name, open_stand(Path(name)) as stand:
        stand.start_worker(PBX_BRIDGE_CLOCK_RATE=str(rate_hz))
        load = Load(stand, Path(name))
        talk_ms = int(1000 * (calls / SET_UP_RATE + 2 * SETTLE_S + window_s + 5))
        with load.callee(), load.caller(calls=calls, rate=SET_UP_RATE, talk_ms=talk_ms) as caller:
            until(lambda: caller.calls_started == calls, 60, f"{calls} calls are up")
            threading.Event().wait(SETTLE_S)
            assert stand.process is not None
            before = cpu_seconds(stand.process.pid)
            threading.Event().wait(window_s)
            spent = cpu_seconds(stand.process.pid) - before
            _refuse_failures(caller.wait(120), calls)
        return spent / window_s


def cpu_ms_per_call(calls: int, rate: int, talk_ms: int) -> float:
    """Everything a short call costs, from INVITE to the stored events."""
    with tempfile.TemporaryDirectory() as name, open_stand(Path(name)) as stand:
        stand.start_worker()
        load = Load(stand, Path(name))
        assert stand.process is not None
        with load.callee():
            # The first calls also load what Python loads late.
            with load.caller(calls=WARM_UP_CALLS, rate=rate, talk_ms=0) as caller:
                _refuse_failures(caller.wait(60), WARM_UP_CALLS)
            before = cpu_seconds(stand.process.pid)
            with load.caller(calls=calls, rate=rate, talk_ms=talk_ms) as caller:
                _refuse_failures(caller.wait(120), calls)
            spent = cpu_seconds(stand.process.pid) - before
        return 1000 * spent / calls


def _refuse_failures(result: SippResult, calls: int) -> None:
    assert result.successful == calls, f"{result.failed} of {calls} calls failed"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--window", type=float, default=15.0)
    options = parser.parse_args()
    for number in range(options.rounds):
        for rate_hz in (8000, 16000):
            share = bridged_share(rate_hz, options.calls, options.window)
            print(
                f"round {number + 1}: {options.calls} calls at {rate_hz} Hz: {share:.1%} of a core",
                flush=True,
            )
    for talk_ms in (1000, 0):
        cost_ms = cpu_ms_per_call(500, 50, talk_ms)
        print(f"calls of {talk_ms} ms with RTP, 50/s: {cost_ms:.2f} ms each", flush=True)


if __name__ == "__main__":
    main()
