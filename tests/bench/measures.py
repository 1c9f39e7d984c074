"""The measurements. Each drives SIPp through the edge and reads CPU, counters and stored records."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from deploy.stack.free_ports import free_port_run
from tests.bench.cpu import cpu_seconds
from tests.bench.results import BridgedCalls, CallRate, RegistrationRate, WaitingCalls, percentiles
from tests.bench.sipp import ONE_SECOND_OF_ALAW, Sipp, SippResult, free_port
from tests.bench.subscribers import Subscribers, registrations_file
from tests.live.system.running_system import RunningSystem
from tests.phones.calls import PhoneCall
from tests.phones.phone import PhoneBench
from tests.phones.rest import Json, RestClient
from tests.phones.waiting import DeadlineError, holds_for, until

EDGE, WORKER = "edge", "worker-0"
RTP_PORT_BASE = 32800
FREE_PORTS = 200
RECORDS_TIMEOUT_S = 60.0


class Bench:
    """One system, its subscribers, one directory for what SIPp writes."""

    def __init__(
        self, system: RunningSystem, rest: RestClient, subscribers: Subscribers, directory: Path
    ) -> None:
        self._system = system
        self._rest = rest
        self._directory = directory
        self._subscribers = subscribers
        self._runs = itertools.count(1)

    @property
    def _target(self) -> str:
        demo = self._system.demo
        return f"{demo.sip_host}:{demo.sip_ports['udp']}"

    def _cpu(self) -> tuple[float, float]:
        stack = self._system.stack
        return cpu_seconds(stack.pid_of(EDGE)), cpu_seconds(stack.pid_of(WORKER))

    def held_calls(
        self,
        calls: int,
        calls_per_s: int,
        hold_s: float,
        callee: str,
        *,
        scenario: str = "caller",
        keys: Sequence[str] = (),
        sound: bytes = ONE_SECOND_OF_ALAW,
    ) -> Sipp:
        """Callers who stay; to be closed."""
        directory = self._directory / f"held-{next(self._runs)}"
        directory.mkdir()
        callers = self._subscribers.calls_file(directory, callee)
        # Of very many it passes over those that are not free by itself.
        ports: list[str | int | Path] = ["-p", free_port(), "-mp", free_port_run(min(4 * calls, FREE_PORTS))]
        held: list[str | int | Path] = ["-r", calls_per_s, "-l", calls, "-m", calls, "-d", int(hold_s * 1000)]
        return Sipp(directory, scenario, self._target, ["-inf", callers, *ports, *held, *keys], sound=sound)

    def cpu_percent_while(self, running: Sequence[Sipp], window_s: float) -> tuple[float, float]:
        """Of the worker and of the edge, of one core each."""
        edge_before, worker_before = self._cpu()
        holds_for(lambda: all(one.is_running for one in running), window_s, "the calls stay up")
        edge_after, worker_after = self._cpu()
        return 100 * (worker_after - worker_before) / window_s, 100 * (edge_after - edge_before) / window_s

    def _caller(self, *arguments: str | int | Path) -> Sipp:
        ports: list[str | int | Path] = ["-p", free_port(), "-mp", RTP_PORT_BASE]
        directory = self._directory / f"caller-{next(self._runs)}"
        times: list[str | int | Path] = ["-trace_rtt", "-rtt_freq", 1]
        return Sipp(directory, "caller", self._target, [*ports, *times, *arguments])

    def call_rate(
        self, calls_per_s: int, duration_s: int, hold_s: float = 1.0, *, callee: str = ""
    ) -> CallRate:
        """Every caller calls an extension of its own, or all of them `callee`."""
        attempts = calls_per_s * duration_s
        records_before = self._record_count()
        edge_before, worker_before = self._cpu()
        calls = self._subscribers.calls_file(self._directory, callee)
        with self._caller(
            "-inf", calls, "-r", calls_per_s, "-m", attempts, "-d", int(hold_s * 1000)
        ) as caller:
            result = caller.wait(duration_s + hold_s + 60)
        edge_after, worker_after = self._cpu()
        return CallRate(
            calls_per_s=calls_per_s,
            hold_s=hold_s,
            attempts=attempts,
            failed=attempts - result.successful,
            retransmissions=result.retransmissions,
            records=self._records_since(records_before, attempts),
            edge_cpu_ms_per_call=1000 * (edge_after - edge_before) / attempts,
            worker_cpu_ms_per_call=1000 * (worker_after - worker_before) / attempts,
            post_dial_delay_ms=percentiles(result.response_times_ms),
        )

    def _record_count(self) -> int:
        count: int = self._rest.get("/cdrs/", page_size=1)["count"]
        return count

    def _records_since(self, before: int, wanted: int) -> int:
        """How many records there are in the end; fewer than wanted only after a patient wait."""
        try:
            until(lambda: self._record_count() >= before + wanted, RECORDS_TIMEOUT_S)
        except DeadlineError:
            print(f"  only {self._record_count() - before} of {wanted} records after {RECORDS_TIMEOUT_S:g} s")
        return self._record_count() - before

    def bridged_calls(self, calls: int, window_s: float = 20.0) -> BridgedCalls:
        records_before = self._record_count()
        set_up_s = calls / 20 + 2
        hold_ms = int(1000 * (set_up_s + window_s + 10))
        with (
            PhoneBench(self._directory / "phones") as phones,
            self._caller(
                "-inf",
                self._subscribers.calls_file(self._directory),
                "-r",
                20,
                "-l",
                calls,
                "-m",
                calls,
                "-d",
                hold_ms,
            ) as caller,
        ):
            until(
                lambda: caller.calls_started >= calls or not caller.is_running, set_up_s + 20, "calls stand"
            )
            probe = self._probe(phones)
            edge_before, worker_before = self._cpu()
            holds_for(lambda: caller.is_running, window_s, "the calls stay up")
            edge_after, worker_after = self._cpu()
            statistics = probe.statistics()
            probe.hang_up()
            probe.wait_over()
            result = caller.wait(hold_ms / 1000 + 30)
        self._records_since(records_before, calls + 1)
        return _bridged(
            result,
            calls,
            window_s,
            worker_s=worker_after - worker_before,
            edge_s=edge_after - edge_before,
            records=self._records_of_calls(calls),
            probe=statistics,
        )

    def _probe(self, phones: PhoneBench) -> PhoneCall:
        """A call between two real phones amid the load: what a person would have heard."""
        caller = phones.phone(self._system.demo.phone_config("demo", "101"))
        callee = phones.phone(self._system.demo.phone_config("demo", "102"))
        callee.register()
        callee.on_incoming(final=200)
        call = caller.dial("102").wait_confirmed(10)
        call.wait_heard(callee.config.tone_hz)
        return call

    def _records_of_calls(self, calls: int) -> list[Json]:
        rows: list[Json] = []
        for page in itertools.count(1):
            found = self._rest.get("/cdrs/", page_size=100, page=page)
            # The probe's record is among the newest and does not count.
            rows += [row for row in found["results"] if row["caller"] != "101"]
            if len(rows) >= calls or found["next"] is None:
                break
        return [self._rest.get(f"/cdrs/{row['id']}/") for row in rows[:calls]]

    def waiting_calls(self, calls: int, queue: str, window_s: float = 20.0) -> WaitingCalls:
        """Callers of a queue whose agents never come."""
        set_up_s = calls / 20 + 2
        hold_s = set_up_s + window_s + 10
        with self.held_calls(calls, 20, hold_s, queue) as caller:
            until(
                lambda: caller.calls_started >= calls or not caller.is_running, set_up_s + 20, "callers wait"
            )
            worker_percent, edge_percent = self.cpu_percent_while([caller], window_s)
            result = caller.wait(hold_s + 30)
        return WaitingCalls(
            calls=calls,
            failed=calls - result.successful,
            worker_core_percent=worker_percent,
            edge_core_percent=edge_percent,
        )

    def registration_rate(self, per_s: int, duration_s: int) -> RegistrationRate:
        attempts = per_s * duration_s
        users = registrations_file(self._directory, self._subscribers.callees, free_port())
        directory = self._directory / f"registrations-{next(self._runs)}"
        edge_before, _ = self._cpu()
        arguments: list[str | int | Path] = ["-p", free_port(), "-inf", users, "-r", per_s, "-m", attempts]
        with Sipp(directory, "register", self._target, arguments) as registrations:
            result = registrations.wait(duration_s + 60)
        edge_after, _ = self._cpu()
        return RegistrationRate(
            asked_per_s=per_s,
            reached_per_s=result.successful / result.elapsed_s,
            attempts=attempts,
            failed=attempts - result.successful,
            retransmissions=result.retransmissions,
            edge_cpu_us_per_registration=1e6 * (edge_after - edge_before) / attempts,
        )


def _bridged(
    result: SippResult,
    calls: int,
    window_s: float,
    *,
    worker_s: float,
    edge_s: float,
    records: list[Json],
    probe: dict[str, float],
) -> BridgedCalls:
    sides: list[dict[str, Any]] = [
        record[name] for record in records for name in ("caller_media", "callee_media") if record[name]
    ]
    callees: list[dict[str, Any]] = [record["callee_media"] for record in records if record["callee_media"]]
    jitters = sorted(side["rx_jitter_ms"] for side in sides) or [0.0]
    return BridgedCalls(
        calls=calls,
        failed=calls - result.successful,
        window_s=window_s,
        worker_core_percent=100 * worker_s / window_s,
        edge_core_percent=100 * edge_s / window_s,
        packets_received=sum(side["rx_packets"] for side in sides),
        packets_lost=sum(side["rx_lost"] for side in sides),
        packets_not_echoed=sum(side["tx_packets"] - side["rx_packets"] for side in callees),
        jitter_ms_p95=percentiles(jitters)["p95"],
        jitter_ms_max=jitters[-1],
        probe=probe,
    )
