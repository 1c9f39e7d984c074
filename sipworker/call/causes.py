"""Q.850 causes for SIP answers, for phones and gateways that read the Reason header (RFC 3398, 8.2.6.1)."""

from __future__ import annotations

from callmanager.domain.outcome import CallOutcome, CallStatus

NORMAL_CLEARING = 16
NO_ANSWER = 19
TEMPORARY_FAILURE = 41

_BY_SIP_CODE = {
    403: 21,
    404: 1,
    408: 102,
    480: 18,
    484: 28,
    486: 17,
    487: NORMAL_CLEARING,
    488: 65,
    500: TEMPORARY_FAILURE,
    503: TEMPORARY_FAILURE,
    600: 17,
    603: 21,
    604: 1,
}


def q850_cause(outcome: CallOutcome) -> int:
    """The cause for a call that was not answered; 31 (normal, unspecified) where no better one is known."""
    if outcome.status is CallStatus.NO_ANSWER:
        return NO_ANSWER
    return _BY_SIP_CODE.get(outcome.sip_code, 31)
