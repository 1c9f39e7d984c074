"""The pages of a company's own settings: their addresses and their place in the navigation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import URLPattern, path

from callmanager.admin.call_simulator import call_simulator_page
from callmanager.admin.holiday import HolidayAdmin
from callmanager.admin.holiday_import import holiday_import_page
from callmanager.admin.music import music_page, music_play
from callmanager.admin.office_hours import office_hours_page
from callmanager.admin.recording_announcement import (
    recording_announcement_page,
    recording_announcement_play,
)
from callmanager.admin.routing_test import RoutingTestAdmin
from callmanager.admin.wallboard import wallboard_agent_json, wallboard_json, wallboard_page, wallboard_screen
from callmanager.admin.webhook_delivery import WebhookDeliveryAdmin
from callmanager.fleet.models import WebhookDelivery
from callmanager.models import Holiday, RoutingTest
from pbxsite.console.number_pages import PLATFORM_NUMBER_ITEMS, number_urls
from tenants.admin.brand import brand_page
from tenants.admin.event_urls import event_urls_page
from tenants.admin.mail_server import mail_server_page
from tenants.admin.profile import TenantProfileAdmin
from tenants.models import TenantProfile

Page = Callable[[HttpRequest, dict[str, Any]], HttpResponse]
View = Callable[..., HttpResponseBase]

# URL name -> the row of the table of capabilities that says who sees it in the navigation.
SUBJECTS = {
    "admin:call_simulator": "callmanager.callsimulation",
    "admin:wallboard": "callmanager.wallboard",
    "admin:office_hours": "callmanager.officehours",
    "admin:country_codes": "callmanager.numbersettings",
    "admin:dial_codes": "callmanager.dialcodesettings",
    "admin:paging": "callmanager.pagingsettings",
    "admin:music": "callmanager.musiconhold",
    "admin:recording_announcement": "callmanager.recordingannouncement",
    "admin:mail_server": "tenants.mailserver",
    "admin:brand": "tenants.brand",
    "admin:event_urls": "tenants.eventurl",
    "admin:sign_in_rules": "tenants.signinrule",
}

COMPANY_NAVIGATION = (
    "Company",
    (
        ("Profile", "badge", "admin:tenants_tenantprofile_changelist"),
        ("Branding", "palette", "admin:brand"),
        ("Office hours", "schedule", "admin:office_hours"),
        ("Holidays", "event", "admin:callmanager_holiday_changelist"),
        ("Music on hold", "music_note", "admin:music"),
        ("Recording announcement", "campaign", "admin:recording_announcement"),
        ("Mail server", "mail", "admin:mail_server"),
        ("Event URLs", "webhook", "admin:event_urls"),
        ("Event deliveries", "outbox", "admin:fleet_webhookdelivery_changelist"),
    ),
)

# For administrators who manage no tenant: the same settings of the system itself.
SYSTEM_NAVIGATION = (
    "System settings",
    (
        ("Branding", "palette", "admin:brand"),
        ("Mail server", "mail", "admin:mail_server"),
        *PLATFORM_NUMBER_ITEMS,
    ),
)


def system_urls(shown: Callable[[Page], View]) -> list[URLPattern]:
    return [
        path("brand/", shown(brand_page), name="brand"),
        path("mail-server/", shown(mail_server_page), name="mail_server"),
    ]


def company_urls(shown: Callable[[Page], View], guarded: Callable[[View], View]) -> list[URLPattern]:
    """`shown` gives a page the site's context; both ask who may enter."""
    return [
        path("call-simulator/", shown(call_simulator_page), name="call_simulator"),
        path("wallboard/", shown(wallboard_page), name="wallboard"),
        path("wallboard/screen/", shown(wallboard_screen), name="wallboard_screen"),
        path("wallboard/list/", guarded(wallboard_json), name="wallboard_list"),
        path("wallboard/agent/", guarded(wallboard_agent_json), name="wallboard_agent"),
        path("brand/", shown(brand_page), name="brand"),
        *number_urls(shown),
        path("office-hours/", shown(office_hours_page), name="office_hours"),
        path("music/", shown(music_page), name="music"),
        path("music/<int:file_id>/play/", guarded(music_play), name="music_play"),
        path("recording-announcement/", shown(recording_announcement_page), name="recording_announcement"),
        path(
            "recording-announcement/play/",
            guarded(recording_announcement_play),
            name="recording_announcement_play",
        ),
        path("mail-server/", shown(mail_server_page), name="mail_server"),
        path("event-urls/", shown(event_urls_page), name="event_urls"),
        path("holidays/import/", shown(holiday_import_page), name="holiday_import"),
    ]


def company_register(site: AdminSite) -> None:
    site.register(Holiday, HolidayAdmin)
    site.register(RoutingTest, RoutingTestAdmin)
    site.register(TenantProfile, TenantProfileAdmin)
    site.register(WebhookDelivery, WebhookDeliveryAdmin)
