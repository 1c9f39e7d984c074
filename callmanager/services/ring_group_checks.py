"""What a ring group is checked against before it is stored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError

from callmanager.domain.destination import Destination
from callmanager.domain.ring_groups import RingStrategy
from callmanager.models import Extension, RingGroup
from callmanager.models.destination import OBJECT_COLUMNS, validate_external_number
from callmanager.models.ring_group import MEMBERS_MAX
from callmanager.selectors.ring_group import Member
from callmanager.services.company_number import company_number_problems
from callmanager.services.destination import TargetIds, destination_columns, target_ids
from callmanager.services.extension_numbers import ExtensionNumberChecks


@dataclass(frozen=True, slots=True)
class RingGroupChecks:
    extensions: Mapping[str, int]
    targets: TargetIds
    numbers: ExtensionNumberChecks

    @classmethod
    def read(cls, members: Sequence[Member], no_answer: Destination) -> RingGroupChecks:
        named = {member.number for member in members}
        known = Extension.objects.filter(number__in=named).values_list("number", "pk")
        return cls(dict(known), target_ids([no_answer]), ExtensionNumberChecks.read())

    def check(
        self, group: RingGroup, members: Sequence[Member], no_answer: Destination, *, number_before: str
    ) -> None:
        """Raises ValidationError with all that is wrong; fills in where unanswered calls go."""
        problems: dict[str, list[ValidationError]] = {}
        group.name = (group.name or "").strip()
        try:
            group.clean_fields(exclude=["action", *OBJECT_COLUMNS, "external_number"])
        except ValidationError as error:
            problems.update(error.error_dict)
        if group.number != number_before:
            for problem in company_number_problems(group.number, self.numbers, what="group"):
                problems.setdefault("number", []).append(problem)
        try:
            columns = destination_columns(no_answer, self.targets, own_number=group.number)
        except ValidationError as error:
            problems["no_answer"] = error.error_list
        else:
            for name, value in columns.items():
                setattr(group, name, value)
        found = list(self._member_problems(members))
        if group.strategy == RingStrategy.PAGING and any(member.is_outside for member in members):
            found.append(ValidationError("Only extensions can be paged.", code="not_allowed"))
        if found:
            problems["members"] = found
        if problems:
            raise ValidationError(problems)

    def rows(self, members: Sequence[Member]) -> list[dict[str, Any]]:
        return [
            {"external_number": member.number}
            if member.is_outside
            else {"extension_id": self.extensions[member.number]}
            for member in members
        ]

    def _member_problems(self, members: Sequence[Member]) -> Iterator[ValidationError]:
        if len(members) > MEMBERS_MAX:
            yield ValidationError(f"At most {MEMBERS_MAX} members.", code="max_length")
        seen: set[str] = set()
        for member in members:
            number = member.number[:40]
            if member.number in seen:
                yield ValidationError(f"{number} stands there twice.", code="unique")
            seen.add(member.number)
            if member.is_outside:
                yield from self._outside_problems(member.number)
            elif member.number not in self.extensions:
                yield ValidationError(f"There is no extension {number}.", code="not_found")

    def _outside_problems(self, number: str) -> Iterator[ValidationError]:
        try:
            validate_external_number(number)
        except ValidationError as error:
            yield ValidationError(f"{number[:40]}: {error.messages[0]}", code="external_number")
            return
        if number in self.extensions or number in self.numbers.services:
            yield ValidationError(f"{number} is a number of the company itself.", code="not_allowed")
        elif self.numbers.is_emergency(number):
            message = f"{number} calls for help in an emergency and can't be a member."
            yield ValidationError(message, code="emergency_number")
