"""The virtual receptionists of the tenant in scope, with what callers can choose and hear."""

from __future__ import annotations

from django.db.models import Prefetch, QuerySet

from callmanager.domain.menu_action import ActionMethod, ActionTrigger, MenuAction, parse_matches
from callmanager.domain.receptionist import Choice, Menu, MenuOption, ReceptionistEntry
from callmanager.models import MenuChoice, Receptionist, ReceptionistAction, ReceptionistPrompt
from callmanager.models.destination import OBJECT_COLUMNS
from callmanager.models.receptionist import MenuTurn, PromptUse
from tenants.models import TenantFile


def receptionist_list() -> QuerySet[Receptionist]:
    """With choices, prompts and Action URLs: three queries more for any number of them."""
    choices = MenuChoice.objects.select_related(*OBJECT_COLUMNS).defer("target__sip_password", "target__ha1")
    return Receptionist.objects.prefetch_related(Prefetch("choices", choices), "prompts", "actions")


def menu_of(receptionist: Receptionist, *, is_closed: bool) -> Menu:
    """As the dialplan knows it, without its prompt; of one that is not stored yet, what is chosen beforehand."""
    rows = (
        [row for row in receptionist.choices.all() if row.is_closed == is_closed] if receptionist.pk else []
    )
    by_turn = {row.turn: _choice(row) for row in rows if row.turn != MenuTurn.KEYS}
    menu = Menu()
    return Menu(
        tuple(MenuOption(row.keys, _choice(row)) for row in rows if row.turn == MenuTurn.KEYS),
        by_turn.get(MenuTurn.TIMEOUT.value, menu.on_timeout),
        by_turn.get(MenuTurn.FAILED.value, menu.on_failed),
    )


def receptionist_entries() -> dict[str, ReceptionistEntry]:
    """All of them by number, as far as a picture of their menus goes."""
    return {
        desk.number: ReceptionistEntry(
            desk.number,
            desk.name,
            menu_of(desk, is_closed=False),
            menu_of(desk, is_closed=True) if desk.has_closed_menu else None,
            takes_numbers=desk.takes_numbers,
            actions=tuple(_action(row) for row in desk.actions.all()),
        )
        for desk in receptionist_list()
    }


def prompt_find(receptionist: Receptionist, use: PromptUse) -> ReceptionistPrompt | None:
    return next((one for one in receptionist.prompts.all() if one.use == use), None)


def prompt_file(prompt: ReceptionistPrompt) -> TenantFile | None:
    return TenantFile.objects.filter(pk=prompt.stored_file_id).first()


def _action(row: ReceptionistAction) -> MenuAction:
    """Without the secret."""
    return MenuAction(
        row.name,
        ActionTrigger(row.trigger),
        parse_matches(row.matches),
        row.url,
        row.number,
        ActionMethod(row.method),
    )


def _choice(row: MenuChoice) -> Choice:
    return Choice() if row.repeats_prompt else Choice(row.destination)
