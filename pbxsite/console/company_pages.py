"""The pages of a company's own settings: their addresses and their place in the navigation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path

from callmanager.admin.holiday import HolidayAdmin
from callmanager.admin.holiday_import import holiday_import_page
from callmanager.admin.office_hours import office_hours_page
from callmanager.models import Holiday
from tenants.admin.profile import TenantProfileAdmin
from tenants.models import TenantProfile

Page = Callable[[HttpRequest, dict[str, Any]], HttpResponse]
View = Callable[..., HttpResponse]

# URL name -> the row of the table of capabilities that says who sees it in the navigation.
SUBJECTS = {"admin:office_hours": "callmanager.officehours", "admin:sign_in_rules": "tenants.signinrule"}

COMPANY_NAVIGATION = (
    "Company",
    (
        ("Profile", "badge", "admin:tenants_tenantprofile_changelist"),
        ("Office hours", "schedule", "admin:office_hours"),
        ("Holidays", "event", "admin:callmanager_holiday_changelist"),
    ),
)


def company_urls(shown: Callable[[Page], View]) -> list[URLPattern]:
    """`shown` gives a page the site's context and asks who may enter."""
    return [
        path("office-hours/", shown(office_hours_page), name="office_hours"),
        path("holidays/import/", shown(holiday_import_page), name="holiday_import"),
    ]


def company_register(site: AdminSite) -> None:
    site.register(Holiday, HolidayAdmin)
    site.register(TenantProfile, TenantProfileAdmin)
