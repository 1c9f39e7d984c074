"""What the player of a recording is given, and the words beside it."""

from __future__ import annotations

import json
from dataclasses import dataclass

from callmanager.fleet.models import Recording

MB = 1_000_000
CAUSES = {
    "caller": "the caller's extension",
    "callee": "the callee's extension",
    "tenant": "the company",
    "trunk": "the trunk",
    "queue": "the queue",
    "request": "a request during the call",
}


@dataclass(frozen=True, slots=True)
class Player:
    """All as the page writes it into attributes."""

    sound: str
    label: str
    duration_s: float
    peaks: str
    pauses: str


def player_of(recording: Recording, sound: str) -> Player | None:
    """None while there is nothing to hear."""
    if not recording.is_stored:
        return None
    return Player(
        sound=sound,
        label=f"Recording of the call from {recording.caller} to {recording.callee}",
        duration_s=recording.duration_s,
        peaks=json.dumps(recording.peaks, separators=(",", ":")),
        pauses=json.dumps(recording.pauses, separators=(",", ":")),
    )


def asked_by_words(recording: Recording) -> str:
    words = ", ".join(CAUSES.get(cause, cause) for cause in recording.asked_by.split(",") if cause)
    return f"{words} ({recording.by})" if recording.by else words or "–"


def size_words(size_bytes: int) -> str:
    return f"{size_bytes / MB:.1f} MB" if size_bytes >= MB else f"{max(size_bytes // 1000, 0)} kB"
