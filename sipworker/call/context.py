"""What a call is about: fixed when it starts, read by its session and its features."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from callmanager.domain.dialplan import IncomingCall
from callmanager.domain.music import MusicChoice
from callmanager.domain.snapshot import TenantSnapshot
from callmanager.domain.trunk_entry import TrunkEntry
from sipworker.call.requests import Side
from sipworker.call.signals import InviteReceived, LegId

ANONYMOUS = "anonymous"
# RFC 3323 section 4.1.1.3: the host of somebody who does not want to be known.
ANONYMOUS_HOST = "anonymous.invalid"


class Direction(StrEnum):
    """Where a call came from and what was dialled; forwarding it outside changes nothing of that."""

    EXTENSION = "ext"
    IN = "in"
    OUT = "out"


@dataclass(frozen=True, slots=True)
class CallLimits:
    """Guards against calls that nobody ends."""

    max_call_s: float = 12 * 3600.0


@dataclass(frozen=True, slots=True)
class CallContext:
    """`snapshot` is pinned for the life of the call; None only for a call that is refused for want of one.

    So are `call` and `at`, what the dialplan was asked; None for a call that it was not asked about.
    """

    session_id: str
    invite: InviteReceived
    snapshot: TenantSnapshot | None
    limits: CallLimits = CallLimits()
    # What a held party of this call hears; chosen when the call begins.
    music: MusicChoice = ()
    call: IncomingCall | None = None
    at: datetime | None = None
    direction: Direction = Direction.EXTENSION
    # On which side of the whole call its caller is: a call that is transferred goes on as one of who is left.
    caller_side: Side = Side.CALLER
    # Of extensions, nobody but the caller may know of it.
    is_confidential: bool = False
    # The one thing here that moves on: a call never uses the name of a leg twice.
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1), compare=False, repr=False)

    @property
    def caller_leg(self) -> LegId:
        return self.invite.leg

    @property
    def caller_trunk(self) -> TrunkEntry | None:
        """The trunk that the call came over; None for a call of an extension."""
        if self.snapshot is None or not self.invite.trunk_id:
            return None
        return self.snapshot.find_trunk(self.invite.trunk_id)

    @property
    def is_from_outside(self) -> bool:
        return self.invite.trunk_id != 0

    @property
    def caller(self) -> str:
        """The number as people of the tenant may see it."""
        return ANONYMOUS if self.invite.is_private else self.invite.caller

    @property
    def caller_display_name(self) -> str:
        """The name in the tenant's directory; what is said from outside only where there is none."""
        if self.invite.is_private:
            return "Anonymous"
        if self.is_from_outside or self.snapshot is None:
            return self.invite.caller_display_name
        entry = self.snapshot.find_extension(self.invite.caller)
        return (entry.display_name if entry else "") or self.invite.caller_display_name

    @property
    def caller_domain(self) -> str:
        """Whose number the caller's is: the tenant's or, from outside, the provider's."""
        trunk = self.caller_trunk
        return trunk.host if trunk is not None else self.invite.caller_domain

    @property
    def caller_host(self) -> str:
        """What the phones that ring are told as the caller's domain.

        A number from outside gets the tenant's, so that they can call it back; but not one that would then be read as
        the address of an extension.
        """
        if self.invite.is_private:
            return ANONYMOUS_HOST
        is_like_ours = (
            self.snapshot is not None and self.snapshot.find_extension(self.invite.caller) is not None
        )
        return self.caller_domain if is_like_ours else self.invite.caller_domain

    def caller_codec(self, wanted: str) -> str:
        """The codec to answer the caller with: `wanted`, unless the caller's trunk does not have it."""
        trunk = self.caller_trunk
        allowed = {codec.upper() for codec in trunk.codecs} if trunk is not None else set()
        if not allowed or wanted.upper() in allowed:
            return wanted
        return next((codec for codec in self.invite.codecs if codec in allowed), wanted)

    def new_leg(self) -> LegId:
        """The name of the next outgoing leg, unique among all calls."""
        return f"{self.session_id}-{next(self._numbers)}"

    def new_question(self) -> str:
        """The name of something that is asked and answered later."""
        return self.new_leg()
