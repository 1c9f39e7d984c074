"""The conference rooms of the tenant in scope."""

from __future__ import annotations

from django.db.models import QuerySet

from callmanager.models import Conference


def conference_list() -> QuerySet[Conference]:
    return Conference.objects.all()
