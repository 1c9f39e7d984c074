"""What every step of a decision shares: the call, the configuration, the moment, and whom it has passed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from callmanager.domain.call_trace import Trace, note
from callmanager.domain.conference import ConferenceRoom
from callmanager.domain.incoming_call import IncomingCall
from callmanager.domain.queue import Queue
from callmanager.domain.ring_groups import RingGroupEntry
from callmanager.domain.snapshot import TenantSnapshot

# RFC 5806 knows no limit; nobody follows a call further than this.
MAX_FORWARDS = 5


@dataclass(frozen=True, slots=True)
class Routing:
    """`passed` are the extensions and ring groups that have sent the call on, the last one at the end; `passed_for` why
    it did. `group` is the ring group, queue or conference for which a call goes outside now.
    """

    call: IncomingCall
    snapshot: TenantSnapshot
    at: datetime
    passed: tuple[str, ...] = ()
    passed_for: str = "unconditional"
    trace: Trace = None
    group: RingGroupEntry | Queue | ConferenceRoom | None = None

    def sent_on_by(self, number: str, why: str) -> Self:
        return replace(self, passed=(*self.passed, number), passed_for=why, group=None)

    def for_group(self, group: RingGroupEntry | Queue | ConferenceRoom) -> Self:
        return replace(self, group=group)

    @property
    def is_sent_on_too_often(self) -> bool:
        return len(self.passed) + self.call.diversions > MAX_FORWARDS

    def note(self, what: str, name: str, *, is_taken: bool, reason: str = "") -> None:
        note(self.trace, what, name, is_taken=is_taken, reason=reason)
