"""The socket by which the application tells the edge the states of lamps."""

from __future__ import annotations

import secrets
import select
import socket
import time
from types import TracebackType

from callmanager.domain.publications import EdgeSilent, Publications
from callmanager.domain.sip_publish import Lamp, publish_answer_parse, publish_request
from callmanager.edge.rpc import EdgeAwayError

HOST = "127.0.0.1"
DATAGRAM_BYTES = 65535


class Publisher:
    """`told` are lamps whose state the edge has taken since it was asked last."""

    def __init__(self, edge_port: int) -> None:
        self._edge = (HOST, edge_port)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((HOST, 0))
        self._socket.setblocking(False)
        self.publications = Publications(secrets.token_hex(6))

    def __enter__(self) -> Publisher:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()

    @property
    def source(self) -> str:
        return f"{HOST}:{self._socket.getsockname()[1]}"

    def fileno(self) -> int:
        return self._socket.fileno()

    def turn(self) -> list[Lamp]:
        """Send what is due, take what was answered; EdgeAwayError or PublisherUnknown where that comes to nothing."""
        told = self._take()
        try:
            requests = self.publications.requests(time.monotonic())
        except EdgeSilent as error:
            raise EdgeAwayError("PUBLISH is not answered") from error
        for one in requests:
            text = publish_request(
                one.lamp,
                body=one.body,
                etag=one.etag,
                expires_s=one.expires_s,
                key=one.key,
                sequence=one.sequence,
                source=self.source,
                edge=f"{HOST}:{self._edge[1]}",
            )
            self._socket.sendto(text, self._edge)
        return told

    def settle(self, timeout_s: float) -> None:
        """Until everything is told; EdgeAwayError if it takes longer."""
        deadline = time.monotonic() + timeout_s
        while self.turn() or self.publications.is_waiting:
            if time.monotonic() > deadline:
                raise EdgeAwayError("PUBLISH takes too long")
            select.select([self._socket], [], [], 0.05)

    def _take(self) -> list[Lamp]:
        told: list[Lamp] = []
        while True:
            try:
                datagram = self._socket.recv(DATAGRAM_BYTES)
            except (BlockingIOError, ConnectionRefusedError):
                return told
            answer = publish_answer_parse(datagram)
            if answer is None:
                continue
            lamp = self.publications.answer(answer, time.monotonic())
            if lamp is not None:
                told.append(lamp)
