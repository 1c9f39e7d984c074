"""What happened at a virtual receptionist, in words for people."""

from __future__ import annotations

from typing import assert_never

from callmanager.domain.call_trace import Considered
from callmanager.domain.decisions import AnswerMenu
from callmanager.domain.destination import Destination, DestinationKind
from callmanager.domain.menu_simulation import MenuHeard, Pressed
from callmanager.domain.receptionist import Choice, ReadAs
from callmanager.domain.stations import Station, StationKind, Tone

NAMES = {
    DestinationKind.EXTENSION: "extension {}",
    DestinationKind.EXTERNAL_NUMBER: "{} outside",
    DestinationKind.VOICEMAIL: "the mailbox of {}",
    DestinationKind.RING_GROUP: "the ring group {}",
    DestinationKind.RECEPTIONIST: "the receptionist {}",
    DestinationKind.CALL_QUEUE: "the call queue {}",
    DestinationKind.CONFERENCE: "the conference room {}",
    DestinationKind.END_CALL: "the end of the call",
}


def destination_words(destination: Destination) -> str:
    return NAMES[destination.kind].format(destination.target)


def choice_words(choice: Choice) -> str:
    return destination_words(choice.destination) if choice.destination is not None else "the prompt again"


def menu_words(heard: MenuHeard) -> str:
    """ "The caller presses 9, which is unknown; presses 2."""
    return f"The caller {'; '.join(_pressed_words(one) for one in heard.pressed)}"


def menu_station(
    decision: AnswerMenu, heard: MenuHeard | None, at_s: int, lost: tuple[Considered, ...]
) -> Station:
    wanted = heard.wanted if heard is not None else None
    details = ["Outside of its hours"] if decision.is_closed else []
    if heard is not None and heard.pressed:
        details.append(menu_words(heard))
    return Station(
        StationKind.MENU,
        at_s,
        f"The receptionist {decision.name} ({decision.number}) answers",
        ". ".join(details),
        f"To {destination_words(wanted)}" if wanted is not None else "Nothing was chosen",
        Tone.PLAIN if wanted is not None else Tone.WARN,
        lost,
    )


def _pressed_words(one: Pressed) -> str:
    if one.read_as is ReadAs.ACTION:
        how = f"presses {one.keys}" if one.keys else "is known by number"
        said = "which gets no answer" if one.has_failed else f"which leads to {choice_words(one.choice)}"
        return f"{how}: Action URL {one.action}, {said}"
    if one.has_failed:
        return "comes back, because nobody took the call"
    match one.read_as:
        case ReadAs.MORE:
            return "presses nothing in time"
        case ReadAs.OPTION:
            return f"presses {one.keys}"
        case ReadAs.NUMBER:
            return f"dials {one.keys}"
        case ReadAs.ACTION | ReadAs.UNKNOWN:
            return f"presses {one.keys}, which is unknown"
    assert_never(one.read_as)
