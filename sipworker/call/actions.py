"""What a call wishes: imperative, frozen. Performed by the runtime through the ports, in order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from callmanager.domain.call_events import CallEventKind
from sipworker.call.signals import LegId


@dataclass(frozen=True, slots=True)
class RingLeg:
    """Send a provisional answer to the incoming leg; with `early_media` an SDP answer (183 usually)."""

    leg: LegId
    sip_code: int
    early_media: bool


@dataclass(frozen=True, slots=True)
class AnswerLeg:
    """Send 200 OK to the incoming leg."""

    leg: LegId


@dataclass(frozen=True, slots=True)
class RefuseLeg:
    """Send a final answer of 300 or more to the unanswered incoming leg, with a Reason header."""

    leg: LegId
    sip_code: int
    reason: str


@dataclass(frozen=True, slots=True)
class DialLeg:
    """Send an INVITE through the edge to one registered contact of an extension."""

    leg: LegId
    tenant_id: int
    number: str
    sip_domain: str
    ruid: str
    caller: str
    caller_display_name: str
    codecs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CancelLeg:
    """CANCEL an outgoing leg that has not answered. `sip_code` 200 says "answered elsewhere" (RFC 3326)."""

    leg: LegId
    sip_code: int
    reason: str


@dataclass(frozen=True, slots=True)
class HangUpLeg:
    """BYE on an established leg."""

    leg: LegId
    reason: str


@dataclass(frozen=True, slots=True)
class BridgeLegs:
    """Let two legs hear each other."""

    first: LegId
    second: LegId


@dataclass(frozen=True, slots=True)
class UnbridgeLegs:
    """Undo BridgeLegs; both legs then hear silence."""

    first: LegId
    second: LegId


@dataclass(frozen=True, slots=True)
class EchoLeg:
    """Send the leg its own sound back."""

    leg: LegId


@dataclass(frozen=True, slots=True)
class PlayTone:
    """Play a steady tone to the leg until it ends."""

    leg: LegId
    frequency_hz: int


@dataclass(frozen=True, slots=True)
class PlayMusicOnHold:
    """Play the tenant's music to the leg until StopMusicOnHold."""

    leg: LegId


@dataclass(frozen=True, slots=True)
class StopMusicOnHold:
    """End PlayMusicOnHold."""

    leg: LegId


@dataclass(frozen=True, slots=True)
class SendDigit:
    """Send DTMF to the leg by RFC 4733."""

    leg: LegId
    digit: str
    duration_ms: int


@dataclass(frozen=True, slots=True)
class StartTimer:
    """Deliver TimerFired(timer) to this call after `after_s`."""

    timer: str
    after_s: float


@dataclass(frozen=True, slots=True)
class StopTimer:
    """Forget a timer; unknown names are fine, it may just have fired."""

    timer: str


@dataclass(frozen=True, slots=True)
class EmitEvent:
    """Tell the world; the runtime adds session, sequence, time and worker."""

    kind: CallEventKind
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EndCall:
    """Everything is over: release the session. Always the last action of a call."""


LegAction = (
    RingLeg | AnswerLeg | RefuseLeg | DialLeg | CancelLeg | HangUpLeg
    | EchoLeg | PlayTone | PlayMusicOnHold | StopMusicOnHold | SendDigit
)
Action = LegAction | BridgeLegs | UnbridgeLegs | StartTimer | StopTimer | EmitEvent | EndCall
