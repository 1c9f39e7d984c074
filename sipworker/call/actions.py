"""What a call wishes: imperative, frozen. Performed by the runtime through the ports, in order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from callmanager.domain.call_events import CallEventKind
from callmanager.domain.header_parameters import OutgoingHeaders
from callmanager.domain.outcome import CallOutcome
from callmanager.domain.trunk_entry import TrunkEntry
from sipworker.call.attendance import Attendance
from sipworker.call.conferencing import ConferenceAction
from sipworker.call.mailbox_actions import MailboxAction
from sipworker.call.other_calls import CallsAction
from sipworker.call.queueing import QueueAction
from sipworker.call.remote_control import AskToTalk as AskToTalk
from sipworker.call.server_actions import AskServer as AskServer
from sipworker.call.signals import LegId
from sipworker.call.sound_actions import EchoLeg as EchoLeg
from sipworker.call.sound_actions import ListenForKeys as ListenForKeys
from sipworker.call.sound_actions import PlayFiles as PlayFiles
from sipworker.call.sound_actions import PlayMusicOnHold as PlayMusicOnHold
from sipworker.call.sound_actions import PlayRinging as PlayRinging
from sipworker.call.sound_actions import PlayTone as PlayTone
from sipworker.call.sound_actions import StopFiles as StopFiles
from sipworker.call.sound_actions import StopMusicOnHold as StopMusicOnHold
from sipworker.call.sound_actions import StopRinging as StopRinging
from sipworker.call.transfers import DismissLeg, ReportTransfer


@dataclass(frozen=True, slots=True)
class RingLeg:
    """Send a provisional answer to the incoming leg; with `early_media` an SDP answer (183 usually).

    `codec` is the far end's choice, to be preferred so that nothing need be transcoded.
    """

    leg: LegId
    sip_code: int
    early_media: bool
    codec: str = ""


@dataclass(frozen=True, slots=True)
class AnswerLeg:
    """Send 200 OK to the incoming leg; `codec` as in RingLeg."""

    leg: LegId
    codec: str = ""


@dataclass(frozen=True, slots=True)
class RefuseLeg:
    """Send a final answer of 300 or more to the unanswered incoming leg.

    `q850_cause` goes into a Reason header (RFC 6432) unless 0, `retry_after_s` into Retry-After unless 0.
    """

    leg: LegId
    sip_code: int
    reason: str
    q850_cause: int = 0
    retry_after_s: int = 0


@dataclass(frozen=True, slots=True)
class DialLeg:
    """Send an INVITE through the edge to one registered contact of an extension.

    `caller@caller_domain` goes into From, without a domain the tenant's. `codecs` is the caller's order, to be
    offered first. `ring_group` is the group as whose member it rings, if any; `more_headers` are said besides.
    """

    leg: LegId
    tenant_id: int
    number: str
    sip_domain: str
    ruid: str
    caller: str
    caller_display_name: str
    contact: str = ""
    user_agent: str = ""
    codecs: tuple[str, ...] = ()
    caller_domain: str = ""
    ring_group: str = ""
    more_headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class RingCaller:
    """Ring all telephones of the extension that a program wants to call somebody; the first to answer is the caller.

    They show `shown_number`, whom the call is for. LegAnswered or LegFailed follows, but until AnswerLeg the leg counts
    as one that came in: it can hear ringing, and RefuseLeg hangs it up.
    """

    leg: LegId
    tenant_id: int
    number: str
    sip_domain: str
    shown_number: str
    shown_name: str
    contact: str = ""
    is_auto_answered: bool = False


@dataclass(frozen=True, slots=True)
class DialTrunk:
    """Send an INVITE through the edge to a provider, saying what `headers` say and nothing else of the caller.

    `codecs` is the caller's order, which counts where the trunk has none of its own. `on_behalf_of` is the extension
    whose minutes the call uses, if any, `ring_group` as in DialLeg.
    """

    leg: LegId
    tenant_id: int
    number: str
    trunk: TrunkEntry
    headers: OutgoingHeaders
    on_behalf_of: str = ""
    codecs: tuple[str, ...] = ()
    ring_group: str = ""


@dataclass(frozen=True, slots=True)
class CancelLeg:
    """CANCEL an outgoing leg that has not answered, with `Reason: SIP` (RFC 3326) unless `sip_code` is 0.

    200 says that another phone answered, 480 that it rang for too long, 408 that nothing was heard of it.
    """

    leg: LegId
    sip_code: int
    reason: str


@dataclass(frozen=True, slots=True)
class HangUpLeg:
    """BYE on an established leg (on one that answers while we cancel it, too)."""

    leg: LegId
    reason: str


@dataclass(frozen=True, slots=True)
class BridgeLegs:
    """Let two legs hear each other, as soon as both have media and again after each re-INVITE."""

    first: LegId
    second: LegId


@dataclass(frozen=True, slots=True)
class UnbridgeLegs:
    """Undo BridgeLegs; both legs then hear silence."""

    first: LegId
    second: LegId


@dataclass(frozen=True, slots=True)
class HearLeg:
    """Let `listener` hear `source`, and not the other way round. Either may be a leg of another call of the tenant.

    It lasts through holds, new media and moves to another call, until UnhearLeg, the end of either leg or the end of
    the call that wished it.
    """

    listener: LegId
    source: LegId


@dataclass(frozen=True, slots=True)
class UnhearLeg:
    """Undo HearLeg; what BridgeLegs connects stays connected."""

    listener: LegId
    source: LegId


@dataclass(frozen=True, slots=True)
class AttendLeg:
    """Let `listener` hear what `leg` says and hears, whatever that is by and by, and be heard as `how` says.

    One leg attends to one other; another wish takes its place. It lasts as HearLeg does.
    """

    listener: LegId
    leg: LegId
    how: Attendance


@dataclass(frozen=True, slots=True)
class UnattendLeg:
    """Undo AttendLeg."""

    listener: LegId


@dataclass(frozen=True, slots=True)
class IsolateLeg:
    """Whatever the leg hears or plays, and whoever hears it: all of it ends, and so do its recordings."""

    leg: LegId


@dataclass(frozen=True, slots=True)
class StartRecording:
    """Record the leg, and whom it is mixed with, into one file below the worker's directory.

    It ends with StopRecording or with the leg, or never begins: RecordingFailed.
    """

    leg: LegId
    recording: str
    path: str
    mixed_with: tuple[LegId, ...] = ()


@dataclass(frozen=True, slots=True)
class StopRecording:
    """RecordingStopped follows when the file is whole."""

    leg: LegId
    recording: str


@dataclass(frozen=True, slots=True)
class StartCallRecording:
    """Record a call below the worker's directory: one path for both sides together, two for one of each.

    CallRecordingBegun or CallRecordingFailed answers. Nothing but silence is recorded before MixCallRecording.
    """

    recording: str
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MixCallRecording:
    """From now on these legs are recorded and no others, each on its side; nobody: silence."""

    recording: str
    caller_side: tuple[LegId, ...] = ()
    callee_side: tuple[LegId, ...] = ()


@dataclass(frozen=True, slots=True)
class StopCallRecording:
    """The files are whole a moment later."""

    recording: str


@dataclass(frozen=True, slots=True)
class SendDigit:
    """Send DTMF to the leg by RFC 4733."""

    leg: LegId
    digit: str
    duration_ms: int


@dataclass(frozen=True, slots=True)
class FindContacts:
    """Ask where an extension is registered and, with `asks_busy`, whether it has a call; ContactsFound answers."""

    number: str
    sip_domain: str
    asks_busy: bool = False


@dataclass(frozen=True, slots=True)
class StartTimer:
    """Deliver TimerFired(timer) to this call after `after_s`; a timer of that name starts anew."""

    timer: str
    after_s: float


@dataclass(frozen=True, slots=True)
class StopTimer:
    """Forget a timer; unknown names are fine, it may just have fired."""

    timer: str


@dataclass(frozen=True, slots=True)
class AnswerRequest:
    """What came of a Request, said among the actions that it caused. `code` empty: it is done.

    `message` says which rule or state stood against it; `result` is what the asker gets to know.
    """

    code: str = ""
    message: str = ""
    result: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AnswerLater:
    """What was asked takes a while: AnswerRequest follows by and by, or the call ends before."""


@dataclass(frozen=True, slots=True)
class EmitEvent:
    """Tell the world; the runtime adds session, sequence, time and worker."""

    kind: CallEventKind
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EndCall:
    """Everything is over: tell how it ended and release the session. Always the last action of a call.

    A feature only says this; the session ends what legs are left before it.
    """

    outcome: CallOutcome
    callee_leg: LegId = ""


LegAction = (
    RingLeg
    | AnswerLeg
    | RefuseLeg
    | DialLeg
    | RingCaller
    | DialTrunk
    | CancelLeg
    | HangUpLeg
    | IsolateLeg
    | AskToTalk
    | ReportTransfer
    | DismissLeg
    | EchoLeg
    | PlayTone
    | PlayRinging
    | StopRinging
    | PlayMusicOnHold
    | StopMusicOnHold
    | PlayFiles
    | StopFiles
    | ListenForKeys
    | StartRecording
    | StopRecording
    | SendDigit
)
BridgeAction = BridgeLegs | UnbridgeLegs
# Between calls: who hears whom without being heard, or more than is heard.
HearingAction = HearLeg | UnhearLeg | AttendLeg | UnattendLeg
RecordingAction = StartCallRecording | MixCallRecording | StopCallRecording
# What concerns more than the legs of one call.
SharedAction = (
    HearingAction
    | FindContacts
    | CallsAction
    | QueueAction
    | ConferenceAction
    | MailboxAction
    | AskServer
    | RecordingAction
)
Action = (
    LegAction
    | BridgeAction
    | SharedAction
    | StartTimer
    | StopTimer
    | AnswerRequest
    | AnswerLater
    | EmitEvent
    | EndCall
)
