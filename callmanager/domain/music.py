"""Which music a held party hears. Pure: the same call always hears the same."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

MUSIC_FILES_MAX = 9
# Nothing at all is played; an empty choice means the music that comes with the system.
SILENCE = None

MusicChoice = tuple[str, ...] | None


class MusicOrder(StrEnum):
    IN_ORDER = "in_order"
    RANDOM_PER_DAY = "random_per_day"
    RANDOM_PER_CALL = "random_per_call"


@dataclass(frozen=True, slots=True)
class TenantMusic:
    """`files` are paths below the files' directory, in the tenant's order."""

    is_enabled: bool = True
    order: MusicOrder = MusicOrder.RANDOM_PER_DAY
    files: tuple[str, ...] = ()


COMMON_MUSIC = TenantMusic()


def choose_music(music: TenantMusic, *, at: datetime, time_zone: str, call: str) -> MusicChoice:
    """The files to play one after the other, again and again. `call` names the call; `at` is timezone-aware."""
    if not music.is_enabled:
        return SILENCE
    if not music.files or music.order is MusicOrder.IN_ORDER:
        return music.files
    if music.order is MusicOrder.RANDOM_PER_DAY:
        draw = at.astimezone(ZoneInfo(time_zone)).date().isoformat()
    else:
        draw = call
    # Spread evenly and the same in every process, which `hash` is not.
    number = int.from_bytes(hashlib.sha256(draw.encode()).digest()[:8])
    return (music.files[number % len(music.files)],)
