"""Whose call it is: numbers outside may look like extensions, and must never be taken for them."""

from __future__ import annotations

EXTENSION, FROM_OUTSIDE, TO_OUTSIDE = "ext", "in", "out"
# Of `answered_by`.
TRUNK = "trunk"


def inside_numbers(direction: str, caller: str, callee: str) -> tuple[str, ...]:
    """Which of the two are extensions, by where the call came from and what was dialled."""
    if direction == FROM_OUTSIDE:
        return ()
    return (caller,) if direction == TO_OUTSIDE else (caller, callee)
