"""What a call over a trunk costs the worker beside a call within the company, and what trunks that fail add."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.stack.free_ports import free_port_run
from tests.bench.measures import Bench
from tests.bench.results import TrunkCost
from tests.bench.sipp import Sipp, free_port
from tests.live.system.outside_world import OutsideWorld
from tests.live.system.running_system import RunningSystem

NUMBER = "03012345678"
RATE, DURATION_S = 20, 15


def trunk_costs(
    system: RunningSystem, world: OutsideWorld, bench: Bench, directory: Path
) -> Iterator[TrunkCost]:
    """Answering phones must be there for the calls within the company."""
    bench.call_rate(10, 3)
    yield TrunkCost("to an extension", bench.call_rate(RATE, DURATION_S))
    with _provider(system, world, directory, "callee") as there:
        trunk = world.trunk(*there)
        world.outbound(trunk)
        bench.call_rate(10, 2, callee=NUMBER)
        yield TrunkCost("over a trunk", bench.call_rate(RATE, DURATION_S, callee=NUMBER))
        world.undo()
    with (
        _provider(system, world, directory, "refuse") as first,
        _provider(system, world, directory, "refuse") as second,
        _provider(system, world, directory, "callee") as there,
    ):
        world.outbound(*(world.trunk(*place) for place in (first, second, there)))
        yield TrunkCost("over the third trunk", bench.call_rate(RATE, DURATION_S, callee=NUMBER))
        world.undo()


@contextmanager
def _provider(
    system: RunningSystem, world: OutsideWorld, directory: Path, scenario: str
) -> Iterator[tuple[str, int]]:
    host, port = world.host(), free_port()
    target = f"{system.demo.sip_host}:{system.demo.sip_ports['udp']}"
    # -aa: the edge asks with OPTIONS whether a trunk is alive.
    arguments: list[str | int | Path] = ["-p", port, "-aa", "-rtp_echo", "-mp", free_port_run(4)]
    with Sipp(directory / f"provider-{scenario}-{port}", scenario, target, arguments, listen=host):
        yield host, port
