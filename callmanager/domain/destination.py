"""Where a call can be sent: by a rule, a forwarding or an exception. Kinds join with the services behind them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class DestinationKind(StrEnum):
    END_CALL = "end_call"
    EXTENSION = "extension"
    EXTERNAL_NUMBER = "external_number"
    VOICEMAIL = "voicemail"
    RING_GROUP = "ring_group"
    RECEPTIONIST = "receptionist"
    CALL_QUEUE = "call_queue"
    CONFERENCE = "conference"


@dataclass(frozen=True, slots=True)
class Destination:
    """`target` is the number of an extension (of voicemail: whose mailbox), a ring group, a virtual receptionist,
    a call queue or a conference room, or an outside number as people there dial it."""

    kind: DestinationKind = DestinationKind.END_CALL
    target: str = ""


END_CALL = Destination()
