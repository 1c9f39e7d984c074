"""How calls are put into words and colours in the console."""

from __future__ import annotations

from collections.abc import Mapping

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


def duration_words(milliseconds: int | None) -> str:
    """4:05, or 1:04:05."""
    if milliseconds is None:
        return "–"
    seconds = round(milliseconds / 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"
