"""How somebody attends to a leg of another call."""

from __future__ import annotations

from enum import StrEnum


class Attendance(StrEnum):
    """All hear what the leg hears and says.

    SILENT is heard by nobody, WHISPER by that leg alone, BARGE by that leg and by whoever hears it.
    """

    SILENT = "silent"
    WHISPER = "whisper"
    BARGE = "barge"
