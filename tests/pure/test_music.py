"""Which piece a held party hears."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from callmanager.domain.music import SILENCE, MusicOrder, TenantMusic, choose_music

pytestmark = pytest.mark.pure

FILES = tuple(f"t_1/music/{number}" for number in range(9))
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def chosen(music: TenantMusic, at: datetime = NOON, time_zone: str = "UTC", call: str = "c1") -> object:
    return choose_music(music, at=at, time_zone=time_zone, call=call)


def test_switched_off_is_silence_and_without_files_the_common_music_plays() -> None:
    assert chosen(TenantMusic(is_enabled=False, files=FILES)) is SILENCE
    for order in MusicOrder:
        assert chosen(TenantMusic(order=order)) == ()


def test_all_pieces_in_order() -> None:
    assert chosen(TenantMusic(order=MusicOrder.IN_ORDER, files=FILES)) == FILES


def test_a_day_has_one_piece_and_days_differ() -> None:
    music = TenantMusic(order=MusicOrder.RANDOM_PER_DAY, files=FILES)
    assert {chosen(music, NOON + timedelta(hours=hours)) for hours in range(-12, 12)} == {chosen(music)}
    assert chosen(music, call="another") == chosen(music)
    assert len({chosen(music, NOON + timedelta(days=days)) for days in range(200)}) == len(FILES)


def test_the_day_is_that_of_the_tenant() -> None:
    music = TenantMusic(order=MusicOrder.RANDOM_PER_DAY, files=FILES)
    evening = datetime(2026, 6, 1, 23, tzinfo=UTC)
    assert chosen(music, evening, "Asia/Tokyo") == chosen(music, evening + timedelta(hours=9), "UTC")


def test_a_call_keeps_its_piece_and_calls_differ() -> None:
    music = TenantMusic(order=MusicOrder.RANDOM_PER_CALL, files=FILES)
    assert chosen(music, NOON + timedelta(days=1)) == chosen(music)
    assert len({chosen(music, call=f"call {number}") for number in range(200)}) == len(FILES)
