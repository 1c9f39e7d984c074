"""Edge to application: registrations. Connect, ask for everything, then follow the events; compare now and then."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

import structlog

from callmanager.domain.edge_events import (
    EdgeFormatError,
    LampWatched,
    PenaltyImposed,
    RegistrationChanged,
    RegistrationRefused,
    WorkerChanged,
    edge_event_parse,
)
from callmanager.edge.cache_link import CacheLink
from callmanager.edge.event_lines import event_lines
from callmanager.edge.heartbeat import Heartbeat
from callmanager.edge.rpc import EdgeRpc
from callmanager.edge.running import Working
from callmanager.services.registration import (
    registrations_apply,
    registrations_replace,
    registrations_unwanted,
)
from callmanager.services.registration_failure import penalty_record, registration_failures_record
from callmanager.services.worker_watch import worker_reachability_record

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

# Expiry times move with every refresh, which is not announced; they are read at this pace.
RECONCILE_EVERY_S = 60.0


@dataclass(frozen=True, slots=True)
class RegistrationLink:
    rpc: EdgeRpc
    events_port: int

    def work(self, stopping: threading.Event, is_working: Working) -> None:
        with event_lines(self.events_port) as lines:
            # Greeted first, asked after: what happens in between waits in the socket and is applied on top.
            reconciled_at = self._reconcile()
            self._apply(lines.first)
            is_working()
            heartbeat = Heartbeat()
            while not stopping.is_set():
                heartbeat.beat()
                self._apply(lines.take())
                if time.monotonic() > reconciled_at + RECONCILE_EVERY_S:
                    reconciled_at = self._reconcile()

    def _reconcile(self) -> float:
        differences = registrations_replace(registrations=self.rpc.registrations())
        if differences:
            log.info("edge_link.reconciled", differences=differences)
        if unwanted := registrations_unwanted():
            # A phone that slipped in while its extension was being disabled.
            CacheLink(self.rpc).unregister(unwanted)
        return time.monotonic()

    def _apply(self, lines: list[bytes]) -> None:
        changes, refused = [], []
        for line in lines:
            try:
                event = edge_event_parse(line)
            except EdgeFormatError as error:
                log.warning("edge_link.unreadable_event", error=str(error))
                continue
            match event:
                case RegistrationChanged():
                    changes.append(event)
                case WorkerChanged():
                    log.warning("edge_link.worker_changed", worker=event.sip_uri, is_up=event.is_up)
                    worker_reachability_record(change=event)
                case RegistrationRefused():
                    refused.append(event)
                case PenaltyImposed():
                    penalty_record(penalty=event)
                case LampWatched() | None:
                    pass  # the lamps' business, a greeting, or a word of a later version
        if changes:
            registrations_apply(changes=changes)
        if refused:
            registration_failures_record(refused=refused)
