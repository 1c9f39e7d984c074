"""A client of `/ws/events`: collects what it is told in the background."""

from __future__ import annotations

import json
import threading
from types import TracebackType
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.phones.waiting import PATIENCE_S, until

Event = dict[str, Any]


class EventSocket:
    def __init__(self, url: str) -> None:
        self.events: list[Event] = []
        self._answers: list[Event] = []
        self._opening = connect(url)
        self._reader = threading.Thread(target=self._read, name="event socket", daemon=True)

    def __enter__(self) -> EventSocket:
        self._connection = self._opening.__enter__()
        self._reader.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._opening.__exit__(kind, error, trace)
        self._reader.join(5)

    def sign_in(self, **credentials: str) -> None:
        answer = self.command(command="auth", **credentials)
        assert answer["status"] == 0, answer

    def subscribe(self, *topics: str) -> None:
        answer = self.command(command="subscribe", topics=[{"topic": topic} for topic in topics])
        assert answer["status"] == 0, answer

    def command(self, **document: Any) -> Event:
        """Send a command, give back its answer."""
        seen = len(self._answers)
        self._connection.send(json.dumps(document))
        until(lambda: len(self._answers) > seen, PATIENCE_S, f"an answer to {document['command']}")
        return self._answers[seen]

    @property
    def is_closed(self) -> bool:
        """By the other side; everything that came before has been read."""
        return not self._reader.is_alive()

    def of_call(self, sip_call_id: str) -> list[Event]:
        return [event for event in list(self.events) if event.get("call_id") == sip_call_id]

    def keys_of_call(self, sip_call_id: str) -> list[str]:
        return [event["key"] for event in self.of_call(sip_call_id)]

    def wait_key(self, sip_call_id: str, key: str, timeout_s: float = PATIENCE_S) -> Event:
        until(lambda: key in self.keys_of_call(sip_call_id), timeout_s, f"event {key}")
        return next(event for event in self.of_call(sip_call_id) if event["key"] == key)

    def _read(self) -> None:
        try:
            for frame in self._connection:
                document = json.loads(frame)
                (self._answers if "status" in document and "topic" not in document else self.events).append(
                    document
                )
        except ConnectionClosed:
            return
