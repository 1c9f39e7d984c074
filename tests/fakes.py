"""Implementations of the worker's ports that live in memory, so that whole calls run without a packet."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from callmanager.domain.call_events import CallEvent, CallEventKind
from callmanager.domain.cdr import CallDetail, assemble
from callmanager.domain.mailbox import StoredMessage, WrongPin
from callmanager.domain.menu_action import ServerWish
from callmanager.domain.ring_groups import MembersUse, MemberUse
from callmanager.domain.snapshot import TenantSnapshot
from sipworker.call.actions import BridgeAction, BridgeLegs, DialLeg, HearingAction, LegAction, UnbridgeLegs
from sipworker.call.server_actions import AskServer, ServerAnswered
from sipworker.call.signals import (
    Contact,
    InviteReceived,
    LegId,
    LegSignal,
    MediaReport,
    MessagesFound,
    RoomFound,
)
from sipworker.ports import Command, CommandReply, Ports, RecorderError
from sipworker.runtime.runner import Inbox, Runner, RunnerSettings
from tests.cast import ACME, ACME_DOMAIN, BOB, BOBS_DESK, BOBS_MOBILE, GLOBEX

Told = LegAction | BridgeAction | HearingAction
A_CLEAN_CALL = MediaReport("PCMA", 8000, 500, 0, 1.0, 500, 0, 1.0, 20.0)


@dataclass
class FakeClock:
    """Time passes when the test says so."""

    seconds: float = 0.0
    started_at: datetime = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.started_at + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds


class SipBrokeError(Exception):
    """What FakeSip raises when told to."""


@dataclass
class FakeSip:
    """Records what it was told; signals come from the test."""

    inbox: Inbox
    actions: list[Told] = field(default_factory=list)
    media: dict[LegId, MediaReport] = field(default_factory=dict)
    asked_media: list[LegId] = field(default_factory=list)
    breaks_on: tuple[type[LegAction], ...] = ()
    waits: list[float] = field(default_factory=list)
    is_draining: bool = False
    # How loud legs are, and whose loudness is wanted.
    loud: dict[LegId, int] = field(default_factory=dict)
    metered: frozenset[LegId] = frozenset()

    def perform(self, action: LegAction) -> None:
        self.actions.append(action)
        if isinstance(action, self.breaks_on):
            raise SipBrokeError(type(action).__name__)

    def bridge(self, first: LegId, second: LegId) -> None:
        self.actions.append(BridgeLegs(first, second))

    def unbridge(self, first: LegId, second: LegId) -> None:
        self.actions.append(UnbridgeLegs(first, second))

    def hear(self, action: HearingAction) -> None:
        self.actions.append(action)

    def levels(self, legs: Collection[LegId]) -> Mapping[LegId, int]:
        self.metered = frozenset(legs)
        return {leg: level for leg, level in self.loud.items() if leg in self.metered}

    def find_media_report(self, leg: LegId) -> MediaReport | None:
        self.asked_media.append(leg)
        return self.media.get(leg)

    def poll(self, timeout_s: float) -> None:
        self.waits.append(timeout_s)

    def drain(self) -> None:
        self.is_draining = True

    def close(self) -> None: ...

    def take_actions(self) -> list[Told]:
        """What was told since the last time."""
        taken, self.actions = self.actions, []
        return taken


@dataclass
class FakeSnapshots:
    by_tenant: dict[int, TenantSnapshot]
    changed: set[int] = field(default_factory=set)

    def find(self, tenant_id: int) -> TenantSnapshot | None:
        return self.by_tenant.get(tenant_id)

    def take_changed(self) -> frozenset[int]:
        taken, self.changed = frozenset(self.changed), set()
        return taken

    def put(self, tenant_id: int, snapshot: TenantSnapshot | None) -> None:
        """As if somebody had changed the configuration; None = deleted."""
        self.by_tenant.pop(tenant_id, None)
        if snapshot is not None:
            self.by_tenant[tenant_id] = snapshot
        self.changed.add(tenant_id)


@dataclass
class FakeContacts:
    by_aor: dict[str, tuple[Contact, ...]]

    def contacts(self, number: str, sip_domain: str) -> tuple[Contact, ...]:
        return self.by_aor.get(f"{number}@{sip_domain}", ())


@dataclass
class RecordedEvents:
    events: list[CallEvent] = field(default_factory=list)
    live: dict[str, Mapping[str, object]] = field(default_factory=dict)

    def emit(self, event: CallEvent) -> None:
        self.events.append(event)

    def update_live_call(self, tenant_id: int, session_id: str, live: Mapping[str, object] | None) -> None:
        if live is None:
            self.live.pop(session_id, None)
        else:
            self.live[session_id] = live

    def of(self, session_id: str) -> list[CallEvent]:
        return [event for event in self.events if event.session_id == session_id]

    def kinds(self, session_id: str) -> list[CallEventKind]:
        return [event.kind for event in self.of(session_id)]


@dataclass
class FakeCommands:
    waiting: list[Command] = field(default_factory=list)
    replies: dict[str, CommandReply] = field(default_factory=dict)

    def take(self) -> tuple[tuple[Command, Callable[[CommandReply], None]], ...]:
        taken = tuple((command, self._answer(command)) for command in self.waiting)
        self.waiting.clear()
        return taken

    def _answer(self, command: Command) -> Callable[[CommandReply], None]:
        def answer(reply: CommandReply) -> None:
            self.replies[command.command_id] = reply

        return answer


@dataclass
class FakeStoredUse:
    by_tenant: dict[int, dict[str, float]] = field(default_factory=dict)
    members: dict[tuple[str, str], MemberUse] = field(default_factory=dict)

    def minutes(self, tenant_id: int, day_began_at: datetime) -> Mapping[str, float]:
        return self.by_tenant.get(tenant_id, {})

    def group_members(self, tenant_id: int) -> MembersUse:
        return self.members


@dataclass
class FakeMailboxes:
    """PINs are their own tokens. What is asked is answered when the runner looks next."""

    messages: dict[tuple[int, str], tuple[StoredMessage, ...]] = field(default_factory=dict)
    is_away: bool = False
    has_room: bool = True
    wrong_pins: list[WrongPin] = field(default_factory=list)
    answers: list[tuple[str, MessagesFound | RoomFound]] = field(default_factory=list)

    def is_pin(self, pin: str, pin_token: str) -> bool:
        return pin == pin_token

    def seal_pin(self, pin: str) -> str:
        return pin

    def load_wrong_pins(self) -> list[WrongPin]:
        return list(self.wrong_pins)

    def save_wrong_pins(self, wrong: Iterable[WrongPin]) -> None:
        self.wrong_pins = list(wrong)

    def ask_messages(self, session_id: str, tenant_id: int, mailbox: str) -> None:
        found = None if self.is_away else self.messages.get((tenant_id, mailbox), ())
        self.answers.append((session_id, MessagesFound(found)))

    def ask_room(self, session_id: str, tenant_id: int, mailbox: str) -> None:
        messages = 0 if self.is_away else len(self.messages.get((tenant_id, mailbox), ()))
        self.answers.append((session_id, RoomFound(messages, self.has_room)))

    def take(self) -> tuple[tuple[str, MessagesFound | RoomFound], ...]:
        taken, self.answers = tuple(self.answers), []
        return taken


@dataclass
class FakeRecorder:
    """Remembers who is recorded into which files; grows by a kilobyte whenever somebody looks."""

    is_broken: bool = False
    is_stuck: bool = False
    running: dict[str, tuple[str, ...]] = field(default_factory=dict)
    heard: dict[str, tuple[tuple[LegId, ...], tuple[LegId, ...]]] = field(default_factory=dict)
    ended: list[str] = field(default_factory=list)
    grown: int = 0

    def begin(self, recording: str, paths: Sequence[str]) -> None:
        if self.is_broken:
            raise RecorderError("no such place")
        self.running[recording] = tuple(paths)

    def mix(self, recording: str, caller_side: Sequence[LegId], callee_side: Sequence[LegId]) -> None:
        self.heard[recording] = (tuple(caller_side), tuple(callee_side))

    def end(self, recording: str) -> None:
        del self.running[recording]
        self.ended.append(recording)

    def sizes(self) -> Mapping[str, int]:
        self.grown += 0 if self.is_stuck else 1000
        return dict.fromkeys(self.running, self.grown)


@dataclass
class FakeRecordingRoom:
    left: dict[int, int] = field(default_factory=dict)
    is_full: bool = False

    def is_disk_full(self) -> bool:
        return self.is_full

    def left_bytes(self, tenant_id: int) -> int | None:
        return self.left.get(tenant_id)


@dataclass
class FakeServers:
    """Companies' servers: a test says what they answer, or nothing at all."""

    says: ServerWish | None = None
    decides: Callable[[AskServer], ServerWish] | None = None
    asked: list[AskServer] = field(default_factory=list)
    answers: list[tuple[str, ServerAnswered]] = field(default_factory=list)

    def ask(self, session_id: str, tenant_id: int, asked: AskServer) -> None:
        self.asked.append(asked)
        wish = self.says if self.decides is None else self.decides(asked)
        if wish is not None:
            self.answers.append((session_id, ServerAnswered(asked.asked, wish)))

    def take(self) -> tuple[tuple[str, ServerAnswered], ...]:
        taken, self.answers = tuple(self.answers), []
        return taken


class WorkerInMemory:
    """A runner with all its fakes and a few words to play a call with. Sessions are called s1, s2, ..."""

    def __init__(self, *, capacity: int = 100, drain_timeout_s: float = 30.0) -> None:
        inbox: Inbox = deque()
        self.clock = FakeClock()
        self.sip = FakeSip(inbox)
        self.snapshots = FakeSnapshots({ACME.tenant_id: ACME, GLOBEX.tenant_id: GLOBEX})
        self.contacts = FakeContacts({f"{BOB}@{ACME_DOMAIN}": (BOBS_DESK, BOBS_MOBILE)})
        self.events = RecordedEvents()
        self.commands = FakeCommands()
        self.stored_use = FakeStoredUse()
        self.mailboxes = FakeMailboxes()
        self.recorder = FakeRecorder()
        self.recording_room = FakeRecordingRoom()
        self.servers = FakeServers()
        numbers = itertools.count(1)
        self.runner = Runner(
            ports=Ports(
                self.sip,
                self.snapshots,
                self.contacts,
                self.events,
                self.commands,
                self.clock,
                self.stored_use,
                self.mailboxes,
                self.recorder,
                self.recording_room,
                self.servers,
            ),
            inbox=inbox,
            settings=RunnerSettings("worker-0", capacity=capacity, drain_timeout_s=drain_timeout_s),
            new_session_id=lambda: f"s{next(numbers)}",
        )

    def hear(self, *signals: InviteReceived | LegSignal) -> None:
        """Let these arrive together and the runner work them off."""
        self.sip.inbox.extend(signals)
        self.runner.run_once(0.02)

    def wait(self, seconds: float) -> None:
        self.clock.seconds += seconds
        self.runner.run_once(0.02)

    def command(self, name: str, tenant_id: int, session_id: str, **arguments: object) -> CommandReply:
        self.commands.waiting.append(Command("c1", name, tenant_id, session_id, arguments))
        self.runner.run_once(0.02)
        return self.commands.replies.pop("c1")

    def dialled_legs(self) -> list[LegId]:
        return [action.leg for action in self.sip.actions if isinstance(action, DialLeg)]

    def cdr(self, session_id: str = "s1") -> CallDetail:
        """The record these events make; there must be one."""
        detail = assemble(self.events.of(session_id))
        assert detail is not None, "the call has not ended"
        return detail
