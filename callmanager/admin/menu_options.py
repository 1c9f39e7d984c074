"""The options of a receptionist's menu in its form: a row for each, as many as are wanted."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import zip_longest
from typing import Any

from django import forms

from callmanager.domain.destination import Destination, DestinationKind
from callmanager.domain.receptionist import MAX_OPTIONS, Choice, Menu, MenuOption
from callmanager.models.destination import ACTIONS

REPEAT = "repeat_prompt"
CHOICES = [*ACTIONS, (REPEAT, "Repeat the prompt")]
KINDS = frozenset(kind for kind, _ in CHOICES)
BLANK_ROWS = 3
Row = tuple[str, str, str]


class MenuWidget(forms.Widget):
    """Three fields a row, all rows under the same three names; the last two rows are those without a key."""

    template_name = "pbxsite/menu_options.html"

    class Media:
        css = {"all": ("pbxsite/profile.css", "pbxsite/menu_options.css")}
        js = (forms.Script("pbxsite/menu_options.js", type="module"),)

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, None, attrs)
        rows = list(value or rows_of(Menu()))
        options, timeout, failed = rows[:-2], rows[-2], rows[-1]
        blank = [("", DestinationKind.EXTENSION.value, "")] * BLANK_ROWS
        context |= {
            "options": [*options, *blank] if len(options) < MAX_OPTIONS else options,
            "timeout": timeout,
            "failed": failed,
            "choices": CHOICES,
            "blank": blank[0],
        }
        return context

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[Row]:
        def every(part: str) -> list[str]:
            return list(data.getlist(f"{name}_{part}")) if hasattr(data, "getlist") else []

        columns = zip_longest(every("keys"), every("kind"), every("target"), fillvalue="")
        return [(keys.strip(), kind, target.strip()) for keys, kind, target in columns]


class MenuField(forms.Field):
    """Cleaned to a `Menu`. What is wrong with keys and numbers the service says."""

    widget = MenuWidget

    def clean(self, value: Any) -> Menu:
        rows: list[Row] = list(value or ())
        if len(rows) < 2 or any(kind not in KINDS for _, kind, _ in rows):
            raise forms.ValidationError("Choose what follows each key.", code="invalid")
        *options, timeout, failed = rows
        written = [row for row in options if row[0] or row[2]]
        if any(not keys for keys, _, _ in written):
            raise forms.ValidationError("Say which key leads to each number.", code="required")
        return Menu(
            tuple(MenuOption(keys, _choice(kind, target)) for keys, kind, target in written),
            _choice(timeout[1], timeout[2]),
            _choice(failed[1], failed[2]),
        )


def rows_of(menu: Menu) -> list[Row]:
    turns: Iterable[tuple[str, Choice]] = (
        *((option.keys, option.choice) for option in menu.options),
        ("", menu.on_timeout),
        ("", menu.on_failed),
    )
    return [(keys, *_written(choice)) for keys, choice in turns]


def _choice(kind: str, target: str) -> Choice:
    return Choice() if kind == REPEAT else Choice(Destination(DestinationKind(kind), target))


def _written(choice: Choice) -> tuple[str, str]:
    found = choice.destination
    return (REPEAT, "") if found is None else (found.kind.value, found.target)
