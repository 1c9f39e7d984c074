"""MailboxSource: what is in a mailbox, looked up on a thread of its own while the caller hears nothing yet."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from queue import Empty, SimpleQueue

import structlog
from psycopg2 import extensions

from callmanager.domain.mailbox import StoredMessage
from callmanager.domain.sounds import stored
from sipworker.credentials import PasswordSafe, PasswordUnreadableError
from sipworker.gateways.postgres import OUTAGES, connect
from sipworker.gateways.reconnecting import ReconnectingThread

log = structlog.get_logger(__name__)

WAIT_S = 0.5
# Nobody listens to more in one call.
AT_MOST = 200

MESSAGES_SQL = """
    SELECT id, caller, extract(epoch FROM left_at)::float, duration_s, stored_path, is_new, is_urgent
      FROM voicemail
     WHERE tenant_id = %s AND mailbox = %s
     ORDER BY is_new DESC, left_at DESC
     LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class _Question:
    session_id: str
    tenant_id: int
    mailbox: str


class MailboxGateway(ReconnectingThread[extensions.connection]):
    """Questions and answers cross by queues. While PostgreSQL is away the answer is None, and it comes at once."""

    outages = OUTAGES

    def __init__(
        self, database_url: str, worker: str, encryption_keys: Sequence[str], wake: Callable[[], None]
    ) -> None:
        super().__init__("mailboxes")
        self._database_url = database_url
        self._worker = worker
        self._safe = PasswordSafe(encryption_keys)
        self._wake = wake
        self._questions: SimpleQueue[_Question] = SimpleQueue()
        self._answers: SimpleQueue[tuple[str, tuple[StoredMessage, ...] | None]] = SimpleQueue()

    def is_pin(self, pin: str, pin_token: str) -> bool:
        """A mailbox without a PIN lets nobody in who is asked for one."""
        try:
            right = self._safe.open(pin_token)
        except PasswordUnreadableError as error:
            log.error("mailbox.pin_unreadable", error=str(error))
            return False
        return bool(right) and hmac.compare_digest(pin.encode(), right.encode())

    def ask(self, session_id: str, tenant_id: int, mailbox: str) -> None:
        self._questions.put(_Question(session_id, tenant_id, mailbox))

    def take(self) -> tuple[tuple[str, tuple[StoredMessage, ...] | None], ...]:
        if not self.is_connected:
            self._refuse_all()
        taken = []
        while not self._answers.empty():
            taken.append(self._answers.get())
        return tuple(taken)

    @contextmanager
    def open(self) -> Iterator[extensions.connection]:
        with closing(connect(self._database_url, self._worker)) as connection:
            connection.autocommit = True
            yield connection

    def turn(self, link: extensions.connection) -> None:
        try:
            question = self._questions.get(timeout=WAIT_S)
        except Empty:
            return
        messages: tuple[StoredMessage, ...] | None = None
        try:
            messages = _read(link, question)
        finally:
            self._answers.put((question.session_id, messages))
            self._wake()

    def _refuse_all(self) -> None:
        while not self._questions.empty():
            try:
                question = self._questions.get_nowait()
            except Empty:
                return
            self._answers.put((question.session_id, None))


def _read(link: extensions.connection, question: _Question) -> tuple[StoredMessage, ...]:
    with link.cursor() as cursor:
        cursor.execute(MESSAGES_SQL, (question.tenant_id, question.mailbox, AT_MOST))
        return tuple(
            StoredMessage(message_id, caller, left_at, duration_s, stored(path), is_new, is_urgent)
            for message_id, caller, left_at, duration_s, path, is_new, is_urgent in cursor.fetchall()
        )
