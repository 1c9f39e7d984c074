"""Virtual receptionists (manual 5.9): a menu of keys, and how what a caller presses is understood.

Pure, and shared by the worker and the call simulator. `Menu.read` is asked after every digit, and once more when no
further one came in time.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import assert_never

from callmanager.domain.destination import END_CALL, Destination
from callmanager.domain.menu_action import ActionTrigger, MenuAction, find_action
from callmanager.domain.schedule import Interval

# What a caller can press, `X` any digit, `#` at the end to wait whether more follows; or a fax machine that calls.
_INPUT = re.compile(r"[0-9X*]{1,8}#?|F")
FAX = "F"
ANY_DIGIT = "X"
# Manual 5.9: how long a key with a pound sign behind it waits for more.
POUND_WAIT_S = 3.0
MAX_OPTIONS, MAX_DIGITS = 40, 20


class InputMode(StrEnum):
    """When a caller's digits are looked up among the company's numbers."""

    WHEN_MATCHES = "when_matches"
    AFTER_DIGITS = "after_digits"
    POUND = "pound"


class MenuInputError(ValueError):
    """`code` for programs, the text for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Choice:
    """What follows a key: a destination, or the prompt again (None)."""

    destination: Destination | None = None


REPEAT = Choice()


@dataclass(frozen=True, slots=True)
class MenuOption:
    """`keys` as `read_keys` gives them."""

    keys: str
    choice: Choice

    @property
    def waits(self) -> bool:
        return self.keys.endswith("#")

    def takes(self, digits: str) -> bool:
        keys = self.keys.removesuffix("#")
        return len(keys) == len(digits) and all(
            key in (digit, ANY_DIGIT) and (key == digit or digit.isdigit())
            for key, digit in zip(keys, digits, strict=True)
        )


class ReadAs(StrEnum):
    """`more`: nothing yet; `action`: an Action URL is set off; `unknown`: neither an option nor a number of the
    company."""

    MORE = "more"
    ACTION = "action"
    OPTION = "option"
    NUMBER = "number"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Reading:
    """`wait_s` is how long to wait for one more digit before `read` is asked a last time."""

    read_as: ReadAs
    choice: Choice = REPEAT
    number: str = ""
    wait_s: float = 0.0
    action: MenuAction | None = None


@dataclass(frozen=True, slots=True)
class Menu:
    """One prompt with what can be pressed. `prompt` is a file of the tenant; empty: what comes with the system."""

    options: tuple[MenuOption, ...] = ()
    on_timeout: Choice = Choice(END_CALL)
    on_failed: Choice = REPEAT
    prompt: str = ""

    def find(self, digits: str) -> MenuOption | None:
        """Without wildcards first, so that 12 goes before 1X."""
        found = [option for option in self.options if option.takes(digits)]
        return min(found, key=lambda option: option.keys.count(ANY_DIGIT)) if found else None


@dataclass(frozen=True, slots=True)
class ReceptionistEntry:
    """`closed` is the menu outside of office hours and on holidays; None: always the same one."""

    number: str
    name: str
    menu: Menu = Menu()
    closed: Menu | None = None
    language: str = "en"
    transfer_prompt: str = ""
    digit_gap_s: int = 2
    input_mode: InputMode = InputMode.WHEN_MATCHES
    digits: int = 3
    input_timeout_s: int = 10
    # How often the prompt is played again before the call is ended.
    max_repeats: int = 3
    takes_numbers: bool = True
    # None: the company's office hours.
    own_intervals: tuple[Interval, ...] | None = None
    actions: tuple[MenuAction, ...] = ()
    # Sealed; empty: nobody records its prompts by telephone.
    pin_token: str = field(default="", repr=False)

    def menu_of(self, *, is_closed: bool) -> Menu:
        return self.closed if is_closed and self.closed is not None else self.menu

    def read(self, menu: Menu, digits: str, knows: Callable[[str], bool], *, is_last: bool) -> Reading:
        """`digits` were pressed so far; `is_last`: no more came in time, or the caller pressed `#`.

        `knows` tells whether somebody of the company has a number. An Action URL goes before the menu and every number,
        and what may still become one is waited for.
        """
        if not is_last and self._may_set_off(digits):
            return Reading(ReadAs.MORE, wait_s=float(self.digit_gap_s))
        action = find_action(self.actions, ActionTrigger.DTMF, digits)
        if action is not None:
            return Reading(ReadAs.ACTION, action=action)
        option = menu.find(digits)
        if option is not None and (is_last or not option.waits):
            return Reading(ReadAs.OPTION, option.choice)
        if self._is_looked_up(digits, is_last=is_last) and knows(digits):
            return Reading(ReadAs.NUMBER, number=digits)
        if is_last or len(digits) >= MAX_DIGITS or self._is_whole(digits):
            return Reading(ReadAs.UNKNOWN)
        return Reading(ReadAs.MORE, wait_s=POUND_WAIT_S if option is not None else float(self.digit_gap_s))

    def action_for_caller(self, caller: str) -> MenuAction | None:
        return find_action(self.actions, ActionTrigger.CALLER_NUMBER, caller)

    def _may_set_off(self, digits: str) -> bool:
        return any(one.trigger is ActionTrigger.DTMF and one.may_take_longer(digits) for one in self.actions)

    def _is_looked_up(self, digits: str, *, is_last: bool) -> bool:
        if not self.takes_numbers:
            return False
        match self.input_mode:
            case InputMode.WHEN_MATCHES:
                return True
            case InputMode.AFTER_DIGITS:
                return len(digits) == self.digits
            case InputMode.POUND:
                return is_last
        assert_never(self.input_mode)

    def is_patience_over(self, in_vain: int) -> bool:
        """Whether a caller who was led on so often without choosing anything hears good-bye."""
        return in_vain > self.max_repeats + 1

    def _is_whole(self, digits: str) -> bool:
        """So many digits that there is nothing to wait for."""
        return self.takes_numbers and self.input_mode is InputMode.AFTER_DIGITS and len(digits) >= self.digits


def read_keys(text: str) -> str:
    """An option's keys as they are stored; raises MenuInputError."""
    keys = "".join(text.split()).upper()
    if not _INPUT.fullmatch(keys):
        raise MenuInputError(
            "keys_format",
            f"“{text.strip()[:20]}” can't be pressed: up to 8 of 0 to 9, * and X (any digit), # only at the end; "
            "or F alone, for fax machines.",
        )
    return keys
