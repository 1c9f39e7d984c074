"""What a virtual receptionist is checked against before it is stored."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError

from callmanager.domain.destination import END_CALL
from callmanager.domain.receptionist import MAX_OPTIONS, Choice, Menu, MenuInputError, read_keys
from callmanager.models import Receptionist, ReceptionistAction
from callmanager.services.company_number import company_number_problems
from callmanager.services.destination import TargetIds, destination_columns, target_ids
from callmanager.services.extension_numbers import ExtensionNumberChecks
from callmanager.services.receptionist_actions import Written, actions_read

MENUS = ("menu", "closed_menu")


@dataclass(frozen=True, slots=True)
class ReceptionistChecks:
    targets: TargetIds
    numbers: ExtensionNumberChecks

    @classmethod
    def read(cls, menus: Sequence[Menu]) -> ReceptionistChecks:
        choices = [choice for menu in menus for _, choice in _turns(menu)]
        return cls(target_ids(choice.destination for choice in choices), ExtensionNumberChecks.read())

    def check(
        self,
        receptionist: Receptionist,
        menus: Sequence[Menu | None],
        actions: Sequence[Written] | None,
        *,
        number_before: str,
    ) -> list[ReceptionistAction]:
        """The Action URLs to be stored. Raises ValidationError with all that is wrong, by `menu`, `closed_menu` and
        `actions`."""
        problems: dict[str, list[ValidationError]] = {}
        receptionist.name = (receptionist.name or "").strip()
        try:
            receptionist.clean_fields()
        except ValidationError as error:
            problems.update(error.error_dict)
        if receptionist.number != number_before:
            for problem in company_number_problems(receptionist.number, self.numbers, what="receptionist"):
                problems.setdefault("number", []).append(problem)
        for name, menu in zip(MENUS, menus, strict=True):
            if menu is not None and (found := list(self._menu_problems(menu, receptionist.number))):
                problems[name] = found
        rows, found_in_actions = actions_read(receptionist, actions or ())
        if found_in_actions:
            problems["actions"] = found_in_actions
        if problems:
            raise ValidationError(problems)
        return rows

    def columns(self, choice: Choice) -> dict[str, Any]:
        return destination_columns(choice.destination or END_CALL, self.targets)

    def _menu_problems(self, menu: Menu, own_number: str) -> Iterator[ValidationError]:
        if len(menu.options) > MAX_OPTIONS:
            yield ValidationError(f"At most {MAX_OPTIONS} options.", code="max_length")
        seen: set[str] = set()
        for option in menu.options:
            try:
                keys = read_keys(option.keys)
            except MenuInputError as error:
                yield ValidationError(str(error), code=error.code)
                continue
            pressed = keys.removesuffix("#")
            if pressed in seen:
                yield ValidationError(f"{pressed} stands there twice.", code="unique")
            seen.add(pressed)
        for name, choice in _turns(menu):
            try:
                self.columns(choice)
            except ValidationError as error:
                yield ValidationError(f"{name}: {error.messages[0]}", code=error.error_list[0].code)


def _turns(menu: Menu) -> Iterator[tuple[str, Choice]]:
    for option in menu.options:
        yield option.keys[:10], option.choice
    yield "Timeout", menu.on_timeout
    yield "Calling failed", menu.on_failed
