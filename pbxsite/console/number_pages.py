"""The pages of numbers: a tenant's countries and lists, and the platform's lists."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.admin import AdminSite
from django.urls import URLPattern, path

from callmanager.admin.country_codes import country_codes_page
from callmanager.admin.dial_codes import dial_codes_page
from callmanager.admin.number_lists import BlockedNumberAdmin, DisallowedCodeAdmin
from callmanager.admin.paging import paging_page
from callmanager.fleet.models import SystemBlockedNumber, SystemDisallowedCode
from callmanager.models import BlockedNumber, DisallowedCode

NUMBER_NAVIGATION = (
    "Blacklist and codes",
    (
        ("Dial codes", "tag", "admin:dial_codes"),
        ("Countries", "public", "admin:country_codes"),
        ("Disallowed codes", "phone_disabled", "admin:callmanager_disallowedcode_changelist"),
        ("Number blacklist", "block", "admin:callmanager_blockednumber_changelist"),
    ),
)
PLATFORM_NUMBER_ITEMS = (
    ("Disallowed codes", "phone_disabled", "admin:fleet_systemdisallowedcode_changelist"),
    ("Number blacklist", "block", "admin:fleet_systemblockednumber_changelist"),
)


def number_urls(shown: Callable[[Any], Any]) -> list[URLPattern]:
    return [
        path("country-codes/", shown(country_codes_page), name="country_codes"),
        path("paging/", shown(paging_page), name="paging"),
        path("dial-codes/", shown(dial_codes_page), name="dial_codes"),
    ]


def number_register(site: AdminSite) -> None:
    site.register(DisallowedCode, DisallowedCodeAdmin)
    site.register(BlockedNumber, BlockedNumberAdmin)


def system_number_register(site: AdminSite) -> None:
    site.register(SystemDisallowedCode, DisallowedCodeAdmin)
    site.register(SystemBlockedNumber, BlockedNumberAdmin)
