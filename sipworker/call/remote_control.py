"""A telephone that rings is asked to go off the hook, as if its key were pressed: NOTIFY with `Event: talk`."""

from __future__ import annotations

from dataclasses import dataclass

from sipworker.call.party import LegId


@dataclass(frozen=True, slots=True)
class AskToTalk:
    """Ask the telephone of an outgoing leg that rings to answer; AskedToTalk follows."""

    leg: LegId


@dataclass(frozen=True, slots=True)
class AskedToTalk:
    """What the telephone said to that: 2xx, and LegAnswered follows; anything else, and it rings on."""

    leg: LegId
    sip_code: int
    reason: str
