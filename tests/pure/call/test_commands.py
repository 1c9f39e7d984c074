"""Commands of the web side as requests to a call: every argument is read by its type, or refused by its name."""

from __future__ import annotations

import pytest

from callmanager.domain.outcome import EndedBy
from sipworker.call.command_arguments import ArgumentError, Arguments
from sipworker.call.commands import read_request
from sipworker.call.requests import (
    AttendedTransferRequested,
    DigitsRequested,
    HoldRequested,
    MuteRequested,
    PlayRequested,
    Side,
    Sides,
    StopPlayRequested,
    TransferRequested,
)
from sipworker.call.signals import HangUpRequested, Request


@pytest.mark.parametrize(
    ("name", "arguments", "request_"),
    [
        ("hang_up", {}, HangUpRequested(EndedBy.API, "Hung up by request")),
        ("send_digits", {"digits": "12#"}, DigitsRequested(Side.CALLEE, "12#", 160)),
        (
            "send_digits",
            {"digits": "A", "side": "caller", "duration_ms": 40},
            DigitsRequested(Side.CALLER, "A", 40),
        ),
        ("hold", {"side": "caller"}, HoldRequested(Side.CALLER, True)),
        ("hold", {"side": "callee", "is_held": False}, HoldRequested(Side.CALLEE, False)),
        ("mute", {"side": "callee"}, MuteRequested(Side.CALLEE, True)),
        ("play", {"sounds": ["stored:a"]}, PlayRequested(Sides.BOTH, ("stored:a",))),
        ("stop_play", {"side": "caller"}, StopPlayRequested(Sides.CALLER)),
        ("transfer", {"extension": "101", "target": "103"}, TransferRequested("101", "103")),
        (
            "attended_transfer",
            {"extension": "101", "to_session": "s2"},
            AttendedTransferRequested("101", "s2"),
        ),
    ],
)
def test_a_command_becomes_a_request(
    name: str, arguments: dict[str, object], request_: Request | HangUpRequested
) -> None:
    assert read_request(name, arguments) == request_


@pytest.mark.parametrize(
    ("name", "arguments", "code", "message"),
    [
        ("hang_up", {"why": "x"}, "argument_unknown", "why: the command does not know this argument"),
        ("hold", {}, "argument_missing", "side: this argument is needed"),
        ("send_digits", {}, "argument_missing", "digits: this argument is needed"),
        ("send_digits", {"digits": 12}, "argument_wrong", "digits: a text is wanted"),
        ("send_digits", {"digits": ""}, "argument_wrong", "digits: 1 to 64 characters"),
        ("send_digits", {"digits": "1" * 65}, "argument_wrong", "digits: 1 to 64 characters"),
        ("send_digits", {"digits": "1;2"}, "argument_wrong", "digits: 0 to 9, A to D, * and # only"),
        ("send_digits", {"digits": "1\n"}, "argument_wrong", "digits: 0 to 9, A to D, * and # only"),
        ("send_digits", {"digits": "1", "side": "both"}, "argument_wrong", "side: one of caller, callee"),
        (
            "send_digits",
            {"digits": "1", "duration_ms": True},
            "argument_wrong",
            "duration_ms: a whole number from 40 to 2000",
        ),
        (
            "send_digits",
            {"digits": "1", "duration_ms": 39},
            "argument_wrong",
            "duration_ms: a whole number from 40 to 2000",
        ),
    ],
)
def test_an_argument_that_cannot_be_is_refused_by_its_name(
    name: str, arguments: dict[str, object], code: str, message: str
) -> None:
    with pytest.raises(ArgumentError) as refused:
        read_request(name, arguments)
    assert (refused.value.code, str(refused.value)) == (code, message)


def test_an_unknown_command_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        read_request("explode", {})


@pytest.mark.parametrize("value", [None, 1, "yes"])
def test_a_flag_is_true_or_false_and_nothing_like_it(value: object) -> None:
    with pytest.raises(ArgumentError):
        Arguments({"is_held": value}).flag("is_held")


@pytest.mark.parametrize("value", [[], ["a", ""], ["a", 1], "a", ["a"] * 4])
def test_a_list_of_texts_has_texts_and_not_too_many(value: object) -> None:
    with pytest.raises(ArgumentError):
        Arguments({"files": value}).texts("files", most=3)
