"""Virtual receptionists of the tenant in scope: made, changed and deleted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from callmanager.domain.receptionist import Choice, Menu
from callmanager.models import MenuChoice, Receptionist
from callmanager.models.extension import lock_tenant
from callmanager.models.receptionist import MenuTurn
from callmanager.selectors.receptionist import menu_of
from callmanager.selectors.usage import receptionist_usage
from callmanager.services.in_use import refuse_if_used
from callmanager.services.receptionist_actions import Written, actions_write
from callmanager.services.receptionist_checks import ReceptionistChecks
from callmanager.services.routing_guard import routing_guarded
from tenants.audit_changes import audit_note
from tenants.capacity import refuse_above_limit
from tenants.integrity import refusing_duplicates

NO_CHOICES = Menu()
RECEPTIONIST_FIELDS = (
    *("number", "name", "language", "digit_gap_s", "input_mode", "digits", "takes_numbers"),
    *("input_timeout_s", "max_repeats", "has_closed_menu", "has_own_hours", "week"),
)

PIN_FIELD = "recording_pin"


@routing_guarded
def receptionist_create(
    *,
    menu: Menu = NO_CHOICES,
    closed_menu: Menu = NO_CHOICES,
    actions: Sequence[Written] = (),
    **fields: Any,
) -> Receptionist:
    """LimitReached where the company has as many as it may."""
    _require(fields)
    receptionist = Receptionist(**{name: _plain(name, value) for name, value in fields.items()})
    with refusing_duplicates():
        tenant = lock_tenant()
        refuse_above_limit(
            limit=tenant.max_virtual_receptionists,
            present=Receptionist.objects.count(),
            added=1,
            what="virtual receptionists",
        )
        checks = ReceptionistChecks.read((menu, closed_menu))
        rows = checks.check(receptionist, (menu, closed_menu), actions, number_before="")
        receptionist.save()
        actions_write(receptionist, rows)
        _write(receptionist, checks, menu, is_closed=False)
        _write(receptionist, checks, closed_menu, is_closed=True)
    return receptionist


@routing_guarded
def receptionist_update(
    *,
    receptionist: Receptionist,
    menu: Menu | None = None,
    closed_menu: Menu | None = None,
    actions: Sequence[Written] | None = None,
    **changes: Any,
) -> Receptionist:
    """What is left out stays."""
    _require(changes)
    number_before = receptionist.number
    for name, value in changes.items():
        setattr(receptionist, name, _plain(name, value))
    with refusing_duplicates():
        lock_tenant()
        wanted = tuple(one for one in (menu, closed_menu) if one is not None)
        checks = ReceptionistChecks.read(wanted)
        rows = checks.check(receptionist, (menu, closed_menu), actions, number_before=number_before)
        receptionist.save()
        if actions is not None:
            actions_write(receptionist, rows)
        if menu is not None:
            _write(receptionist, checks, menu, is_closed=False)
        if closed_menu is not None:
            _write(receptionist, checks, closed_menu, is_closed=True)
    return receptionist


@routing_guarded
def receptionist_delete(*, receptionist: Receptionist) -> None:
    """InUse while others send calls to it. Its prompts go with it, by a trigger."""
    with refusing_duplicates():
        lock_tenant()
        refuse_if_used(receptionist_usage(ids=[receptionist.pk]))
        receptionist.delete()


def _plain(name: str, value: Any) -> Any:
    """An empty PIN is none."""
    return (value or None) if name == PIN_FIELD else value


def _require(fields: dict[str, Any]) -> None:
    if unknown := fields.keys() - {*RECEPTIONIST_FIELDS, PIN_FIELD}:
        raise TypeError(f"A receptionist has no {', '.join(sorted(unknown))} to set.")


def _write(receptionist: Receptionist, checks: ReceptionistChecks, menu: Menu, *, is_closed: bool) -> None:
    before = menu_of(receptionist, is_closed=is_closed)
    turns: list[tuple[MenuTurn, str, Choice]] = [
        *((MenuTurn.KEYS, option.keys, option.choice) for option in menu.options),
        (MenuTurn.TIMEOUT, "", menu.on_timeout),
        (MenuTurn.FAILED, "", menu.on_failed),
    ]
    MenuChoice.objects.filter(receptionist=receptionist, is_closed=is_closed).delete()
    MenuChoice.objects.bulk_create(
        MenuChoice(
            receptionist=receptionist,
            is_closed=is_closed,
            turn=turn,
            keys=keys,
            position=place,
            repeats_prompt=choice.destination is None,
            **checks.columns(choice),
        )
        for place, (turn, keys, choice) in enumerate(turns, start=1)
    )
    receptionist.__dict__.get("_prefetched_objects_cache", {}).pop("choices", None)
    if before != menu:
        audit_note(
            target=receptionist,
            name="closed_menu" if is_closed else "menu",
            before=_words(before),
            after=_words(menu),
        )


def _words(menu: Menu) -> list[str]:
    turns = [(option.keys, option.choice) for option in menu.options]
    turns += [("timeout", menu.on_timeout), ("failed", menu.on_failed)]
    return [f"{name}: {_choice_words(choice)}" for name, choice in turns]


def _choice_words(choice: Choice) -> str:
    found = choice.destination
    return "repeat" if found is None else f"{found.kind.value} {found.target}".strip()
