"""The administrator's limits on how much of everything a tenant may have."""

from __future__ import annotations

from django.core.exceptions import ValidationError


class LimitReached(ValidationError):
    """Nothing was created: the tenant has as many as it may."""


def refuse_above_limit(*, limit: int | None, present: int, added: int, what: str) -> None:
    """Ask while the tenant's row is locked, or two at once may both take the last place."""
    if limit is not None and present + added > limit:
        free = max(limit - present, 0)
        room = f"{free} more may be added" if free and added > 1 else "no more can be added"
        raise LimitReached(
            f"Your company may have {limit} {what} and has {present}: {room}. "
            "The administrator of the platform can raise this limit.",
            code="limit_reached",
        )
