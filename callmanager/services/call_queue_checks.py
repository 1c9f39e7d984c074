"""What a call queue is checked against before it is stored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError

from callmanager.domain.destination import Destination
from callmanager.models import CallQueue, Extension
from callmanager.models.call_queue import MANAGERS_MAX, MEMBERS_MAX, SKILL_LEVELS
from callmanager.models.destination import OBJECT_COLUMNS
from callmanager.selectors.call_queue import QueueAgentMember
from callmanager.services.company_number import company_number_problems
from callmanager.services.destination import TargetIds, destination_columns, target_ids
from callmanager.services.extension_numbers import ExtensionNumberChecks


@dataclass(frozen=True, slots=True)
class QueuePeople:
    members: tuple[QueueAgentMember, ...] = ()
    managers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CallQueueChecks:
    extensions: Mapping[str, int]
    targets: TargetIds
    numbers: ExtensionNumberChecks

    @classmethod
    def read(cls, people: QueuePeople, no_answer: Destination) -> CallQueueChecks:
        named = {member.number for member in people.members} | set(people.managers)
        known = Extension.objects.filter(number__in=named).values_list("number", "pk")
        return cls(dict(known), target_ids([no_answer]), ExtensionNumberChecks.read())

    def check(
        self, queue: CallQueue, people: QueuePeople, no_answer: Destination, *, number_before: str
    ) -> None:
        """Raises ValidationError with all that is wrong; fills in where unanswered calls go."""
        problems: dict[str, list[ValidationError]] = {}
        queue.name = (queue.name or "").strip()
        try:
            queue.clean_fields(exclude=["action", *OBJECT_COLUMNS, "external_number"])
        except ValidationError as error:
            problems.update(error.error_dict)
        if queue.number != number_before:
            for problem in company_number_problems(queue.number, self.numbers, what="call queue"):
                problems.setdefault("number", []).append(problem)
        try:
            columns = destination_columns(no_answer, self.targets, own_number=queue.number)
        except ValidationError as error:
            problems["no_answer"] = error.error_list
        else:
            for name, value in columns.items():
                setattr(queue, name, value)
        for name, found in (
            ("members", list(self._member_problems(people.members))),
            ("managers", list(self._people_problems(people.managers, MANAGERS_MAX, "managers"))),
        ):
            if found:
                problems[name] = found
        if problems:
            raise ValidationError(problems)

    def member_rows(self, members: Sequence[QueueAgentMember]) -> list[dict[str, Any]]:
        return [
            {"extension_id": self.extensions[one.number], "skill_level": one.skill_level} for one in members
        ]

    def manager_rows(self, managers: Sequence[str]) -> list[dict[str, Any]]:
        return [{"extension_id": self.extensions[number]} for number in managers]

    def _member_problems(self, members: Sequence[QueueAgentMember]) -> Iterator[ValidationError]:
        yield from self._people_problems([one.number for one in members], MEMBERS_MAX, "members")
        for member in members:
            if not SKILL_LEVELS[0] <= member.skill_level <= SKILL_LEVELS[1]:
                message = (
                    f"{member.number[:40]}: a skill is a number from {SKILL_LEVELS[0]} to {SKILL_LEVELS[1]}."
                )
                yield ValidationError(message, code="skill_level")

    def _people_problems(self, numbers: Sequence[str], at_most: int, what: str) -> Iterator[ValidationError]:
        if len(numbers) > at_most:
            yield ValidationError(f"At most {at_most} {what}.", code="max_length")
        seen: set[str] = set()
        for number in numbers:
            if number in seen:
                yield ValidationError(f"{number[:40]} stands there twice.", code="unique")
            seen.add(number)
            if number not in self.extensions:
                yield ValidationError(f"There is no extension {number[:40]}.", code="not_found")
