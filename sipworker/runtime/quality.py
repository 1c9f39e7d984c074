"""How calls sound while they last: the figures of each leg every few seconds, kept for the end of the call."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from sipworker.call.signals import LegId
from sipworker.ports import SipPort
from sipworker.runtime.quality_series import QualitySeries
from sipworker.runtime.registry import LiveCall, Registry

LOOKED_EVERY_S = 5.0
# In one turn of the worker's loop: figures must not hold up a call that is to be set up.
LEGS_PER_TURN = 8


@dataclass(slots=True)
class QualityWatch:
    """Looks at all calls in turn, each one every few seconds."""

    sip: SipPort
    registry: Registry
    _turns: deque[tuple[float, str]] = field(default_factory=deque)

    def begin(self, session_id: str, now: float) -> None:
        self._turns.append((now + LOOKED_EVERY_S, session_id))

    def look(self, now: float, wall: float) -> None:
        left = LEGS_PER_TURN
        while self._turns and self._turns[0][0] <= now and left > 0:
            _, session_id = self._turns.popleft()
            call = self.registry.find(session_id)
            if call is None:
                continue
            for leg in call.legs:
                left -= self._look_at(leg, call.quality, wall)
            _show(call)
            self._turns.append((now + LOOKED_EVERY_S, session_id))

    def _look_at(self, leg: LegId, series: dict[LegId, QualitySeries], wall: float) -> int:
        report = self.sip.find_media_report(leg)
        if report is not None:
            series.setdefault(leg, QualitySeries(wall)).look(report, wall)
        return 1


def _show(call: LiveCall) -> None:
    """Both sides as they are now; who took somebody's place sits where that one sat."""
    talking = [party.leg for party in call.session.people.talking]
    caller = next((leg for leg in talking if leg == call.context.caller_leg), "")
    callee = next((leg for leg in reversed(talking) if leg != caller), "")
    shown = {"caller": call.quality.get(caller), "callee": call.quality.get(callee)}
    call.journal.show_quality({side: one.latest for side, one in shown.items() if one is not None})
