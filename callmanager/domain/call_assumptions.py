"""What a simulated call takes for granted of phones and trunks, since nobody is really asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import assert_never

from callmanager.domain.outcome import CallOutcome
from callmanager.domain.trunk_failover import TRUNK_DOWN, TRUNK_FULL, TRUNK_SILENT
from callmanager.domain.unanswered import (
    NOT_REGISTERED,
    Failure,
    outcome_of_all,
    rung_too_long,
)


class PhoneState(StrEnum):
    """What the phones of an extension do, all of them together."""

    ANSWERS = "answers"
    BUSY = "busy"
    DECLINES = "declines"
    NO_ANSWER = "no_answer"
    OFFLINE = "offline"


class TrunkState(StrEnum):
    """What a provider does with a call. `code`: it answers with `TrunkAnswer.sip_code`; `rings`: nobody answers."""

    ANSWERS = "answers"
    RINGS = "rings"
    DOWN = "down"
    FULL = "full"
    SILENT = "silent"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class TrunkAnswer:
    state: TrunkState = TrunkState.ANSWERS
    sip_code: int = 0

    @property
    def failure(self) -> Failure | None:
        """None where the called party's phone rings."""
        match self.state:
            case TrunkState.ANSWERS | TrunkState.RINGS:
                return None
            case TrunkState.DOWN:
                return TRUNK_DOWN
            case TrunkState.FULL:
                return TRUNK_FULL
            case TrunkState.SILENT:
                return TRUNK_SILENT
            case TrunkState.CODE:
                return Failure(self.sip_code)
        assert_never(self.state)


THE_TRUNK_ANSWERS = TrunkAnswer()


@dataclass(frozen=True, slots=True)
class Assumptions:
    """Of an extension or trunk that is not named, the best: its phones and its provider answer. `keys` are what the
    caller presses at the first prompt of a receptionist, at the next one, and so on; then nothing."""

    phones: Mapping[str, PhoneState] = field(default_factory=dict)
    trunks: Mapping[int, TrunkAnswer] = field(default_factory=dict)
    keys: tuple[str, ...] = ()

    def phone(self, number: str) -> PhoneState:
        return self.phones.get(number, PhoneState.ANSWERS)

    def trunk(self, trunk_id: int) -> TrunkAnswer:
        return self.trunks.get(trunk_id, THE_TRUNK_ANSWERS)


NO_ASSUMPTIONS = Assumptions()


def outcome_of_phones(state: PhoneState) -> CallOutcome | None:
    """How the ringing ends, by the rule that the worker's ringing uses; None: somebody answers."""
    match state:
        case PhoneState.ANSWERS:
            return None
        case PhoneState.BUSY:
            return outcome_of_all((Failure(486),), has_rung=False)
        case PhoneState.DECLINES:
            return outcome_of_all((Failure(603),), has_rung=True)
        case PhoneState.NO_ANSWER:
            return rung_too_long(has_rung=True)
        case PhoneState.OFFLINE:
            return NOT_REGISTERED
    assert_never(state)
