"""Whether a call that a trunk did not take goes on to the next one, and what its caller hears after the last.

Shared by the worker's calls to outside and the call simulator.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from callmanager.domain.outcome import CallOutcome, CallStatus, EndedBy
from callmanager.domain.unanswered import BUSY_CODES, DECLINED, Failure

# What we say of a trunk ourselves, as if it had answered so.
TRUNK_DOWN = Failure(503, "The trunk is not registered or does not respond")
TRUNK_FULL = Failure(503, "The trunk's limit of calls is reached")
TRUNK_SILENT = Failure(408, "The trunk did not answer in time")

NOTHING_RANG = CallOutcome(CallStatus.FAILED, EndedBy.PBX, "No trunk took the call in time", 480)
RANG_IN_VAIN = CallOutcome(CallStatus.NO_ANSWER, EndedBy.PBX, "No answer", 480)

_NOBODY_ANSWERED = (408, 480, 487)


def goes_on(sip_code: int, also_next_on: Collection[int] = ()) -> bool:
    """After a final answer of a trunk on which nothing rang.

    The trunk itself failed: silence (408) or 5xx. Everything else was said of the number called (486, 603, 404, ...)
    and is the same elsewhere, unless the rule's author chose otherwise.
    """
    return sip_code == 408 or 500 <= sip_code < 600 or sip_code in also_next_on


def outcome_of_trunks(failures: Sequence[Failure], *, has_rung: bool) -> CallOutcome:
    """The last trunk's answer, as far as the caller may hear it. `failures` is not empty.

    5xx becomes 500: a 503 would make the edge try another worker, which knows no other way either. A challenge that
    we could not meet is our trouble, too; a redirection is not followed.
    """
    last = failures[-1]
    code = last.sip_code
    if code in BUSY_CODES:
        return CallOutcome(CallStatus.BUSY, EndedBy.CALLEE, "Busy", code)
    if code == DECLINED:
        return CallOutcome(CallStatus.REFUSED, EndedBy.CALLEE, "Declined", code)
    if code in _NOBODY_ANSWERED and has_rung:
        return CallOutcome(CallStatus.NO_ANSWER, EndedBy.CALLEE, "No answer", 480)
    if code in (401, 407) or 500 <= code < 600:
        return CallOutcome(CallStatus.FAILED, EndedBy.CALLEE, last.reason or "The trunk failed", 500)
    if code < 400 or code in _NOBODY_ANSWERED:
        return CallOutcome(CallStatus.FAILED, EndedBy.CALLEE, last.reason or "Not reachable", 480)
    return CallOutcome(CallStatus.FAILED, EndedBy.CALLEE, last.reason or "Refused by the provider", code)
