"""What the dialplan can answer. Each decision is one frozen value; the worker has one feature for each."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from callmanager.domain.destination import Destination
from callmanager.domain.dial_features import DialKind
from callmanager.domain.forwarding import NO_FORWARDS, Forwards
from callmanager.domain.header_parameters import OutgoingHeaders
from callmanager.domain.mailbox import MAX_MESSAGES, Mailbox
from callmanager.domain.queue_callers import HarassLevel


class MonitorMode(StrEnum):
    """SILENT is heard by nobody, WHISPER by the extension, BARGE by everybody; TAKE_OVER sends the extension out of
    its call and puts the monitor in its place.
    """

    SILENT = "silent"
    WHISPER = "whisper"
    BARGE = "barge"
    TAKE_OVER = "take_over"


@dataclass(frozen=True, slots=True)
class RingExtension:
    """Ring every registered contact of one extension in parallel.

    When nobody answers, `dialplan.after_ringing` says what follows. `passed` are the extensions that have forwarded
    the call before this one. `is_decline_final`: a 603 of one phone ends the ringing of the others.
    """

    number: str
    display_name: str
    ring_timeout_s: int
    forwards: Forwards = NO_FORWARDS
    passed: tuple[str, ...] = ()
    is_decline_final: bool = True


@dataclass(frozen=True, slots=True)
class TrunkTry:
    """One attempt: which trunk, and all that its INVITE says. The password stands in the snapshot's trunk."""

    trunk_id: int
    headers: OutgoingHeaders


@dataclass(frozen=True, slots=True)
class DialOut:
    """Call an outside number over trunks, one after the other.

    The next one is tried when a trunk is down, full, silent (408) or answers 5xx, or one of `also_next_on`; never once
    it rang for `ring_timeout_s` in vain. All attempts together may take `attempts_timeout_s` until something rings.
    `on_behalf_of` is the extension whose rights and minutes the call uses; empty: the company's own.
    """

    number: str
    tries: tuple[TrunkTry, ...]
    on_behalf_of: str = ""
    ring_timeout_s: int = 120
    attempts_timeout_s: int = 30
    also_next_on: frozenset[int] = field(default_factory=frozenset)
    passed: tuple[str, ...] = ()
    is_emergency: bool = False


@dataclass(frozen=True, slots=True)
class GroupMember:
    """Somebody whom a group rings: the phones of an extension or, with `outside`, a number over trunks."""

    number: str
    display_name: str = ""
    outside: DialOut | None = None


@dataclass(frozen=True, slots=True)
class RingGroup:
    """Ring the members of a group, round after round, each for `ring_timeout_s`; the first to answer gets the call.

    Without an answer, `dialplan.after_group` says what follows. With `skips_busy` who has a call is not rung.
    """

    number: str
    name: str
    rounds: tuple[tuple[GroupMember, ...], ...]
    ring_timeout_s: int
    skips_busy: bool = True
    passed: tuple[str, ...] = ()

    @property
    def members(self) -> tuple[GroupMember, ...]:
        return tuple(member for together in self.rounds for member in together)


@dataclass(frozen=True, slots=True)
class Page:
    """Let the phones of all members answer by themselves (`auto_answer` are the headers that make them) and hear the
    caller, who hears a member while that one wishes so.

    An intercom has one member, and both hear each other from the first moment. Phones that have not answered after
    `ring_timeout_s` are given up.
    """

    number: str
    name: str
    members: tuple[GroupMember, ...]
    ring_timeout_s: int
    auto_answer: tuple[tuple[str, str], ...]
    skips_busy: bool = True
    is_intercom: bool = False
    passed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AnswerMenu:
    """Answer as a virtual receptionist and hear what the caller wants; `dialplan.after_menu` says what follows.

    `is_closed`: with the menu for the time outside of its office hours.
    """

    number: str
    name: str
    is_closed: bool = False
    passed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EnterQueue:
    """Let the caller wait in a queue for one of its agents; without one, `dialplan.after_queue` says what follows.

    `alert`: a harassing caller is warned before, or turned away.
    """

    number: str
    name: str
    passed: tuple[str, ...] = ()
    alert: HarassLevel | None = None


@dataclass(frozen=True, slots=True)
class EnterConference:
    """Let the caller into a conference room, with the PIN that it asks for."""

    number: str
    subject: str


@dataclass(frozen=True, slots=True)
class LeaveMessage:
    """Let the caller leave a message in an extension's mailbox. `greeting` are sounds, played one after the other."""

    mailbox: str
    greeting: tuple[str, ...]
    language: str = "en"
    max_message_s: int = 180
    passed: tuple[str, ...] = ()
    max_messages: int = MAX_MESSAGES


@dataclass(frozen=True, slots=True)
class CheckMessages:
    """Let the owner of a mailbox hear and sort what was left there."""

    mailbox: str
    settings: Mailbox


@dataclass(frozen=True, slots=True)
class EchoTest:
    """Send the caller's own voice back."""


@dataclass(frozen=True, slots=True)
class ToneTest:
    """Play a steady tone, so that a user can judge the line."""

    frequency_hz: int = 440


@dataclass(frozen=True, slots=True)
class Monitor:
    """Let the caller listen to the call that an extension has at the moment."""

    target: str
    mode: MonitorMode = MonitorMode.SILENT


class Takes(StrEnum):
    """Which calls somebody picks up."""

    RINGING = "ringing"
    HELD = "held"
    TALKING = "talking"


@dataclass(frozen=True, slots=True)
class PickUp:
    """Give the caller a call of these extensions: the one that rings or is held for longest, of the first kind that
    there is. `leg` is the one that must be taken, if the caller's telephone named it (Replaces).
    """

    numbers: tuple[str, ...]
    takes: tuple[Takes, ...]
    leg: str = ""


@dataclass(frozen=True, slots=True)
class Park:
    """Put a call on a parking place: the caller's own, if `parker` has sent it here, else one that the caller holds.

    Without a `slot` the first free one of `slots`. After `timeout_s` it rings at the parker.
    """

    parker: str
    slot: str = ""
    slots: int = 20
    timeout_s: int = 60
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Retrieve:
    """Give the caller the call that is parked there."""

    slot: str


@dataclass(frozen=True, slots=True)
class RecordPrompt:
    """Let the caller, who must know the PIN, record a prompt of a receptionist. `use` is which one, as it is stored."""

    receptionist: str
    name: str
    use: str
    pin_token: str = field(repr=False)
    language: str = "en"


@dataclass(frozen=True, slots=True)
class ChangeOwn:
    """Change something of the caller's own, as `kind` says; forwarding that is set has a `destination`, signing in
    to or out of one queue its number in `queue` (empty: all of the caller's).
    """

    extension: str
    kind: DialKind
    destination: Destination | None = None
    language: str = "en"
    queue: str = ""


@dataclass(frozen=True, slots=True)
class Refuse:
    """No call: the SIP answer and the reason that people read in the CDR and the simulator.

    `is_confidential`: of extensions, nobody but the caller may know of it.
    """

    sip_code: int
    reason: str
    retry_after_s: int = 0
    is_confidential: bool = False


# What the PBX does by itself with whoever dialled a code.
Service = EchoTest | ToneTest | Monitor | PickUp | Park | ChangeOwn | RecordPrompt | Retrieve
Decision = (
    RingExtension
    | RingGroup
    | Page
    | AnswerMenu
    | EnterQueue
    | EnterConference
    | DialOut
    | LeaveMessage
    | CheckMessages
    | Service
    | Refuse
)
