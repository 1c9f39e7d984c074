"""How VIP callers, harass numbers and exclusive agents stand in tables. Export and import agree here. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from callmanager.domain.queue_callers import HarassLevel
from callmanager.domain.rule_table import CellInvalid

VIP_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "number": ("phone number", "vip number", "caller number"),
    "description": ("name",),
    "last_day": ("valid until", "validity", "expires"),
    "is_enabled": ("enabled",),
}
HARASS_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "number": ("phone number", "harass number", "caller number"),
    "description": ("name",),
    "level": ("harass level",),
}
EXCLUSIVE_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "description": ("name",),
    "callers": ("caller number", "caller numbers", "numbers"),
    "agents": ("exclusive agents", "call queue", "members"),
}
VIP_SAMPLE = (
    "number,description,last_day,is_enabled\r\n"
    "442012345678,Microsoft team,2099-12-31,yes\r\n"
    "44201*******,Everybody from there,,yes\r\n"
)
HARASS_SAMPLE = (
    "number,description,level\r\n442012345678,Asks for the boss,1\r\n1100-1200,Machines that call,2\r\n"
)
EXCLUSIVE_SAMPLE = "description,callers,agents\r\nXYZ Bank,4930123456; 49305550***,8000 102; 8000 101\r\n"


def read_day(text: str) -> date | None:
    """ "2027-06-30", or nothing: for ever."""
    written = text.strip()
    if not written:
        return None
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise CellInvalid("Write a day as 2027-06-30.") from None


def read_level(text: str) -> HarassLevel:
    """ "1", "2" or "level 2"."""
    word = text.strip().lower().removeprefix("level").strip()
    if word not in {str(level.value) for level in HarassLevel}:
        raise CellInvalid("Write 1 or 2.")
    return HarassLevel(int(word))


def read_parts(text: str) -> list[str]:
    """What is separated by semicolons or lines."""
    return [part.strip() for part in text.replace("\n", ";").split(";") if part.strip()]


def read_agents(text: str) -> list[tuple[str, str]]:
    """ "8000 102; 8000 103": queue and extension."""
    pairs = [part.split() for part in read_parts(text)]
    if wrong := next((" ".join(pair) for pair in pairs if len(pair) != 2), ""):
        raise CellInvalid(f"“{wrong[:30]}” is no queue and an extension, such as 8000 102.")
    return [(queue, number) for queue, number in pairs]


def write_parts(parts: Iterable[str]) -> str:
    return "; ".join(parts)


def write_agents(pairs: Sequence[tuple[str, str]]) -> str:
    return write_parts(f"{queue} {number}" for queue, number in pairs)
