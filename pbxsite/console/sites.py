"""The admin sites. Which one a request gets is decided by who signed in, never by the address."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotFound
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from unfold.sites import UnfoldAdminSite

from callmanager.admin.cdr import CdrAdmin
from callmanager.admin.click_to_call import live_call_make_json
from callmanager.admin.deleted_tenant import DeletedTenantAdmin, KeptCdrAdmin
from callmanager.admin.extension import ExtensionAdmin
from callmanager.admin.extension_group import ExtensionGroupAdmin
from callmanager.admin.live_calls import (
    live_call_hang_up_json,
    live_call_list_json,
    live_call_order_json,
    live_calls_page,
)
from callmanager.admin.recording import RecordingAdmin
from callmanager.admin.registration import RegistrationAdmin
from callmanager.admin.registration_failure import RegistrationFailureAdmin, registration_check_page
from callmanager.admin.voicemail import VoicemailAdmin
from callmanager.fleet.models import (
    Cdr,
    DeletedTenant,
    KeptCdr,
    Recording,
    Registration,
    RegistrationFailure,
    Voicemail,
)
from callmanager.models import Extension, ExtensionGroup
from pbxsite.branding import brand_context
from pbxsite.console.company_pages import (
    COMPANY_NAVIGATION,
    SUBJECTS,
    SYSTEM_NAVIGATION,
    company_register,
    company_urls,
    system_urls,
)
from pbxsite.console.log_file_pages import log_file_urls
from pbxsite.console.number_pages import NUMBER_NAVIGATION, number_register, system_number_register
from pbxsite.console.person_pages import PERSON_NAVIGATION, person_register
from pbxsite.console.routing_pages import CTI_NAVIGATION, ROUTING_NAVIGATION, routing_register
from pbxsite.console.sign_in_rules import sign_in_rules_page
from pbxsite.console.tenant_list import FleetTenantAdmin
from pbxsite.console.trunk_pages import TRUNK_ITEM, lent_trunk_register, trunk_register
from pbxsite.home.dashboard import dashboard
from pbxsite.home.pages import network_page, services_page, system_extensions_page
from pbxsite.home.person import person_home
from pbxsite.sign_out import sign_out
from tenants.acting import Actor
from tenants.admin.audit import AuditEntryAdmin
from tenants.admin.event_log import EventLogAdmin
from tenants.admin.job import JobAdmin
from tenants.admin.user import AdministratorAdmin, UserAdmin
from tenants.models import Administrator, AuditEntry, EventLogEntry, Job, Role, Tenant, User

NavigationItem = tuple[str, str, str]


class ConsoleSite(UnfoldAdminSite):
    """What both sites share. Navigation is a table of (title, icon, URL name)."""

    enable_nav_sidebar = True
    navigation: tuple[tuple[str, tuple[NavigationItem, ...]], ...] = ()

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        context: dict[str, Any] = super().each_context(request)
        actor: Actor | None = getattr(request, "actor", None)
        is_managing = actor is not None and actor.role == Role.ADMINISTRATOR
        return {
            **context,
            **brand_context(request, context["styles"]),
            "managed_tenant": actor.tenant if actor is not None and is_managing else None,
        }

    def extra_urls(self) -> list[URLPattern]:
        return [
            self._page("sign-in-rules/", sign_in_rules_page),
            self._page("network/", network_page),
            self._page("system-extensions/", system_extensions_page),
        ]

    def _call_urls(self) -> list[URLPattern]:
        """Of both sites that stand in a tenant."""
        return [
            self._page("registration-check/", registration_check_page),
            self._page("live-calls/", live_calls_page),
            path("live-calls/make/", self.admin_view(live_call_make_json), name="live_calls_make"),
            path("live-calls/list/", self.admin_view(live_call_list_json), name="live_calls_list"),
            path(
                "live-calls/<str:session_id>/hang-up/",
                self.admin_view(live_call_hang_up_json),
                name="live_calls_hang_up",
            ),
            path(
                "live-calls/<str:session_id>/order/<str:order>/",
                self.admin_view(live_call_order_json),
                name="live_calls_order",
            ),
        ]

    def _page(self, address: str, page: Any) -> URLPattern:
        name = address.rstrip("/").replace("-", "_")
        pattern: URLPattern = path(address, self.admin_view(self._with_context(page)), name=name)
        return pattern

    @method_decorator(never_cache)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        wanted = urlencode({"next": request.GET.get("next", reverse("admin:index"))})
        return redirect(f"{reverse('sign_in')}?{wanted}")

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return sign_out(request)

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponseBase:
        return redirect("account_password")

    def search(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The theme's search keeps results by user: an administrator would see another tenant's."""
        return HttpResponseNotFound()

    def get_sidebar_list(self, request: HttpRequest) -> list[dict[str, Any]]:
        return [
            {"title": title, "separator": False, "collapsible": False, "items": self._items(request, items)}
            for title, items in self.navigation
        ]

    def _items(self, request: HttpRequest, items: tuple[NavigationItem, ...]) -> list[dict[str, Any]]:
        index = reverse("admin:index")
        described = []
        for title, icon, name in items:
            if not _may_see(request, name):
                continue
            link = reverse(name)
            is_active = request.path == link if link == index else request.path.startswith(link)
            described.append(
                {"title": title, "icon": icon, "link": link, "active": is_active, "has_permission": True}
            )
        return described

    def _with_context(self, page: Any) -> Any:
        def view(request: HttpRequest) -> HttpResponse:
            response: HttpResponse = page(request, self.each_context(request))
            return response

        return view


def _may_see(request: HttpRequest, url_name: str) -> bool:
    """Lists by the table of capabilities; the other pages are for all who may use the console."""
    model = url_name.removeprefix("admin:").removesuffix("_changelist")
    if not isinstance(request.user, User):
        return True
    if url_name in SUBJECTS:
        return request.user.has_perm(".view_".join(SUBJECTS[url_name].split(".")))
    if not url_name.endswith("_changelist"):
        return True
    return request.user.has_perm(".view_".join(model.split("_", 1)))


class PlatformSite(ConsoleSite):
    """For administrators who manage no tenant at the moment."""

    index_title = "Dashboard"
    navigation = (
        ("", (("Dashboard", "space_dashboard", "admin:index"),)),
        (
            "Platform",
            (
                ("Tenants", "domain", "admin:tenants_tenant_changelist"),
                ("Deleted tenants", "domain_disabled", "admin:fleet_deletedtenant_changelist"),
                ("Administrators", "shield_person", "admin:tenants_administrator_changelist"),
                TRUNK_ITEM,
                ("Sign-in rules", "verified_user", "admin:sign_in_rules"),
                ("Services", "settings_heart", "admin:services"),
                ("Network", "lan", "admin:network"),
                ("Refused registrations", "phonelink_erase", "admin:fleet_registrationfailure_changelist"),
                ("System extensions", "dialer_sip", "admin:system_extensions"),
                ("Activity log", "history", "admin:tenants_auditentry_changelist"),
                ("Event log", "monitor_heart", "admin:tenants_eventlogentry_changelist"),
                ("Log files", "draft", "admin:log_files"),
            ),
        ),
        SYSTEM_NAVIGATION,
    )

    def extra_urls(self) -> list[URLPattern]:
        return [
            *super().extra_urls(),
            self._page("services/", services_page),
            *system_urls(lambda page: self.admin_view(self._with_context(page))),
            *log_file_urls(self.admin_view, self.each_context),
        ]

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return dashboard(request, {**self.each_context(request), "title": self.index_title})


class TenantSite(ConsoleSite):
    """For a tenant's people, and administrators who manage that tenant."""

    index_title = "Dashboard"
    navigation = (
        ("", (("Dashboard", "space_dashboard", "admin:index"),)),
        (
            "Calls",
            (
                ("Live calls", "call", "admin:live_calls"),
                ("Wallboard", "monitoring", "admin:wallboard"),
                ("Call records", "call_log", "admin:fleet_cdr_changelist"),
                ("Queue calls", "hourglass_top", "admin:fleet_queuestay_changelist"),
                ("Recordings", "graphic_eq", "admin:fleet_recording_changelist"),
                ("Voicemails", "voicemail", "admin:fleet_voicemail_changelist"),
                ("Call simulator", "route", "admin:call_simulator"),
                ("Routing tests", "fact_check", "admin:callmanager_routingtest_changelist"),
            ),
        ),
        (
            "Phones",
            (
                ("Extensions", "dialpad", "admin:callmanager_extension_changelist"),
                ("Extension groups", "groups", "admin:callmanager_extensiongroup_changelist"),
                ("Registrations", "wifi_calling_3", "admin:fleet_registration_changelist"),
                ("Refused registrations", "phonelink_erase", "admin:fleet_registrationfailure_changelist"),
                ("Why can't it register?", "troubleshoot", "admin:registration_check"),
                ("Network", "lan", "admin:network"),
                ("System extensions", "dialer_sip", "admin:system_extensions"),
            ),
        ),
        ROUTING_NAVIGATION,
        CTI_NAVIGATION,
        NUMBER_NAVIGATION,
        COMPANY_NAVIGATION,
        (
            "People",
            (
                ("Users", "group", "admin:tenants_user_changelist"),
                ("Sign-in rules", "verified_user", "admin:sign_in_rules"),
            ),
        ),
        (
            "Logs",
            (
                ("Activity log", "history", "admin:tenants_auditentry_changelist"),
                ("Event log", "monitor_heart", "admin:tenants_eventlogentry_changelist"),
                ("Background jobs", "hourglass_top", "admin:tenants_job_changelist"),
            ),
        ),
    )

    def extra_urls(self) -> list[URLPattern]:
        return [
            *super().extra_urls(),
            *self._call_urls(),
            *company_urls(lambda page: self.admin_view(self._with_context(page)), self.admin_view),
        ]

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return dashboard(request, {**self.each_context(request), "title": self.index_title})


class PersonSite(ConsoleSite):
    """For extensions whose groups let them in: what the groups show them, and nothing that configures the tenant."""

    index_title = "Dashboard"
    navigation = PERSON_NAVIGATION

    def has_permission(self, request: HttpRequest) -> bool:
        """By the word of this request's middleware, which asks the groups."""
        return bool(request.user.is_active and getattr(request, "is_person_console", False))

    def extra_urls(self) -> list[URLPattern]:
        return self._call_urls()

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return person_home(request, {**self.each_context(request), "title": self.index_title})


# All answer to the URL namespace `admin`, which the theme's templates ask for.
platform_site = PlatformSite(name="admin")
platform_site.register(Tenant, FleetTenantAdmin)
platform_site.register(DeletedTenant, DeletedTenantAdmin)
platform_site.register(KeptCdr, KeptCdrAdmin)
platform_site.register(Administrator, AdministratorAdmin)
platform_site.register(AuditEntry, AuditEntryAdmin)
platform_site.register(EventLogEntry, EventLogAdmin)
platform_site.register(RegistrationFailure, RegistrationFailureAdmin)
trunk_register(platform_site)
system_number_register(platform_site)

tenant_site = TenantSite(name="admin")
tenant_site.register(Extension, ExtensionAdmin)
tenant_site.register(ExtensionGroup, ExtensionGroupAdmin)
tenant_site.register(Recording, RecordingAdmin)
tenant_site.register(Registration, RegistrationAdmin)
tenant_site.register(Cdr, CdrAdmin)
tenant_site.register(Voicemail, VoicemailAdmin)
tenant_site.register(User, UserAdmin)
tenant_site.register(AuditEntry, AuditEntryAdmin)
tenant_site.register(EventLogEntry, EventLogAdmin)
tenant_site.register(RegistrationFailure, RegistrationFailureAdmin)
tenant_site.register(Job, JobAdmin)
company_register(tenant_site)
routing_register(tenant_site)
number_register(tenant_site)
lent_trunk_register(tenant_site)

person_site = PersonSite(name="admin")
person_register(person_site)


def site_of(request: HttpRequest) -> ConsoleSite:
    """The console that this request's addresses belong to."""
    actor: Actor | None = getattr(request, "actor", None)
    if getattr(request, "is_person_console", False):
        return person_site
    return platform_site if actor is None or actor.tenant is None else tenant_site
