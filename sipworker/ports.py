"""What the runtime needs from the outside world, as protocols. Adapters and test fakes implement them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from callmanager.domain.call_events import CallEvent
from callmanager.domain.mailbox import WrongPin
from callmanager.domain.ring_groups import MembersUse
from callmanager.domain.snapshot import TenantSnapshot
from sipworker.call.actions import HearingAction, LegAction
from sipworker.call.server_actions import AskServer, ServerAnswered
from sipworker.call.signals import Contact as Contact
from sipworker.call.signals import InviteReceived, LegId, LegSignal, MediaReport, MessagesFound, RoomFound


class SipPort(Protocol):
    """The SIP stack. All methods are called on the SIP thread and return at once; results come as signals.

    Every leg ends with exactly one LegFailed (outgoing, never answered) or LegHungUp, also when the worker
    ended it. Signals may reach the sink while a method runs; they are handled after it.
    """

    def perform(self, action: LegAction) -> None:
        """Carry out one action on one leg; an action on a leg that is gone is ignored."""

    def bridge(self, first: LegId, second: LegId) -> None: ...

    def unbridge(self, first: LegId, second: LegId) -> None: ...

    def hear(self, action: HearingAction) -> None:
        """Connect or disconnect one way; a leg that is gone is ignored."""

    def levels(self, legs: Collection[LegId]) -> Mapping[LegId, int]:
        """How loud these are right now, from 0 to 49, logarithmic. Exactly these are metered from now on; one that is
        asked for the first time, or is gone, may be missing."""

    def find_media_report(self, leg: LegId) -> MediaReport | None:
        """RTP figures so far, None where no media flowed. Asked just before HangUpLeg."""

    def poll(self, timeout_s: float) -> None:
        """Handle SIP events for at most this long; delivers signals to the sink given at construction."""

    def drain(self) -> None:
        """Let the edge know that it should send new calls elsewhere."""

    def close(self) -> None: ...


SignalSink = Callable[[InviteReceived | LegSignal], None]


class SnapshotSource(Protocol):
    def find(self, tenant_id: int) -> TenantSnapshot | None:
        """From memory, never blocking; None = not known here."""

    def take_changed(self) -> frozenset[int]:
        """The tenants whose configuration is another than when this was last asked, also those that are gone."""


class ContactSource(Protocol):
    def contacts(self, number: str, sip_domain: str) -> tuple[Contact, ...]:
        """The registered contacts, from memory, never blocking."""


class RecorderError(Exception):
    """The file of a recording can't be written."""


class CallRecorder(Protocol):
    """Files that calls are recorded into. All on the SIP thread; nothing blocks longer than opening a file."""

    def begin(self, recording: str, paths: Sequence[str]) -> None:
        """RecorderError if it can't be; then nothing is left to end."""

    def mix(self, recording: str, caller_side: Sequence[LegId], callee_side: Sequence[LegId]) -> None:
        """These and no others from now on; one that is not running is ignored."""

    def end(self, recording: str) -> None: ...

    def sizes(self) -> Mapping[str, int]:
        """Bytes on the disk of every recording that runs."""


class RecordingRoom(Protocol):
    """What is left for recordings, from memory, never blocking."""

    def is_disk_full(self) -> bool: ...

    def left_bytes(self, tenant_id: int) -> int | None:
        """Of the tenant's quota, without what is being recorded; None: as much as it likes."""


class MailboxSource(Protocol):
    def is_pin(self, pin: str, pin_token: str) -> bool:
        """Whether this is the PIN that the token holds."""

    def seal_pin(self, pin: str) -> str:
        """The token that holds this PIN."""

    def load_wrong_pins(self) -> Iterable[WrongPin]:
        """What was saved last, also before a restart."""

    def save_wrong_pins(self, wrong: Iterable[WrongPin]) -> None:
        """Quick, and never raises."""

    def ask_messages(self, session_id: str, tenant_id: int, mailbox: str) -> None:
        """Look up what is in a mailbox, elsewhere; never blocks."""

    def ask_room(self, session_id: str, tenant_id: int, mailbox: str) -> None:
        """Look up whether more fits into it, elsewhere; never blocks."""

    def take(self) -> tuple[tuple[str, MessagesFound | RoomFound], ...]:
        """What was found since the last time, by session id. Never blocks."""


class ServerSource(Protocol):
    """Companies' own servers, which Action URLs ask."""

    def ask(self, session_id: str, tenant_id: int, asked: AskServer) -> None:
        """Elsewhere; never blocks. An answer follows in any case."""

    def take(self) -> tuple[tuple[str, ServerAnswered], ...]:
        """What was answered since the last time, by session id. Never blocks."""


class EventSink(Protocol):
    def emit(self, event: CallEvent) -> None:
        """Hand over; never blocks, never raises."""

    def update_live_call(self, tenant_id: int, session_id: str, live: Mapping[str, object] | None) -> None:
        """What the console shows of a running call; None = over."""


@dataclass(frozen=True, slots=True)
class Command:
    """A request from the web side to the call with this session id."""

    command_id: str
    name: str
    tenant_id: int
    session_id: str
    arguments: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class CommandReply:
    """`result` is what the asker gets to know, in either case."""

    ok: bool
    code: str = ""
    message: str = ""
    result: Mapping[str, object] = field(default_factory=dict)


class CommandSource(Protocol):
    def take(self) -> tuple[tuple[Command, Callable[[CommandReply], None]], ...]:
        """Commands that arrived since the last call, each with the function that answers it; never blocks."""


class StoredUse(Protocol):
    def minutes(self, tenant_id: int, day_began_at: datetime) -> Mapping[str, float]:
        """Minutes outside since then, by extension, of calls that are not this process's own; never blocking."""

    def group_members(self, tenant_id: int) -> MembersUse:
        """What members of ring groups have had of the latest calls, those of this process left out; never blocking."""


class Clock(Protocol):
    def now(self) -> datetime:
        """Wall time, timezone-aware UTC."""

    def monotonic(self) -> float:
        """Seconds that never go back."""


@dataclass(frozen=True, slots=True)
class Ports:
    """All of them, as the composition root hands them to the runner."""

    sip: SipPort
    snapshots: SnapshotSource
    contacts: ContactSource
    events: EventSink
    commands: CommandSource
    clock: Clock
    stored_use: StoredUse
    mailboxes: MailboxSource
    recorder: CallRecorder
    recording_room: RecordingRoom
    servers: ServerSource
