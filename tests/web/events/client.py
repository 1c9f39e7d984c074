"""A client of /ws/events, as a customer would write one."""

from __future__ import annotations

import json
from typing import Any, Self

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

PATIENCE_S = 8.0
# Long enough for an event that must not come to have come.
SILENCE_S = 0.3


class EventClient:
    def __init__(self, url: str, **options: Any) -> None:
        self._connection = connect(url, **options)

    def __enter__(self) -> Self:
        self._socket = self._connection.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.__exit__(None, None, None)

    def command(self, **document: Any) -> dict[str, Any]:
        return self.say(json.dumps(document))

    def say(self, text: str) -> dict[str, Any]:
        """The answer to one message; events that arrive meanwhile are not expected."""
        self._socket.send(text)
        return self.read()

    def read(self) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(self._socket.recv(timeout=PATIENCE_S))
        return message

    def read_until(self, key: str) -> dict[str, Any]:
        while True:
            message = self.read()
            if message.get("key") == key:
                return message

    def is_silent(self) -> bool:
        try:
            self._socket.recv(timeout=SILENCE_S)
        except TimeoutError:
            return True
        return False

    def close_code(self) -> int:
        """Of the close that the server sends; anything else it still says is skipped."""
        with pytest.raises(ConnectionClosed) as closed:
            self._read_to_the_end()
        assert closed.value.rcvd is not None
        return closed.value.rcvd.code

    def _read_to_the_end(self) -> None:
        while True:
            self._socket.recv(timeout=PATIENCE_S)
