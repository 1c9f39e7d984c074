"""What a call is about: fixed when it starts, read by its session and its features."""

from __future__ import annotations

from dataclasses import dataclass

from callmanager.domain.music import MusicChoice
from callmanager.domain.snapshot import TenantSnapshot
from sipworker.call.signals import InviteReceived, LegId


@dataclass(frozen=True, slots=True)
class CallLimits:
    """Guards against calls that nobody ends."""

    max_call_s: float = 12 * 3600.0


@dataclass(frozen=True, slots=True)
class CallContext:
    """`snapshot` is pinned for the life of the call; None only for a call that is refused for want of one."""

    session_id: str
    invite: InviteReceived
    snapshot: TenantSnapshot | None
    limits: CallLimits = CallLimits()
    # What a held party of this call hears; chosen when the call begins.
    music: MusicChoice = ()

    @property
    def caller_leg(self) -> LegId:
        return self.invite.leg

    @property
    def caller_display_name(self) -> str:
        """The name in the tenant's directory; what the phone says of itself only where there is none."""
        entry = self.snapshot.find_extension(self.invite.caller) if self.snapshot else None
        return (entry.display_name if entry else "") or self.invite.caller_display_name

    def target_leg(self, index: int) -> LegId:
        """The name of the outgoing leg with this number, unique among all calls."""
        return f"{self.session_id}-{index}"
