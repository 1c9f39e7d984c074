"""Timers of all calls; their end is a signal to the call that started them."""

from __future__ import annotations

import heapq

_COMPACT_AT = 1024


class Timers:
    """A heap with lazy deletion: stopping is cheap, stopped entries leave when due or when they prevail."""

    __slots__ = ("_current", "_heap", "_next_ticket", "_of_session")

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, str, str]] = []
        self._current: dict[tuple[str, str], int] = {}
        self._of_session: dict[str, set[str]] = {}
        self._next_ticket = 0

    def __len__(self) -> int:
        return len(self._current)

    @property
    def stored_entries(self) -> int:
        """Running timers and those that were stopped but are still in the heap."""
        return len(self._heap)

    def start(self, session_id: str, timer: str, due_at: float) -> None:
        """A timer with this name starts anew."""
        self._next_ticket += 1
        self._current[session_id, timer] = self._next_ticket
        self._of_session.setdefault(session_id, set()).add(timer)
        heapq.heappush(self._heap, (due_at, self._next_ticket, session_id, timer))
        if len(self._heap) > _COMPACT_AT and len(self._heap) > 2 * len(self._current):
            self._compact()

    def stop(self, session_id: str, timer: str) -> None:
        if self._current.pop((session_id, timer), None) is None:
            return
        names = self._of_session[session_id]
        names.discard(timer)
        if not names:
            del self._of_session[session_id]

    def stop_all(self, session_id: str) -> None:
        """The call is over."""
        for timer in self._of_session.pop(session_id, ()):
            del self._current[session_id, timer]

    def next_due_at(self) -> float | None:
        """When `pop_due` will next have something, None if never."""
        self._drop_stopped()
        return self._heap[0][0] if self._heap else None

    def pop_due(self, now: float) -> tuple[str, str] | None:
        """(session id, timer) of one timer that is due, earliest first; None if there is none."""
        self._drop_stopped()
        if not self._heap or self._heap[0][0] > now:
            return None
        _, _, session_id, timer = heapq.heappop(self._heap)
        self.stop(session_id, timer)
        return session_id, timer

    def _drop_stopped(self) -> None:
        while self._heap and not self._is_current(self._heap[0]):
            heapq.heappop(self._heap)

    def _is_current(self, entry: tuple[float, int, str, str]) -> bool:
        _, ticket, session_id, timer = entry
        return self._current.get((session_id, timer)) == ticket

    def _compact(self) -> None:
        self._heap = [entry for entry in self._heap if self._is_current(entry)]
        heapq.heapify(self._heap)
