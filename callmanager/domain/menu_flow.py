"""A virtual receptionist's menu as a tree, of which the console draws a picture: nested receptionists are followed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from callmanager.domain.action_words import action_keys, action_leads_to
from callmanager.domain.destination import DestinationKind
from callmanager.domain.menu_action import ActionTrigger
from callmanager.domain.menu_story import choice_words
from callmanager.domain.receptionist import Choice, ReceptionistEntry

# Deeper ones are named, not drawn; nobody finds the way through more.
MAX_DEPTH = 4


@dataclass(frozen=True, slots=True)
class FlowBranch:
    """`keys` is what is pressed, or what happens instead. `menu` None: the way ends at `leads_to`."""

    keys: str
    leads_to: str
    kind: str
    is_key: bool = True
    menu: FlowMenu | None = None
    # It is drawn further up, or there is no such receptionist.
    note: str = ""


@dataclass(frozen=True, slots=True)
class FlowMenu:
    number: str
    name: str
    branches: tuple[FlowBranch, ...]
    takes_numbers: bool


def menu_flow(
    desks: Mapping[str, ReceptionistEntry],
    number: str,
    *,
    is_closed: bool = False,
    above: tuple[str, ...] = (),
) -> FlowMenu | None:
    """`desks` by number. None where there is no such receptionist."""
    desk = desks.get(number)
    if desk is None:
        return None
    menu = desk.menu_of(is_closed=is_closed)
    actions = tuple(
        FlowBranch(action_keys(one), action_leads_to(one), "action", one.trigger is ActionTrigger.DTMF)
        for one in desk.actions
    )
    turns: list[tuple[str, Choice, bool]] = [
        *((option.keys, option.choice, True) for option in menu.options),
        ("nothing in time", menu.on_timeout, False),
        ("something unknown, or nobody there", menu.on_failed, False),
    ]
    inside = (*above, number)
    branches = tuple(_branch(desks, keys, choice, inside, is_key=is_key) for keys, choice, is_key in turns)
    return FlowMenu(desk.number, desk.name, (*actions, *branches), desk.takes_numbers)


def _branch(
    desks: Mapping[str, ReceptionistEntry], keys: str, choice: Choice, above: tuple[str, ...], *, is_key: bool
) -> FlowBranch:
    found = choice.destination
    kind = found.kind.value if found is not None else "repeat"
    words = choice_words(choice)
    if found is None or found.kind is not DestinationKind.RECEPTIONIST:
        return FlowBranch(keys, words, kind, is_key)
    if found.target in above:
        return FlowBranch(keys, words, kind, is_key, note="back to above")
    if len(above) >= MAX_DEPTH:
        return FlowBranch(keys, words, kind, is_key, note="not drawn further")
    menu = menu_flow(desks, found.target, above=above)
    return FlowBranch(keys, words, kind, is_key, menu, "" if menu is not None else "there is none")
