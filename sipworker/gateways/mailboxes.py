"""MailboxSource: what is in a mailbox, looked up on a thread of its own while the caller hears nothing yet."""

from __future__ import annotations

import hmac
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from queue import Empty, SimpleQueue

import structlog
from psycopg2 import extensions

from callmanager.domain.mailbox import StoredMessage, WrongPin
from callmanager.domain.sounds import stored
from sipworker.call.signals import MessagesFound, RoomFound
from sipworker.config import WorkerConfig
from sipworker.credentials import PasswordSafe, PasswordUnreadableError
from sipworker.gateways.postgres import OUTAGES, connect
from sipworker.gateways.reconnecting import ReconnectingThread
from sipworker.gateways.wrong_pins import WrongPinFile

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


ROOM_SQL = """
    SELECT (SELECT count(*) FROM voicemail WHERE tenant_id = %(tenant)s AND mailbox = %(mailbox)s),
           tenant.disk_quota_mb IS NULL OR tenant.disk_quota_mb * 1048576.0 > coalesce(
               (SELECT sum(size_bytes) FROM tenant_file_usage WHERE tenant_id = %(tenant)s), 0)
      FROM tenants_tenant AS tenant
     WHERE tenant.id = %(tenant)s
"""
# A message of some minutes, and what else the worker wants to write.
DISK_BYTES_LEAST = 50_000_000
NO_MESSAGES, ROOM_UNKNOWN = MessagesFound(None), RoomFound(0, True)
Found = MessagesFound | RoomFound
Answer = tuple[str, Found]


@dataclass(frozen=True, slots=True)
class _Question:
    """`otherwise` is the answer while PostgreSQL is away."""

    session_id: str
    tenant_id: int
    mailbox: str
    otherwise: Found


class MailboxGateway(ReconnectingThread[extensions.connection]):
    """Questions and answers cross by queues. While PostgreSQL is away the answer comes at once and knows nothing."""

    outages = OUTAGES

    def __init__(self, config: WorkerConfig, wake: Callable[[], None]) -> None:
        super().__init__("mailboxes")
        self._config = config
        self._safe = PasswordSafe(config.encryption_keys)
        self._wrong_pins = WrongPinFile(config.worker_dir)
        self._wake = wake
        self._questions: SimpleQueue[_Question] = SimpleQueue()
        self._answers: SimpleQueue[Answer] = SimpleQueue()

    def is_pin(self, pin: str, pin_token: str) -> bool:
        """A mailbox without a PIN lets nobody in who is asked for one."""
        try:
            right = self._safe.open(pin_token)
        except PasswordUnreadableError as error:
            log.error("mailbox.pin_unreadable", error=str(error))
            return False
        return bool(right) and hmac.compare_digest(pin.encode(), right.encode())

    def seal_pin(self, pin: str) -> str:
        return self._safe.seal(pin)

    def load_wrong_pins(self) -> Iterable[WrongPin]:
        return self._wrong_pins.load()

    def save_wrong_pins(self, wrong: Iterable[WrongPin]) -> None:
        self._wrong_pins.save(wrong)

    def ask_messages(self, session_id: str, tenant_id: int, mailbox: str) -> None:
        self._questions.put(_Question(session_id, tenant_id, mailbox, NO_MESSAGES))

    def ask_room(self, session_id: str, tenant_id: int, mailbox: str) -> None:
        """Where nobody can tell, the message is taken: it waits on the disk until it can be stored."""
        self._questions.put(_Question(session_id, tenant_id, mailbox, ROOM_UNKNOWN))

    def take(self) -> tuple[Answer, ...]:
        if not self.is_connected:
            self._refuse_all()
        taken = []
        while not self._answers.empty():
            taken.append(self._answers.get())
        return tuple(taken)

    @contextmanager
    def open(self) -> Iterator[extensions.connection]:
        with closing(connect(self._config.database_url, self._config.name)) as connection:
            connection.autocommit = True
            yield connection

    def turn(self, link: extensions.connection) -> None:
        try:
            question = self._questions.get(timeout=WAIT_S)
        except Empty:
            return
        found = question.otherwise
        try:
            with link.cursor() as cursor:
                found = self._read(cursor, question)
        finally:
            self._answers.put((question.session_id, found))
            self._wake()

    def _read(self, cursor: extensions.cursor, question: _Question) -> Found:
        if isinstance(question.otherwise, RoomFound):
            return self._room(cursor, question)
        return _messages(cursor, question)

    def _room(self, cursor: extensions.cursor, question: _Question) -> RoomFound:
        cursor.execute(ROOM_SQL, {"tenant": question.tenant_id, "mailbox": question.mailbox})
        row = cursor.fetchone()
        if row is None:
            return ROOM_UNKNOWN
        messages, is_below_quota = row
        is_disk_free = shutil.disk_usage(self._config.worker_dir).free >= DISK_BYTES_LEAST
        if not is_disk_free:
            log.error("mailbox.disk_full")
        return RoomFound(messages, is_below_quota and is_disk_free)

    def _refuse_all(self) -> None:
        while not self._questions.empty():
            try:
                question = self._questions.get_nowait()
            except Empty:
                return
            self._answers.put((question.session_id, question.otherwise))


def _messages(cursor: extensions.cursor, question: _Question) -> MessagesFound:
    cursor.execute(MESSAGES_SQL, (question.tenant_id, question.mailbox, AT_MOST))
    return MessagesFound(
        tuple(
            StoredMessage(message_id, caller, left_at, duration_s, stored(path), is_new, is_urgent)
            for message_id, caller, left_at, duration_s, path, is_new, is_urgent in cursor.fetchall()
        )
    )
