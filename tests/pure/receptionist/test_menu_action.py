"""Action URLs: what sets them off, what is asked, and how every kind of answer is read."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from callmanager.domain.destination import END_CALL, Destination, DestinationKind
from callmanager.domain.menu_action import (
    ActionAnswer,
    ActionTrigger,
    MenuAction,
    ServerWish,
    address_with,
    matches_words,
    parse_matches,
    question,
    read_answer,
)
from callmanager.domain.number_range import NumberPatternError
from callmanager.domain.receptionist import Choice, Menu, MenuOption, ReadAs, ReceptionistEntry
from callmanager.domain.receptionist_calls import action_destination, wished_choice
from tests.cast import ACME, BOB

CARDS = MenuAction("Cards", ActionTrigger.DTMF, parse_matches("22;33;860000-880000"), url="http://a.example/")
DESK = ReceptionistEntry("888", "Sales", actions=(CARDS,))
BOBS = Choice(Destination(DestinationKind.EXTENSION, BOB))
MENU = Menu((MenuOption("2", BOBS), MenuOption("22", BOBS), MenuOption("5", BOBS)))


def read(digits: str, *, is_last: bool = False) -> ReadAs:
    return DESK.read(MENU, digits, {"22", "33", "101"}.__contains__, is_last=is_last).read_as


@pytest.mark.parametrize(
    ("digits", "read_as"),
    [
        ("22", ReadAs.ACTION),
        ("33", ReadAs.ACTION),
        ("860000", ReadAs.ACTION),
        ("871234", ReadAs.ACTION),
        ("880000", ReadAs.ACTION),
        ("5", ReadAs.OPTION),
        ("101", ReadAs.NUMBER),
        # May still become 22, or the number of a card.
        ("2", ReadAs.MORE),
        ("8", ReadAs.MORE),
        ("87", ReadAs.MORE),
        ("88", ReadAs.MORE),
    ],
)
def test_an_action_goes_before_the_menu_and_numbers(digits: str, read_as: ReadAs) -> None:
    assert read(digits) is read_as


def test_an_option_that_begins_like_an_action_is_taken_when_no_more_comes() -> None:
    assert read("2", is_last=True) is ReadAs.OPTION
    assert read("880001", is_last=True) is ReadAs.UNKNOWN
    assert read("85", is_last=True) is ReadAs.UNKNOWN


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("22, 33", "22;33"),
        (" 101;102 ;103;", "101;102;103"),
        ("860000-880000", "860000-880000"),
        ("007", "007"),
    ],
)
def test_match_lists_are_stored_in_one_way(text: str, written: str) -> None:
    assert matches_words(parse_matches(text)) == written


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("22;22", "duplicate"),
        ("20-30;25", "duplicate"),
        ("", "required"),
        (";", "required"),
        ("44**", "number_pattern"),
        ("a", "number_pattern"),
        ("30-20", "range_order"),
        ("9-10", "range_length"),
        ("1" * 21, "number_length"),
        (";".join(str(one) for one in range(1000, 1101)), "max_length"),
    ],
)
def test_what_is_no_match_list_is_refused(text: str, code: str) -> None:
    with pytest.raises(NumberPatternError) as refused:
        parse_matches(text)
    assert refused.value.code == code


def test_the_question_is_the_manuals() -> None:
    asked = question(caller="101", caller_name="Jason", number="888", name="Sales", pressed="22")
    address = address_with("http://www.appserver.com/dest.php", asked)
    assert address == (
        "http://www.appserver.com/dest.php?from=101&to=888&input=22&from_name=Jason&account_name=Sales"
    )
    assert json.loads(json.dumps(asked)) == {
        "from": "101",
        "to": "888",
        "input": "22",
        "from_name": "Jason",
        "account_name": "Sales",
    }
    hostile = question(caller="1", caller_name="a&to=9 #é\r\n", number="888", name="x", pressed="")
    assert address_with("https://a.example?key=1#part", hostile) == (
        "https://a.example/?key=1&from=1&to=888&input=&from_name=a%26to%3D9+%23%C3%A9%0D%0A&account_name=x"
    )


@pytest.mark.parametrize(
    ("body", "wish"),
    [
        (
            '{"status_code": 200, "action": "call", "destination": "222"}',
            ServerWish(ActionAnswer.CALL, "222"),
        ),
        ('{"action": "call", "destination": 222}', ServerWish(ActionAnswer.CALL, "222")),
        ('{"status_code": "200", "action": "hangup", "destination": "9"}', ServerWish(ActionAnswer.HANGUP)),
        ('{"status_code": 200, "action": "repeat"}', ServerWish(ActionAnswer.REPEAT)),
    ],
)
def test_good_answers_are_obeyed(body: str, wish: ServerWish) -> None:
    assert read_answer(200, body.encode()) == wish


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, b'{"status_code": 200, "action": "repeat"}'),
        (302, b'{"status_code": 200, "action": "repeat"}'),
        (200, b'{"status_code": 404, "action": "repeat"}'),
        (200, b'{"status_code": null, "action": "repeat"}'),
        (200, b'{"status_code": 200, "action": "dance"}'),
        (200, b'{"status_code": 200, "action": "call"}'),
        (200, b'{"status_code": 200, "action": "call", "destination": ""}'),
        (200, b'{"status_code": 200, "action": "call", "destination": true}'),
        (200, b'{"status_code": 200, "action": "call", "destination": ["222"]}'),
        (200, b'{"status_code": 200, "action": "call", "destination": "' + b"2" * 65 + b'"}'),
        (200, b'["call"]'),
        (200, b""),
        (200, b"<html>"),
        (200, b"\xff\xfe"),
        (200, b"[" * 60_000),
        (200, b" " * 70_000),
    ],
)
def test_anything_else_is_a_failure_with_a_reason(status: int, body: bytes) -> None:
    wish = read_answer(status, body)
    assert wish.answer is ActionAnswer.FAILED
    assert wish.why


def test_nobody_is_sent_on_to_an_emergency_number() -> None:
    in_berlin = replace(ACME, numbers=replace(ACME.numbers, country="DE"))
    failed = Choice(END_CALL)
    assert action_destination(in_berlin, "112") is None
    assert wished_choice(in_berlin, ServerWish(ActionAnswer.CALL, "112"), failed) == failed


def test_a_number_of_the_company_is_never_looked_for_outside() -> None:
    absent = replace(
        ACME,
        extensions=tuple(replace(one, is_enabled=one.number != BOB) for one in ACME.extensions),
    )
    outside = Destination(DestinationKind.EXTERNAL_NUMBER, "0049301234")
    assert action_destination(ACME, BOB) == Destination(DestinationKind.EXTENSION, BOB)
    assert action_destination(absent, BOB) is None
    assert action_destination(ACME, "0049301234") == outside
    assert action_destination(ACME, "sip:bob@elsewhere.example") is None
    failed = Choice(END_CALL)
    assert wished_choice(absent, ServerWish(ActionAnswer.CALL, BOB), failed) == failed
    assert wished_choice(ACME, ServerWish(ActionAnswer.REPEAT), failed) == Choice()
    assert wished_choice(ACME, ServerWish(ActionAnswer.HANGUP), Choice()) == Choice(END_CALL)
