"""The calls that live in this worker, by session and by leg."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from sipworker.call.context import CallContext
from sipworker.call.session import CallSession
from sipworker.call.signals import LegId, MediaReport
from sipworker.features.call_recording import CallRecording
from sipworker.runtime.events import CallJournal
from sipworker.runtime.quality_series import QualitySeries


@dataclass(slots=True, eq=False)
class LiveCall:
    """A session and what the runtime remembers for it."""

    context: CallContext
    session: CallSession
    journal: CallJournal
    legs: list[LegId] = field(default_factory=list)
    media: dict[LegId, MediaReport] = field(default_factory=dict)
    quality: dict[LegId, QualitySeries] = field(default_factory=dict)
    transfers: int = 0
    recording: CallRecording = field(init=False)

    def __post_init__(self) -> None:
        self.recording = CallRecording(self.context)


class Registry:
    """Every live leg belongs to exactly one live call."""

    __slots__ = ("_by_leg", "_by_session", "_by_tenant", "_over")

    def __init__(self) -> None:
        self._by_session: dict[str, LiveCall] = {}
        self._by_leg: dict[LegId, LiveCall] = {}
        self._by_tenant: Counter[int] = Counter()
        # Legs that are over, of calls that are not.
        self._over: set[LegId] = set()

    def __len__(self) -> int:
        return len(self._by_session)

    @property
    def open_legs(self) -> int:
        """Without those that are over."""
        return len(self._by_leg) - len(self._over)

    def add(self, call: LiveCall) -> None:
        self._by_session[call.context.session_id] = call
        self._by_tenant[call.context.invite.tenant_id] += 1
        self.add_leg(call, call.context.caller_leg)

    def add_leg(self, call: LiveCall, leg: LegId) -> None:
        call.legs.append(leg)
        self._by_leg[leg] = call

    def end_leg(self, leg: LegId) -> None:
        if leg in self._by_leg:
            self._over.add(leg)

    def move_leg(self, source: LiveCall, into: LiveCall, leg: LegId) -> None:
        source.legs.remove(leg)
        self.add_leg(into, leg)

    def remove(self, call: LiveCall) -> None:
        del self._by_session[call.context.session_id]
        tenant_id = call.context.invite.tenant_id
        self._by_tenant[tenant_id] -= 1
        if not self._by_tenant[tenant_id]:
            del self._by_tenant[tenant_id]
        for leg in call.legs:
            del self._by_leg[leg]
            self._over.discard(leg)

    def find(self, session_id: str) -> LiveCall | None:
        return self._by_session.get(session_id)

    def find_by_leg(self, leg: LegId) -> LiveCall | None:
        return self._by_leg.get(leg)

    def engaged(self, tenant_id: int) -> frozenset[str]:
        """The extensions of a tenant that have a call."""
        calls = (call for call in self._by_session.values() if call.context.invite.tenant_id == tenant_id)
        return frozenset().union(*(call.session.people.engaged for call in calls))

    def extension_on(self, tenant_id: int, leg: LegId) -> str:
        """Whose leg it is; empty for somebody outside, a stranger and a leg that is over."""
        call = self._by_leg.get(leg)
        if call is None or call.context.invite.tenant_id != tenant_id:
            return ""
        found = call.session.people.get(leg)
        return found.party.extension if found is not None else ""

    def count_of(self, tenant_id: int) -> int:
        return self._by_tenant[tenant_id]

    def calls(self) -> tuple[LiveCall, ...]:
        return tuple(self._by_session.values())
