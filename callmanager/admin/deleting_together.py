"""What is chosen in a list and deleted at once is judged at once: would it break routing tests?"""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from callmanager.services.routing_guard import routing_tests_guard
from tenants.admin.service_admin import ServiceModelAdmin


class DeletesTogether(ServiceModelAdmin):
    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        with routing_tests_guard():
            super().delete_queryset(request, queryset)
