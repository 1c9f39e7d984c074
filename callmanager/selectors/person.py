"""What one extension may see of the tenant in scope: itself, and what its groups let it see."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping

from django.db.models import F, Q, QuerySet

from callmanager.domain.call_parties import EXTENSION, FROM_OUTSIDE, TRUNK
from callmanager.domain.live_call import LiveCall
from callmanager.domain.rights import Membership, Right, Sight, effective_rights, sight_of
from callmanager.fleet.models import Cdr, Registration
from callmanager.models import Extension, GroupMembership
from callmanager.selectors.call import cdr_list, registration_list
from callmanager.selectors.extension import extension_list, extension_list_whole
from callmanager.selectors.extension_group import membership_list
from callmanager.selectors.live_call import live_call_list
from tenants.models import Role, Tenant, User
from tenants.scope import tenant_scope


def own_extension_list(*, number: str) -> QuerySet[Extension]:
    return extension_list().filter(number=number)


def own_registration_list(*, number: str) -> QuerySet[Registration]:
    return registration_list().filter(username=number)


def own_cdr_list(*, number: str) -> QuerySet[Cdr]:
    """Calls it made, was dialled or rung in, or answered."""
    return _without_secrets(cdr_list().filter(_took_part([number])), number)


def sight_get(*, number: str) -> Sight:
    return sight_of(membership_list(number=number))


def visible_extension_list(*, number: str) -> QuerySet[Extension]:
    """Itself, and the members of groups it may look into."""
    groups = sight_get(number=number).members_of
    return extension_list_whole().filter(
        Q(number=number) | Q(pk__in=_in_groups(groups).values("extension_id"))
    )


def changeable_extension_list(*, number: str) -> QuerySet[Extension]:
    """The members it may change, as a manager of a group that lets its managers."""
    groups = sight_get(number=number).changes_of
    return extension_list().filter(pk__in=_in_groups(groups).values("extension_id"))


def visible_cdr_list(*, number: str) -> QuerySet[Cdr]:
    """Its own calls, and those of the members of groups whose calls it may see."""
    groups = sight_get(number=number).calls_of
    if not groups:
        return own_cdr_list(number=number)
    members = _in_groups(groups).values_list("extension__number", flat=True)
    return _without_secrets(cdr_list().filter(_took_part([number, *members])), number)


def _without_secrets(cdrs: QuerySet[Cdr], number: str) -> QuerySet[Cdr]:
    """Who monitors whom is told to the monitor and the company's own people, and not to colleagues."""
    return cdrs.filter(Q(is_confidential=False) | (Q(caller=number) & ~Q(direction=FROM_OUTSIDE)))


def _took_part(numbers: Collection[str]) -> Q:
    """Somebody outside may have the number of an extension, and is not meant."""
    called = Q(caller__in=numbers) & ~Q(direction=FROM_OUTSIDE)
    was_dialled = Q(callee__in=numbers) & Q(direction=EXTENSION)
    answered = Q(answered_number__in=numbers) & ~Q(answered_by=TRUNK)
    return called | was_dialled | answered | Q(rung_extensions__overlap=list(numbers))


def call_numbers_of(*, number: str) -> frozenset[str]:
    """The numbers whose running calls this extension may see: its own among them."""
    return call_numbers_by_person(numbers={number})[number]


def call_numbers_by_person(*, numbers: Collection[str]) -> Mapping[str, frozenset[str]]:
    """The same for many at once, in two queries."""
    memberships: defaultdict[str, list[Membership]] = defaultdict(list)
    rows = GroupMembership.objects.filter(extension__number__in=numbers).select_related("group")
    for row in rows.annotate(person=F("extension__number")):
        place = Membership(row.group_id, row.group.name, row.group.rights, row.is_manager)
        memberships[row.person].append(place)
    groups = {number: sight_of(places).calls_of for number, places in memberships.items()}
    members: defaultdict[int, set[str]] = defaultdict(set)
    wanted = frozenset().union(*groups.values())
    for group_id, member in _in_groups(wanted).values_list("group_id", "extension__number"):
        members[group_id].add(member)
    return {
        number: frozenset({number}).union(*(members[group_id] for group_id in groups.get(number, ())))
        for number in numbers
    }


def visible_live_call_list(*, tenant_id: int, number: str) -> list[LiveCall]:
    """The running calls of those numbers, oldest first."""
    seen = call_numbers_of(number=number)
    return [call for call in live_call_list(tenant_id=tenant_id) if call.is_shown_to(number, seen)]


def hang_up_numbers_of(*, number: str) -> frozenset[str]:
    """Whose calls it may end: its own, and those of members it may change."""
    changeable = changeable_extension_list(number=number).values_list("number", flat=True)
    return frozenset({number, *changeable})


def may_use_console(*, user: User) -> bool:
    """Whether this user of an extension may enter the management console."""
    tenant: Tenant | None = user.tenant
    if user.role != Role.EXTENSION or tenant is None or not user.is_active or not tenant.is_enabled:
        return False
    with tenant_scope(tenant):
        memberships = membership_list(number=user.extension_number)
    return Right.USE_CONSOLE in effective_rights(memberships)


def _in_groups(group_ids: Collection[int]) -> QuerySet[GroupMembership]:
    return GroupMembership.objects.filter(group_id__in=group_ids)
