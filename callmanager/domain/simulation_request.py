"""A question to the simulator as people and programs write it, checked against the configuration it is about."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from callmanager.domain.call_assumptions import Assumptions, PhoneState, TrunkAnswer, TrunkState
from callmanager.domain.call_simulation import Simulated
from callmanager.domain.incoming_call import IncomingCall, Usage
from callmanager.domain.outbound_rules import MAX_DIALLED
from callmanager.domain.outgoing_headers import ANONYMOUS
from callmanager.domain.snapshot import TenantSnapshot

MAX_ASSUMPTIONS = 200
MAX_RUNNING_CALLS = 100_000
_NUMBER = re.compile(rf"[0-9A-Za-z+*#._-]{{1,{MAX_DIALLED}}}")
_PHONE_STATES = frozenset(state.value for state in PhoneState)
MAX_PROMPTS = 20
_KEYS = re.compile(r"(F|[0-9*#]{0,20})(=(hangup|repeat|[0-9A-Za-z+]{1,64}))?")
_CODE = re.compile(r"[3-6][0-9]{2}")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong at a field (`phones.102`), as REST and forms name it."""

    field: str
    code: str
    message: str


class SimulationInvalid(ValueError):
    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(f"{one.field}: {one.message}" for one in problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class SimulationWish:
    """`trunk_id` None: `caller` is an extension; else an outside number, empty for an anonymous caller.

    `phones` by extension: a PhoneState. `trunks` by id: a TrunkState except `code`, or a SIP code such as 486. `keys`:
    what the caller presses at the first prompt of a receptionist, at the next one, and so on; behind `=` what a server
    answers to an Action URL.
    """

    caller: str
    called: str
    trunk_id: int | None = None
    phones: Mapping[str, str] = field(default_factory=dict)
    trunks: Mapping[str, str] = field(default_factory=dict)
    keys: Sequence[str] = ()
    running_calls: int = 0
    external_calls: int = 0
    external_minutes: int = 0


def read_wish(wish: SimulationWish, snapshot: TenantSnapshot, at: datetime) -> Simulated:
    """Raises SimulationInvalid with everything that is wrong."""
    problems: list[Problem] = []
    called = _number("called", wish.called, problems)
    caller = _caller(wish, snapshot, problems)
    phones = {
        number: PhoneState(state)
        for number, state in wish.phones.items()
        if _is_phone(number, state, snapshot, problems)
    }
    trunks = {
        int(trunk): read_trunk_answer(answer)
        for trunk, answer in wish.trunks.items()
        if _is_trunk(trunk, answer, snapshot, problems)
    }
    for name, given in (("phones", wish.phones), ("trunks", wish.trunks)):
        if len(given) > MAX_ASSUMPTIONS:
            problems.append(Problem(name, "max_length", f"At most {MAX_ASSUMPTIONS} assumptions."))
    keys = _keys(wish.keys, problems)
    if problems:
        raise SimulationInvalid(problems)
    is_unknown = caller.lower() in ("", ANONYMOUS)
    call = IncomingCall(
        caller=ANONYMOUS if is_unknown else caller,
        is_private=is_unknown,
        caller_domain=snapshot.sip_domain,
        dialled=called.removeprefix("+") if wish.trunk_id else called,
        dialled_domain=snapshot.sip_domain,
        running_calls=wish.running_calls,
        trunk_id=wish.trunk_id or 0,
        usage=Usage({caller: wish.external_calls}, {caller: float(wish.external_minutes)}),
    )
    return Simulated(call, at, Assumptions(phones, trunks, keys))


def read_trunk_answer(text: str) -> TrunkAnswer:
    """A TrunkState or a SIP code; raises ValueError."""
    if _CODE.fullmatch(text):
        return TrunkAnswer(TrunkState.CODE, int(text))
    state = TrunkState(text)
    if state is TrunkState.CODE:
        raise ValueError("A code is written as its number.")
    return TrunkAnswer(state)


def _keys(given: Sequence[str], problems: list[Problem]) -> tuple[str, ...]:
    if len(given) > MAX_PROMPTS:
        problems.append(Problem("keys", "max_length", f"At most {MAX_PROMPTS} prompts."))
    elif any(not _KEYS.fullmatch(one) for one in given):
        message = (
            "For each prompt what is pressed there: digits, * and #, or F for a fax machine; nothing for no key in "
            "time. What the server of an Action URL answers stands behind =: a number, hangup or repeat."
        )
        problems.append(Problem("keys", "keys_format", message))
    return tuple(given)


def _number(name: str, text: str, problems: list[Problem]) -> str:
    if not text:
        problems.append(Problem(name, "required", "Which number is called?"))
    elif len(text) > MAX_DIALLED:
        problems.append(Problem(name, "max_length", f"At most {MAX_DIALLED} characters."))
    elif not _NUMBER.fullmatch(text):
        problems.append(
            Problem(name, "number", "Write the number alone, as a phone dials it: digits, letters, + * #.")
        )
    return text


def _caller(wish: SimulationWish, snapshot: TenantSnapshot, problems: list[Problem]) -> str:
    if wish.trunk_id is not None:
        if snapshot.find_trunk(wish.trunk_id) is None:
            problems.append(Problem("trunk", "not_found", "The company has no such trunk."))
        return _number("caller", wish.caller, problems) if wish.caller else ""
    if not wish.caller:
        problems.append(Problem("caller", "required", "Who calls? Name an extension, or a trunk besides."))
    elif snapshot.find_extension(wish.caller) is None:
        problems.append(
            Problem("caller", "not_found", "There is no such extension. A caller outside needs a trunk.")
        )
    return wish.caller


def _is_phone(number: str, state: str, snapshot: TenantSnapshot, problems: list[Problem]) -> bool:
    where = f"phones.{number[:20]}"
    if snapshot.find_extension(number) is None:
        problems.append(Problem(where, "not_found", "There is no such extension."))
        return False
    if state not in _PHONE_STATES:
        known = ", ".join(PhoneState)
        problems.append(Problem(where, "invalid_choice", f"One of: {known}."))
        return False
    return True


def _is_trunk(trunk: str, answer: str, snapshot: TenantSnapshot, problems: list[Problem]) -> bool:
    where = f"trunks.{trunk[:20]}"
    is_id = trunk.isascii() and trunk.isdigit() and len(trunk) < 19
    if not is_id or snapshot.find_trunk(int(trunk)) is None:
        problems.append(Problem(where, "not_found", "The company has no such trunk."))
        return False
    try:
        read_trunk_answer(answer)
    except ValueError:
        known = ", ".join(state for state in TrunkState if state is not TrunkState.CODE)
        problems.append(Problem(where, "invalid_choice", f"One of: {known}, or a SIP code such as 486."))
        return False
    return True
