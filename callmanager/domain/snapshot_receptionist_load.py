"""Reads the virtual receptionists of a snapshot, over the same cursor as `snapshot_load`."""

from __future__ import annotations

import json
from collections import defaultdict

from callmanager.domain.destination import Destination, DestinationKind
from callmanager.domain.menu_action import ActionMethod, ActionTrigger, MenuAction, parse_matches
from callmanager.domain.receptionist import Choice, InputMode, Menu, MenuOption, ReceptionistEntry
from callmanager.domain.snapshot_destination import with_target
from callmanager.domain.snapshot_routing_load import Execute
from callmanager.domain.week_hours import parse_intervals

_NOTHING = Menu()

_RECEPTIONISTS_SQL = """
    SELECT id, number, name, language, digit_gap_s, input_mode, digits, takes_numbers, input_timeout_s, max_repeats,
           has_closed_menu, CASE WHEN has_own_hours THEN week::text END, coalesce(recording_pin, '')
      FROM callmanager_receptionist
     ORDER BY length(number), number
"""

_CHOICES_SQL = with_target("""
    SELECT made.receptionist_id, made.is_closed, made.turn, made.keys, made.repeats_prompt, made.action,
           <target>
      FROM callmanager_menuchoice AS made
<joins>
     ORDER BY made.receptionist_id, made.is_closed, made.position
""")

_PROMPTS_SQL = "SELECT receptionist_id, use, stored_name FROM callmanager_receptionistprompt"

_ACTIONS_SQL = """
    SELECT receptionist_id, name, trigger, matches, url, number, method, username, password, connect_timeout_s,
           answer_timeout_s
      FROM callmanager_receptionistaction
     ORDER BY receptionist_id, position
"""


def load_receptionists(execute: Execute, schema_name: str) -> tuple[ReceptionistEntry, ...]:
    options: defaultdict[tuple[int, bool], list[MenuOption]] = defaultdict(list)
    turns: dict[tuple[int, bool, str], Choice] = {}
    for owner, is_closed, turn, keys, repeats_prompt, action, target in execute(_CHOICES_SQL, ()):
        choice = Choice() if repeats_prompt else Choice(Destination(DestinationKind(action), target))
        if turn == "keys":
            options[owner, is_closed].append(MenuOption(keys, choice))
        else:
            turns[owner, is_closed, turn] = choice
    prompts = {
        (owner, use): f"{schema_name}/prompt/{stored_name}"
        for owner, use, stored_name in execute(_PROMPTS_SQL, ())
    }

    actions: defaultdict[int, list[MenuAction]] = defaultdict(list)
    for owner, *columns in execute(_ACTIONS_SQL, ()):
        actions[owner].append(_action(*columns))

    def menu(owner: int, *, is_closed: bool) -> Menu:
        return Menu(
            tuple(options[owner, is_closed]),
            turns.get((owner, is_closed, "timeout"), _NOTHING.on_timeout),
            turns.get((owner, is_closed, "failed"), _NOTHING.on_failed),
            prompts.get((owner, "closed" if is_closed else "menu"), ""),
        )

    return tuple(
        ReceptionistEntry(
            number=number,
            name=name,
            menu=menu(owner, is_closed=False),
            closed=menu(owner, is_closed=True) if has_closed_menu else None,
            language=language,
            transfer_prompt=prompts.get((owner, "transfer"), ""),
            digit_gap_s=digit_gap_s,
            input_mode=InputMode(input_mode),
            digits=digits,
            input_timeout_s=input_timeout_s,
            max_repeats=max_repeats,
            takes_numbers=takes_numbers,
            own_intervals=None if week is None else parse_intervals(json.loads(week)),
            actions=tuple(actions[owner]),
            pin_token=recording_pin,
        )
        for (
            owner,
            number,
            name,
            language,
            digit_gap_s,
            input_mode,
            digits,
            takes_numbers,
            input_timeout_s,
            max_repeats,
            has_closed_menu,
            week,
            recording_pin,
        ) in execute(_RECEPTIONISTS_SQL, ())
    )


def _action(
    name: str,
    trigger: str,
    matches: str,
    url: str,
    number: str,
    method: str,
    username: str,
    password: str,
    connect_timeout_s: int,
    answer_timeout_s: int,
) -> MenuAction:
    return MenuAction(
        name,
        ActionTrigger(trigger),
        parse_matches(matches),
        url,
        number,
        ActionMethod(method),
        username,
        password,
        connect_timeout_s,
        answer_timeout_s,
    )
