"""A hundred lamps of one extension: how long after a telephone says so each is told that it rings, talks, is free."""

from __future__ import annotations

import select
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field

from tests.bench.results import percentiles
from tests.live.edge.endpoints import SDP, Phone
from tests.live.edge.messages import Account, SipMessage
from tests.live.edge.transports import UdpTransport
from tests.live.system.running_system import RunningSystem
from tests.live.system.watcher import dialogs
from tests.phones.demo_system import DemoSystem

LAMPS, CALLS = 100, 20
WITHIN_S = 5.0
CALLER, CALLEE, OWNER = "101", "102", "103"
# What the callee's lamp shows in turn.
RINGS, TALKS, FREE = ["recipient early"], ["recipient confirmed"], list[str]()
WORDS = ("rings", "talks", "is free")


@dataclass(slots=True)
class LampDelays:
    lamps: int
    calls: int
    # By word; milliseconds of each lamp at each call.
    delays_ms: dict[str, list[float]] = field(default_factory=lambda: {word: [] for word in WORDS})

    def table(self) -> str:
        heads = ("extension", "lamps told", "missed", "p50 ms", "p95 ms", "p99 ms", "most ms")
        return "\n".join([f"| {' | '.join(heads)} |", "|---" * len(heads) + "|", *self._rows()])

    def _rows(self) -> Iterator[str]:
        for word, delays in self.delays_ms.items():
            middle = percentiles(delays)
            figures = " | ".join(f"{one:.1f}" for one in (*middle.values(), max(delays, default=0.0)))
            missed = self.lamps * self.calls - len(delays)
            yield f"| {word} | {len(delays)} | {missed} | {figures} |"


def lamp_delays(system: RunningSystem) -> LampDelays:
    demo, told = system.demo, LampDelays(LAMPS, CALLS)
    with ExitStack() as stack:
        caller, callee = (
            stack.enter_context(closing(Phone(UdpTransport(system.sip_udp), _account(demo, number))))
            for number in (CALLER, CALLEE)
        )
        callee.register()
        lamps: dict[int, Phone] = {}
        for _ in range(LAMPS):
            transport = UdpTransport(system.sip_udp)
            lamp = stack.enter_context(closing(Phone(transport, _account(demo, OWNER))))
            assert lamp.subscribe(f"sip:{CALLEE}@{callee.account.domain}", "dialog").status in (200, 202)
            lamps[transport.fileno()] = lamp
        _wait_shown(lamps, FREE, time.time())
        for _ in range(CALLS):
            _call(caller, callee, lamps, told)
        callee.register(expires=0)
    return told


def _account(demo: DemoSystem, number: str) -> Account:
    config = demo.phone_config("demo", number)
    return Account(config.number, config.domain, config.password)


def _call(caller: Phone, callee: Phone, lamps: dict[int, Phone], told: LampDelays) -> None:
    invite = caller.invite(CALLEE)
    rung = callee.expect("INVITE")
    at = time.time()
    callee.send(rung.answer(180, contact=callee.contact))
    told.delays_ms["rings"] += _wait_shown(lamps, RINGS, at)
    at = time.time()
    accepted = rung.answer(200, contact=callee.contact, extra=(("Content-Type", "application/sdp"),))
    callee.send(SipMessage(accepted.start_line, accepted.headers, SDP))
    told.delays_ms["talks"] += _wait_shown(lamps, TALKS, at)
    answered = caller.expect("INVITE", 200)
    caller.acknowledge(invite, answered)
    callee.expect("ACK")
    at = time.time()
    caller.send(caller.in_dialog("BYE", invite, answered))
    told.delays_ms["is free"] += _wait_shown(lamps, FREE, at)
    callee.send(callee.expect("BYE").answer(200))
    caller.expect_final("BYE")


def _wait_shown(lamps: dict[int, Phone], wanted: list[str], at: float) -> list[float]:
    """Milliseconds until each shows it; of those that do within `WITHIN_S`. All that is told is answered."""
    waiting = dict(lamps)
    delays: list[float] = []
    while waiting and (left := at + WITHIN_S - time.time()) > 0:
        for number in select.select(list(waiting), [], [], left)[0]:
            notify = waiting[number].notified()
            if dialogs(notify.body) == wanted:
                delays.append(1000 * (time.time() - at))
                del waiting[number]
    return delays
