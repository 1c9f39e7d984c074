"""Guards mailboxes against guessing: after some wrong PINs nobody is let in for a while."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator

from callmanager.domain.mailbox import WrongPin

WRONG_AT_MOST = 10
WITHIN_S = 900.0


class PinGuard:
    """Counts wrong PINs of each mailbox. `now_s` is unix time, so that a restart does not make anybody innocent."""

    def __init__(self, wrong: Iterable[WrongPin] = ()) -> None:
        self._wrong: defaultdict[tuple[int, str], deque[float]] = defaultdict(deque)
        for tenant_id, mailbox, at_s in sorted(wrong, key=lambda one: one[2]):
            self._wrong[tenant_id, mailbox].append(at_s)

    def is_locked(self, tenant_id: int, mailbox: str, now_s: float) -> bool:
        wrong = self._wrong.get((tenant_id, mailbox))
        if wrong is None:
            return False
        while wrong and now_s - wrong[0] > WITHIN_S:
            wrong.popleft()
        if not wrong:
            del self._wrong[tenant_id, mailbox]
        return len(wrong) >= WRONG_AT_MOST

    def note_wrong(self, tenant_id: int, mailbox: str, now_s: float) -> None:
        self._wrong[tenant_id, mailbox].append(now_s)

    def note_right(self, tenant_id: int, mailbox: str) -> bool:
        """Whether there was something to forget."""
        return self._wrong.pop((tenant_id, mailbox), None) is not None

    def remembered(self, now_s: float) -> Iterator[WrongPin]:
        """What still counts."""
        for (tenant_id, mailbox), wrong in self._wrong.items():
            for at_s in wrong:
                if now_s - at_s <= WITHIN_S:
                    yield tenant_id, mailbox, at_s
