"""What a page shows of one object from other tables, read once: Django's templates ask for a read-only field half
a dozen times.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.db.models import Model

Read = TypeVar("Read")


def read_once(obj: Model, name: str, read: Callable[[], Read]) -> Read:
    """Kept with the object, which lives as long as the request that shows it."""
    kept: dict[str, Read] = obj.__dict__.setdefault("_read_once", {})
    if name not in kept:
        kept[name] = read()
    return kept[name]
