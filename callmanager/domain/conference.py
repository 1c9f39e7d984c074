"""A conference room as the workers know it (manual 5.11)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ConferenceMode(StrEnum):
    AUDIO = "audio"
    VIDEO = "video"


class ConferenceResolution(StrEnum):
    QCIF = "QCIF"
    CIF = "CIF"
    VGA = "VGA"
    SVGA = "SVGA"
    P720 = "720P"
    P1080 = "1080P"


PARTICIPANTS, BITRATE_KBPS, FRAME_RATE = (1, 200), (128, 2048), (5, 30)
GRIDS = (1, 2, 3, 4, 6, 9)


@dataclass(frozen=True, slots=True)
class ConferenceRoom:
    """The PINs are sealed (`tenants/encrypted_field.py`); empty: none is asked for. Video is not mixed: a video room
    serves audio, and what is set for its picture waits for a mixer."""

    room_id: int
    number: str
    subject: str
    room_pin_token: str = ""
    admin_pin_token: str = ""
    outbound_caller_id: str = ""
    max_participants: int = 10
    language: str = "en"
    is_prompt_silent: bool = False
    is_recorded: bool = False
    mode: ConferenceMode = ConferenceMode.AUDIO
    grids: int = 4
    bitrate_kbps: int = 1024
    frame_rate: int = 15
    resolution: ConferenceResolution = ConferenceResolution.P720
