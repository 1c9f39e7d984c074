"""Where a row with destination columns (called `made`) sends a call: the number, and the tables that it stands in."""

from __future__ import annotations

_NUMBER = "coalesce(target.number, ring.number, desk.number, line.number, room.number, made.external_number)"
_JOINS = """
      LEFT JOIN callmanager_extension AS target ON target.id = made.target_id
      LEFT JOIN callmanager_ringgroup AS ring ON ring.id = made.ring_group_id
      LEFT JOIN callmanager_receptionist AS desk ON desk.id = made.to_receptionist_id
      LEFT JOIN callmanager_callqueue AS line ON line.id = made.to_queue_id
      LEFT JOIN callmanager_conference AS room ON room.id = made.to_conference_id
"""


def with_target(statement: str) -> str:
    """`statement` is one of ours: `<target>` stands for the number, `<joins>` for the tables."""
    return statement.replace("<target>", _NUMBER).replace("<joins>", _JOINS.strip("\n"))
