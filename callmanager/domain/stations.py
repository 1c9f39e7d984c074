"""The stations of a simulated call: what the console draws and the plain lines tell."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from callmanager.domain.call_trace import Considered


class StationKind(StrEnum):
    CALLER = "caller"
    RULE = "rule"
    HOURS = "hours"
    NUMBER = "number"
    RIGHT = "right"
    EXCEPTION = "exception"
    FORWARDING = "forwarding"
    BLACKLIST = "blacklist"
    EMERGENCY = "emergency"
    RING = "ring"
    GROUP = "group"
    MEMBER = "member"
    TRUNK = "trunk"
    SERVICE = "service"
    MENU = "menu"
    ANSWERED = "answered"
    REFUSED = "refused"


class Tone(StrEnum):
    PLAIN = "plain"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"
    IDLE = "idle"


@dataclass(frozen=True, slots=True)
class Branch:
    """What would have followed instead: "if busy", the stations of that way as short texts, and how it ends."""

    condition: str
    way: tuple[str, ...]
    end: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class Station:
    """`lost` are the things considered before this one that did not get the call."""

    kind: StationKind
    at_s: int
    title: str
    detail: str = ""
    answer: str = ""
    tone: Tone = Tone.PLAIN
    lost: tuple[Considered, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    branches: tuple[Branch, ...] = ()
