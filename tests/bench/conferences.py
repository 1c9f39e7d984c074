"""A room of two hundred, of whom five talk: what it costs the worker, and what one who listens is sent."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from tests.bench.measures import Bench
from tests.bench.sipp import LISTEN_ADDRESS, Sipp
from tests.phones.rest import Json, RestClient
from tests.phones.waiting import until

ROOM = "8800"
PARTICIPANTS, TALKING = 200, 5
JOIN_PER_S = 20
WINDOW_S = 20.0
PACKETS_PER_S = 50
# <linux/socket.h>: the kernel's own time of arrival, so that a reader who is late measures no gap.
SO_TIMESTAMPNS = 35
RTP_HEADER = struct.Struct("!BBHII")


@dataclass(frozen=True, slots=True)
class ConferenceCost:
    participants: int
    # As the room itself says.
    talking: int
    failed: int
    worker_core_percent: float
    edge_core_percent: float
    # Of one listener, in `WINDOW_S`.
    packets: int
    packets_lost: int
    longest_gap_ms: float


def table(cost: ConferenceCost) -> str:
    figures = (
        f"{cost.participants} | {cost.talking} | {cost.failed}",
        f"{cost.worker_core_percent:.1f} | {cost.edge_core_percent:.1f}",
        f"{cost.packets} | {cost.packets_lost} | {cost.longest_gap_ms:.1f}",
    )
    heads = (
        "people",
        "talking",
        "failed",
        "worker % of a core",
        "edge %",
        "packets heard",
        "lost",
        "longest gap ms",
    )
    return "\n".join([f"| {' | '.join(heads)} |", "|---" * len(heads) + "|", f"| {' | '.join(figures)} |"])


@dataclass(slots=True)
class _Ear:
    """What comes to one socket: when, and the number of each packet."""

    socket: socket.socket
    came: list[tuple[int, int]] = field(default_factory=list)

    def listen(self) -> None:
        while True:
            data, ancillary, _, sender = self.socket.recvmsg(2048, 64)
            if not sender or len(data) < RTP_HEADER.size:
                return  # closed, or woken to end
            seconds, nanoseconds = struct.unpack("qq", ancillary[0][2][:16])
            self.came.append((seconds * 10**9 + nanoseconds, RTP_HEADER.unpack_from(data)[2]))


@contextmanager
def _ear() -> Iterator[_Ear]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as heard:
        heard.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        heard.bind((LISTEN_ADDRESS, 0))
        ear = _Ear(heard)
        thread = threading.Thread(target=ear.listen, daemon=True)
        thread.start()
        yield ear
        heard.sendto(b"end", heard.getsockname())
        thread.join()


def a_law(samples: np.ndarray[tuple[int], np.dtype[np.int16]]) -> bytes:
    """ITU-T G.711: sign, three bits of exponent and four of mantissa, every other bit inverted."""
    magnitude = np.minimum(np.abs(samples.astype(np.int32)) >> 3, 4095)
    exponent = np.maximum(np.floor(np.log2(np.maximum(magnitude, 1))).astype(np.int32) - 4, 0)
    mantissa = np.where(exponent > 1, magnitude >> exponent, magnitude >> 1) & 15
    coded = np.where(samples >= 0, 0x80, 0) | (exponent << 4) | mantissa
    return bytes((coded ^ 0x55).astype(np.uint8))


def speech(talker: int) -> bytes:
    """One second of a tone of its own, as loud as somebody who talks."""
    moments = np.arange(8000) / 8000
    return a_law((8000 * np.sin(2 * np.pi * (400 + 100 * talker) * moments)).astype(np.int16))


def conference_cost(bench: Bench, rest: RestClient, participants: int = PARTICIPANTS) -> ConferenceCost:
    room = rest.post(
        "/conferences",
        {
            "number": ROOM,
            "subject": "Everybody",
            "is_prompt_silent": True,
            "max_participants": participants,
        },
    )
    try:
        # The worker learns of it within a moment; a call shows that it has.
        until(lambda: bench.call_rate(1, 1, callee=ROOM).failed == 0, 30, "the worker knows the room")
        return _measure(bench, rest, room, participants)
    finally:
        rest.delete(f"/conferences/{room['id']}")


def _measure(bench: Bench, rest: RestClient, room: Json, participants: int) -> ConferenceCost:
    silent = participants - TALKING - 1
    set_up_s = participants / JOIN_PER_S + 5
    hold_s = set_up_s + WINDOW_S + 10
    with ExitStack() as stack:
        ear = stack.enter_context(_ear())
        rtp_port = str(ear.socket.getsockname()[1])
        crowds: list[Sipp] = [
            stack.enter_context(bench.held_calls(silent, JOIN_PER_S, hold_s, ROOM)),
            stack.enter_context(
                bench.held_calls(1, 1, hold_s, ROOM, scenario="listener", keys=("-key", "rtp_port", rtp_port))
            ),
            *(
                stack.enter_context(bench.held_calls(1, 1, hold_s, ROOM, sound=speech(talker)))
                for talker in range(TALKING)
            ),
        ]
        path = f"/conferences/{room['id']}/participants"
        until(lambda: len(rest.get(path)["participants"]) == participants, set_up_s + 30, "all have come")
        ear.came.clear()
        worker_percent, edge_percent = bench.cpu_percent_while(crowds, WINDOW_S)
        came = list(ear.came)
        talking = sum(one["is_talking"] for one in rest.get(path)["participants"])
        results = [crowd.wait(hold_s + 30) for crowd in crowds]
    times = [at for at, _ in came]
    numbers = [number for _, number in came]
    return ConferenceCost(
        participants,
        talking,
        participants - sum(result.successful for result in results),
        worker_percent,
        edge_percent,
        packets=len(came),
        packets_lost=sum((after - before) % 2**16 - 1 for before, after in pairwise(numbers)),
        longest_gap_ms=max(after - before for before, after in pairwise(times)) / 1e6,
    )
