"""What may be asked of a running call from outside of it: by REST, by the console, by another program."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from callmanager.domain.recording import RecordingStep
from sipworker.call.conferencing import RoomOrder
from sipworker.call.signals import Request


class Side(StrEnum):
    """Of a call: who made it, and who answered it."""

    CALLER = "caller"
    CALLEE = "callee"

    @property
    def other(self) -> Side:
        return Side.CALLEE if self is Side.CALLER else Side.CALLER


class Sides(StrEnum):
    """One of them, or both."""

    CALLER = "caller"
    CALLEE = "callee"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class HoldRequested(Request):
    """Hold the call for somebody: `side` is who holds, the other one hears the music. Asking twice is once.

    Their telephone is not asked: it goes on showing the call, and is heard by nobody.
    """

    side: Side
    is_held: bool


@dataclass(frozen=True, slots=True)
class MuteRequested(Request):
    """Let the other side not hear `side`, or hear it again. Asking twice is once."""

    side: Side
    is_muted: bool


@dataclass(frozen=True, slots=True)
class PlayRequested(Request):
    """Play sounds over the conversation; what was asked for before ends."""

    sides: Sides
    sounds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StopPlayRequested(Request):
    """End PlayRequested on these sides."""

    sides: Sides


@dataclass(frozen=True, slots=True)
class DigitsRequested(Request):
    """Press these digits for somebody: `side` hears them."""

    side: Side
    digits: str
    duration_ms: int


@dataclass(frozen=True, slots=True)
class RecordingRequested(Request):
    """Somebody wants the call's recording started, stopped, paused or resumed.

    `by` is an extension that is in the call; empty: somebody of the company, who may do more.
    """

    step: RecordingStep
    by: str = ""


@dataclass(frozen=True, slots=True)
class TransferRequested(Request):
    """Let whom `extension` talks with talk to `target` instead, with the rights of `extension`."""

    extension: str
    target: str


@dataclass(frozen=True, slots=True)
class AttendedTransferRequested(Request):
    """Let whom `extension` talks with in this call and in `to_session` talk to each other."""

    extension: str
    to_session: str


@dataclass(frozen=True, slots=True)
class RedirectRequested(Request):
    """Send a call that rings to a number, or to the mailbox of an extension, instead of where it rings.

    `extension` is who asks and is rung; empty: somebody of the company.
    """

    target: str = ""
    mailbox: str = ""
    extension: str = ""


@dataclass(frozen=True, slots=True)
class TalkRequested(Request):
    """Let a telephone that rings answer by itself. `extension`: whose; empty where only one is rung."""

    extension: str = ""


@dataclass(frozen=True, slots=True)
class RoomOrdered(Request):
    """`is_on`: lock or mute; otherwise unlock or unmute. The others know no opposite. Asking twice is once."""

    order: RoomOrder
    is_on: bool = True


@dataclass(frozen=True, slots=True)
class CallWanted:
    """A call that shall be made: not asked of a call that runs already."""

    caller: str
    callee: str
    ring_timeout_s: int
    is_auto_answered: bool = False
    request_id: str = ""
    # What the caller's telephone shows; empty: whom the call is for.
    shown_name: str = ""


@dataclass(frozen=True, slots=True)
class InvitationWanted:
    """A conference room shall call somebody: an extension, or a number outside as one of the company would dial it."""

    room: str
    number: str
    ring_timeout_s: int
    request_id: str = ""
