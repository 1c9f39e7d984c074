"""The recording of a call, beside whatever else becomes of it: sees what the call does, and adds what that takes.

It follows the conversation rather than a leg: who is bridged is recorded, each on the side where it came in, also
after a transfer. On hold nobody hears the other, so silence is recorded; while paused too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import Enum, auto

from callmanager.domain.call_events import CallEventKind
from callmanager.domain.dial_codes import DialKind
from callmanager.domain.recording import (
    NOTHING_RECORDED,
    RecordingCause,
    RecordingEnd,
    RecordingPolicy,
    RecordingStep,
    announcement_sounds,
)
from callmanager.domain.recording_wishes import who_asks
from callmanager.domain.sounds import prompt
from sipworker.call.actions import (
    Action,
    AnswerRequest,
    BridgeLegs,
    EmitEvent,
    EndCall,
    HearLeg,
    MixCallRecording,
    PlayFiles,
    StartCallRecording,
    StartTimer,
    StopCallRecording,
    StopTimer,
    UnbridgeLegs,
    UnhearLeg,
)
from sipworker.call.context import CallContext
from sipworker.call.joining import TAKEN_UP
from sipworker.call.other_calls import CarriedRecording, PartyJoined
from sipworker.call.requests import RecordingRequested
from sipworker.call.signals import (
    CallRecordingBegun,
    CallRecordingFailed,
    DigitPressed,
    Heard,
    LegFailed,
    LegHungUp,
    LegId,
    PlaybackEnded,
    Signal,
    TimerFired,
)
from sipworker.features.conversation import Conversation
from sipworker.features.in_call_codes import PATIENCE_S, InCallCodes

ANNOUNCEMENT, BEEP = "recording_announcement", "recording_beep"
CODE_TIMER, ANNOUNCEMENT_TIMER = "recording_code", "recording_announcement"
# Should the end of an announcement never be told.
ANNOUNCEMENT_AT_MOST_S, OWN_ANNOUNCEMENT_AT_MOST_S = 20.0, 40.0
DIRECTORY = "recordings"
OUR_CODES = (DialKind.RECORD, DialKind.PAUSE_RECORDING)
NOT_ANSWERED, ALREADY_RECORDING, NOT_RECORDING = "not_answered", "already_recording", "not_recording"
ALREADY_PAUSED, NOT_PAUSED, NOT_ALLOWED = "already_paused", "not_paused", "not_allowed"


REFUSALS = {
    NOT_ANSWERED: "The call is not answered yet: nobody talks",
    ALREADY_RECORDING: "The call is recorded already",
    NOT_RECORDING: "The call is not recorded",
    ALREADY_PAUSED: "The recording is paused already",
    NOT_PAUSED: "The recording is not paused",
    NOT_ALLOWED: "This extension may not do that to the recording",
    RecordingEnd.QUOTA_FULL.value: "The company's disk quota is used up",
    RecordingEnd.DISK_FULL.value: "The disk is full",
    RecordingEnd.FAILED.value: "The file can't be written",
}


class _Stage(Enum):
    IDLE = auto()
    ANNOUNCING = auto()
    STARTING = auto()
    RUNNING = auto()
    PAUSED = auto()


class CallRecording:
    """Of one call, from its INVITE to its end; most calls never need it."""

    __slots__ = (
        "_by",
        "_carried",
        "_causes",
        "_codes",
        "_context",
        "_conversation",
        "_count",
        "_is_asked",
        "_listening",
        "_mixed",
        "_stage",
    )

    def __init__(self, context: CallContext) -> None:
        self._context = context
        self._conversation = Conversation(context)
        self._codes = InCallCodes()
        self._stage = _Stage.IDLE
        self._causes: tuple[RecordingCause, ...] = ()
        self._by = ""
        self._is_asked = False
        # What somebody asked for in another call, and who of it came here.
        self._carried: CarriedRecording | None = None
        self._count = 0
        # Who still hears the announcement.
        self._listening: set[LegId] = set()
        self._mixed: tuple[tuple[LegId, ...], tuple[LegId, ...]] = ((), ())

    @property
    def recording(self) -> str:
        """The name of what is recorded at this moment; empty: nothing."""
        return self._name if self._stage in (_Stage.RUNNING, _Stage.PAUSED) else ""

    @property
    def carried(self) -> CarriedRecording | None:
        """What somebody asked for goes with whoever leaves for another call; all else is decided there anew."""
        if self._stage is _Stage.IDLE:
            return self._carried
        if self._causes != (RecordingCause.REQUEST,):
            return None
        return CarriedRecording(self._by, self._stage is _Stage.PAUSED)

    def refusal(self, request: RecordingRequested) -> str:
        """Why this can't be done now; empty: it can."""
        is_running = bool(self.recording)
        if request.by and not self._policy.may_extensions_record:
            return NOT_ALLOWED
        match request.step:
            case RecordingStep.START:
                if not self._conversation.is_established:
                    return NOT_ANSWERED
                return "" if self._stage is _Stage.IDLE else ALREADY_RECORDING
            case RecordingStep.STOP:
                is_own = self._causes == (RecordingCause.REQUEST,)
                return NOT_RECORDING if not is_running else NOT_ALLOWED if request.by and not is_own else ""
            case RecordingStep.PAUSE:
                return (
                    NOT_RECORDING
                    if not is_running
                    else ""
                    if self._stage is _Stage.RUNNING
                    else ALREADY_PAUSED
                )
            case RecordingStep.RESUME:
                return NOT_RECORDING if not is_running else "" if self._stage is _Stage.PAUSED else NOT_PAUSED

    def around(self, signal: Heard, handle: Callable[[Signal], tuple[Action, ...]]) -> tuple[Action, ...]:
        """The call's answer to this, and what recording adds to it."""
        match signal:
            case RecordingRequested():
                return self.follow(self._answered(signal))
            case CallRecordingBegun(recording=name):
                return self.follow(self._begun() if name == self._name else ())
            case CallRecordingFailed(recording=name, why=why):
                return self.follow(self._fail(why) if name == self._name else ())
            case PartyJoined(recorded=recorded) if recorded is not None:
                self._carried = recorded
                return self.follow(handle(signal))
            case PlaybackEnded(playback=name, leg=leg) if name in (ANNOUNCEMENT, BEEP):
                return self.follow(self._heard(leg) if name == ANNOUNCEMENT else ())
            case TimerFired(timer=timer) if timer == ANNOUNCEMENT_TIMER:
                return self.follow(self._announced())
            case TimerFired(timer=timer) if timer == CODE_TIMER:
                return self._pass_on(self._codes.give_up(), handle)
            case DigitPressed(leg=leg) if self._may_type(leg):
                return self._typed(signal, handle)
            case LegHungUp(leg=leg) | LegFailed(leg=leg):
                return self.follow((*handle(signal), *self._heard(leg)))
            case _:
                return self.follow(handle(signal))

    def follow(self, actions: Iterable[Action]) -> tuple[Action, ...]:
        """What the call wishes, with what recording needs put between."""
        wishes: list[Action] = []
        for action in actions:
            match action:
                case BridgeLegs() | UnbridgeLegs() | HearLeg() | UnhearLeg():
                    is_ours = self._conversation.note(action)
                    # They hear each other when the announcement is over.
                    if not is_ours or self._stage is not _Stage.ANNOUNCING:
                        wishes.append(action)
                case EmitEvent(kind=CallEventKind.CALL_ESTABLISHED, data=data):
                    wishes.append(action)
                    self._conversation.establish(data)
                    wishes += self._begin_by_itself()
                case EmitEvent(kind=kind, data=data) if kind in TAKEN_UP:
                    wishes.append(action)
                    self._conversation.seat(data)
                    wishes += self._begin_by_itself()
                case EndCall():
                    wishes += self._stop(RecordingEnd.CALL_ENDED)
                    wishes.append(action)
                case _:
                    wishes.append(action)
        return (*wishes, *self._mix())

    # Codes

    def _may_type(self, leg: LegId) -> bool:
        return (
            self._policy.may_extensions_record
            and self._conversation.is_established
            and bool(self._conversation.number_of(leg))
        )

    def _typed(
        self, signal: DigitPressed, handle: Callable[[Signal], tuple[Action, ...]]
    ) -> tuple[Action, ...]:
        kinds = {code: kind for code, kind in self._kinds.items() if kind in OUR_CODES}
        typed = self._codes.press(signal, kinds)
        passed = self._pass_on(typed.passed, handle)
        if typed.is_waiting:
            return (*passed, StartTimer(CODE_TIMER, PATIENCE_S))
        if not typed.code:
            return passed
        is_running = bool(self.recording)
        if kinds[typed.code] is DialKind.RECORD:
            step = RecordingStep.STOP if is_running else RecordingStep.START
        else:
            step = RecordingStep.RESUME if self._stage is _Stage.PAUSED else RecordingStep.PAUSE
        request = RecordingRequested(step, self._conversation.number_of(signal.leg))
        sound = "beeperr" if self.refusal(request) else "beep"
        heard = PlayFiles(signal.leg, BEEP, (prompt("en", sound),))
        return (*passed, StopTimer(CODE_TIMER), heard, *self.follow(self._request(request)))

    def _pass_on(
        self, signals: tuple[DigitPressed, ...], handle: Callable[[Signal], tuple[Action, ...]]
    ) -> tuple[Action, ...]:
        return self.follow(action for signal in signals for action in handle(signal))

    # From nobody's wish to a file

    def _answered(self, request: RecordingRequested) -> tuple[Action, ...]:
        """What somebody asked for by REST or in the console, with its answer."""
        if refusal := self.refusal(request):
            return (AnswerRequest(refusal, REFUSALS[refusal]),)
        actions = self._request(request)
        if self._stage is _Stage.STARTING:
            self._is_asked = True
            return actions
        return (*actions, AnswerRequest(result={"recording": self._name}))

    def _answer_late(self, code: str = "") -> tuple[Action, ...]:
        """Whether there is a file is known a moment after it was asked for."""
        if not self._is_asked:
            return ()
        self._is_asked = False
        return (AnswerRequest(code, REFUSALS.get(code, ""), {} if code else {"recording": self._name}),)

    def _request(self, request: RecordingRequested) -> tuple[Action, ...]:
        if self.refusal(request):
            return ()
        match request.step:
            case RecordingStep.START:
                return self._begin((RecordingCause.REQUEST,), request.by)
            case RecordingStep.STOP:
                return self._stop(RecordingEnd.REQUEST, request.by)
            case RecordingStep.PAUSE:
                self._stage = _Stage.PAUSED
                return (self._told(CallEventKind.RECORDING_PAUSED, by=request.by),)
            case RecordingStep.RESUME:
                self._stage = _Stage.RUNNING
                return (self._told(CallEventKind.RECORDING_RESUMED, by=request.by),)

    def _begin_by_itself(self) -> tuple[Action, ...]:
        snapshot, talk = self._context.snapshot, self._conversation
        if snapshot is None or self._stage is not _Stage.IDLE or not talk.is_established:
            return ()
        queue = snapshot.find_queue(talk.queue) if talk.queue else None
        causes = who_asks(
            snapshot,
            caller=talk.caller,
            callees=talk.callees,
            trunk_ids=talk.trunk_ids,
            is_queue_recorded=queue is not None and queue.is_recorded,
        )
        if causes or self._carried is None:
            return self._begin(causes, "") if causes else ()
        return self._begin((RecordingCause.REQUEST,), self._carried.by)

    def _begin(self, causes: tuple[RecordingCause, ...], by: str) -> tuple[Action, ...]:
        self._causes, self._by = causes, by
        self._count += 1
        sounds, legs = announcement_sounds(self._policy), self._conversation.legs
        if not sounds or not legs:
            return self._start()
        self._stage, self._listening = _Stage.ANNOUNCING, set(legs)
        is_own = bool(self._policy.own_announcement)
        at_most_s = OWN_ANNOUNCEMENT_AT_MOST_S if is_own else ANNOUNCEMENT_AT_MOST_S
        return (
            *self._conversation.undone,
            *(PlayFiles(leg, ANNOUNCEMENT, sounds) for leg in legs),
            StartTimer(ANNOUNCEMENT_TIMER, at_most_s),
        )

    def _heard(self, leg: LegId) -> tuple[Action, ...]:
        self._listening.discard(leg)
        return self._announced() if not self._listening else ()

    def _announced(self) -> tuple[Action, ...]:
        if self._stage is not _Stage.ANNOUNCING:
            return ()
        started = self._start()
        return (StopTimer(ANNOUNCEMENT_TIMER), *self._conversation.wishes, *started)

    def _start(self) -> tuple[Action, ...]:
        self._stage = _Stage.STARTING
        return (StartCallRecording(self._name, self._paths),)

    def _begun(self) -> tuple[Action, ...]:
        if self._stage is not _Stage.STARTING:
            return ()
        self._stage = _Stage.RUNNING
        data = {"asked_by": ",".join(self._causes), "tracks": len(self._paths), "paths": list(self._paths)}
        started = (self._told(CallEventKind.RECORDING_STARTED, **data, by=self._by), *self._answer_late())
        carried, self._carried = self._carried, None
        if carried is None or not carried.is_paused:
            return started
        self._stage = _Stage.PAUSED
        return (*started, self._told(CallEventKind.RECORDING_PAUSED, by=carried.by))

    def _fail(self, why: RecordingEnd) -> tuple[Action, ...]:
        return (*self._stop(why), *self._answer_late(why.value))

    def _stop(self, why: RecordingEnd, by: str = "") -> tuple[Action, ...]:
        if self._stage in (_Stage.IDLE, _Stage.ANNOUNCING):
            return ()
        self._stage, self._mixed = _Stage.IDLE, ((), ())
        return (
            StopCallRecording(self._name),
            self._told(CallEventKind.RECORDING_STOPPED, why=why.value, by=by),
        )

    def _mix(self) -> tuple[Action, ...]:
        """Who is recorded now, if that is not who was."""
        if not self.recording:
            return ()
        wanted = ((), ()) if self._stage is _Stage.PAUSED else self._conversation.sides
        if wanted == self._mixed:
            return ()
        self._mixed = wanted
        return (MixCallRecording(self._name, *wanted),)

    def _told(self, kind: CallEventKind, **data: object) -> EmitEvent:
        return EmitEvent(kind, {"recording": self._name, **data})

    @property
    def _policy(self) -> RecordingPolicy:
        snapshot = self._context.snapshot
        return snapshot.recording if snapshot is not None else NOTHING_RECORDED

    @property
    def _kinds(self) -> Mapping[str, DialKind]:
        """What the tenant's codes during a call mean."""
        snapshot = self._context.snapshot
        return snapshot.dial_codes.during_call if snapshot is not None else {}

    @property
    def _name(self) -> str:
        """Unlike any other's in the world: the file is named after it."""
        return f"{self._context.session_id}-{self._count}"

    @property
    def _paths(self) -> tuple[str, ...]:
        sides = ("-caller", "-callee") if self._policy.is_two_tracks else ("",)
        return tuple(f"{DIRECTORY}/{self._name}{side}.wav" for side in sides)
