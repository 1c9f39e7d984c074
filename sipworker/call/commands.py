"""The commands that the web side may give to a running call, each with its arguments. Nothing is done here.

A row more is a feature more for REST and console: its reader makes a Request, and whatever the call is doing at that
moment answers it with AnswerRequest.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from callmanager.domain.outcome import EndedBy
from callmanager.domain.recording import RecordingStep
from sipworker.call.command_arguments import WRONG, ArgumentError, Arguments
from sipworker.call.conferencing import RoomOrder
from sipworker.call.requests import (
    AttendedTransferRequested,
    CallWanted,
    DigitsRequested,
    HoldRequested,
    InvitationWanted,
    MuteRequested,
    PlayRequested,
    RecordingRequested,
    RedirectRequested,
    RoomOrdered,
    Side,
    Sides,
    StopPlayRequested,
    TalkRequested,
    TransferRequested,
)
from sipworker.call.signals import HangUpRequested, Request

Reader = Callable[[Arguments], Request | HangUpRequested]

MAX_SOUNDS = 20
DIGITS = re.compile(r"[0-9A-D*#]{1,64}")


def read_request(name: str, arguments: Mapping[str, object]) -> Request | HangUpRequested:
    """KeyError for a command that is not in the table, ArgumentError for what can't be read."""
    reader, given = COMMANDS[name], Arguments(arguments)
    request = reader(given)
    given.finish()
    return request


def read_new_call(name: str, arguments: Mapping[str, object]) -> CallWanted | InvitationWanted:
    """The same for what begins a call."""
    reader, given = NEW_CALLS[name], Arguments(arguments)
    wanted = reader(given)
    given.finish()
    return wanted


def _hang_up(arguments: Arguments) -> HangUpRequested:
    return HangUpRequested(EndedBy.API, "Hung up by request")


def _send_digits(arguments: Arguments) -> DigitsRequested:
    digits = arguments.text("digits", longest=64)
    if not DIGITS.fullmatch(digits):
        raise ArgumentError(WRONG, "digits", "0 to 9, A to D, * and # only")
    side = arguments.choice("side", Side, default=Side.CALLEE)
    return DigitsRequested(side, digits, arguments.whole("duration_ms", 40, 2000, default=160))


def _hold(arguments: Arguments) -> HoldRequested:
    return HoldRequested(arguments.choice("side", Side), arguments.flag("is_held", default=True))


def _mute(arguments: Arguments) -> MuteRequested:
    return MuteRequested(arguments.choice("side", Side), arguments.flag("is_muted", default=True))


def _play(arguments: Arguments) -> PlayRequested:
    sides = arguments.choice("side", Sides, default=Sides.BOTH)
    return PlayRequested(sides, arguments.texts("sounds", most=MAX_SOUNDS))


def _stop_play(arguments: Arguments) -> StopPlayRequested:
    return StopPlayRequested(arguments.choice("side", Sides, default=Sides.BOTH))


def _record(arguments: Arguments) -> RecordingRequested:
    step = arguments.choice("step", RecordingStep)
    return RecordingRequested(step, arguments.text("by", default="", longest=20))


def _transfer(arguments: Arguments) -> TransferRequested:
    return TransferRequested(arguments.text("extension", longest=64), arguments.text("target", longest=64))


def _attended_transfer(arguments: Arguments) -> AttendedTransferRequested:
    return AttendedTransferRequested(
        arguments.text("extension", longest=64), arguments.text("to_session", longest=128)
    )


def _redirect(arguments: Arguments) -> RedirectRequested:
    """One of the two: a number, or whose mailbox."""
    target = arguments.text("target", default="", longest=64)
    mailbox = arguments.text("mailbox", default="", longest=64)
    if bool(target) is bool(mailbox):
        raise ArgumentError(WRONG, "target", "either a target or a mailbox")
    return RedirectRequested(target, mailbox, arguments.text("extension", default="", longest=64))


def _answer(arguments: Arguments) -> TalkRequested:
    return TalkRequested(arguments.text("extension", default="", longest=64))


def _room(arguments: Arguments) -> RoomOrdered:
    """What is asked of a conference room is asked of the call of somebody in it."""
    return RoomOrdered(arguments.choice("order", RoomOrder), arguments.flag("is_on", default=True))


COMMANDS: Mapping[str, Reader] = {
    "hang_up": _hang_up,
    "send_digits": _send_digits,
    "hold": _hold,
    "mute": _mute,
    "play": _play,
    "stop_play": _stop_play,
    "record": _record,
    "transfer": _transfer,
    "attended_transfer": _attended_transfer,
    "redirect": _redirect,
    "answer": _answer,
    "conference": _room,
}


def _create(arguments: Arguments) -> CallWanted:
    return CallWanted(
        caller=arguments.text("caller", longest=64),
        callee=arguments.text("callee", longest=64),
        ring_timeout_s=arguments.whole("ring_timeout_s", 5, 120, default=30),
        is_auto_answered=arguments.flag("is_auto_answered", default=False),
        request_id=arguments.text("request_id", default="", longest=128),
    )


def _invite(arguments: Arguments) -> InvitationWanted:
    return InvitationWanted(
        room=arguments.text("room", longest=64),
        number=arguments.text("number", longest=64),
        ring_timeout_s=arguments.whole("ring_timeout_s", 5, 120, default=30),
        request_id=arguments.text("request_id", default="", longest=128),
    )


# Those that begin a call of their own: `session_id` names it, `worker` who shall have it.
NEW_CALLS: Mapping[str, Callable[[Arguments], CallWanted | InvitationWanted]] = {
    "create": _create,
    "conference_invite": _invite,
}
