"""`make bench`: measure on a private stack, print the table, keep the JSON."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from deploy.stack.errors import StackError
from tests.bench import conferences, decisions, features, lamps, queue_of_phones, queues, receptionists
from tests.bench.listeners import event_rates
from tests.bench.measures import Bench
from tests.bench.results import BenchReport, RecordedCalls
from tests.bench.sipp import SippError
from tests.bench.sizes import sizes_measure
from tests.bench.subscribers import answering_phones, subscribers_make
from tests.bench.trunks import trunk_costs
from tests.live.system.outside_world import OutsideWorld
from tests.live.system.running_system import RunningSystem, running_system
from tests.phones.phone import PhoneBench
from tests.phones.rest import RestClient
from tests.phones.waiting import until

CALL_RATES = (20, 40, 60, 80, 100, 125, 150, 175, 200, 250, 300, 400)
STEP_S = 10
DELAY_RATE, DELAY_S = 20, 30
BRIDGED = (100, 200)
RECORDED = 100
QUEUE, WAITING = "8000", (100, 200)
REGISTRATION_RATES = (1000, 2000, 3000, 4000, 5000)
REGISTRATION_S = 5


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument(
        "--only",
        choices=(
            *("calls", "bridged", "trunks", "registrations", "decisions", "sizes", "events", "recorded"),
            "queues",
            "receptionists",
            "conferences",
            "lamps",
            "features",
        ),
        help="one kind of measurement",
    )
    only: str | None = parser.parse_args().only
    if only in (None, "decisions"):
        print(decisions.table())
    if only == "decisions":
        return 0
    if only in (None, "queues"):
        print(queues.table())
    if only == "sizes":
        return _measure_sizes()
    report = BenchReport()
    with tempfile.TemporaryDirectory(prefix="tandem-bench-") as directory:
        try:
            _measure(report, Path(directory), only)
        except (StackError, SippError, AssertionError) as error:
            print(f"bench failed: {error}", file=sys.stderr)
            return 1
    print("\n" + report.table())
    print(f"\nkept in {report.write(Path(os.environ.get('PBX_STATE_DIR', 'var')) / 'bench')}")
    return 0


def _measure(report: BenchReport, directory: Path, only: str | None) -> None:
    # All calls of a tenant live on one worker, so one worker is what is measured.
    with running_system(workers=1) as system:
        tenant = system.demo.tenants["demo"]
        rest = RestClient.sign_in(system.demo.url, username=tenant.username, password=tenant.password)
        if only in (None, "events"):
            _say("events to two hundred listeners")
            report.events += event_rates(system, rest)
        if only in (None, "lamps"):
            _say("a hundred lamps of one extension")
            print(lamps.lamp_delays(system).table(), flush=True)
        if only in ("events", "lamps"):
            return
        subscribers = subscribers_make(system.demo, rest)
        bench = Bench(system, rest, subscribers, directory)
        with answering_phones(system.demo, subscribers.callees, directory):
            if only in (None, "calls"):
                _measure_calls(report, bench)
            if only in (None, "bridged"):
                for calls in BRIDGED:
                    _say(f"{calls} bridged calls")
                    report.bridged.append(bench.bridged_calls(calls))
            if only in (None, "queues"):
                _measure_queues(report, bench, rest)
                _say("five hundred callers, a hundred agents")
                cost = queue_of_phones.queue_of_phones_cost(bench, system.demo, rest, directory)
                print(queue_of_phones.table(cost), flush=True)
            if only in (None, "receptionists"):
                _say("calls that a receptionist answers")
                print(receptionists.table(receptionists.receptionist_rates(bench, rest)), flush=True)
            if only in (None, "features"):
                _say("what features add to a call")
                print(features.feature_costs(bench, rest).table(), flush=True)
            if only in (None, "conferences"):
                _say("a room of two hundred")
                print(conferences.table(conferences.conference_cost(bench, rest)), flush=True)
            if only in (None, "recorded"):
                _measure_recorded(report, bench, rest)
            if only in (None, "trunks"):
                _measure_trunks(report, system, rest, bench, directory)
        if only in (None, "registrations"):
            for per_s in REGISTRATION_RATES:
                _say(f"{per_s} registrations/s")
                report.registrations.append(bench.registration_rate(per_s, REGISTRATION_S))


def _measure_sizes() -> int:
    """Not part of the whole: making a thousand tenants takes longer than all the rest."""
    with (
        running_system(workers=1) as system,
        tempfile.TemporaryDirectory(prefix="tandem-bench-") as directory,
    ):
        print(sizes_measure(system, Path(directory)).table())
    return 0


def _measure_trunks(
    report: BenchReport, system: RunningSystem, rest: RestClient, bench: Bench, directory: Path
) -> None:
    demo = system.demo
    administrator = RestClient.sign_in(demo.url, username=demo.admin_username, password=demo.admin_password)
    with PhoneBench(directory / "no-phones") as phones:
        world = OutsideWorld(system, administrator, rest, phones)
        for cost in trunk_costs(system, world, bench, directory):
            _say(f"calls {cost.what}")
            report.trunks.append(cost)


def _measure_recorded(report: BenchReport, bench: Bench, rest: RestClient) -> None:
    """The same calls, first as they are, then all of them recorded."""
    for tracks, options in (
        (0, {"are_audio_calls_recorded": False}),
        (1, {"are_audio_calls_recorded": True, "is_recorded_in_two_tracks": False}),
        (2, {"are_audio_calls_recorded": True, "is_recorded_in_two_tracks": True}),
    ):
        rest.patch("/profile", options)
        # The worker learns of it within a moment; a call shows that it has.
        bench.call_rate(5, 3)
        rate = bench.call_rate(DELAY_RATE, STEP_S)
        _say(f"{RECORDED} calls, recorded on {tracks} tracks")
        stored_before = rest.get("/recordings", page_size=1)["count"]
        calls = bench.bridged_calls(RECORDED)
        stored = rest.get("/recordings", page_size=1)["count"] - stored_before if tracks else 0
        report.recorded.append(RecordedCalls(tracks, stored, calls, rate))
    rest.patch("/profile", {"are_audio_calls_recorded": False, "is_recorded_in_two_tracks": False})


def _measure_queues(report: BenchReport, bench: Bench, rest: RestClient) -> None:
    """Nobody is signed in: all of them wait until they have had enough."""
    members = [{"number": "101"}]
    made = rest.post(
        "/call_queues",
        {
            "number": QUEUE,
            "name": "Nobody",
            "members": members,
            "keeps_waiting": True,
            "is_ready_automatically": False,
            "ring_duration_s": 600,
        },
    )
    # The worker learns of it within a moment; a call shows that it has.
    until(lambda: bench.call_rate(1, 1, callee=QUEUE).failed == 0, 30, "the worker knows the queue")
    for calls in WAITING:
        _say(f"{calls} callers wait in a queue")
        report.waiting.append(bench.waiting_calls(calls, QUEUE))
    rest.delete(f"/call_queues/{made['id']}")


def _measure_calls(report: BenchReport, bench: Bench) -> None:
    _say("warming up")
    bench.call_rate(10, 3)
    _say(f"post-dial delay at {DELAY_RATE} calls/s")
    report.call_rates.append(bench.call_rate(DELAY_RATE, DELAY_S))
    for calls_per_s in CALL_RATES[1:]:
        _say(f"{calls_per_s} calls/s")
        report.call_rates.append(bench.call_rate(calls_per_s, STEP_S))
        if not report.call_rates[-1].is_flawless:
            break


def _say(text: str) -> None:
    print(f"measuring: {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
