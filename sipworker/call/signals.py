"""What a call hears: past tense, frozen. Written by adapters, read by the session and its feature."""

from __future__ import annotations

from dataclasses import dataclass

from callmanager.domain.header_parameters import ProviderCaller
from callmanager.domain.mailbox import StoredMessage
from callmanager.domain.outcome import EndedBy
from callmanager.domain.recording import RecordingEnd
from sipworker.call.conferencing import ConferenceSignal
from sipworker.call.other_calls import CallsSignal
from sipworker.call.party import LegId as LegId
from sipworker.call.queueing import QueueSignal
from sipworker.call.remote_control import AskedToTalk as AskedToTalk
from sipworker.call.server_actions import ServerAnswered
from sipworker.call.transfers import TransferAsked, TransferDecided

UNKNOWN_CALLER = ProviderCaller()


@dataclass(frozen=True, slots=True)
class MediaReport:
    """RTP figures of one leg: as the worker saw them (`rx`) and as the far end reported them (`tx`)."""

    codec: str
    clock_rate_hz: int
    rx_packets: int
    rx_lost: int
    rx_jitter_ms: float
    tx_packets: int
    tx_lost: int
    tx_jitter_ms: float
    round_trip_ms: float
    # As last measured, where those above are means.
    rx_jitter_last_ms: float = 0.0
    tx_jitter_last_ms: float = 0.0
    round_trip_last_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Contact:
    """One registration of an extension, as the edge announced it."""

    ruid: str
    contact: str
    user_agent: str


@dataclass(frozen=True, slots=True)
class InviteReceived:
    """A new call from the edge, which vouches for everything except `caller_display_name` and `user_agent`.

    `dialled` and `dialled_domain` are user and host of the Request-URI with %-escapes undone.
    `codecs` are the names the caller offers, in its order. `refused_with` is the answer that the SIP stack has
    given by itself already (an offer it cannot use, no line free); the leg is gone then.

    Of a provider's call (`trunk_id`), `dialled` is the DID without `+`, both domains are the tenant's, and what the
    provider says of its caller stands in `provider_caller`; the runner fills in `caller` by the trunk's mapping.
    """

    leg: LegId
    sip_call_id: str
    tenant_id: int
    caller: str
    caller_domain: str
    caller_display_name: str
    dialled: str
    dialled_domain: str
    source: str
    user_agent: str
    codecs: tuple[str, ...] = ()
    refused_with: int = 0
    trunk_id: int = 0
    provider_caller: ProviderCaller = UNKNOWN_CALLER
    # Values of X-Outbound-Cli, unread.
    outbound_cli: tuple[str, ...] = ()
    # The leg whose place the caller wants (RFC 3891): None for an ordinary call, empty for one that nobody has.
    replaces: LegId | None = None
    # Whether the offer has keys for SRTP.
    is_srtp_offered: bool = False
    # Of a call that a program made, which has no INVITE: what the program calls it.
    request_id: str = ""
    # Whether a service of ours calls, which has no telephone.
    is_service: bool = False

    @property
    def is_private(self) -> bool:
        """Whoever is called may not learn the number."""
        return self.provider_caller.is_private


@dataclass(frozen=True, slots=True)
class LegRinging:
    """A provisional answer above 100; `early_media` when it carried SDP. May come several times."""

    leg: LegId
    sip_code: int
    early_media: bool
    codec: str = ""


@dataclass(frozen=True, slots=True)
class LegAnswered:
    """An outgoing leg got 200 OK with media agreed; `codec` is the one it chose."""

    leg: LegId
    user_agent: str = ""
    codec: str = ""


@dataclass(frozen=True, slots=True)
class LegFailed:
    """An outgoing leg got a final answer of 300 or more, or none in time (408). The end of that leg."""

    leg: LegId
    sip_code: int
    reason: str


@dataclass(frozen=True, slots=True)
class LegHungUp:
    """The end of a leg: the far end sent BYE, or CANCEL while we rang (`cancelled`), or the dialog died.

    `sip_code` 400 and above says that it died rather than that somebody put the phone down.
    """

    leg: LegId
    cancelled: bool
    sip_code: int
    reason: str
    media: MediaReport | None = None


@dataclass(frozen=True, slots=True)
class LegHeld:
    """The far end put us on hold (sendonly or inactive)."""

    leg: LegId


@dataclass(frozen=True, slots=True)
class LegUnheld:
    """The far end resumed."""

    leg: LegId


@dataclass(frozen=True, slots=True)
class DigitPressed:
    """DTMF from the far end, by RFC 4733 or INFO."""

    leg: LegId
    digit: str
    duration_ms: int


@dataclass(frozen=True, slots=True)
class PlaybackEnded:
    """PlayFiles has played everything there was; not told of one that was stopped."""

    leg: LegId
    playback: str


@dataclass(frozen=True, slots=True)
class RecordingFailed:
    """StartRecording could not: the disk is full, or its directory can't be written. Nothing is left to stop."""

    leg: LegId
    recording: str


@dataclass(frozen=True, slots=True)
class RecordingStopped:
    """The file of a recording that was stopped, or whose leg is over, is whole."""

    leg: LegId
    recording: str


@dataclass(frozen=True, slots=True)
class ContactsFound:
    """The answer to FindContacts: where the extension is registered at this moment. `is_busy` only if it was asked."""

    number: str
    contacts: tuple[Contact, ...]
    is_busy: bool = False


@dataclass(frozen=True, slots=True)
class PinChecked:
    """The answer to CheckPin. `is_locked`: too many wrong ones, no further try will be looked at.

    `is_news`: this one was one too many.
    """

    is_right: bool
    is_locked: bool = False
    is_news: bool = False
    # The second of two PINs was typed.
    is_other: bool = False


@dataclass(frozen=True, slots=True)
class MessagesFound:
    """The answer to FindMessages, the newest last; None: they can't be read at the moment."""

    messages: tuple[StoredMessage, ...] | None


@dataclass(frozen=True, slots=True)
class AttendedLeft:
    """The leg that a leg of ours attended to is over. `successor` is who of the company talks in its place, with those
    that it left, and `number` whose that is; empty: its conversation is over, too.
    """

    leg: LegId
    successor: LegId = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class RoomFound:
    """The answer to FindRoom: how many messages are in the mailbox, and whether the disk and the quota have room."""

    messages: int
    has_room: bool


@dataclass(frozen=True, slots=True)
class TimerFired:
    """A timer that the call started has run out."""

    timer: str


@dataclass(frozen=True, slots=True)
class HangUpRequested:
    """Somebody with the right to do so wants the call ended (REST, console, draining worker, configuration).

    `sip_code` is what a caller hears whose call was not answered yet, when the PBX ends it.
    """

    ended_by: EndedBy
    reason: str
    sip_code: int = 503


@dataclass(frozen=True, slots=True)
class Request:
    """Somebody with the right to do so asks this of the call, and waits: AnswerRequest says what came of it.

    A feature that says nothing to it refuses: the call is in no state to do it. Rows of `commands.COMMANDS` make them.
    """


@dataclass(frozen=True, slots=True)
class CallRecordingBegun:
    """StartCallRecording is done."""

    recording: str


@dataclass(frozen=True, slots=True)
class CallRecordingFailed:
    """It could not begin, or can't go on; what was recorded until now is kept."""

    recording: str
    why: RecordingEnd


# Of files that play to a leg or are recorded from it: for whoever asked for that, and nobody else.
FileSignal = PlaybackEnded | RecordingStopped | RecordingFailed
TransferSignal = TransferAsked | TransferDecided
LegSignal = (
    LegRinging
    | LegAnswered
    | LegFailed
    | LegHungUp
    | LegHeld
    | LegUnheld
    | DigitPressed
    | AskedToTalk
    | FileSignal
    | TransferSignal
)
# Of a mailbox: for whoever asked.
MailboxSignal = PinChecked | MessagesFound | RoomFound
Signal = (
    LegSignal
    | ContactsFound
    | MailboxSignal
    | ServerAnswered
    | CallsSignal
    | QueueSignal
    | ConferenceSignal
    | AttendedLeft
    | TimerFired
    | HangUpRequested
    | Request
)
# Of the file of a call's recording: for that alone, sessions and features never hear them.
CallRecordingSignal = CallRecordingBegun | CallRecordingFailed
# All that reaches a call; its session hears signals alone.
Heard = Signal | CallRecordingSignal
