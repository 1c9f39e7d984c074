"""A call waits on a parking place, with music, until somebody takes it; after a while it rings at who parked it."""

from __future__ import annotations

from callmanager.domain.call_events import CallEventKind
from callmanager.domain.decisions import Park, RingExtension
from callmanager.domain.outcome import CallOutcome, CallStatus, EndedBy
from callmanager.domain.spoken import say_digits
from sipworker.call import joining
from sipworker.call.actions import (
    Action,
    AnswerLeg,
    BridgeLegs,
    EmitEvent,
    EndCall,
    HangUpLeg,
    PlayFiles,
    PlayMusicOnHold,
    RingLeg,
    StartTimer,
    StopMusicOnHold,
    StopTimer,
    UnbridgeLegs,
)
from sipworker.call.context import CallContext
from sipworker.call.other_calls import (
    CallsFound,
    FindCalls,
    FoundCall,
    JoinReason,
    KeepSlot,
    LeaveSlot,
    MoveLeg,
    PartyJoined,
    SlotTaken,
    Standing,
    TakeSlot,
)
from sipworker.call.parties import as_caller, caller_of
from sipworker.call.party import Party
from sipworker.call.signals import LegHungUp, PlaybackEnded, Signal, TimerFired
from sipworker.features import established
from sipworker.features.ring import Ring
from sipworker.features.talk import Talk, Transferring, Wish
from sipworker.features.unreached import Unreached

PARK_TIMER = "parked"
SLOT_PLAYBACK = "parking place"
NO_PLACE, TAKEN = "All parking places are taken", "Somebody is parked there already"
PARKED = "The call is parked"


class Parking:
    """Begins with who parks, or (sent here by a transfer) with who is parked; ends as a conversation."""

    __slots__ = ("_context", "_decision", "_is_quiet", "_parked", "_ring", "_slot", "_talk")

    def __init__(self, context: CallContext, decision: Park) -> None:
        self._context = context
        self._decision = decision
        self._slot = ""
        self._parked: Party | None = None
        self._is_quiet = True
        # Rings at who parked it.
        self._ring: Ring | None = None
        self._talk: Talk | Ring | None = None

    def start(self) -> tuple[Action, ...]:
        return (TakeSlot(self._decision.slot, self._decision.slots, self._decision.parker),)

    def handle(self, signal: Signal) -> tuple[Wish, ...]:
        if self._talk is not None:
            return tuple(one for one in self._talk.handle(signal) if not isinstance(one, Unreached))
        if self._parked is not None:
            return self._while_parked(self._parked, signal)
        return self._before(signal)

    # Until somebody is parked

    def _before(self, signal: Signal) -> tuple[Action, ...]:
        leg = self._context.caller_leg
        match signal:
            case SlotTaken(slot="") if self._slot:
                # Who heard the place has sent the call there by a transfer of its own.
                return (EndCall(CallOutcome(CallStatus.ANSWERED, EndedBy.PBX, PARKED, 200)),)
            case SlotTaken(slot=""):
                reason = TAKEN if self._decision.slot else NO_PLACE
                return (EndCall(CallOutcome(CallStatus.REFUSED, EndedBy.PBX, reason, 486)),)
            case SlotTaken(slot=slot):
                self._slot = slot
                return self._begin()
            case CallsFound(calls=calls):
                return self._fetch(calls)
            case PartyJoined(party=party, in_place_of=place) if place == leg:
                told = joining.joined(signal, self._context.caller_side, caller_of(self._context))
                # Who parks a held call hears the place first.
                parting = () if signal.why is JoinReason.PARK else (HangUpLeg(leg, PARKED),)
                return (told, *self._park(party), *parting)
            case LegHungUp():
                return (EndCall(CallOutcome(CallStatus.ANSWERED, EndedBy.CALLER, "Caller hangup", 200)),)
            case _:
                return ()

    def _begin(self) -> tuple[Action, ...]:
        """By a transfer the caller is the one to be parked."""
        context = self._context
        if context.is_from_outside or context.invite.caller != self._decision.parker:
            answered = (AnswerLeg(context.caller_leg), established.by_service("park", context))
            return (*answered, *self._park(caller_of(context)))
        return (FindCalls((self._decision.parker,)),)

    def _fetch(self, calls: tuple[FoundCall, ...]) -> tuple[Action, ...]:
        """The call that the caller holds. Without one, it may follow by a transfer: the caller hears the place."""
        leg = self._context.caller_leg
        held = [call for call in calls if call.standing is Standing.HOLDING and call.other_leg]
        place = PlayFiles(leg, SLOT_PLAYBACK, say_digits(self._decision.language, self._slot))
        answered = (AnswerLeg(leg), established.by_service("park", self._context), place)
        if not held:
            return answered
        move = MoveLeg(held[-1].other_leg, self._context.session_id, JoinReason.PARK, in_place_of=leg)
        return (*answered, move)

    def _park(self, party: Party) -> tuple[Action, ...]:
        self._parked = party
        return (
            KeepSlot(),
            *self._play(party),
            StartTimer(PARK_TIMER, self._decision.timeout_s),
            self._event(CallEventKind.CALL_PARKED, parked_by=self._decision.parker),
        )

    # While somebody waits

    def _while_parked(self, parked: Party, signal: Signal) -> tuple[Action, ...]:
        match signal:
            case LegHungUp(leg=leg) if leg == parked.leg:
                outcome = CallOutcome(CallStatus.ANSWERED, EndedBy.CALLER, "Caller hangup", 200)
                return (self._unparked("hung_up"), EndCall(outcome))
            case PlaybackEnded(playback=playback, leg=leg) if playback == SLOT_PLAYBACK:
                return (HangUpLeg(leg, PARKED),)
            case PartyJoined() if self._ring is not None:
                return self._follow(parked, self._ring.handle(signal), "retrieved")
            case PartyJoined(party=party):
                return self._retrieved(parked, party, signal)
            case TimerFired(timer=timer) if timer == PARK_TIMER:
                return self._ring_back(parked)
            case _ if self._ring is not None:
                return self._follow(parked, self._ring.handle(signal), "returned")
            case _:
                return ()

    def _retrieved(self, parked: Party, party: Party, signal: PartyJoined) -> tuple[Action, ...]:
        context = as_caller(self._context, parked)
        self._talk = talk = Talk(context, party)
        return (
            *self._leave(parked, "retrieved"),
            BridgeLegs(parked.leg, party.leg),
            joining.joined(signal, context.caller_side.other, None),
            *(talk.hold(party.leg) if signal.is_held else ()),
        )

    def _ring_back(self, parked: Party) -> tuple[Action, ...]:
        context, parker = self._context, self._decision.parker
        snapshot = context.snapshot
        entry = snapshot.find_extension(parker) if snapshot is not None else None
        if snapshot is None or entry is None or not entry.is_enabled:
            return self._wait_on()
        rung = RingExtension(parker, entry.display_name, snapshot.dial_codes.return_ring_s)
        self._ring = Ring(as_caller(context, parked), rung)
        return self._follow(parked, self._ring.start(), "returned")

    def _follow(self, parked: Party, wishes: tuple[Wish, ...], reason: str) -> tuple[Action, ...]:
        """What the ringing wishes for its caller, who is in a call already."""
        actions: list[Action] = []
        for wish in wishes:
            match wish:
                case Unreached(cancels=cancels):
                    self._ring = None
                    return (*actions, *cancels, *self._play(parked), *self._wait_on())
                case Transferring():
                    pass  # said in a talk alone
                case RingLeg(leg=leg, early_media=early_media) if leg == parked.leg:
                    actions += self._stop(parked) if early_media else ()
                case AnswerLeg(leg=leg) if leg == parked.leg:
                    self._talk = self._ring
                    actions += self._leave(parked, reason)
                case UnbridgeLegs() if self._talk is None:
                    actions += (wish, *self._play(parked))
                case EmitEvent(kind=CallEventKind.CALL_ESTABLISHED, data=data):
                    actions += self._seated(data) if reason == "returned" else ()
                case _:
                    actions.append(wish)
        return tuple(actions)

    def _wait_on(self) -> tuple[Action, ...]:
        return (StartTimer(PARK_TIMER, self._decision.timeout_s),)

    def _leave(self, parked: Party, reason: str) -> tuple[Action, ...]:
        return (*self._stop(parked), StopTimer(PARK_TIMER), LeaveSlot(), self._unparked(reason))

    # Small things

    def _play(self, party: Party) -> tuple[Action, ...]:
        if not self._is_quiet or self._context.music is None:
            return ()
        self._is_quiet = False
        return (PlayMusicOnHold(party.leg, self._context.music),)

    def _stop(self, party: Party) -> tuple[Action, ...]:
        if self._is_quiet or self._context.music is None:
            return ()
        self._is_quiet = True
        return (StopMusicOnHold(party.leg, self._context.music),)

    def _seated(self, data: object) -> tuple[Action, ...]:
        """Who parked it has it back."""
        given = dict(data) if isinstance(data, dict) else {}
        seat = {
            "side": self._context.caller_side.other.value,
            "reason": "return",
            "replaced_number": "",
            "from_session": "",
            "from_call_id": "",
            "display_name": "",
            **given,
        }
        return (EmitEvent(CallEventKind.CALL_JOINED, seat),)

    def _unparked(self, reason: str) -> EmitEvent:
        return self._event(CallEventKind.CALL_UNPARKED, reason=reason)

    def _event(self, kind: CallEventKind, **more: object) -> EmitEvent:
        party = self._parked
        data: dict[str, object] = {"slot": self._slot, "number": party.number if party is not None else ""}
        if party is not None and party.trunk is not None:
            data |= {"trunk_id": party.trunk.trunk_id, "trunk_name": party.trunk.name}
        return EmitEvent(kind, {**data, **more})
