"""How a call ended: the words used by the worker, the stored record, the console and the REST API alike."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class CallStatus(StrEnum):
    """REFUSED is a no: the dialplan's (ended by the PBX) or the callee's own (603, ended by the callee)."""

    ANSWERED = "answered"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    CANCELLED = "cancelled"
    FAILED = "failed"
    REFUSED = "refused"


class EndedBy(StrEnum):
    CALLER = "caller"
    CALLEE = "callee"
    PBX = "pbx"
    API = "api"


@dataclass(frozen=True, slots=True)
class CallOutcome:
    """`sip_code` is what the caller was answered: 200 for an answered call, 487 for a cancelled one."""

    status: CallStatus
    ended_by: EndedBy
    reason: str
    sip_code: int
    retry_after_s: int = 0
