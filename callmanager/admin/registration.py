"""Which phones are registered right now."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet, Value
from django.db.models.functions import LPad
from django.http import HttpRequest

from callmanager.admin.read_only import ReadOnlyModelAdmin
from callmanager.fleet.models import Registration
from callmanager.selectors.call import registration_list


class RegistrationAdmin(ReadOnlyModelAdmin):
    list_display = ("extension", "phone", "address", "transport", "registered_at", "expires_at")
    fields = (
        "extension",
        "phone",
        "address",
        "transport",
        "contact",
        "instance",
        "registered_at",
        "expires_at",
    )
    search_fields = ("username", "user_agent", "contact", "source")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Registration]:
        return registration_list()

    @admin.display(description="Extension", ordering=LPad("username", 20, Value("0")))
    def extension(self, registration: Registration) -> str:
        return registration.username

    @admin.display(description="Phone", ordering="user_agent")
    def phone(self, registration: Registration) -> str:
        return registration.user_agent or "unknown"

    @admin.display(description="Address", ordering="source")
    def address(self, registration: Registration) -> str:
        return registration.source.partition(":")[2] or registration.contact

    @admin.display(description="Transport")
    def transport(self, registration: Registration) -> str:
        return registration.source.partition(":")[0].upper()
