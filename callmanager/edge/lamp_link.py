"""Application to edge: lamps. Hears of calls, mailboxes, people and watchers, and publishes what they show.

There is one publisher for every lamp, this thread: two would overwrite each other.
"""

from __future__ import annotations

import select
import threading
import time
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import structlog

from callmanager.domain.dialog_board import Line
from callmanager.domain.edge_events import (
    EdgeFormatError,
    LampWatched,
    RegistrationChanged,
    edge_event_parse,
)
from callmanager.domain.publications import PublisherUnknown
from callmanager.domain.sip_publish import Lamp, Package
from callmanager.edge.event_lines import EventLines, event_lines
from callmanager.edge.lamps import Lamps
from callmanager.edge.live_messages import LiveMessages
from callmanager.edge.notifications import MAILBOXES, TENANTS, Notifications
from callmanager.edge.publisher import Publisher
from callmanager.edge.rpc import EdgeRpc
from callmanager.edge.running import Working
from callmanager.selectors.lamp import watched_lamp_list

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

WAIT_S, BUSY_WAIT_S = 0.5, 0.02
COMPARE_EVERY_S = 5.0
TIDY_EVERY_S = 30.0
# Several messages deleted at once are one change; and a registration is stored by another thread.
GATHER_S = 0.2


@dataclass(slots=True)
class _Changes:
    """What has changed and is to be read, once for many changes."""

    tenants: set[int] = field(default_factory=set)
    mailboxes: set[Line] = field(default_factory=set)
    people: set[str] = field(default_factory=set)
    since: float | None = None

    def begin(self, now: float) -> None:
        self.since = now if self.since is None else self.since

    def is_due(self, now: float) -> bool:
        return self.since is not None and now > self.since + GATHER_S


@dataclass(frozen=True, slots=True)
class LampLink:
    rpc: EdgeRpc
    events_port: int
    private_port: int

    def work(self, stopping: threading.Event, is_working: Working) -> None:
        with (
            event_lines(self.events_port) as lines,
            Publisher(self.private_port) as publisher,
            closing(LiveMessages()) as live,
        ):
            notices = Notifications(TENANTS, MAILBOXES)
            self.rpc.let_publish(publisher.source)
            try:
                turn = _Turn(self.rpc, lines, notices, live, publisher)
                turn.begin()
                is_working()
                while not stopping.is_set():
                    turn.once()
            finally:
                # The edge need not keep an address that somebody else may get.
                self.rpc.forbid_to_publish(publisher.source)


class _Turn:
    def __init__(
        self,
        rpc: EdgeRpc,
        lines: EventLines,
        notices: Notifications,
        live: LiveMessages,
        publisher: Publisher,
    ) -> None:
        self._rpc, self._lines, self._notices = rpc, lines, notices
        self._live, self._publisher = live, publisher
        self._lamps = Lamps(publisher.publications)
        self._changes = _Changes()
        self._dark: frozenset[str] = frozenset()
        self._compared_at = self._tidied_at = 0.0

    def begin(self) -> None:
        etags = {
            lamp: etag for name, etag in self._live.etags().items() if (lamp := _lamp_of(name)) is not None
        }
        self._publisher.publications.load(etags)
        self._lamps.begin(etags)
        self._lamps.watch({*etags, *watched_lamp_list()}, time.monotonic())
        self._tell_dark()
        for line in self._lines.first:
            self._hear_edge(line)
        self._tidied_at = time.monotonic()

    def once(self) -> None:
        self._wait()
        now = time.monotonic()
        self._lamps.hear(self._live.take(), now)
        self._take_notices(now)
        if self._changes.is_due(now):
            self._read_changes()
        if self._live.is_new or now > self._compared_at + COMPARE_EVERY_S:
            self._compare(now)
        if now > self._tidied_at + TIDY_EVERY_S:
            self._tidy(now)
        self._publish()

    def _wait(self) -> None:
        timeout = BUSY_WAIT_S if self._publisher.publications.is_waiting else WAIT_S
        if self._changes.since is not None:
            timeout = BUSY_WAIT_S
        sources: list[Any] = [self._lines, self._notices, self._publisher, *self._live.sockets()]
        ready = select.select(sources, [], [], timeout)[0]
        if self._lines in ready:
            for line in self._lines.take():
                self._hear_edge(line)

    def _hear_edge(self, line: bytes) -> None:
        try:
            event = edge_event_parse(line)
        except EdgeFormatError:
            # Told by who keeps registrations.
            return
        match event:
            case LampWatched(lamp=lamp):
                self._lamps.watch({lamp}, time.monotonic())
            case RegistrationChanged(registration=registration):
                self._changes.people.add(registration.aor)
                self._changes.begin(time.monotonic())
            case _:
                pass

    def _take_notices(self, now: float) -> None:
        for channel, payload in self._notices.take_named(0):
            first, _, rest = payload.partition(":")
            if channel == TENANTS:
                self._changes.tenants.add(int(first))
            else:
                self._changes.mailboxes.add(Line(int(first), rest))
            self._changes.begin(now)

    def _read_changes(self) -> None:
        changes, self._changes = self._changes, _Changes()
        for tenant_id in changes.tenants:
            self._lamps.tenant_changed(tenant_id)
        if changes.tenants:
            self._tell_dark()
        self._lamps.mailboxes_changed(changes.mailboxes)
        self._lamps.people_changed(changes.people)

    def _compare(self, now: float) -> None:
        self._compared_at, self._live.is_new = now, False
        tables = self._live.tables()
        if tables is not None:
            self._lamps.compare(tables, now)

    def _tidy(self, now: float) -> None:
        """What nobody watches any more, and what would expire."""
        self._tidied_at = now
        self._lamps.forget_unwatched(watched_lamp_list(), now)
        self._publisher.publications.refresh(now)

    def _publish(self) -> None:
        publications = self._publisher.publications
        try:
            told = self._publisher.turn()
        except PublisherUnknown:
            self._rpc.let_publish(self._publisher.source)
            publications.tell_all_again()
            self._dark = frozenset()
            self._tell_dark()
            return
        kept = {_name_of(lamp): publications.etags[lamp] for lamp in told if lamp in publications.etags}
        gone = [_name_of(lamp) for lamp in publications.take_gone()]
        if kept or gone:
            self._live.keep_etags(kept, gone)

    def _tell_dark(self) -> None:
        """Whose calls the edge lets nobody watch."""
        now = self._lamps.dark_domains
        for domain in now - self._dark:
            self._rpc.show_lamps(domain, is_on=False)
        for domain in self._dark - now:
            self._rpc.show_lamps(domain, is_on=True)
        self._dark = now


def _name_of(lamp: Lamp) -> str:
    return f"{lamp.package.value} {lamp.uri}"


def _lamp_of(name: str) -> Lamp | None:
    package, _, uri = name.partition(" ")
    try:
        return Lamp(uri, Package(package))
    except ValueError:
        return None
