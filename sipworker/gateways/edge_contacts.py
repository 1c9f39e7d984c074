"""ContactSource: where every extension's phones are, as the edge announces it, in memory.

On (re)connect the edge is asked for everything, because events are lost while nobody listens.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException

import structlog

from callmanager.domain.edge_events import (
    EdgeFormatError,
    EdgeRegistration,
    RegistrationChanged,
    edge_event_parse,
    location_dump_parse,
    rpc_question,
    rpc_result,
)
from sipworker.gateways.reconnecting import ReconnectingThread
from sipworker.ports import Contact

log = structlog.get_logger(__name__)

HOST = "127.0.0.1"
CONNECT_TIMEOUT_S = 3.0
# Ten thousand registrations take the edge less than a second.
DUMP_TIMEOUT_S = 20.0
WAIT_S = 1.0
RECEIVE_BYTES = 65536
# The edge removes what has run out within some seconds; an event may be lost, a phone must not ring for ever.
EXPIRY_GRACE_S = 60
# It says nothing of a phone that merely stays. Well within the grace, and not for every phone by itself.
ASK_AGAIN_AFTER_S = 20

# The registrations of one extension by ruid. Never changed, only replaced: the SIP thread reads without a lock.
Records = Mapping[str, EdgeRegistration]


@dataclass(slots=True)
class EventLines:
    """The open connection and the beginning of a line that has not ended yet."""

    stream: socket.socket
    rest: bytes = field(default=b"")

    def take(self) -> list[bytes]:
        """Whole lines that arrived within the socket's timeout; OSError when the edge has gone."""
        try:
            received = self.stream.recv(RECEIVE_BYTES)
        except TimeoutError:
            return []
        if not received:
            raise ConnectionResetError("the edge closed the event socket")
        *lines, self.rest = (self.rest + received).split(b"\n")
        return [line for line in lines if line]


class EdgeContacts(ReconnectingThread[EventLines]):
    outages = (OSError, HTTPException, EdgeFormatError)

    def __init__(self, events_port: int, rpc_port: int, now: Callable[[], float] = time.time) -> None:
        super().__init__("edge_contacts")
        self._events_port = events_port
        self._rpc_port = rpc_port
        self._now = now
        self._by_aor: dict[str, Records] = {}
        self._asked_at = 0.0

    def contacts(self, number: str, sip_domain: str) -> tuple[Contact, ...]:
        """Of an edge that is away, those it had: its phones are most likely still there."""
        latest = self._now() - EXPIRY_GRACE_S
        records = self._by_aor.get(f"{number}@{sip_domain.lower()}", {})
        return tuple(
            Contact(record.ruid, record.contact, record.user_agent)
            for record in records.values()
            if record.expires_at > latest
        )

    @contextmanager
    def open(self) -> Iterator[EventLines]:
        with socket.create_connection((HOST, self._events_port), CONNECT_TIMEOUT_S) as stream:
            # Greeted first, asked after: what happens in between waits in the socket and is applied on top.
            lines = EventLines(stream)
            greeting = lines.take()
            if not greeting:
                raise TimeoutError("the edge did not greet")
            self.replace_all(self._dump())
            for line in greeting:
                self.apply(line)
            stream.settimeout(WAIT_S)
            yield lines

    def turn(self, link: EventLines) -> None:
        for line in link.take():
            self.apply(line)
        if self._must_ask_again():
            # As when it opens: what happens in between waits in the socket and is applied on top.
            self.replace_all(self._dump())

    def _must_ask_again(self) -> bool:
        """Some phone's time has run out as far as is known here, and nobody said that it left."""
        now = self._now()
        if now - self._asked_at < ASK_AGAIN_AFTER_S:
            return False
        return any(one.expires_at < now for records in self._by_aor.values() for one in records.values())

    def replace_all(self, registrations: Iterable[EdgeRegistration]) -> None:
        by_aor: dict[str, dict[str, EdgeRegistration]] = {}
        for registration in registrations:
            by_aor.setdefault(registration.aor, {})[registration.ruid] = registration
        self._by_aor = dict(by_aor)
        log.debug("edge_contacts.loaded", extensions=len(by_aor))

    def apply(self, line: bytes) -> None:
        try:
            event = edge_event_parse(line)
        except EdgeFormatError as error:
            log.warning("edge_contacts.unreadable_event", error=str(error))
            return
        if not isinstance(event, RegistrationChanged):
            return
        registration = event.registration
        records = {
            ruid: known
            for ruid, known in self._by_aor.get(registration.aor, {}).items()
            if ruid != registration.ruid
        }
        if not event.is_gone:
            records[registration.ruid] = registration
        if records:
            self._by_aor[registration.aor] = records
        else:
            self._by_aor.pop(registration.aor, None)

    def _dump(self) -> tuple[EdgeRegistration, ...]:
        at = self._asked_at = self._now()
        with closing(HTTPConnection(HOST, self._rpc_port, timeout=DUMP_TIMEOUT_S)) as connection:
            connection.request("POST", "/RPC", rpc_question("ul.dump"))
            return location_dump_parse(rpc_result(connection.getresponse().read()), at=at)
