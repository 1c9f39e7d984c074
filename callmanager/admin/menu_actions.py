"""The Action URLs of a receptionist in its form: a card for each, as many as are wanted."""

from __future__ import annotations

from itertools import zip_longest
from typing import Any

from django import forms

from callmanager.domain.menu_action import MAX_ACTIONS, ActionMethod, ActionTrigger
from callmanager.models import ReceptionistAction
from callmanager.models.receptionist_action import METHODS, TIMEOUT_S, TRIGGERS
from callmanager.services.receptionist_actions import ACTION_FIELDS

Card = dict[str, Any]
_NUMBERS = ("connect_timeout_s", "answer_timeout_s")
_BLANK: Card = {
    **dict.fromkeys(ACTION_FIELDS, ""),
    "trigger": ActionTrigger.DTMF.value,
    "method": ActionMethod.GET.value,
    "connect_timeout_s": 5,
    "answer_timeout_s": 10,
}


class ActionsWidget(forms.Widget):
    """The same names for every card, one after the other; the password is never shown."""

    template_name = "pbxsite/menu_actions.html"

    class Media:
        css = {"all": ("pbxsite/profile.css", "pbxsite/menu_options.css")}
        js = (forms.Script("pbxsite/menu_options.js", type="module"),)

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, None, attrs)
        cards = [{**card, "password": ""} for card in value or () if _is_written(card)]
        context |= {
            "cards": cards if len(cards) >= MAX_ACTIONS else [*cards, _BLANK],
            "blank": _BLANK,
            "name": name,
            "triggers": TRIGGERS,
            "methods": METHODS,
            "shortest_s": TIMEOUT_S[0],
            "longest_s": TIMEOUT_S[1],
        }
        return context

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[Card]:
        def every(part: str) -> list[str]:
            return list(data.getlist(f"{name}_{part}")) if hasattr(data, "getlist") else []

        columns = zip_longest(*(every(part) for part in ACTION_FIELDS), fillvalue="")
        return [dict(zip(ACTION_FIELDS, card, strict=True)) for card in columns]


class ActionsField(forms.Field):
    """Cleaned to what the service wants. A password that is left empty stays as it is stored."""

    widget = ActionsWidget

    def clean(self, value: Any) -> list[Card]:
        cards: list[Card] = list(value or ())
        return [_cleaned(card) for card in cards if _is_written(card)]


def cards_of(rows: list[ReceptionistAction]) -> list[Card]:
    return [
        {
            **{name: getattr(row, name) for name in ACTION_FIELDS if name not in ("target", "password")},
            "target": row.url or row.number,
            "has_password": bool(row.password),
        }
        for row in rows
    ]


def _is_written(card: Card) -> bool:
    return any(str(card[name]).strip() for name in ("name", "target", "matches"))


def _cleaned(card: Card) -> Card:
    cleaned = {**card, "password": card["password"] or None}
    for name in _NUMBERS:
        text = str(card[name]).strip()
        if not (text.isascii() and text.isdigit() and len(text) < 4):
            raise forms.ValidationError("Time-outs are whole seconds.", code="invalid")
        cleaned[name] = int(text)
    return cleaned
