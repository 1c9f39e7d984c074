"""ServerSource: asks companies' own servers on threads of their own, and never a forbidden address.

A company may have only so many questions under way: a slow server of one is no matter of the others.
"""

from __future__ import annotations

import base64
import json
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from queue import SimpleQueue

import httpcore
import structlog

from callmanager.domain.menu_action import (
    ANSWER_BYTES_MAX,
    ActionAnswer,
    ActionMethod,
    MenuAction,
    ServerWish,
    address_with,
    read_answer,
)
from sipworker.call.server_actions import AskServer, ServerAnswered
from sipworker.credentials import PasswordSafe, PasswordUnreadableError
from sipworker.gateways.guarded_sockets import AddressRefusedError, GuardedSockets, HostUnknownError, Networks

log = structlog.get_logger(__name__)

AT_ONCE, AT_ONCE_PER_TENANT = 64, 16
USER_AGENT = "Tandem-Receptionist/1"


class NoAnswerError(RuntimeError):
    """The text is for people."""


class ActionUrls:
    """A thread for each question, ended with it."""

    def __init__(self, keys: Sequence[str], allowed: Networks, wake: Callable[[], None]) -> None:
        self._safe = PasswordSafe(keys)
        self._allowed = allowed
        self._wake = wake
        self._tls = ssl.create_default_context()
        self._under_way: Counter[int] = Counter()
        self._lock = threading.Lock()
        self._answers: SimpleQueue[tuple[str, ServerAnswered]] = SimpleQueue()

    def ask(self, session_id: str, tenant_id: int, asked: AskServer) -> None:
        with self._lock:
            is_room = self._under_way.total() < AT_ONCE and self._under_way[tenant_id] < AT_ONCE_PER_TENANT
            if is_room:
                self._under_way[tenant_id] += 1
        if not is_room:
            log.warning("action_url.too_many", tenant_id=tenant_id, session_id=session_id)
            self._answer(session_id, asked, _failed("Too many questions to servers are under way."))
            return
        # Nobody waits for it when the worker leaves.
        arguments = (session_id, tenant_id, asked)
        threading.Thread(target=self._work, args=arguments, name="action-url", daemon=True).start()

    def take(self) -> tuple[tuple[str, ServerAnswered], ...]:
        taken = []
        while not self._answers.empty():
            taken.append(self._answers.get())
        return tuple(taken)

    def _work(self, session_id: str, tenant_id: int, asked: AskServer) -> None:
        began = time.monotonic()
        wish = _failed("The question could not be asked.")
        try:
            wish = self._exchange(asked.action, asked.question)
        except NoAnswerError as error:
            wish = _failed(str(error))
        finally:
            with self._lock:
                self._under_way[tenant_id] -= 1
            log.info(
                "action_url.answered",
                tenant_id=tenant_id,
                session_id=session_id,
                answer=wish.answer.value,
                took_ms=round((time.monotonic() - began) * 1000),
            )
            self._answer(session_id, asked, wish)

    def _answer(self, session_id: str, asked: AskServer, wish: ServerWish) -> None:
        self._answers.put((session_id, ServerAnswered(asked.asked, wish)))
        self._wake()

    def _exchange(self, action: MenuAction, question: Mapping[str, str]) -> ServerWish:
        is_post = action.method is ActionMethod.POST
        address = action.url if is_post else address_with(action.url, question)
        body = json.dumps(question).encode() if is_post else b""
        sockets = GuardedSockets(self._allowed, action.connect_timeout_s, action.answer_timeout_s)
        with (
            _in_words(action),
            httpcore.ConnectionPool(
                ssl_context=self._tls, max_connections=1, network_backend=sockets
            ) as pool,
            pool.stream(
                action.method.value.upper(), address, headers=self._headers(action, is_post), content=body
            ) as answer,
        ):
            read = b""
            for chunk in answer.iter_stream():
                read += chunk
                if len(read) > ANSWER_BYTES_MAX:
                    break
            return read_answer(answer.status, read)

    def _headers(self, action: MenuAction, is_post: bool) -> list[tuple[str, str]]:
        host = httpcore.URL(action.url)
        port = "" if host.port is None else f":{host.port}"
        headers = [
            ("Host", host.host.decode() + port),
            ("User-Agent", USER_AGENT),
            ("Accept", "application/json"),
            # What is compressed a thousand times would not be bounded by what was read.
            ("Accept-Encoding", "identity"),
        ]
        if is_post:
            headers.append(("Content-Type", "application/json"))
        if action.username:
            headers.append(("Authorization", f"Basic {self._credentials(action)}"))
        return headers

    def _credentials(self, action: MenuAction) -> str:
        try:
            password = self._safe.open(action.password)
        except PasswordUnreadableError as error:
            raise NoAnswerError("The password of the Action URL can't be read.") from error
        return base64.b64encode(f"{action.username}:{password}".encode()).decode()


def _failed(why: str) -> ServerWish:
    return ServerWish(ActionAnswer.FAILED, why=why)


@contextmanager
def _in_words(action: MenuAction) -> Iterator[None]:
    host = action.host
    try:
        yield
    except AddressRefusedError as error:
        raise NoAnswerError(
            f"{host} is an address inside this network, which only the administrator can allow."
        ) from error
    except HostUnknownError as error:
        raise NoAnswerError(f"No name server knows {host}.") from error
    except httpcore.ConnectTimeout as error:
        raise NoAnswerError(f"No connection to {host} within {action.connect_timeout_s} s.") from error
    except httpcore.TimeoutException as error:
        raise NoAnswerError(f"{host} did not answer within {action.answer_timeout_s} s.") from error
    except (httpcore.NetworkError, OSError) as error:
        raise NoAnswerError(f"{host} can't be reached, or the connection broke off.") from error
    except (httpcore.ProtocolError, httpcore.UnsupportedProtocol, ValueError) as error:
        raise NoAnswerError(f"What {host} answered is not HTTP.") from error
