"""What waits for a slow client is bounded, numbered, and never blocks the hub."""

from __future__ import annotations

import pytest

from callmanager.events.outbox import Outbox


async def test_messages_leave_in_order_with_their_numbers() -> None:
    outbox = Outbox()
    for word in ("first", "second"):
        outbox.put(f"{{}} {word}".format)
    assert [await outbox.take(), await outbox.take()] == ["1 first", "2 second"]


@pytest.mark.parametrize("size", [1, 3])
async def test_a_full_outbox_says_so_and_takes_no_more(size: int) -> None:
    outbox = Outbox(size)
    for _ in range(size):
        outbox.put(str)
    assert not outbox.is_overfull.is_set()
    outbox.put(str)
    assert outbox.is_overfull.is_set()
