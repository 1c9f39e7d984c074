"""A call played through a worker's own machine with fakes: phones and trunks do what was assumed of them."""

from __future__ import annotations

from dataclasses import dataclass, field

from callmanager.domain.call_assumptions import PhoneState, TrunkState
from callmanager.domain.call_events import CallEventKind
from callmanager.domain.call_simulation import EndKind
from callmanager.domain.header_parameters import OutgoingHeaders, ProviderCaller, ProviderField
from callmanager.domain.menu_action import ActionAnswer, ServerWish
from sipworker.call.actions import (
    AnswerLeg,
    CancelLeg,
    DialLeg,
    DialTrunk,
    EchoLeg,
    HangUpLeg,
    PlayFiles,
    PlayTone,
    RefuseLeg,
)
from sipworker.call.server_actions import AskServer
from sipworker.call.signals import (
    Contact,
    DigitPressed,
    InviteReceived,
    LegAnswered,
    LegFailed,
    LegId,
    LegRinging,
    PlaybackEnded,
)
from sipworker.features.receptionist import DEFAULT_PROMPT, PLAYBACK
from tests.cast import ACME_DOMAIN, ACME_ID
from tests.fakes import WorkerInMemory
from tests.worker.random_companies import Circumstances

CALLER_LEG = "caller"
STEP_S, PATIENCE_S = 1.0, 2000.0


@dataclass(slots=True)
class Played:
    """What was seen from outside: who has the call or what the caller heard, who rang, what went to which trunk."""

    kind: EndKind | None = None
    answered_by: str = ""
    sip_code: int = 200
    reason: str = ""
    rung: list[str] = field(default_factory=list)
    tried: list[tuple[int, OutgoingHeaders]] = field(default_factory=list)


def play(given: Circumstances) -> Played:
    worker = WorkerInMemory(capacity=500)
    worker.clock.started_at = given.at
    worker.snapshots.by_tenant[ACME_ID] = given.snapshot
    worker.stored_use.by_tenant[ACME_ID] = given.minutes
    worker.stored_use.members = given.members
    worker.contacts.by_aor = {
        f"{number}@{ACME_DOMAIN}": tuple(
            Contact(f"{number}-{phone}", f"sip:{number}@192.0.2.{phone}", "") for phone in range(count)
        )
        for number, count in given.phones_each.items()
        if given.assumed.phone(number) is not PhoneState.OFFLINE
    }
    player = _Player(worker, given)
    worker.servers.decides = player.decide
    worker.hear(_invite(given))
    while player.played.kind is None and worker.clock.seconds < PATIENCE_S:
        if not player.react():
            worker.wait(STEP_S)
    return player.played


class _Player:
    def __init__(self, worker: WorkerInMemory, given: Circumstances) -> None:
        self._worker = worker
        self._given = given
        self._dialled: dict[LegId, str] = {}
        self._answered_leg: LegId = ""
        self._gone: set[LegId] = set()
        self._keys = list(given.assumed.keys)
        self._server_says = ""
        self.played = Played()

    def react(self) -> bool:
        """Whether anything was told to the SIP stack since the last time; its answers are given in that order."""
        actions = self._worker.sip.take_actions()
        self._gone |= {action.leg for action in actions if isinstance(action, CancelLeg)}
        for action in actions:
            match action:
                case DialLeg():
                    self._ring(action)
                case DialTrunk():
                    self._dial(action)
                case RefuseLeg(leg=leg) if leg == CALLER_LEG:
                    self.played.kind = EndKind.REFUSED
                    self.played.sip_code, self.played.reason = action.sip_code, action.reason
                case EchoLeg() | PlayTone():
                    self.played.kind, self.played.answered_by = EndKind.SERVICE, self._given.dialled
                case PlayFiles(playback=playback) if playback == PLAYBACK:
                    self._press(action)
                case HangUpLeg(leg=leg) if leg == CALLER_LEG and self.played.kind is None:
                    self.played.kind, self.played.answered_by = EndKind.SERVICE, self._answering()
                case PlayFiles() if self.played.kind is None:
                    self.played.kind, self.played.answered_by = EndKind.VOICEMAIL, self._answering()
                case AnswerLeg() if self._answered_leg:
                    self.played.answered_by = self._dialled[self._answered_leg]
                case CancelLeg(leg=leg):
                    self._worker.hear(LegFailed(leg, 487, "Request Terminated"))
        return bool(actions)

    def _answering(self) -> str:
        """Which service it was stands in the event alone."""
        answers = [
            event for event in self._worker.events.events if event.kind is CallEventKind.CALL_ESTABLISHED
        ]
        return str(answers[-1].data["number"])

    def _press(self, play: PlayFiles) -> None:
        """At a prompt the next keys, quickly, or nothing; whatever else is said is heard to its end."""
        is_prompt = play.sounds[0].endswith(("welcome.wav", *DEFAULT_PROMPT))
        keys, self._server_says = self._next_keys() if is_prompt else ("", "")
        if not keys:
            self._worker.hear(PlaybackEnded(CALLER_LEG, PLAYBACK))
        for key in keys:
            if self._is_still_asked():
                self._worker.hear(DigitPressed(CALLER_LEG, key, 100))

    def _next_keys(self) -> tuple[str, str]:
        keys, _, answer = (self._keys.pop(0) if self._keys else "").partition("=")
        return keys, answer

    def decide(self, asked: AskServer) -> ServerWish:
        """Of a server that knows the caller by number, what stands first, if it is an answer."""
        says = self._server_says
        if not asked.question["input"]:
            says = self._next_keys()[1] if self._keys and self._keys[0].startswith("=") else ""
        if says in ("hangup", "repeat"):
            return ServerWish(ActionAnswer(says))
        return ServerWish(ActionAnswer.CALL, says) if says else ServerWish(ActionAnswer.FAILED)

    def _is_still_asked(self) -> bool:
        """Nobody presses keys for a phone that rings already."""
        told = self._worker.sip.actions
        return not any(isinstance(action, DialLeg | DialTrunk | PlayFiles | HangUpLeg) for action in told)

    def _ring(self, dial: DialLeg) -> None:
        self._dialled[dial.leg] = dial.number
        if dial.ruid == f"{dial.number}-0":  # each phone rings, which is one ringing of the extension
            self.played.rung.append(dial.number)
        if dial.leg in self._gone or self._answered_leg:
            return
        match self._given.assumed.phone(dial.number):
            case PhoneState.ANSWERS:
                self._answer(dial.leg, EndKind.EXTENSION)
            case PhoneState.BUSY:
                self._worker.hear(LegFailed(dial.leg, 486, "Busy Here"))
            case PhoneState.DECLINES:
                self._worker.hear(LegRinging(dial.leg, 180, False), LegFailed(dial.leg, 603, "Decline"))
            case PhoneState.NO_ANSWER:
                self._worker.hear(LegRinging(dial.leg, 180, False))

    def _dial(self, dial: DialTrunk) -> None:
        self._dialled[dial.leg] = dial.number
        self.played.tried.append((dial.trunk.trunk_id, dial.headers))
        if dial.leg in self._gone or self._answered_leg:
            return
        answer = self._given.assumed.trunk(dial.trunk.trunk_id)
        match answer.state:
            case TrunkState.ANSWERS:
                self._answer(dial.leg, EndKind.OUTSIDE)
            case TrunkState.RINGS:
                self._worker.hear(LegRinging(dial.leg, 180, False))
            case TrunkState.DOWN | TrunkState.FULL:
                assert answer.failure is not None
                self._worker.hear(LegFailed(dial.leg, 503, answer.failure.reason))
            case TrunkState.CODE:
                self._worker.hear(LegFailed(dial.leg, answer.sip_code, ""))

    def _answer(self, leg: LegId, kind: EndKind) -> None:
        self._answered_leg = leg
        self._worker.hear(LegRinging(leg, 180, False), LegAnswered(leg))
        self.played.kind, self.played.answered_by = kind, self._dialled[leg]


def _invite(given: Circumstances) -> InviteReceived:
    parts = {ProviderField.FROM_USER: given.caller} if given.trunk_id else {}
    return InviteReceived(
        leg=CALLER_LEG,
        sip_call_id="call@192.0.2.1",
        tenant_id=ACME_ID,
        caller="" if given.trunk_id else given.caller,
        caller_domain=ACME_DOMAIN,
        caller_display_name="",
        dialled=given.dialled,
        dialled_domain=ACME_DOMAIN,
        source="udp:192.0.2.1:5060",
        user_agent="",
        trunk_id=given.trunk_id,
        provider_caller=ProviderCaller(parts=parts),
    )
