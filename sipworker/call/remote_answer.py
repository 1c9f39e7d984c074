"""A call is answered by request: of the telephones that ring one after the other is asked, until one does it."""

from __future__ import annotations

from dataclasses import dataclass

from sipworker.call.actions import Action, AnswerLater, AnswerRequest, StartTimer, StopTimer
from sipworker.call.legs import UNANSWERED_OUT, LegState
from sipworker.call.people import People
from sipworker.call.remote_control import AskedToTalk, AskToTalk
from sipworker.call.requests import TalkRequested
from sipworker.call.signals import LegAnswered, LegFailed, LegHungUp, LegId, LegSignal

TALK_TIMER = "talk"
# All telephones together; who asks waits a little longer than that.
ANSWERS_WITHIN_S = 6.0
NOT_RINGING, SEVERAL_RING, ASKED_ALREADY = "not_ringing", "several_ring", "asked_already"
NOT_SUPPORTED, NOT_ANSWERED = "not_supported", "not_answered"


@dataclass(slots=True)
class _Asking:
    """`asked` is the one whose answer is waited for, `waiting` are asked after it."""

    extension: str
    asked: LegId
    waiting: list[LegId]
    has_agreed: bool = False
    sip_code: int = 0
    reason: str = ""


class RemoteAnswer:
    """Of one call. Silent while nobody asks for it."""

    __slots__ = ("_asking", "_session_id")

    def __init__(self, session_id: str) -> None:
        self._session_id = session_id
        self._asking: _Asking | None = None

    def ask(self, request: TalkRequested, people: People) -> tuple[Action, ...]:
        rung = [leg for leg in people.values() if leg.state in UNANSWERED_OUT and leg.is_target]
        if not rung:
            return ()
        ringing = [leg for leg in rung if leg.state is LegState.RINGING and leg.party.extension]
        numbers = sorted({leg.party.extension for leg in ringing})
        extension = request.extension or (numbers[0] if len(numbers) == 1 else "")
        if self._asking is not None:
            return self._refused(
                ASKED_ALREADY, f"a telephone of extension {self._asking.extension} is being asked"
            )
        if not numbers:
            return self._refused(NOT_RINGING, "it rings at no telephone of the company")
        if not extension:
            return self._refused(SEVERAL_RING, f"it rings at {', '.join(numbers)}: say whose telephone")
        legs = [leg.leg_id for leg in ringing if leg.party.extension == extension]
        if not legs:
            return self._refused(NOT_RINGING, f"it rings at no telephone of extension {extension}")
        self._asking = _Asking(extension, legs[0], legs[1:])
        return (AnswerLater(), AskToTalk(legs[0]), StartTimer(TALK_TIMER, ANSWERS_WITHIN_S))

    def hear(self, signal: LegSignal, people: People) -> tuple[Action, ...]:
        """Asked after the leg has moved to its next state."""
        asking = self._asking
        if asking is None:
            return ()
        if isinstance(signal, LegAnswered) and people[signal.leg].state is not LegState.ENDING:
            return self._end(AnswerRequest(result={"extension_number": people[signal.leg].party.extension}))
        if signal.leg != asking.asked:
            return ()
        match signal:
            case AskedToTalk(sip_code=code) if code < 300:
                asking.has_agreed = True
            case AskedToTalk(sip_code=code, reason=reason):
                asking.sip_code, asking.reason = code, reason
                return self._next(people)
            case LegFailed() | LegHungUp():
                return self._next(people)
        return ()

    def time_out(self) -> tuple[Action, ...]:
        asking = self._asking
        if asking is None:
            return ()
        why = "has agreed to answer, and did not" if asking.has_agreed else "did not say anything"
        return self._refused(NOT_ANSWERED, f"the telephone of extension {asking.extension} {why}")

    def _next(self, people: People) -> tuple[Action, ...]:
        asking = self._asking
        if asking is None:
            return ()
        asking.has_agreed = False
        while asking.waiting:
            asking.asked = asking.waiting.pop(0)
            if people[asking.asked].state is LegState.RINGING:
                return (AskToTalk(asking.asked),)
        if asking.sip_code:
            said = f"{asking.sip_code} {asking.reason}".strip()
            message = (
                f"the telephone of extension {asking.extension} can't be told to answer, it said: {said}"
            )
            return self._refused(NOT_SUPPORTED, message, asking.sip_code)
        return self._refused(NOT_RINGING, f"it rings no more at extension {asking.extension}")

    def _refused(self, code: str, message: str, sip_code: int = 0) -> tuple[Action, ...]:
        result = {"sip_code": sip_code} if sip_code else {}
        answer = AnswerRequest(code, f"Call {self._session_id}: {message}", result)
        return (answer,) if code == ASKED_ALREADY else self._end(answer)

    def _end(self, answer: AnswerRequest) -> tuple[Action, ...]:
        is_asking, self._asking = self._asking is not None, None
        return (answer, StopTimer(TALK_TIMER)) if is_asking else (answer,)
