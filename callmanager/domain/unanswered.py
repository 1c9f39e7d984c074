"""What it means when no phone of an extension took the call: for the caller, and for the extension's forwarding.

Shared by the worker's ringing and the call simulator (RFC 3261, 16.7, seen by a B2BUA).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from callmanager.domain.outcome import CallOutcome, CallStatus, EndedBy


class Unanswered(StrEnum):
    """Why the phones of an extension did not take a call: `busy` also when it was declined."""

    BUSY = "busy"
    NO_ANSWER = "no_answer"
    OFFLINE = "offline"


@dataclass(frozen=True, slots=True)
class Failure:
    """The final answer of one phone or one trunk."""

    sip_code: int
    reason: str = ""


BUSY_CODES = (486, 600)
DECLINED = 603

# The best first. What is not here tells the caller nothing that is meant for the caller: a 401 would make it
# send its password, a 404 says that the edge lost the contact, 3xx and 503 are for whoever sent the INVITE.
_PREFERENCE = (486, 480, 408, 487, 488)
_NOBODY_THERE = (480, 408, 487)

NOT_REGISTERED = CallOutcome(CallStatus.FAILED, EndedBy.PBX, "Not registered", 480)
NO_ANSWER = CallOutcome(CallStatus.NO_ANSWER, EndedBy.PBX, "No answer", 480)
NOBODY_OF_THE_GROUP = CallOutcome(CallStatus.FAILED, EndedBy.PBX, "Nobody of the group can be reached", 480)
NO_PHONE_RESPONDED = CallOutcome(CallStatus.FAILED, EndedBy.PBX, "No phone responded", 480)


def is_final_for_all(sip_code: int, *, is_decline_final: bool = True) -> bool:
    """6xx speaks for the person, not for one phone: the others stop ringing.

    Without `is_decline_final` a 603 is one phone's alone, as an extension may want that several people share.
    """
    return sip_code >= 600 and (is_decline_final or sip_code != DECLINED)


def rung_too_long(*, has_rung: bool) -> CallOutcome:
    """The ring time is over: nobody took the call, or nothing was ever heard of the phones."""
    return NO_ANSWER if has_rung else NO_PHONE_RESPONDED


def outcome_of_all(failures: Sequence[Failure], *, has_rung: bool) -> CallOutcome:
    """The one answer for the caller when every phone has said no. `failures` is not empty."""
    best = min(failures, key=_rank)
    code = best.sip_code
    if code in BUSY_CODES:
        return CallOutcome(CallStatus.BUSY, EndedBy.CALLEE, "Busy", code)
    if code == DECLINED:
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


def outcome_of_group(failures: Sequence[Failure], *, has_rung: bool) -> CallOutcome:
    """The one answer for the caller when no member of a ring group took the call: nobody's no speaks for the others."""
    if has_rung:
        return NO_ANSWER
    if any(failure.sip_code in (*BUSY_CODES, DECLINED) for failure in failures):
        return CallOutcome(CallStatus.BUSY, EndedBy.PBX, "Everybody of the group is busy", 486)
    return NOBODY_OF_THE_GROUP


def outcome_of_page(failures: Sequence[Failure], *, is_intercom: bool) -> CallOutcome:
    """The same for a page, which nobody rings for; of an intercom, what its one member said."""
    if not is_intercom:
        return outcome_of_group(failures, has_rung=False)
    return outcome_of_all(failures, has_rung=False) if failures else NOT_REGISTERED


def why_unanswered(outcome: CallOutcome) -> Unanswered:
    """Which forwarding follows an outcome of above.

    Declined is busy: the person is there and does not want the call. A phone that can't take it (gone, broken, no
    common codec) is as good as none: offline.
    """
    if outcome.status is CallStatus.BUSY or outcome.sip_code == DECLINED:
        return Unanswered.BUSY
    return Unanswered.NO_ANSWER if outcome.status is CallStatus.NO_ANSWER else Unanswered.OFFLINE


def _rank(failure: Failure) -> tuple[int, int]:
    if is_final_for_all(failure.sip_code):
        return (0, 0)
    if failure.sip_code in _PREFERENCE:
        return (1, _PREFERENCE.index(failure.sip_code))
    return (2, failure.sip_code)
