"""Callers for whom an extension makes an exception: who calls, when, and what happens instead of ringing.

Pure; asked for every call to an extension that has any. The first one in order that fits is obeyed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from callmanager.domain.destination import Destination
from callmanager.domain.number_range import NumberPatternError, parse_number_range

_NAME = re.compile(r"[A-Za-z0-9]{1,20}")


class ReceivedDuring(StrEnum):
    ALWAYS = "always"
    OFFICE_HOURS = "office_hours"
    OUTSIDE_OFFICE_HOURS = "outside_office_hours"


@dataclass(frozen=True, slots=True)
class CallException:
    """`destination` is where the call goes instead."""

    caller_mask: str
    received_during: ReceivedDuring
    destination: Destination

    def takes(self, caller: str, *, is_office_hour: bool) -> bool:
        match self.received_during:
            case ReceivedDuring.OFFICE_HOURS if not is_office_hour:
                return False
            case ReceivedDuring.OUTSIDE_OFFICE_HOURS if is_office_hour:
                return False
        return is_caller_in(self.caller_mask, caller)


def check_caller_mask(text: str) -> str:
    """As it is stored. Empty: every caller, also an anonymous one. Raises NumberPatternError."""
    mask = "".join(text.split())
    if mask == "*":
        raise NumberPatternError(
            "caller_mask", "Each * stands for one digit; leave the mask empty for every caller."
        )
    if mask and not _NAME.fullmatch(mask):
        parse_number_range(mask)
    return mask


def is_caller_in(mask: str, caller: str) -> bool:
    """By digits, whether written with + or not; an extension of letters by its name."""
    if not mask or mask.lower() == caller.lower():
        return True
    try:
        return caller in parse_number_range(mask)
    except NumberPatternError:
        # A name, and another one than the caller's.
        return False


def find_exception(
    exceptions: Iterable[CallException], caller: str, *, is_office_hour: bool
) -> CallException | None:
    return next((one for one in exceptions if one.takes(caller, is_office_hour=is_office_hour)), None)
