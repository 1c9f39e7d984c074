"""Action URLs of virtual receptionists (manual 5.9): who or what sets one off, what a server is asked, and how its
answer is read. Pure; whoever asks the server stands elsewhere.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlencode, urlsplit, urlunsplit

from callmanager.domain.destination import END_CALL, Destination
from callmanager.domain.number_range import NumberPatternError, NumberRange, number_key, parse_number_range

MAX_ACTIONS, MAX_MATCHES = 20, 100
# What the caller can press at all, see `receptionist.MAX_DIGITS`.
MAX_MATCH_DIGITS = 20
ANSWER_BYTES_MAX = 65_536
_GOOD = 200
_TARGET_MAX = 64


class ActionTrigger(StrEnum):
    """What is looked up in the match list: what the caller presses, or the caller's own number."""

    DTMF = "dtmf"
    CALLER_NUMBER = "caller_number"


class ActionMethod(StrEnum):
    GET = "get"
    POST = "post"


class ActionAnswer(StrEnum):
    """What a server wishes; `failed`: it said nothing that could be obeyed."""

    CALL = "call"
    HANGUP = "hangup"
    REPEAT = "repeat"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class MenuAction:
    """One line of the Action URL tab. `url` is asked or, without one, `number` is called at once.

    `password` is sealed: only who asks the server opens it.
    """

    name: str
    trigger: ActionTrigger
    matches: tuple[NumberRange, ...]
    url: str = ""
    number: str = ""
    method: ActionMethod = ActionMethod.GET
    username: str = ""
    password: str = field(default="", repr=False)
    connect_timeout_s: int = 5
    answer_timeout_s: int = 10

    def takes(self, number: str) -> bool:
        return any(number in one for one in self.matches)

    def may_take_longer(self, digits: str) -> bool:
        """Whether more digits after these could match."""
        return digits.isdigit() and any(_may_become(one, digits) for one in self.matches)

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""


@dataclass(frozen=True, slots=True)
class ServerWish:
    """`why` says for people what was wrong where `answer` is `failed`."""

    answer: ActionAnswer
    destination: str = ""
    why: str = ""


def find_action(actions: Iterable[MenuAction], trigger: ActionTrigger, number: str) -> MenuAction | None:
    return next((one for one in actions if one.trigger is trigger and one.takes(number)), None)


def parse_matches(text: str) -> tuple[NumberRange, ...]:
    """ "22; 33; 860000-880000", each number once; raises NumberPatternError."""
    ranges: list[NumberRange] = []
    for written in (part.strip() for part in text.replace(",", ";").split(";")):
        if not written:
            continue
        if "*" in written:
            message = f"“{written[:40]}” is neither a number (22) nor a range (860000-880000)."
            raise NumberPatternError("number_pattern", message)
        found = parse_number_range(written)
        if found.digits > MAX_MATCH_DIGITS:
            raise NumberPatternError("number_length", f"A number has at most {MAX_MATCH_DIGITS} digits.")
        if twice := first_shared(ranges, (found,)):
            raise NumberPatternError("duplicate", f"{twice} stands there twice.")
        ranges.append(found)
    if not ranges:
        raise NumberPatternError("required", "Which numbers? Such as 22;33 or 860000-880000.")
    if len(ranges) > MAX_MATCHES:
        raise NumberPatternError("max_length", f"At most {MAX_MATCHES} numbers and ranges.")
    return tuple(ranges)


def matches_words(matches: Sequence[NumberRange]) -> str:
    return ";".join(_range_words(one) for one in matches)


def first_shared(some: Iterable[NumberRange], others: Sequence[NumberRange]) -> str:
    """The first number that both contain; empty: none."""
    for one in some:
        for other in others:
            if shared := one.overlap(other):
                return shared.example
    return ""


def is_only_one(matches: Sequence[NumberRange], number: str) -> bool:
    """Whether the number itself was written down, not only a range that holds it, as of bank cards."""
    return any(one.first == one.last and number in one for one in matches)


def question(*, caller: str, caller_name: str, number: str, name: str, pressed: str) -> dict[str, str]:
    """The parameters of the manual, in its order."""
    return {
        "from": caller,
        "to": number,
        "input": pressed,
        "from_name": caller_name,
        "account_name": name,
    }


def address_with(url: str, asked: Mapping[str, str]) -> str:
    """The address of a GET; a query that it has already stays."""
    parts = urlsplit(url)
    query = "&".join(part for part in (parts.query, urlencode(asked)) if part)
    return urlunsplit((parts.scheme, parts.netloc, parts.path or "/", query, ""))


def read_answer(status: int, body: bytes) -> ServerWish:
    """What a server said, as the manual writes it. HTTP's own code must be a good one; so must the answer's
    `status_code`, where it has one."""
    if not 200 <= status < 300:
        return _failed(f"The server answered {status}.")
    if len(body) > ANSWER_BYTES_MAX:
        return _failed("The answer is too long.")
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return _failed("The answer is not JSON.")
    if not isinstance(document, dict):
        return _failed("The answer is no JSON object.")
    if str(document.get("status_code", _GOOD)) != str(_GOOD):
        return _failed(f"The answer's status_code is {str(document['status_code'])[:20]}.")
    match document.get("action"):
        case "hangup":
            return ServerWish(ActionAnswer.HANGUP)
        case "repeat":
            return ServerWish(ActionAnswer.REPEAT)
        case "call":
            return _call(document.get("destination"))
        case _:
            return _failed("The answer's action is none of call, hangup and repeat.")


def wished_destination(wish: ServerWish, called: Destination | None) -> Destination | None:
    """`called` is what the number leads to. None: the prompt again."""
    return {ActionAnswer.HANGUP: END_CALL, ActionAnswer.CALL: called}.get(wish.answer)


def _call(destination: object) -> ServerWish:
    number = str(destination).strip() if isinstance(destination, str | int) else ""
    if not number or len(number) > _TARGET_MAX or isinstance(destination, bool):
        return _failed("The answer says to call, but no destination.")
    return ServerWish(ActionAnswer.CALL, number)


def _failed(why: str) -> ServerWish:
    return ServerWish(ActionAnswer.FAILED, why=why)


def _range_words(one: NumberRange) -> str:
    first, last = (f"{end:0{one.digits}d}" for end in (one.first, one.last))
    return first if first == last else f"{first}-{last}"


def _may_become(one: NumberRange, digits: str) -> bool:
    key, missing = number_key(digits), one.digits - len(digits)
    if key is None or missing <= 0:
        return False
    longer: int = 10**missing
    return key[1] * longer <= one.last and (key[1] + 1) * longer > one.first
