"""What both logs can be narrowed to by REST. Times are ISO 8601."""

from __future__ import annotations

import django_filters

from tenants.models import AuditDoor, AuditOutcome, EventSource, Severity


class LogFilter(django_filters.FilterSet):
    since = django_filters.IsoDateTimeFilter(field_name="at", lookup_expr="gte")
    until = django_filters.IsoDateTimeFilter(field_name="at", lookup_expr="lt")
    tenant_name = django_filters.CharFilter()


class AuditFilter(LogFilter):
    username = django_filters.CharFilter()
    action = django_filters.CharFilter()
    outcome = django_filters.ChoiceFilter(choices=AuditOutcome.choices)
    door = django_filters.ChoiceFilter(choices=AuditDoor.choices)
    object_type = django_filters.CharFilter()
    object_id = django_filters.CharFilter()
    ip = django_filters.CharFilter()


class EventLogFilter(LogFilter):
    """`severity` may be given several times."""

    severity = django_filters.MultipleChoiceFilter(choices=Severity.choices)
    source = django_filters.ChoiceFilter(choices=EventSource.choices)
    kind = django_filters.CharFilter()
