"""A caller waits in a queue, with music and announcements, until an agent answers.

Whom to ring, and when, is said by the waiting line of the company, which knows of all its callers and agents; here each
of those offered is rung for a while. The caller was answered with the first note of music, so that agents ring unheard.
"""

from __future__ import annotations

from callmanager.domain.agent_state import AgentHappening
from callmanager.domain.call_events import CallEventKind
from callmanager.domain.decisions import EnterQueue, GroupMember
from callmanager.domain.music import MusicChoice
from callmanager.domain.outcome import CallOutcome, CallStatus, EndedBy
from callmanager.domain.queue import Queue
from callmanager.domain.sounds import stored
from callmanager.domain.spoken import say_place, words
from callmanager.domain.unanswered import NO_ANSWER, Failure
from sipworker.call.actions import (
    Action,
    AnswerLeg,
    BridgeLegs,
    EmitEvent,
    EndCall,
    FindContacts,
    ListenForKeys,
    PlayFiles,
    PlayMusicOnHold,
    StartTimer,
    StopFiles,
    StopMusicOnHold,
    StopTimer,
)
from sipworker.call.context import CallContext
from sipworker.call.other_calls import PartyJoined
from sipworker.call.queueing import (
    AgentsOffered,
    AnswerInQueue,
    AskPlace,
    Closed,
    DeclineInQueue,
    JoinQueue,
    KeepPlace,
    LeaveQueue,
    OpenInQueue,
    PlaceFound,
    PlaceTaken,
    QueueClosed,
)
from sipworker.call.signals import (
    ContactsFound,
    DigitPressed,
    LegAnswered,
    LegFailed,
    LegHungUp,
    LegId,
    PlaybackEnded,
    Signal,
    TimerFired,
)
from sipworker.call.target_events import RANG_TOO_LONG
from sipworker.features import established
from sipworker.features.group_member import Phones
from sipworker.features.queue_promise import GOODBYE, THANKS, called_back, number_of, say_goodbye
from sipworker.features.ring import ANSWERED_ELSEWHERE
from sipworker.features.talk import Talk, Wish, take_ringing_call
from sipworker.features.unreached import Unreached

INTRO, NEWS = "queue_intro", "queue_news"
DURATION_TIMER, MAX_WAIT_TIMER = "queue_duration", "queue_max_wait"
SLA_TIMER, NEWS_TIMER = "queue_sla", "queue_news"
AGENT_TIMER = "agent:"
TIMERS = (DURATION_TIMER, MAX_WAIT_TIMER, SLA_TIMER, NEWS_TIMER)
WAITED_TOO_LONG = CallOutcome(CallStatus.ANSWERED, EndedBy.PBX, "Waited too long in the queue", 200)
NO_AGENT = CallOutcome(CallStatus.ANSWERED, EndedBy.PBX, "No agent is signed in", 200)
NOBODY_CAME = CallOutcome(CallStatus.ANSWERED, EndedBy.PBX, "No agent answered", 200)
GONE = CallOutcome(CallStatus.ANSWERED, EndedBy.PBX, "The queue is not there any more", 200)


class WaitingInQueue:
    """Until an agent answers; from then on `Talk` hears every signal."""

    def __init__(self, context: CallContext, decision: EnterQueue) -> None:
        self._context = context
        self._decision = decision
        snapshot = context.snapshot
        self._queue: Queue | None = snapshot.find_queue(decision.number) if snapshot is not None else None
        # By extension: rung, or asked where its phones are (None).
        self._agents: dict[str, Phones | None] = {}
        self._is_playing_music = False
        self._is_intro_over = True
        self._is_called_back = False
        self._talk: Talk | None = None

    def start(self) -> tuple[Wish, ...]:
        queue, leg = self._queue, self._context.caller_leg
        if queue is None:
            return (EndCall(GONE),)
        answered = (
            AnswerLeg(leg),
            *self._hear_keys(hears_keys=True),
            established.by_service("queue", self._context, queue.number),
            self._event(CallEventKind.QUEUE_ENTERED, queue_name=queue.name, caller=self._context.caller),
        )
        is_open = not (queue.intro_prompt and queue.is_intro_heard_in_full)
        join = JoinQueue(queue.number, self._context.caller, is_open)
        timers = [
            StartTimer(DURATION_TIMER, queue.ring_duration_s),
            StartTimer(MAX_WAIT_TIMER, queue.max_wait_s),
        ]
        if queue.sla_s:
            timers.append(StartTimer(SLA_TIMER, queue.sla_s))
        if queue.announces_position or queue.announces_hold_time or self._tells_of_key:
            timers.append(StartTimer(NEWS_TIMER, queue.announcement_interval_s))
        if queue.intro_prompt:
            self._is_intro_over = False
            heard: tuple[Action, ...] = (PlayFiles(leg, INTRO, (stored(queue.intro_prompt),)),)
        else:
            heard = self._play_music()
        return (*answered, *heard, *timers, join)

    def handle(self, signal: Signal) -> tuple[Wish, ...]:
        if self._talk is not None:
            return self._talk.handle(signal)
        if self._is_called_back:
            return say_goodbye(self._context, signal)
        match signal:
            case AgentsOffered(agents=agents):
                return self._look_for(agents)
            case ContactsFound():
                return self._ring(signal)
            case LegAnswered():
                return self._answer(signal)
            case LegHungUp(leg=leg) if leg == self._context.caller_leg:
                reason = signal.reason if signal.sip_code >= 400 else "Caller hangup"
                outcome = CallOutcome(CallStatus.ANSWERED, EndedBy.CALLER, reason, 200)
                return (*self._leave("abandoned", is_there=False), EndCall(outcome))
            case (
                LegFailed(leg=leg, sip_code=code, reason=reason)
                | LegHungUp(leg=leg, sip_code=code, reason=reason)
            ):
                return self._strike_out(leg, Failure(code, reason))
            case PartyJoined():
                return self._welcome(signal)
            case PlaybackEnded(playback=playback):
                return self._played(playback)
            case PlaceFound():
                return self._announce(signal)
            case DigitPressed(leg=leg, digit=digit) if leg == self._context.caller_leg:
                return self._promise(digit)
            case PlaceTaken(session=session, queue=queue):
                return (called_back(queue, self._context.caller, session, "called_again"),)
            case QueueClosed(why=why):
                return self._unreached(why.value, GONE if why is Closed.DELETED else NO_AGENT)
            case TimerFired(timer=timer):
                return self._time_out(timer)
            case _:
                return ()

    # Agents

    def _look_for(self, agents: tuple[str, ...]) -> tuple[Action, ...]:
        self._agents.update(dict.fromkeys(agents))
        return tuple(FindContacts(number, self._context.invite.dialled_domain) for number in agents)

    def _ring(self, found: ContactsFound) -> tuple[Action, ...]:
        queue, number = self._queue, found.number
        if queue is None or self._agents.get(number, found) is not None:
            return ()
        if not found.contacts:
            del self._agents[number]
            return (DeclineInQueue(number, is_gone=True),)
        snapshot = self._context.snapshot
        entry = snapshot.find_extension(number) if snapshot is not None else None
        name = self._context.caller_display_name or self._context.caller
        phones = Phones(
            self._context,
            queue.number,
            f"{queue.name}: {name}",
            GroupMember(number, entry.display_name if entry is not None else ""),
            found.contacts,
            is_decline_final=entry is None or entry.is_decline_final,
        )
        self._agents[number] = phones
        return (*phones.start(), StartTimer(f"{AGENT_TIMER}{number}", queue.agent_ring_timeout_s))

    def _answer(self, signal: LegAnswered) -> tuple[Wish, ...]:
        found = self._owner(signal.leg)
        if found is None:
            return ()  # the session knows no leg that could say so
        number, phones = found
        agent, event = phones.established(signal)
        caller = self._context.caller_leg
        self._talk = Talk(self._context, agent)
        ended = phones.end(signal.leg, 200, ANSWERED_ELSEWHERE)
        del self._agents[number]
        return (
            AnswerInQueue(number),
            *self._be_quiet(),
            AnswerLeg(caller, self._context.caller_codec(signal.codec)),
            BridgeLegs(caller, signal.leg),
            *ended,
            *self._cancel(200, ANSWERED_ELSEWHERE),
            StopTimer(f"{AGENT_TIMER}{number}"),
            *(StopTimer(timer) for timer in TIMERS),
            self._event(CallEventKind.QUEUE_LEFT, why="answered", agent=number),
            *self._sign_out_if_not_automatic(number),
            event,
        )

    def _strike_out(self, leg: LegId, failure: Failure) -> tuple[Action, ...]:
        found = self._owner(leg)
        if found is None:
            return ()
        number, phones = found
        done = phones.fail(leg, failure)
        if not phones.is_over:
            return done
        return (*done, StopTimer(f"{AGENT_TIMER}{number}"), *self._give_up(number))

    def _give_up(self, number: str) -> tuple[Action, ...]:
        self._agents.pop(number, None)
        return (*self._sign_out_if_not_automatic(number), DeclineInQueue(number))

    def _sign_out_if_not_automatic(self, number: str) -> tuple[Action, ...]:
        """Manual 5.10: after ringing and after a call, where members do not become ready by themselves. That the call
        is not over yet makes no difference: who talks is not rung.
        """
        if self._queue is None or self._queue.is_ready_automatically:
            return ()
        happening = AgentHappening.RUNG_IN_VAIN
        return (self._event(CallEventKind.QUEUE_AGENT_STATE, agent=number, happening=happening.value),)

    def _owner(self, leg: LegId) -> tuple[str, Phones] | None:
        return next(
            ((number, one) for number, one in self._agents.items() if one is not None and one.owns(leg)), None
        )

    def _cancel(self, sip_code: int, reason: str) -> tuple[Action, ...]:
        """Nobody rings for this call any more."""
        rung, self._agents = self._agents, {}
        actions: list[Action] = []
        for number, phones in rung.items():
            if phones is not None:
                actions += (*phones.end("", sip_code, reason), StopTimer(f"{AGENT_TIMER}{number}"))
        return tuple(actions)

    def _welcome(self, signal: PartyJoined) -> tuple[Wish, ...]:
        """Somebody else takes the call that rings here."""
        self._talk, taken_up = take_ringing_call(self._context, signal)
        left = self._leave("answered", signal.party.number)
        return (*left, *taken_up)

    # The caller

    def _played(self, playback: str) -> tuple[Action, ...]:
        if playback == INTRO:
            self._is_intro_over = True
            return (OpenInQueue(), *self._play_music())
        return self._play_music() if playback == NEWS else ()

    def _announce(self, place: PlaceFound) -> tuple[Action, ...]:
        queue = self._queue
        if queue is None or not self._is_intro_over or not place.position:
            return ()
        said = say_place(
            queue.language,
            place.position if queue.announces_position else 0,
            place.hold_s if queue.announces_hold_time else 0,
        )
        if self._tells_of_key:
            said = (*said, stored(queue.callback_prompt))
        if not said:
            return ()
        return (*self._stop_music(), PlayFiles(self._context.caller_leg, NEWS, said))

    @property
    def _tells_of_key(self) -> bool:
        """Not whom nobody could call."""
        queue = self._queue
        return bool(queue and queue.callback_key and queue.callback_prompt and number_of(self._context))

    def _promise(self, digit: str) -> tuple[Action, ...]:
        """Whoever wants to be called back hangs up, and keeps their place."""
        queue, number = self._queue, number_of(self._context)
        if queue is None or not number or digit != queue.callback_key:
            return ()
        self._is_called_back = True
        thanks = PlayFiles(self._context.caller_leg, GOODBYE, words(queue.language, THANKS))
        return (*self._leave("callback", back_to=number), thanks)

    def _time_out(self, timer: str) -> tuple[Wish, ...]:
        queue = self._queue
        if timer.startswith(AGENT_TIMER):
            number = timer.removeprefix(AGENT_TIMER)
            phones = self._agents.get(number)
            ended = phones.end("", RANG_TOO_LONG, NO_ANSWER.reason) if phones is not None else ()
            return (*ended, *self._give_up(number))
        match timer:
            case _ if timer == DURATION_TIMER:
                return self._unreached("no_answer", NOBODY_CAME)
            case _ if timer == MAX_WAIT_TIMER:
                return (*self._leave("max_wait"), EndCall(WAITED_TOO_LONG))
            case _ if timer == SLA_TIMER and queue is not None:
                return (self._event(CallEventKind.QUEUE_SLA_BREACHED, sla_s=queue.sla_s),)
            case _ if timer == NEWS_TIMER and queue is not None:
                return (AskPlace(), StartTimer(NEWS_TIMER, queue.announcement_interval_s))
            case _:
                return ()

    def _unreached(self, why: str, outcome: CallOutcome) -> tuple[Wish, ...]:
        return (*self._leave(why), Unreached(outcome))

    def _leave(
        self, why: str, agent: str = "", *, is_there: bool = True, reason: str = "", back_to: str = ""
    ) -> tuple[Action, ...]:
        """Out of the line, whatever comes next; `is_there`: the caller is. `reason` is for phones that ring in vain."""
        left = AnswerInQueue(agent) if agent else KeepPlace(back_to) if back_to else LeaveQueue()
        is_elsewhere = bool(agent or reason)
        sip_code = 200 if is_elsewhere else RANG_TOO_LONG
        reason = reason or (ANSWERED_ELSEWHERE if agent else NO_ANSWER.reason)
        return (
            left,
            *(self._be_quiet() if is_there else ()),
            *self._cancel(sip_code, reason),
            *(StopTimer(timer) for timer in TIMERS),
            self._event(CallEventKind.QUEUE_LEFT, why=why, agent=agent),
        )

    @property
    def rung(self) -> frozenset[str] | None:
        """The agents that are rung; None once one of them talks."""
        return None if self._talk is not None or self._is_called_back else frozenset(self._agents)

    def withdraw(self, reason: str) -> tuple[Action, ...]:
        """Ring nobody any more, and wait for nobody: the call goes elsewhere."""
        return self._leave("transferred", reason=reason)

    # Sound

    @property
    def _music(self) -> MusicChoice:
        return (self._queue.music if self._queue is not None else ()) or self._context.music

    def _play_music(self) -> tuple[Action, ...]:
        if self._is_playing_music or self._music is None:
            return ()
        self._is_playing_music = True
        return (PlayMusicOnHold(self._context.caller_leg, self._music),)

    def _stop_music(self) -> tuple[Action, ...]:
        if not self._is_playing_music or self._music is None:
            return ()
        self._is_playing_music = False
        return (StopMusicOnHold(self._context.caller_leg, self._music),)

    def _be_quiet(self) -> tuple[Action, ...]:
        leg = self._context.caller_leg
        return (
            StopFiles(leg, INTRO),
            StopFiles(leg, NEWS),
            *self._stop_music(),
            *self._hear_keys(hears_keys=False),
        )

    def _hear_keys(self, *, hears_keys: bool) -> tuple[Action, ...]:
        """Also of telephones whose keys are a sound."""
        is_asked = self._queue is not None and self._queue.callback_key
        return (ListenForKeys(self._context.caller_leg, hears_keys),) if is_asked else ()

    def _event(self, kind: CallEventKind, **more: object) -> EmitEvent:
        return EmitEvent(kind, {"queue": self._decision.number, **more})
