"""Guards mailboxes against guessing: after some wrong PINs nobody is let in for a while."""

from __future__ import annotations

from collections import defaultdict, deque

WRONG_AT_MOST = 10
WITHIN_S = 900.0


class PinGuard:
    """Counts wrong PINs of each mailbox. `now_s` is of a clock that never goes back."""

    def __init__(self) -> None:
        self._wrong: defaultdict[tuple[int, str], deque[float]] = defaultdict(deque)

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

    def note_right(self, tenant_id: int, mailbox: str) -> None:
        self._wrong.pop((tenant_id, mailbox), None)
