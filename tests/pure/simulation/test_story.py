"""A simulated call as people read it."""

from __future__ import annotations

from callmanager.domain.call_assumptions import Assumptions, PhoneState, TrunkAnswer, TrunkState
from callmanager.domain.call_simulation import Simulated, simulate
from callmanager.domain.call_story import lines_of, tell
from callmanager.domain.forwarding import ForwardHours, ForwardRule, ForwardStatus, ForwardWhen
from callmanager.domain.inbound_rules import InboundRule
from callmanager.domain.stations import StationKind
from tests.cast import BOB, CAROL
from tests.pure.dialplan.company import (
    FIRST,
    MORNING,
    company,
    outsider_calls,
    to_extension,
    to_outside,
    with_extension,
)

RULES = (
    InboundRule(1, "Main number", FIRST, "493055500", None, to_extension(BOB)),
    InboundRule(2, "Fax", FIRST, "493055501", None, to_extension(CAROL)),
)
FORWARD = ForwardRule(
    ForwardStatus.AVAILABLE, ForwardHours.OFFICE_HOURS, ForwardWhen.NO_ANSWER, to_outside("+4917099999"), 12
)
COMPANY = with_extension(company(inbound_rules=RULES), BOB, forwards=(FORWARD,))
ASSUMED = Assumptions({BOB: PhoneState.NO_ANSWER}, {FIRST: TrunkAnswer(TrunkState.FULL)})
STORY = tell(simulate(Simulated(outsider_calls("493055500"), MORNING, ASSUMED), COMPANY), COMPANY)


def test_the_line_has_every_station_from_the_caller_to_the_end() -> None:
    assert [(station.at_s, station.kind.value) for station in STORY] == [
        (0, "caller"),
        (0, "rule"),
        (0, "hours"),
        (0, "hours"),
        (0, "ring"),
        (12, "forwarding"),
        (12, "right"),
        (12, "rule"),
        (12, "trunk"),
        (12, "trunk"),
        (12, "answered"),
    ]


def test_the_text_says_all_that_the_picture_shows() -> None:
    text = lines_of(STORY)
    assert text[:4] == [
        "   0 s  +4917012345 over First line calls 493055500: Monday 2 March 2026, 09:00 in Europe/Berlin",
        "   0 s  Inbound rule “Main number”",
        "          not Rule “Fax”: It is for 493055501.",
        "   0 s  The office hours: Open: Monday 09:00 in Europe/Berlin.",
    ]
    assert "          INVITE: sip:+4917099999@sip.first.example" in text
    assert "          If busy or declined: 486 Busy" in text
    assert text[-1] == "  12 s  +4917099999 answers, over Second line"


def test_a_trunk_that_failed_says_what_follows() -> None:
    trunks = [station.answer for station in STORY if station.kind is StationKind.TRUNK]
    assert trunks == ["Full (503): on to the next trunk", "Answered"]


def test_a_refused_call_ends_with_what_the_caller_hears() -> None:
    call = outsider_calls("4999")
    end = tell(simulate(Simulated(call, MORNING), COMPANY), COMPANY)[-1]
    assert (end.kind, end.title, end.detail) == (
        StationKind.REFUSED,
        "No such number",
        "The caller hears 404",
    )
