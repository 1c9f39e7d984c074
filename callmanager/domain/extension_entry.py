"""One extension of a snapshot: what a worker must know of it."""

from __future__ import annotations

from dataclasses import dataclass

from callmanager.domain.call_exceptions import CallException
from callmanager.domain.forwarding import ForwardRule, PresenceStatus
from callmanager.domain.mailbox import Mailbox
from callmanager.domain.schedule import Interval


@dataclass(frozen=True, slots=True)
class ExtensionEntry:
    """`own_intervals` None: it keeps the company's hours. Limits of 0 are none. `mailbox` None: it has none.

    `did` is a number of one of the tenant's pools without `+`; calls to it ring here without a rule.
    `is_decline_final`: declining on one of its phones (603) ends the ringing of all.
    """

    number: str
    display_name: str
    is_enabled: bool = True
    ring_timeout_s: int = 30
    time_zone: str = ""
    own_intervals: tuple[Interval, ...] | None = None
    exceptions: tuple[CallException, ...] = ()
    status: PresenceStatus = PresenceStatus.AVAILABLE
    forwards: tuple[ForwardRule, ...] = ()
    mailbox: Mailbox | None = None
    did: str = ""
    outbound_caller_id: str = ""
    emergency_caller_id: str = ""
    may_set_caller_id: bool = False
    is_decline_final: bool = True
    max_external_calls: int = 0
    max_external_minutes_per_day: int = 0
    is_recorded: bool = False
