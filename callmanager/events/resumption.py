"""A client that was away: first what it missed, then what happened meanwhile, then life. Nothing twice."""

from __future__ import annotations

from collections.abc import Callable

from callmanager.domain.event_text import HeardEvent
from callmanager.domain.live_channel import event_position, position_of
from callmanager.domain.subscriptions import Subscription
from callmanager.events.history import EventHistory, HistoryUnreadable
from callmanager.events.outbox import Outbox

# Of what happens while the past is read; more is too much for one socket.
HELD_AT_MOST = 1_000
GAP_TOO_LARGE, HISTORY_AWAY = "gap_too_large", "history_unreadable"

MayReceive = Callable[[frozenset[Subscription], HeardEvent], bool]
Put = Callable[[HeardEvent], None]


class Resumption:
    """`named` are the subscriptions that are taken up again. Live events are held back until the past is told."""

    def __init__(self, tenant_id: int, event_id: str, named: frozenset[Subscription]) -> None:
        self._tenant_id = tenant_id
        self._last_id = event_id
        self._told_until = position_of(event_id) or (0, 0)
        self._named = named
        self._held: list[HeardEvent] = []
        self.told = 0

    def hold(self, event: HeardEvent, outbox: Outbox) -> None:
        self._held.append(event)
        if len(self._held) > HELD_AT_MOST:
            outbox.is_overfull.set()

    async def why_not(self, history: EventHistory) -> str:
        """Empty when nothing is missing between what the client had and now."""
        try:
            return "" if await history.is_kept(self._tenant_id, self._last_id) else GAP_TOO_LARGE
        except HistoryUnreadable:
            return HISTORY_AWAY

    async def tell_past(
        self, history: EventHistory, outbox: Outbox, may_receive: MayReceive, put: Put
    ) -> bool:
        """False if Redis went away amid it."""
        try:
            while page := await history.page_after(self._tenant_id, self._last_id):
                for event in page:
                    if may_receive(self._named, event):
                        await outbox.wait_for_room()
                        put(event)
                        self.told += 1
                    self._told_until = event_position(event) or self._told_until
                    self._last_id = str(event["id"])
        except HistoryUnreadable:
            return False
        return True

    async def tell_held(
        self,
        wanted: Callable[[], frozenset[Subscription]],
        outbox: Outbox,
        may_receive: MayReceive,
        put: Put,
    ) -> None:
        """Ends with nothing held: whoever goes on after it without waiting lets live events pass."""
        while self._held:
            await outbox.wait_for_room()
            event = self._held.pop(0)
            if not (self._was_told(event) and may_receive(self._named, event)) and may_receive(
                wanted(), event
            ):
                put(event)

    def _was_told(self, event: HeardEvent) -> bool:
        """Whether the past included it already. What was not kept can't have been in it."""
        position = event_position(event)
        if position is None or event.get("tenant_id") != self._tenant_id:
            return False
        return position <= self._told_until
