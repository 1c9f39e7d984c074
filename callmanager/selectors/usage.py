"""Who uses an extension, a group or a ring group: what would be left pointing at nothing."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from callmanager.domain.number_range import NumberPatternError
from callmanager.domain.outbound_rules import parse_callers
from callmanager.models import (
    CallQueue,
    CallQueueManager,
    CallQueueMember,
    Extension,
    ExtensionException,
    ExtensionForward,
    InboundDestination,
    MenuChoice,
    OutboundRule,
    OutboundRuleGroup,
    RingGroup,
    RingGroupMember,
)


class UserKind(StrEnum):
    INBOUND_RULE = "inbound_rule"
    OUTBOUND_RULE = "outbound_rule"
    FORWARDING = "forwarding"
    EXCEPTION = "exception"
    EXTENSION_DID = "extension_did"
    RING_GROUP = "ring_group"
    RING_GROUP_DESTINATION = "ring_group_destination"
    RECEPTIONIST = "receptionist"
    QUEUE = "call_queue"
    QUEUE_MANAGER = "call_queue_manager"
    QUEUE_DESTINATION = "call_queue_destination"


_WORDS = {
    UserKind.INBOUND_RULE: "the inbound rule “{}”",
    UserKind.OUTBOUND_RULE: "the outbound rule “{}”",
    UserKind.FORWARDING: "the forwarding rules of extension {}",
    UserKind.EXCEPTION: "the exceptions of extension {}",
    UserKind.EXTENSION_DID: "extension {} as its DID",
    UserKind.RING_GROUP: "the ring group {} as a member",
    UserKind.RING_GROUP_DESTINATION: "the ring group {}, when nobody answers",
    UserKind.RECEPTIONIST: "the menu of the virtual receptionist {}",
    UserKind.QUEUE: "the call queue {} as a member",
    UserKind.QUEUE_MANAGER: "the call queue {} as a manager",
    UserKind.QUEUE_DESTINATION: "the call queue {}, when nobody answers",
}


@dataclass(frozen=True, slots=True, order=True)
class Usage:
    """`name` and `pk` are the rule's, or those of the extension whose setting it is."""

    kind: UserKind
    name: str
    pk: int

    @property
    def words(self) -> str:
        return _WORDS[self.kind].format(self.name)


def extension_usage(*, ids: Collection[int]) -> list[Usage]:
    """By others than these extensions themselves; in as many queries for thousands as for one."""
    if not ids:
        return []
    members = RingGroupMember.objects.filter(extension_id__in=ids)
    found = _sent_to(without=ids, target_id__in=ids) | {
        Usage(UserKind.RING_GROUP, number, pk)
        for number, pk in members.values_list("group__number", "group_id")
    }
    for kind, model in (
        (UserKind.QUEUE, CallQueueMember.objects),
        (UserKind.QUEUE_MANAGER, CallQueueManager.objects),
    ):
        rows = model.filter(extension_id__in=ids).values_list("queue__number", "queue_id")
        found |= {Usage(kind, number, pk) for number, pk in rows}
    return sorted(found | _named_by_outbound_rules(ids))


def ring_group_usage(*, ids: Collection[int]) -> list[Usage]:
    """By others than these groups themselves."""
    found = _sent_to(without=(), ring_group_id__in=ids)
    return sorted(one for one in found if not (one.kind is UserKind.RING_GROUP_DESTINATION and one.pk in ids))


def receptionist_usage(*, ids: Collection[int]) -> list[Usage]:
    """By others than these receptionists themselves."""
    found = _sent_to(without=(), to_receptionist_id__in=ids)
    return sorted(one for one in found if not (one.kind is UserKind.RECEPTIONIST and one.pk in ids))


def call_queue_usage(*, ids: Collection[int]) -> list[Usage]:
    """By others than these queues themselves."""
    found = _sent_to(without=(), to_queue_id__in=ids)
    return sorted(one for one in found if not (one.kind is UserKind.QUEUE_DESTINATION and one.pk in ids))


def conference_usage(*, ids: Collection[int]) -> list[Usage]:
    return sorted(_sent_to(without=(), to_conference_id__in=ids))


def _sent_to(*, without: Collection[int], **targets: Collection[int]) -> set[Usage]:
    """Who sends calls there; `without` what these extensions do themselves."""
    rules = InboundDestination.objects.filter(**targets).values_list("rule__name", "rule_id")
    found = {Usage(UserKind.INBOUND_RULE, name, pk) for name, pk in rules}
    for kind, model in (
        (UserKind.FORWARDING, ExtensionForward.objects),
        (UserKind.EXCEPTION, ExtensionException.objects),
    ):
        rows = model.filter(**targets).exclude(extension_id__in=without)
        found |= {
            Usage(kind, number, pk) for number, pk in rows.values_list("extension__number", "extension_id")
        }
    queues = CallQueue.objects.filter(**targets).values_list("number", "pk")
    groups = RingGroup.objects.filter(**targets).values_list("number", "pk")
    menus = MenuChoice.objects.filter(**targets).values_list("receptionist__number", "receptionist_id")
    return (
        found
        | {Usage(UserKind.RING_GROUP_DESTINATION, number, pk) for number, pk in groups}
        | {Usage(UserKind.RECEPTIONIST, number, pk) for number, pk in menus}
        | {Usage(UserKind.QUEUE_DESTINATION, number, pk) for number, pk in queues}
    )


def group_usage(*, ids: Collection[int]) -> list[Usage]:
    rows = OutboundRuleGroup.objects.filter(group_id__in=ids).values_list("rule__name", "rule_id")
    return sorted({Usage(UserKind.OUTBOUND_RULE, name, pk) for name, pk in rows})


def _named_by_outbound_rules(ids: Collection[int]) -> set[Usage]:
    """By its number alone; a range that contains it names nobody."""
    rules = list(OutboundRule.objects.exclude(callers="").values_list("name", "pk", "callers"))
    if not rules:
        return set()
    numbers = set(Extension.objects.filter(pk__in=ids).values_list("number", flat=True))
    return {
        Usage(UserKind.OUTBOUND_RULE, name, pk) for name, pk, callers in rules if _names(callers) & numbers
    }


def _names(callers: str) -> frozenset[str]:
    try:
        return parse_callers(callers).names
    except NumberPatternError:
        return frozenset()
