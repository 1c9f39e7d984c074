"""Somebody listens to an extension's call and, by digits, is heard by more people or takes the extension's place."""

from __future__ import annotations

from callmanager.domain.call_events import CallEventKind
from callmanager.domain.decisions import Monitor, MonitorMode
from callmanager.domain.monitoring import MODE_OF_DIGIT, may_be_monitored
from callmanager.domain.outcome import CallOutcome, CallStatus, EndedBy
from sipworker.call.actions import (
    Action,
    AnswerLeg,
    AttendLeg,
    EmitEvent,
    EndCall,
    UnattendLeg,
)
from sipworker.call.attendance import Attendance
from sipworker.call.context import CallContext
from sipworker.call.other_calls import (
    CallsFound,
    FindCalls,
    FoundCall,
    JoinReason,
    MoveLeg,
    MoveRefused,
    Standing,
)
from sipworker.call.signals import AttendedLeft, DigitPressed, LegHeld, LegUnheld, Signal
from sipworker.features import established

NO_CALL = "This extension has no call"
NOBODY_ELSE = "There is nobody to talk to in the call of this extension"
CALL_OVER = "The monitored call has ended"
_ATTENDANCES = {
    MonitorMode.SILENT: Attendance.SILENT,
    MonitorMode.WHISPER: Attendance.WHISPER,
    MonitorMode.BARGE: Attendance.BARGE,
}


class Monitoring:
    """The monitored call knows nothing of this one, until its extension's place is taken."""

    __slots__ = ("_context", "_found", "_is_held", "_mode", "_monitored", "_target")

    def __init__(self, context: CallContext, decision: Monitor) -> None:
        self._context = context
        self._target = decision.target
        self._mode = decision.mode
        self._monitored = ""
        self._found: FoundCall | None = None
        self._is_held = False

    def start(self) -> tuple[Action, ...]:
        return (FindCalls((self._target,)),)

    def handle(self, signal: Signal) -> tuple[Action, ...]:
        match signal:
            case CallsFound(calls=calls) if self._found is None:
                return self._begin(_conversation(calls))
            case CallsFound(calls=calls):
                return self._follow(calls)
            case DigitPressed(digit=digit) if digit in MODE_OF_DIGIT:
                return self._change(MODE_OF_DIGIT[digit])
            case LegHeld():
                return self._attend(is_held=True)
            case LegUnheld():
                return self._attend(is_held=False)
            case AttendedLeft(successor=""):
                return _over(CALL_OVER)
            case AttendedLeft(number=number):
                return self._ask_for(number)
            case MoveRefused():
                return _over(CALL_OVER)
            case _:
                return ()

    def _begin(self, found: FoundCall | None) -> tuple[Action, ...]:
        if found is None:
            return _refused(NO_CALL)
        if self._is_taking_over and not found.other_leg:
            return _refused(NOBODY_ELSE)
        self._found = found
        answered = (
            AnswerLeg(self._context.caller_leg),
            established.by_service("monitor", self._context),
            self._started(),
        )
        return (*answered, *(self._take_over() if self._is_taking_over else self._attend()))

    def _change(self, mode: MonitorMode) -> tuple[Action, ...]:
        if self._found is None or mode is self._mode or self._is_taking_over:
            return ()
        if mode is MonitorMode.TAKE_OVER and not self._found.other_leg:
            return ()
        self._mode = mode
        data = {"monitored": self._target, "mode": mode.value}
        told = EmitEvent(CallEventKind.MONITOR_CHANGED, data)
        return (told, *(self._take_over() if mode is MonitorMode.TAKE_OVER else self._attend()))

    def _ask_for(self, number: str) -> tuple[Action, ...]:
        """The extension has left, by a transfer, and another one talks in its place."""
        snapshot = self._context.snapshot
        if snapshot is None or not may_be_monitored(snapshot, self._context.invite.caller, number):
            return _over(CALL_OVER)
        self._target = number
        return (FindCalls((number,)),)

    def _follow(self, calls: tuple[FoundCall, ...]) -> tuple[Action, ...]:
        found = _conversation(calls)
        if found is None:
            return _over(CALL_OVER)
        self._found = found
        return (self._started(), *self._attend())

    def _attend(self, *, is_held: bool | None = None) -> tuple[Action, ...]:
        """A monitor who holds would be heard with music."""
        self._is_held = self._is_held if is_held is None else is_held
        if self._found is None or self._is_taking_over:
            return ()
        how = Attendance.SILENT if self._is_held else _ATTENDANCES[self._mode]
        return (AttendLeg(self._context.caller_leg, self._found.leg, how),)

    def _take_over(self) -> tuple[Action, ...]:
        if self._found is None:
            return ()
        leg = self._context.caller_leg
        move = MoveLeg(leg, self._found.session_id, JoinReason.TAKE_OVER, in_place_of=self._found.leg)
        return (UnattendLeg(leg), move)

    @property
    def _is_taking_over(self) -> bool:
        return self._mode is MonitorMode.TAKE_OVER

    def _started(self) -> EmitEvent:
        data = {
            "monitored": self._target,
            "monitored_session_id": self._found.session_id if self._found is not None else "",
            "mode": self._mode.value,
        }
        return EmitEvent(CallEventKind.MONITOR_STARTED, data)


def _conversation(calls: tuple[FoundCall, ...]) -> FoundCall | None:
    """Where the extension talks, or else the latest call that it holds."""
    for standing in (Standing.TALKING, Standing.HOLDING):
        found = [call for call in calls if call.standing is standing]
        if found:
            return found[-1]
    return None


def _refused(reason: str) -> tuple[Action, ...]:
    return (EndCall(CallOutcome(CallStatus.REFUSED, EndedBy.PBX, reason, 480)),)


def _over(reason: str) -> tuple[Action, ...]:
    return (EndCall(CallOutcome(CallStatus.ANSWERED, EndedBy.PBX, reason, 200)),)
