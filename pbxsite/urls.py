"""Addresses for everybody, with the administrators' console at /admin/. Tenants get `urls_tenant` instead."""

from __future__ import annotations

from django.urls import include, path, re_path
from django.views.generic import RedirectView

from pbxsite import health, password_reset
from pbxsite.brand_views import brand_mark, brand_picture, brand_stylesheet
from pbxsite.console.sites import platform_site
from pbxsite.console.switch import leave_tenant, manage_tenant
from pbxsite.metrics.page import metrics
from pbxsite.my_extension import my_extension, my_extension_call
from pbxsite.own_extension import own_extension, own_photo, own_sip_password
from pbxsite.own_forwarding import own_forwarding
from pbxsite.own_mailbox import own_greeting_play, own_mailbox, own_voicemail_play
from pbxsite.own_queues import own_queue_agent, own_queue_board, own_queues
from pbxsite.own_recordings import own_recording_play, own_recordings
from pbxsite.second_factor import second_step
from pbxsite.sign_in import sign_in
from pbxsite.sign_out import sign_out

handler400 = "pbxsite.exceptions.bad_request"
handler500 = "pbxsite.exceptions.server_error"

shared_urlpatterns = [
    path("", RedirectView.as_view(pattern_name="sign_in", query_string=True), name="home"),
    # Where links made for other systems lead.
    re_path(r"^login/?$", RedirectView.as_view(pattern_name="sign_in", query_string=True), name="login"),
    path("sign-in/", sign_in, name="sign_in"),
    path("sign-in/code/", second_step, name="second_step"),
    path("password-reset/", password_reset.ask, name="password_reset"),
    path("password-reset/<str:secret>/", password_reset.choose, name="password_reset_choose"),
    path("sign-out/", sign_out, name="sign_out"),
    path("account/", include("pbxsite.account.urls")),
    path("my-extension/", my_extension, name="my_extension"),
    path("my-extension/call/", my_extension_call, name="my_extension_call"),
    path("my-extension/profile/", own_extension, name="own_extension"),
    path("my-extension/forwarding/", own_forwarding, name="own_forwarding"),
    path("my-extension/queues/", own_queues, name="own_queues"),
    path("my-extension/queues/board/", own_queue_board, name="own_queue_board"),
    path("my-extension/queues/agent/", own_queue_agent, name="own_queue_agent"),
    path("my-extension/photo/", own_photo, name="own_photo"),
    path("my-extension/mailbox/", own_mailbox, name="own_mailbox"),
    path("my-extension/mailbox/messages/<int:voicemail_id>/", own_voicemail_play, name="own_voicemail_play"),
    path("my-extension/mailbox/greetings/<int:greeting_id>/", own_greeting_play, name="own_greeting_play"),
    path("my-extension/recordings/", own_recordings, name="own_recordings"),
    path("my-extension/recordings/<str:token>/", own_recording_play, name="own_recording_play"),
    path("my-extension/sip-password/", own_sip_password, name="own_sip_password"),
    re_path(
        r"^brand/colours/(?P<accent>[0-9a-f]{6})-(?P<panel>[0-9a-f]{6})\.css$",
        brand_stylesheet,
        name="brand_stylesheet",
    ),
    re_path(r"^brand/marks/(?P<colour>[0-9a-f]{6})-(?P<letter>[^/])\.svg$", brand_mark, name="brand_mark"),
    re_path(r"^brand/pictures/(?P<picture>[0-9a-f]{48})\.png$", brand_picture, name="brand_picture"),
    path("console/manage/<int:tenant_id>/", manage_tenant, name="console_manage_tenant"),
    path("console/leave/", leave_tenant, name="console_leave_tenant"),
    re_path(r"^health/?$", health.live, name="health"),
    re_path(r"^health/live/?$", health.live, name="health_live"),
    re_path(r"^health/ready/?$", health.ready, name="health_ready"),
    re_path(r"^metrics/?$", metrics, name="metrics"),
    path("api/", include("pbxsite.urls_api")),
]

urlpatterns = [path("admin/", platform_site.urls), *shared_urlpatterns]
