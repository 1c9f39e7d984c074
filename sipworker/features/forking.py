"""Which answer the caller gets when every phone that rang has said no (RFC 3261, 16.7, seen by a B2BUA)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from callmanager.domain.outcome import CallOutcome, CallStatus, EndedBy


@dataclass(frozen=True, slots=True)
class Failure:
    """The final answer of one phone."""

    sip_code: int
    reason: str


# The best first. What is not here tells the caller nothing that is meant for the caller: a 401 would make it
# send its password, a 404 says that the edge lost the contact, 3xx and 503 are for whoever sent the INVITE.
_PREFERENCE = (486, 480, 408, 487, 488)
_NOBODY_THERE = (480, 408, 487)


def is_final_for_all(sip_code: int) -> bool:
    """6xx speaks for the person, not for one phone: the others stop ringing."""
    return sip_code >= 600


def outcome_of_all(failures: Sequence[Failure], *, has_rung: bool) -> CallOutcome:
    """The one answer for the caller. `failures` is not empty."""
    best = min(failures, key=_rank)
    code = best.sip_code
    if code in (486, 600):
        return CallOutcome(CallStatus.BUSY, EndedBy.CALLEE, "Busy", code)
    if code == 603:
        return CallOutcome(CallStatus.REFUSED, EndedBy.CALLEE, "Declined", code)
    if code in (488, 606):
        return CallOutcome(CallStatus.FAILED, EndedBy.CALLEE, "No common codec", 488)
    if code in _NOBODY_THERE and has_rung:
        return CallOutcome(CallStatus.NO_ANSWER, EndedBy.CALLEE, "No answer", 480)
    if code >= 600:
        return CallOutcome(CallStatus.FAILED, EndedBy.CALLEE, best.reason or "Refused", code)
    if code >= 500:
        return CallOutcome(CallStatus.FAILED, EndedBy.CALLEE, best.reason or "Phone failed", 500)
    return CallOutcome(CallStatus.FAILED, EndedBy.CALLEE, best.reason or "Not reachable", 480)


def _rank(failure: Failure) -> tuple[int, int]:
    if is_final_for_all(failure.sip_code):
        return (0, 0)
    if failure.sip_code in _PREFERENCE:
        return (1, _PREFERENCE.index(failure.sip_code))
    return (2, failure.sip_code)
