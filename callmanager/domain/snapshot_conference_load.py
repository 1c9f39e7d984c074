"""Reads the conference rooms of a snapshot, over the same cursor as `snapshot_load`."""

from __future__ import annotations

from callmanager.domain.conference import ConferenceMode, ConferenceResolution, ConferenceRoom
from callmanager.domain.snapshot_routing_load import Execute

# Columns that stand in the room as they are, under these names.
_PLAIN = (
    *("room_id", "number", "subject", "room_pin_token", "admin_pin_token", "outbound_caller_id"),
    *(
        "max_participants",
        "language",
        "is_prompt_silent",
        "is_recorded",
        "grids",
        "bitrate_kbps",
        "frame_rate",
    ),
)

_ROOMS_SQL = """
    SELECT mode, resolution, id, number, subject, CASE WHEN has_room_pin THEN room_pin ELSE '' END,
           CASE WHEN has_admin_pin THEN admin_pin ELSE '' END, outbound_caller_id, max_participants, language,
           is_prompt_silent, is_recorded, grids, bitrate_kbps, frame_rate
      FROM callmanager_conference
     ORDER BY length(number), number
"""


def load_conferences(execute: Execute) -> tuple[ConferenceRoom, ...]:
    return tuple(
        ConferenceRoom(
            **dict(zip(_PLAIN, plain, strict=True)),
            mode=ConferenceMode(mode),
            resolution=ConferenceResolution(resolution),
        )
        for mode, resolution, *plain in execute(_ROOMS_SQL, ())
    )
