"""How calls are put into words and colours in the console."""

from __future__ import annotations

from collections.abc import Mapping

from callmanager.domain.call_parties import EXTENSION, FROM_OUTSIDE, TO_OUTSIDE
from callmanager.fleet.models import CdrStatus

STATUS_CLASSES: Mapping[str, str] = {
    CdrStatus.ANSWERED: "td-good",
    CdrStatus.BUSY: "td-warn",
    CdrStatus.NO_ANSWER: "td-warn",
    CdrStatus.CANCELLED: "",
    CdrStatus.FAILED: "td-bad",
    CdrStatus.REFUSED: "td-bad",
}
STATUS_LABELS: Mapping[str, str] = {
    "Answered": "success",
    "Busy": "warning",
    "No Answer": "warning",
    "Cancelled": "",
    "Failed": "danger",
    "Refused": "danger",
}
ENDED_BY: Mapping[str, str] = {"caller": "Caller", "callee": "Callee", "pbx": "The PBX", "api": "By request"}

DIRECTIONS: Mapping[str, str] = {EXTENSION: "Internal", FROM_OUTSIDE: "Inbound", TO_OUTSIDE: "Outbound"}


def direction_words(direction: str, trunk_name: str, outbound_trunk_name: str) -> str:
    """Inbound (Provider A), or Inbound (Provider A) → Provider B where it was forwarded outside."""
    words = DIRECTIONS.get(direction, direction)
    if direction == TO_OUTSIDE:
        return f"{words} ({outbound_trunk_name})" if outbound_trunk_name else words
    words += f" ({trunk_name})" if trunk_name else ""
    return f"{words} → {outbound_trunk_name}" if outbound_trunk_name else words


def duration_words(milliseconds: int | None) -> str:
    """4:05, or 1:04:05."""
    if milliseconds is None:
        return "–"
    seconds = round(milliseconds / 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"
