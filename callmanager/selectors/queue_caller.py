"""Callers whom the queues of the tenant in scope treat in a way of their own."""

from __future__ import annotations

from django.db.models import Prefetch, QuerySet

from callmanager.models import ExclusiveAgent, ExclusiveAgentMember, HarassNumber, HarassPrompt, VipCaller
from tenants.models import TenantFile


def vip_caller_list() -> QuerySet[VipCaller]:
    return VipCaller.objects.all()


def harass_number_list() -> QuerySet[HarassNumber]:
    return HarassNumber.objects.all()


def harass_prompt_list() -> QuerySet[HarassPrompt]:
    return HarassPrompt.objects.all()


def harass_prompt_file(prompt: HarassPrompt) -> TenantFile | None:
    return TenantFile.objects.filter(pk=prompt.stored_file_id).first()


def exclusive_agent_list() -> QuerySet[ExclusiveAgent]:
    """With the agents: one query more for any number of them."""
    agents = ExclusiveAgentMember.objects.select_related("queue", "extension").defer(
        "extension__sip_password", "extension__ha1"
    )
    return ExclusiveAgent.objects.prefetch_related(Prefetch("agents", agents))


def exclusive_pairs(exclusive: ExclusiveAgent) -> tuple[tuple[str, str], ...]:
    """Number of the queue, number of the extension."""
    rows = exclusive.agents.all() if exclusive.pk else ()
    return tuple((row.queue.number, row.extension.number) for row in rows)
