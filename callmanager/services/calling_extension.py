"""Whose telephone rings first, of a call that somebody asks for."""

from __future__ import annotations

from callmanager.selectors.extension import extension_list
from callmanager.services.call_control import Controller, NotYourCall


class NoSuchCaller(ValueError):
    """Nobody was named, or nobody who is there; `code` says which."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def calling_extension_choose(*, controller: Controller, number: str) -> str:
    """As wanted, or who asks; for others only whoever may act for them. NotYourCall, NoSuchCaller."""
    number = number or controller.own_number
    if not number:
        raise NoSuchCaller("required", "Which extension?")
    if not controller.may_act_for(number):
        raise NotYourCall("You may not make calls for this extension.")
    if not extension_list().filter(number=number).exists():
        raise NoSuchCaller("does_not_exist", "No such extension.")
    return number
