"""What a call hears of transfers, and what the one who transfers is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from callmanager.domain.decisions import Decision
from callmanager.domain.incoming_call import IncomingCall
from callmanager.domain.snapshot import TenantSnapshot
from sipworker.call.other_calls import FoundCall
from sipworker.call.party import LegId


@dataclass(frozen=True, slots=True)
class TransferAsked:
    """A telephone has sent REFER: the other side is to talk to `target@domain` instead.

    With `is_attended`, to whom `replaces` is connected with in another call; empty where it is no leg of ours. The
    runtime makes TransferDecided of this.
    """

    leg: LegId
    target: str
    domain: str
    is_attended: bool = False
    replaces: LegId = ""


@dataclass(frozen=True, slots=True)
class TransferDecided:
    """The dialplan's word on a transfer, asked as if who transfers called the target himself.

    `consulted` is the other call of an attended transfer, as seen from who is to be talked to. `is_request`: a program
    asks and waits for AnswerRequest, no telephone hears of it.
    """

    leg: LegId
    target: str
    call: IncomingCall
    snapshot: TenantSnapshot
    at: datetime
    decision: Decision
    consulted: FoundCall | None = None
    is_request: bool = False


@dataclass(frozen=True, slots=True)
class ReportTransfer:
    """Tell the telephone that sent REFER how it goes: 180 rings, 300 and above failed, and is the last."""

    leg: LegId
    sip_code: int


@dataclass(frozen=True, slots=True)
class DismissLeg:
    """Its call is transferred: tell the telephone so, which hangs up by itself then; if it does not, hang up soon."""

    leg: LegId


NOT_NOW = 403
PENDING = 491
UNKNOWN_DIALOG = 481
