"""The composition root: the one file that knows every concrete class of a worker."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog

from sipworker.config import WorkerConfig
from sipworker.gateways.action_urls import ActionUrls
from sipworker.gateways.call_events import EventGateway
from sipworker.gateways.cdr_announcer import CdrAnnouncer
from sipworker.gateways.commands import CommandGateway
from sipworker.gateways.event_store import EventStore
from sipworker.gateways.figures import WorkerFigures
from sipworker.gateways.live_feed import LiveFeed
from sipworker.gateways.mailboxes import MailboxGateway
from sipworker.gateways.reconnecting import ReconnectingThread
from sipworker.gateways.recording_room import RecordingRoomGateway
from sipworker.gateways.snapshot_files import SnapshotFiles
from sipworker.gateways.snapshots import SnapshotGateway
from sipworker.gateways.spool import Spool
from sipworker.gateways.stored_use import StoredUseGateway
from sipworker.gateways.worker_node import WorkerNode
from sipworker.gateways.write_ahead import WriteAhead
from sipworker.memory import Memory
from sipworker.pjsip.port import PjsipPort
from sipworker.ports import ContactSource, Ports
from sipworker.runtime.runner import Inbox, Runner, RunnerSettings

log = structlog.get_logger(__name__)

POLL_S = 0.1
FIRST_LOAD_TIMEOUT_S = 5.0
# Without a turn of the SIP loop for so long, the worker counts as hanging.
LONGEST_TURN_S = 10.0
# The edge needs a moment to hear that we drain; until then its calls get 503 and go to another worker.
SHORTEST_DRAIN_S = 1.0
# After the drain timeout the last calls are hung up; BYE and CDR need a moment too.
HANG_UP_GRACE_S = 3.0


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()


@dataclass(frozen=True, slots=True)
class Worker:
    """Everything that runs in this process."""

    config: WorkerConfig
    sip: PjsipPort
    runner: Runner
    snapshots: SnapshotGateway
    stored_use: StoredUseGateway
    threads: tuple[ReconnectingThread[Any], ...]

    def start(self) -> None:
        for thread in self.threads:
            thread.start()
        if not self.snapshots.wait_loaded(FIRST_LOAD_TIMEOUT_S):
            log.warning("worker.starts_with_stored_snapshots")
        elif not self.stored_use.wait_read(FIRST_LOAD_TIMEOUT_S):
            log.warning("worker.starts_without_minutes_of_today")
        log.info("worker.started", worker=self.config.name, sip=self.config.sip_uri)

    def run(self, stop_requests: Callable[[], int]) -> None:
        """Until one stop request has drained the worker, or a second one cuts that short."""
        memory = Memory()
        while stop_requests() == 0:
            self.runner.run_once(POLL_S)
            if self.runner.live_calls == 0:
                memory.note_idle()
        log.info("worker.draining", calls=self.runner.live_calls)
        self.runner.start_draining()
        started_at = time.monotonic()
        latest = started_at + self.config.drain_timeout_s + HANG_UP_GRACE_S
        while stop_requests() < 2 and time.monotonic() < latest:
            self.runner.run_once(POLL_S)
            if self.runner.live_calls == 0 and time.monotonic() > started_at + SHORTEST_DRAIN_S:
                return
        log.warning("worker.drain_cut_short", calls=self.runner.live_calls)

    def stop(self) -> None:
        self.sip.close()
        for thread in reversed(self.threads):
            thread.stop()
        log.info("worker.stopped", worker=self.config.name)


def build_worker(
    config: WorkerConfig, contacts: ContactSource, contact_threads: Iterable[ReconnectingThread[Any]] = ()
) -> Worker:
    directory = _own_directory(config)
    spool = Spool(directory / "spool")
    inbox: Inbox = Inbox()
    watch = LoopWatch()

    announcer = CdrAnnouncer(config.redis_url)
    feed = LiveFeed(config.redis_url, config.name, announcer, watch.is_turning, lambda: figures.document())
    write_ahead = WriteAhead(directory / "write-ahead")
    store = EventStore(config.database_url, config.name, spool, write_ahead, feed.put)
    snapshots = SnapshotGateway(config.database_url, config.name, SnapshotFiles(directory / "snapshots"))
    stored_use = StoredUseGateway(config.database_url, config.name, snapshots.all)
    node = WorkerNode(
        config.database_url,
        config.name,
        config.sip_uri,
        is_worker_well=watch.is_turning,
        is_past_stored=lambda: store.has_replayed,
    )
    sip = PjsipPort(config, inbox.append, announce_drain=node.drain, note_turn=watch.note_turn)
    commands = CommandGateway(config.redis_url, config.name, feed.put, sip.wake)

    room = RecordingRoomGateway(config.database_url, config.name, directory, config.recording_min_free_mb)
    mailboxes = MailboxGateway(config, sip.wake)
    servers = ActionUrls(config.encryption_keys, config.tenant_networks, sip.wake)

    runner = Runner(
        ports=Ports(
            sip,
            snapshots,
            contacts,
            EventGateway(store, feed),
            commands,
            SystemClock(),
            stored_use,
            mailboxes,
            sip.call_recorders,
            room,
            servers,
        ),
        inbox=inbox,
        settings=RunnerSettings(worker=config.name, drain_timeout_s=config.drain_timeout_s),
        new_session_id=lambda: uuid.uuid4().hex,
    )
    figures = WorkerFigures(runner, store, spool, snapshots, watch.since_turn_s)
    # Stopped in reverse: the node's row first, the queues that everything else still writes to last.
    ours: tuple[ReconnectingThread[Any], ...] = (
        feed,
        store,
        snapshots,
        stored_use,
        commands,
        mailboxes,
        room,
    )
    threads = (*ours, *contact_threads, node)
    return Worker(config, sip, runner, snapshots, stored_use, threads)


def _own_directory(config: WorkerConfig) -> Path:
    directory = config.worker_dir
    directory.mkdir(parents=True, exist_ok=True)
    # Also what lies in there since before it was private.
    directory.chmod(0o700)
    return directory


class LoopWatch:
    """Knows whether the SIP loop still turns; read by the gateways' heartbeats."""

    def __init__(self) -> None:
        self._turned_at = time.monotonic()

    def note_turn(self) -> None:
        self._turned_at = time.monotonic()

    def since_turn_s(self) -> float:
        return time.monotonic() - self._turned_at

    def is_turning(self) -> bool:
        return self.since_turn_s() < LONGEST_TURN_S
