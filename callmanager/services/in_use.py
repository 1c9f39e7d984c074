"""What is still used is not deleted: the refusal names who uses it."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import ValidationError

from callmanager.selectors.usage import Usage

_NAMED = 10


class InUse(ValidationError):
    """`usages` are all of them; the message names the first."""

    def __init__(
        self, usages: Sequence[Usage], *, advice: str = "Change these first.", whose: str = ""
    ) -> None:
        named = "; ".join(usage.words for usage in usages[:_NAMED])
        more = f"; and {len(usages) - _NAMED} more" if len(usages) > _NAMED else ""
        of_whom = f" of “{whose}”" if whose else ""
        super().__init__(f"It is still used by {named}{more}{of_whom}. {advice}", code="in_use")
        self.usages = tuple(usages)


def refuse_if_used(usages: Sequence[Usage]) -> None:
    if usages:
        raise InUse(usages)
