"""The agents and managers of a queue in its form: picked as members of ring groups are, agents with their skill."""

from __future__ import annotations

from itertools import zip_longest
from typing import Any

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from callmanager.admin.ring_group_members import EXTENSION, MembersWidget
from callmanager.domain.queue import LOWEST_SKILL
from callmanager.models import CallQueue
from callmanager.selectors.call_queue import (
    QueueAgentMember,
    call_queue_managers,
    call_queue_unwritten_managers,
)
from tenants.models import Tenant
from tenants.scope import current_tenant_id
from tenants.selectors.mail_server import mail_server_find

Row = tuple[str, str]


class AgentsWidget(MembersWidget):
    """Beside each member's field another one with the skill, in the same order."""

    def __init__(self, attrs: Any = None) -> None:
        super().__init__(attrs, what="queue", takes_outside=False)

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        rows: list[Row] = list(value or ())
        context = super().get_context(name, [text for text, _ in rows], attrs)
        context["has_skills"] = True
        for member, (_, skill) in zip(context["members"], rows, strict=True):
            member["skill"] = skill
        return context

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        numbers = super().value_from_datadict(data, files, name)
        skills = super().value_from_datadict(data, files, f"{name}_skill")
        return list(zip_longest(numbers, skills[: len(numbers)], fillvalue=str(LOWEST_SKILL)))


class AgentsField(forms.Field):
    """Cleaned to the members in their order."""

    widget = AgentsWidget

    def clean(self, value: Any) -> list[QueueAgentMember]:
        return [
            QueueAgentMember(text.partition(":")[2].strip(), _skill(skill)) for text, skill in value or ()
        ]


class ManagersField(forms.Field):
    """Cleaned to their numbers."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=MembersWidget(what="list", takes_outside=False), **options)

    def clean(self, value: Any) -> list[str]:
        return [text.partition(":")[2].strip() for text in value or ()]


def agent_rows_of(members: tuple[QueueAgentMember, ...]) -> list[Row]:
    return [(f"{EXTENSION}:{one.number}", str(one.skill_level)) for one in members]


def manager_values(managers: tuple[str, ...]) -> list[str]:
    return [f"{EXTENSION}:{number}" for number in managers]


def unwritten_words(queue: CallQueue) -> SafeString:
    """Which managers hear nothing of lost calls, and why."""
    managers, unwritten = call_queue_managers(queue), call_queue_unwritten_managers(queue)
    if not managers:
        return format_html('<span class="td-subtle">{}</span>', "nobody is to be told")
    warnings = []
    if unwritten:
        has = "has" if len(unwritten) == 1 else "have"
        whose = "extension" if len(unwritten) == 1 else "extensions"
        warnings.append(f"{', '.join(unwritten)} {has} no e-mail address: set one at the {whose}.")
    if mail_server_find(tenant=Tenant.objects.get(pk=current_tenant_id())) is None:
        warnings.append("No mail server is set up: no manager is written to.")
    if not warnings:
        return format_html('<span class="td-subtle">{}</span>', "every manager is written to")
    return format_html_join(
        "", '<div class="td-alert td-warn" role="status">{}</div>', ((one,) for one in warnings)
    )


def _skill(text: str) -> int:
    """What is no number is none that the service takes."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0
