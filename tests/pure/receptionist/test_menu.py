"""What a caller's keys mean to a virtual receptionist: options, waiting with #, numbers of the company, the rest."""

from __future__ import annotations

import pytest

from callmanager.domain.destination import END_CALL, Destination, DestinationKind
from callmanager.domain.receptionist import (
    POUND_WAIT_S,
    REPEAT,
    Choice,
    InputMode,
    Menu,
    MenuInputError,
    MenuOption,
    ReadAs,
    Reading,
    ReceptionistEntry,
    read_keys,
)

SALES, SUPPORT, HOME = (
    Choice(Destination(DestinationKind.EXTENSION, number)) for number in ("555", "518", "101")
)
PEOPLE = {"101", "102", "555", "518", "570", "2001"}


def menu(**options: Choice) -> Menu:
    return Menu(tuple(MenuOption(keys.removeprefix("_"), choice) for keys, choice in options.items()))


def read(desk: ReceptionistEntry, shown: Menu, digits: str, *, is_last: bool = False) -> Reading:
    return desk.read(shown, digits, PEOPLE.__contains__, is_last=is_last)


DESK = ReceptionistEntry("800", "test")
MENU = menu(_0=Choice(END_CALL), _2=HOME, _3=REPEAT, **{"_1#": SALES, "_4X": SUPPORT, "_42": SALES})


@pytest.mark.parametrize(
    ("digits", "choice"),
    [
        ("0", Choice(END_CALL)),
        ("2", HOME),
        ("3", REPEAT),
        ("41", SUPPORT),
        ("42", SALES),
    ],
)
def test_an_option_is_taken_at_once(digits: str, choice: Choice) -> None:
    assert read(DESK, MENU, digits) == Reading(ReadAs.OPTION, choice)


def test_a_pound_sign_behind_an_option_waits_three_seconds_for_a_longer_number() -> None:
    assert read(DESK, MENU, "1") == Reading(ReadAs.MORE, wait_s=POUND_WAIT_S)
    assert read(DESK, MENU, "1", is_last=True) == Reading(ReadAs.OPTION, SALES)
    assert read(DESK, MENU, "10").read_as is ReadAs.MORE
    assert read(DESK, MENU, "101") == Reading(ReadAs.NUMBER, number="101")


@pytest.mark.parametrize("digits", ["5", "4", "10", "*", "9999", "55"])
def test_what_may_become_something_is_waited_for_and_then_unknown(digits: str) -> None:
    assert read(DESK, MENU, digits) == Reading(ReadAs.MORE, wait_s=2)
    assert read(DESK, MENU, digits, is_last=True) == Reading(ReadAs.UNKNOWN)


def test_a_number_is_looked_up_as_the_receptionist_says() -> None:
    fixed = ReceptionistEntry("801", "fixed", input_mode=InputMode.AFTER_DIGITS, digits=3)
    pound = ReceptionistEntry("802", "pound", input_mode=InputMode.POUND)
    nothing = Menu()
    assert read(DESK, nothing, "2001") == Reading(ReadAs.NUMBER, number="2001")
    assert read(fixed, nothing, "10").read_as is ReadAs.MORE
    assert read(fixed, nothing, "101") == Reading(ReadAs.NUMBER, number="101")
    assert read(fixed, nothing, "109") == Reading(ReadAs.UNKNOWN)
    assert read(fixed, nothing, "2001") == Reading(ReadAs.UNKNOWN)
    assert read(pound, nothing, "101").read_as is ReadAs.MORE
    assert read(pound, nothing, "101", is_last=True) == Reading(ReadAs.NUMBER, number="101")
    assert read(pound, nothing, "109", is_last=True) == Reading(ReadAs.UNKNOWN)


def test_numbers_are_none_of_its_business_where_that_is_switched_off() -> None:
    closed = ReceptionistEntry(
        "803", "closed", takes_numbers=False, input_mode=InputMode.AFTER_DIGITS, digits=1
    )
    assert read(closed, MENU, "101").read_as is ReadAs.MORE
    assert read(closed, MENU, "101", is_last=True).read_as is ReadAs.UNKNOWN


def test_a_fax_machine_is_taken_by_its_own_option_alone() -> None:
    fax = menu(F=SALES, _X=SUPPORT)
    assert read(DESK, fax, "F") == Reading(ReadAs.OPTION, SALES)
    assert fax.find("5") == MenuOption("X", SUPPORT)
    assert menu(_X=SUPPORT).find("F") is None


def test_nobody_presses_keys_for_ever() -> None:
    assert read(DESK, MENU, "9" * 20).read_as is ReadAs.UNKNOWN


@pytest.mark.parametrize(
    ("text", "keys"), [("2", "2"), (" 1# ", "1#"), ("f", "F"), ("4x", "4X"), ("*9", "*9")]
)
def test_keys_are_stored_in_one_way(text: str, keys: str) -> None:
    assert read_keys(text) == keys


@pytest.mark.parametrize("text", ["", "#", "1#2", "123456789", "A", "F#", "XF", "1F", "٣", "2;3", "sip:101"])
def test_what_nobody_can_press_is_refused(text: str) -> None:
    with pytest.raises(MenuInputError) as refused:
        read_keys(text)
    assert refused.value.code == "keys_format"
