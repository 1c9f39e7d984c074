"""Who may listen to whose calls, in the tenant in scope."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import QuerySet
from django.db.models.functions import Length

from callmanager.domain.dial_codes import DialKind
from callmanager.domain.rights import MonitorScope
from callmanager.models import Extension, GroupMembership, GroupMonitor
from callmanager.selectors.dial_codes import dial_code_settings_get, dial_codes_of
from callmanager.selectors.extension import extension_list

Monitorable = Callable[[str], bool]


def is_monitoring_possible() -> bool:
    """Whether it is switched on, and there is a number for it."""
    codes = dial_codes_of(dial_code_settings_get())
    return codes.is_monitoring_enabled and bool(codes.codes_of(DialKind.MONITOR))


def monitor_list() -> QuerySet[Extension]:
    """Extensions that a group lets monitor somebody."""
    allowed = GroupMonitor.objects.filter(group__is_monitoring_allowed=True)
    chosen = extension_list().filter(pk__in=allowed.values("extension_id"))
    return chosen.order_by(Length("number"), "number")


def monitorable_by(*, number: str) -> Monitorable:
    """Says of a number whether this extension may listen to its calls, as the dialplan decides it."""
    groups = dict(
        GroupMonitor.objects.filter(extension__number=number, group__is_monitoring_allowed=True).values_list(
            "group_id", "group__monitor_scope"
        )
    )
    if MonitorScope.EVERYBODY in groups.values():
        return lambda target: target != number
    members = frozenset(
        GroupMembership.objects.filter(group_id__in=groups).values_list("extension__number", flat=True)
    )
    return lambda target: target != number and target in members
