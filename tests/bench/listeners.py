"""Two hundred subscribers of one busy tenant: how long after its publication each reads an event."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.queues import Queue

import redis
from websockets.asyncio.client import ClientConnection, connect

from callmanager.domain.live_channel import PUBLISH, publish_arguments
from tests.bench.cpu import cpu_seconds
from tests.bench.results import EventRate, percentiles
from tests.live.system.running_system import RunningSystem
from tests.phones.rest import RestClient

LISTENERS = 200
RATES = (10, 20, 40, 80, 160)
STEP_S = 10
WANTED_P95_MS = 200.0
_READY_TIMEOUT_S = 60.0
_STAMP = '"published_at":"'
_LAST = "the last one"


@dataclass(frozen=True, slots=True)
class _Heard:
    """Of one step: how late each message of each listener was."""

    delays_ms: list[float]


def event_rates(system: RunningSystem, rest: RestClient) -> Iterator[EventRate]:
    """Ends with the first rate at which the delay is too long."""
    store = redis.Redis.from_url(system.stack.environment["REDIS_URL"])
    tenant_id = int(rest.get("/auth/me")["tenant"]["id"])
    with _listening(system.websocket_url, rest.token) as heard:
        for events_per_s in RATES:
            rate = _rate(system, store, tenant_id, heard, events_per_s)
            yield rate
            if rate.delay_ms["p95"] > WANTED_P95_MS:
                return


def _rate(
    system: RunningSystem, store: redis.Redis, tenant_id: int, heard: Queue[_Heard], events_per_s: int
) -> EventRate:
    cpu_before, began = cpu_seconds(system.stack.pid_of("ws")), time.monotonic()
    events = events_per_s * STEP_S
    for number in range(events):
        pause = began + number / events_per_s - time.monotonic()
        if pause > 0:
            time.sleep(pause)
        _publish(store, tenant_id, number, f"call-{number // 8}")
    _publish(store, tenant_id, 0, _LAST)
    delays_ms = heard.get(timeout=_READY_TIMEOUT_S).delays_ms
    took_s = time.monotonic() - began
    cpu_s = cpu_seconds(system.stack.pid_of("ws")) - cpu_before
    return EventRate(
        listeners=LISTENERS,
        events_per_s=events_per_s,
        messages=LISTENERS * events,
        lost=LISTENERS * (events + 1) - len(delays_ms),
        ws_core_percent=round(100 * cpu_s / took_s, 1),
        delay_ms=percentiles(delays_ms),
    )


def _publish(store: redis.Redis, tenant_id: int, sequence: int, session_id: str) -> None:
    """As large as a worker's."""
    now = time.time()
    event = {
        "topic": "extension_events",
        "key": "target_ringing",
        "tenant_id": tenant_id,
        "extensions": ["101", "102"],
        "sequence": sequence % 8,
        "time": now,
        "data": {
            "caller": "101",
            "callee": "102",
            "direction": "ext",
            "cdr_id": session_id,
            "session_id": session_id,
            "call_id": "b3dKobNlCwlOsjwyvlqD4A..b3dKobNlCwlOsjwyvlqD4A",
            "request_id": "",
            "tenant_id": str(tenant_id),
            "tenant_name": "demo",
            "time": str(int(now)),
            "target_id": f"{session_id}-1",
            "number": "102",
            "trunk_name": "",
            "sip_code": "180",
            "published_at": repr(now),
        },
    }
    store.eval(PUBLISH, 2, *publish_arguments(tenant_id, json.dumps(event)))


@contextmanager
def _listening(url: str, token: str) -> Iterator[Queue[_Heard]]:
    """In a process of their own: what they do must not delay who publishes."""
    processes = multiprocessing.get_context("spawn")
    ready, heard = processes.Queue(), processes.Queue()
    child = processes.Process(target=_listen_all, args=(url, token, ready, heard), daemon=True)
    child.start()
    try:
        ready.get(timeout=_READY_TIMEOUT_S)
        yield heard
    finally:
        child.terminate()
        child.join()


def _listen_all(url: str, token: str, ready: Queue[bool], heard: Queue[_Heard]) -> None:
    asyncio.run(_listen(url, token, ready, heard))


async def _listen(url: str, token: str, ready: Queue[bool], heard: Queue[_Heard]) -> None:
    sockets = [await _subscribed(url, token) for _ in range(LISTENERS)]
    ready.put(True)
    while True:
        delays = await asyncio.gather(*(_read_step(socket) for socket in sockets))
        heard.put(_Heard([delay for one in delays for delay in one]))


async def _subscribed(url: str, token: str) -> ClientConnection:
    socket = await connect(url, compression=None)
    topics = [{"topic": "extension_events"}]
    for command in (
        {"command": "auth", "token": token},
        {"command": "subscribe", "topics": topics},
    ):
        await socket.send(json.dumps(command))
        answer = json.loads(await socket.recv())
        assert answer == {"status": 0}, answer
    return socket


async def _read_step(socket: ClientConnection) -> list[float]:
    delays = []
    while True:
        text = str(await socket.recv())
        at = text.find(_STAMP)
        if at < 0:
            continue
        start = at + len(_STAMP)
        delays.append(1000 * (time.time() - float(text[start : text.index('"', start)])))
        if f'"session_id":"{_LAST}"' in text:
            return delays
