"""What every step of a decision shares: the call, the configuration, the moment, and the extensions it has passed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from callmanager.domain.call_trace import Trace, note
from callmanager.domain.incoming_call import IncomingCall
from callmanager.domain.snapshot import TenantSnapshot

# RFC 5806 knows no limit; nobody follows a call further than this.
MAX_FORWARDS = 5


@dataclass(frozen=True, slots=True)
class Routing:
    """`passed` are the extensions that have sent the call on, the last one at the end; `passed_for` why it did."""

    call: IncomingCall
    snapshot: TenantSnapshot
    at: datetime
    passed: tuple[str, ...] = ()
    passed_for: str = "unconditional"
    trace: Trace = None

    def sent_on_by(self, extension: str, why: str) -> Self:
        return replace(self, passed=(*self.passed, extension), passed_for=why)

    @property
    def is_sent_on_too_often(self) -> bool:
        return len(self.passed) + self.call.diversions > MAX_FORWARDS

    def note(self, what: str, name: str, *, is_taken: bool, reason: str = "") -> None:
        note(self.trace, what, name, is_taken=is_taken, reason=reason)
