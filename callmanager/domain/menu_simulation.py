"""A virtual receptionist within a simulated call: what the caller presses, and where that leads.

Reads keys by the function that the worker's receptionist reads them by.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from callmanager.domain.decisions import AnswerMenu
from callmanager.domain.destination import Destination
from callmanager.domain.menu_action import ActionAnswer, MenuAction, ServerWish
from callmanager.domain.receptionist import FAX, Choice, Menu, ReadAs, Reading, ReceptionistEntry
from callmanager.domain.receptionist_calls import dialled_destination, wished_choice
from callmanager.domain.snapshot import TenantSnapshot


@dataclass(frozen=True, slots=True)
class Pressed:
    """One prompt heard. `keys` is empty where nothing was pressed in time; `has_failed`: what was chosen before took
    nobody in, or the server of an Action URL did not answer."""

    keys: str
    read_as: ReadAs
    choice: Choice
    has_failed: bool = False
    # The name of the Action URL that it set off.
    action: str = ""


@dataclass(frozen=True, slots=True)
class MenuHeard:
    """`wanted` None: the caller chose nothing, and heard good-bye. `options` are all keys of the menu."""

    pressed: tuple[Pressed, ...]
    wanted: Destination | None
    options: tuple[tuple[str, Choice], ...]
    waited_s: int


class MenuCaller:
    """The caller of one simulation: presses the next of `keys` at every prompt, and nothing once they are used up.

    Behind `=` stands what the server of an Action URL answers; without that it does not answer.
    """

    def __init__(
        self,
        snapshot: TenantSnapshot,
        keys: tuple[str, ...],
        menu: AnswerMenu | None = None,
        in_vain: int = 0,
        caller: str = "",
    ) -> None:
        self._snapshot = snapshot
        self._keys = keys
        self._in_vain = in_vain
        self._caller = caller
        # Where the caller comes back to when nobody takes the call.
        self.menu = menu

    def copy(self) -> Self:
        """The same caller at this moment, for another way that the call could go."""
        return type(self)(self._snapshot, self._keys, self.menu, self._in_vain, self._caller)

    def hear(self, asked: AnswerMenu, *, has_failed: bool = False) -> MenuHeard:
        desk = self._snapshot.find_receptionist(asked.number)
        self.menu = asked
        if desk is None:
            return MenuHeard((), None, (), 0)
        menu = desk.menu_of(is_closed=asked.is_closed)
        rounds: list[Pressed] = []
        wanted: Destination | None = None
        is_over = False
        if has_failed:
            failed = Pressed("", ReadAs.UNKNOWN, menu.on_failed, has_failed=True)
            is_over, wanted = self._choose(desk, failed, rounds)
        elif (action := desk.action_for_caller(self._caller)) is not None:
            is_said = bool(action.url and self._keys and self._keys[0].startswith("="))
            _, answer = self._take_keys() if is_said else ("", "")
            is_over, wanted = self._choose(desk, self._set_off(action, "", answer, menu), rounds)
        while not is_over:
            is_over, wanted = self._choose(desk, self._press(desk, menu), rounds)
        waited_s = desk.input_timeout_s * sum(one.read_as is ReadAs.MORE for one in rounds)
        options = tuple((option.keys, option.choice) for option in menu.options)
        return MenuHeard(tuple(rounds), wanted, options, waited_s)

    def _choose(
        self, desk: ReceptionistEntry, pressed: Pressed, rounds: list[Pressed]
    ) -> tuple[bool, Destination | None]:
        rounds.append(pressed)
        is_action = pressed.read_as is ReadAs.ACTION and pressed.keys != "" and not pressed.has_failed
        has_chosen = is_action or pressed.read_as in (ReadAs.OPTION, ReadAs.NUMBER)
        self._in_vain = 0 if has_chosen else self._in_vain + 1
        if desk.is_patience_over(self._in_vain):
            return True, None
        return pressed.choice.destination is not None, pressed.choice.destination

    def _press(self, desk: ReceptionistEntry, menu: Menu) -> Pressed:
        keys, answer = self._take_keys()
        is_unheard_fax = keys == FAX and menu.find(FAX) is None
        if not keys or is_unheard_fax:
            return Pressed("", ReadAs.MORE, menu.on_timeout)
        reading, used = _read(desk, menu, keys, self._knows)
        if reading.action is not None:
            return self._set_off(reading.action, used, answer, menu)
        if reading.read_as is ReadAs.OPTION:
            return Pressed(used, ReadAs.OPTION, reading.choice)
        if reading.read_as is ReadAs.NUMBER:
            found = dialled_destination(self._snapshot, reading.number)
            return Pressed(used, ReadAs.NUMBER, Choice(found))
        return Pressed(used, ReadAs.UNKNOWN, menu.on_failed)

    def _take_keys(self) -> tuple[str, str]:
        """What is pressed next, and what a server says to it."""
        taken, self._keys = (self._keys[0], self._keys[1:]) if self._keys else ("", ())
        keys, _, answer = taken.partition("=")
        return keys, answer

    def _set_off(self, action: MenuAction, keys: str, answer: str, menu: Menu) -> Pressed:
        wish = ServerWish(ActionAnswer.CALL, action.number) if action.number else _assumed(answer)
        choice = wished_choice(self._snapshot, wish, menu.on_failed)
        is_failed = wish.answer is ActionAnswer.FAILED
        return Pressed(keys, ReadAs.ACTION, choice, has_failed=is_failed, action=action.name)

    def _knows(self, number: str) -> bool:
        return dialled_destination(self._snapshot, number) is not None


def _assumed(answer: str) -> ServerWish:
    if answer in (ActionAnswer.HANGUP.value, ActionAnswer.REPEAT.value):
        return ServerWish(ActionAnswer(answer))
    return ServerWish(ActionAnswer.CALL, answer) if answer else ServerWish(ActionAnswer.FAILED)


def _read(
    desk: ReceptionistEntry, menu: Menu, keys: str, knows: Callable[[str], bool]
) -> tuple[Reading, str]:
    """Key by key, as they are pressed one soon after the other; and how many of them were wanted."""
    digits = ""
    for key in keys:
        if key == "#":
            break
        digits += key
        reading = desk.read(menu, digits, knows, is_last=False)
        if reading.read_as is not ReadAs.MORE:
            return reading, digits
    return desk.read(menu, digits, knows, is_last=True), digits
