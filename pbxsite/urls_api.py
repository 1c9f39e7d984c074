"""Every address below /api/."""

from __future__ import annotations

from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerSplitView

from callmanager.api.call_sessions import CallSessionViewSet
from callmanager.api.cdrs import CdrViewSet
from callmanager.api.deleted_tenants import DeletedTenantViewSet, KeptCdrViewSet
from callmanager.api.event_schema import event_schema_view
from callmanager.api.extension_groups import ExtensionGroupViewSet
from callmanager.api.extensions import ExtensionViewSet
from callmanager.api.holidays import HolidayViewSet
from callmanager.api.office_hours import OfficeHoursView
from callmanager.api.own_extension import OwnPresenceView, OwnSipPasswordView
from callmanager.api.own_profile import OwnPhotoView, OwnProfileView
from callmanager.api.own_queues import ManagedAgentsView, OwnQueuesView
from callmanager.api.registration_failures import RegistrationFailureViewSet
from callmanager.api.registrations import RegistrationViewSet
from callmanager.api.trunks import DidPoolViewSet, TrunkViewSet
from pbxsite import openapi_bearer  # noqa: F401 - registers itself
from pbxsite.api import Router
from pbxsite.exceptions import api_not_found
from pbxsite.home.about_api import NetworkView, ServicesView, SystemExtensionsView
from pbxsite.home.api import DashboardView
from pbxsite.urls_api_company import company_resources, company_routes
from tenants.api.account import AccountPasswordView, AccountView
from tenants.api.api_tokens import ApiTokenViewSet
from tenants.api.audit_log import AuditLogViewSet
from tenants.api.auth import LoginView, LogoutView, MeView
from tenants.api.event_log import EventLogViewSet
from tenants.api.jobs import JobViewSet
from tenants.api.log_files import LogFileViewSet
from tenants.api.password_reset import PasswordResetConfirmView, PasswordResetView
from tenants.api.profile import ProfileView
from tenants.api.second_factor import (
    RecoveryCodesView,
    SecondFactorConfirmView,
    SecondFactorOffView,
    SecondFactorView,
    SignInRuleView,
)
from tenants.api.sessions import SessionViewSet, SignOutEverywhereView
from tenants.api.tenants import TenantViewSet
from tenants.api.users import AdministratorViewSet, UserViewSet

router = Router()
router.register("tenants", TenantViewSet, basename="tenants")
router.register("deleted_tenants", DeletedTenantViewSet, basename="deleted_tenants")
router.register(r"deleted_tenants/(?P<tenant_id>[0-9]{1,18})/cdrs", KeptCdrViewSet, basename="kept_cdrs")
router.register("extensions", ExtensionViewSet, basename="extensions")
router.register("extension_groups", ExtensionGroupViewSet, basename="extension_groups")
router.register("holidays", HolidayViewSet, basename="holidays")
router.register("registrations/failures", RegistrationFailureViewSet, basename="registration_failures")
router.register("trunks", TrunkViewSet, basename="trunks")
router.register("did_pools", DidPoolViewSet, basename="did_pools")
router.register("registrations", RegistrationViewSet, basename="registrations")
router.register("call_sessions", CallSessionViewSet, basename="call_sessions")
router.register("cdrs", CdrViewSet, basename="cdrs")
router.register("users", UserViewSet, basename="users")
router.register("administrators", AdministratorViewSet, basename="administrators")
router.register("sessions", SessionViewSet, basename="sessions")
router.register("api_tokens", ApiTokenViewSet, basename="api_tokens")
router.register("audit_log", AuditLogViewSet, basename="audit_log")
router.register("event_log", EventLogViewSet, basename="event_log")
router.register("log_files", LogFileViewSet, basename="log_files")
router.register("jobs", JobViewSet, basename="jobs")

company_resources(router)

urlpatterns = [
    re_path(r"^auth/login/?$", LoginView.as_view(), name="auth_login"),
    re_path(r"^auth/logout/?$", LogoutView.as_view(), name="auth_logout"),
    re_path(r"^auth/me/?$", MeView.as_view(), name="auth_me"),
    re_path(r"^office_hours/?$", OfficeHoursView.as_view(), name="office_hours"),
    re_path(r"^profile/?$", ProfileView.as_view(), name="api_profile"),
    re_path(r"^services/?$", ServicesView.as_view(), name="api_services"),
    re_path(r"^network/?$", NetworkView.as_view(), name="api_network"),
    re_path(r"^system_extensions/?$", SystemExtensionsView.as_view(), name="api_system_extensions"),
    re_path(r"^dashboard/?$", DashboardView.as_view(), name="api_dashboard"),
    re_path(r"^account/?$", AccountView.as_view(), name="account_own"),
    re_path(r"^account/password/?$", AccountPasswordView.as_view(), name="account_own_password"),
    re_path(r"^account/sip_password/?$", OwnSipPasswordView.as_view(), name="account_own_sip_password"),
    re_path(r"^account/extension/?$", OwnProfileView.as_view(), name="account_own_extension"),
    re_path(r"^account/extension/photo/?$", OwnPhotoView.as_view(), name="account_own_photo"),
    re_path(r"^account/presence/?$", OwnPresenceView.as_view(), name="account_own_presence"),
    re_path(r"^account/queues/?$", OwnQueuesView.as_view(), name="account_own_queues"),
    re_path(r"^account/queue_agents/?$", ManagedAgentsView.as_view(), name="account_own_queue_agents"),
    re_path(r"^account/second_factor/?$", SecondFactorView.as_view(), name="account_factor"),
    re_path(
        r"^account/second_factor/confirm/?$", SecondFactorConfirmView.as_view(), name="account_factor_confirm"
    ),
    re_path(
        r"^account/second_factor/recovery_codes/?$",
        RecoveryCodesView.as_view(),
        name="account_recovery_codes",
    ),
    re_path(r"^account/second_factor/off/?$", SecondFactorOffView.as_view(), name="account_factor_off"),
    re_path(
        r"^account/sign_out_everywhere/?$",
        SignOutEverywhereView.as_view(),
        name="account_own_sign_out_everywhere",
    ),
    re_path(r"^auth/password_reset/?$", PasswordResetView.as_view(), name="auth_password_reset"),
    re_path(
        r"^auth/password_reset/confirm/?$",
        PasswordResetConfirmView.as_view(),
        name="auth_password_reset_confirm",
    ),
    re_path(r"^sign_in_rules/?$", SignInRuleView.as_view(), name="sign_in_rules"),
    re_path(r"^schema/?$", SpectacularJSONAPIView.as_view(), name="api_schema"),
    re_path(r"^docs/?$", SpectacularSwaggerSplitView.as_view(url_name="api_schema"), name="api_docs"),
    re_path(r"^events/schema/?$", event_schema_view, name="api_events_schema"),
    *company_routes,
    path("", include(router.urls)),
    re_path(r"^", api_not_found),
]
