"""CommandSource: requests from the web side arrive by Redis pub/sub and wake the SIP thread."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from queue import SimpleQueue

import redis
import structlog
from redis.client import PubSub

from sipworker.gateways.live_feed import SOCKET_TIMEOUT_S, Reply
from sipworker.gateways.reconnecting import ReconnectingThread
from sipworker.ports import Command, CommandReply

log = structlog.get_logger(__name__)

CHANNEL = "pbx:commands"
WAIT_S = 1.0
CHECK_EVERY_S = 10
LONGEST_NAME = 200
NAMED = {"id", "command", "tenant_id", "session_id", "reply_to", "worker"}


class CommandFormatError(ValueError):
    """A message on the commands channel that is not a command."""


class CommandGateway(ReconnectingThread[PubSub]):
    """Every worker hears every command; the one that owns the call answers, or the one that is named."""

    outages = (redis.RedisError, OSError)

    def __init__(
        self, redis_url: str, worker: str, answer: Callable[[Reply], None], wake: Callable[[], None]
    ) -> None:
        super().__init__("commands")
        self._redis_url = redis_url
        self._worker = worker
        self._answer = answer
        self._wake = wake
        self._waiting: SimpleQueue[tuple[Command, str]] = SimpleQueue()

    def take(self) -> tuple[tuple[Command, Callable[[CommandReply], None]], ...]:
        taken = []
        while not self._waiting.empty():
            command, reply_to = self._waiting.get()
            taken.append((command, partial(self._reply, reply_to, command.command_id)))
        return tuple(taken)

    def _reply(self, reply_to: str, command_id: str, result: CommandReply) -> None:
        # Another worker may own the call: whoever does not, keeps silent.
        if result.code != "not_found":
            self._answer(Reply(reply_to, command_id, result))

    @contextmanager
    def open(self) -> Iterator[PubSub]:
        client = redis.Redis.from_url(
            self._redis_url,
            socket_timeout=SOCKET_TIMEOUT_S,
            socket_connect_timeout=SOCKET_TIMEOUT_S,
            health_check_interval=CHECK_EVERY_S,
        )
        with client, PubSub(client.connection_pool, ignore_subscribe_messages=True) as channel:
            channel.subscribe(CHANNEL)
            yield channel

    def turn(self, link: PubSub) -> None:
        message = link.get_message(timeout=WAIT_S)
        if message is None:
            return
        try:
            command, reply_to, worker = read_command(message["data"])
        except CommandFormatError as error:
            log.warning("command.unreadable", error=str(error))
            return
        if worker in ("", self._worker):
            self._waiting.put((command, reply_to))
            self._wake()


def read_command(data: bytes) -> tuple[Command, str, str]:
    """The command, the name of the list for its answer, and the worker that is meant ("": whose call it is)."""
    try:
        document = json.loads(data)
    except ValueError as error:
        raise CommandFormatError("not JSON") from error
    if not isinstance(document, dict):
        raise CommandFormatError("not an object")
    tenant_id = document.get("tenant_id")
    if not isinstance(tenant_id, int):
        raise CommandFormatError("tenant_id")
    command = Command(
        command_id=_text(document, "id"),
        name=_text(document, "command"),
        tenant_id=tenant_id,
        session_id=_text(document, "session_id"),
        arguments={name: value for name, value in document.items() if name not in NAMED},
    )
    worker = _text(document, "worker") if "worker" in document else ""
    return command, _text(document, "reply_to"), worker


def _text(document: Mapping[str, object], name: str) -> str:
    value = document.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_NAME:
        raise CommandFormatError(name)
    return value
