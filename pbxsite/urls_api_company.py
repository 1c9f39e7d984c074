"""Addresses below /api/ of a company's own settings."""

from __future__ import annotations

from django.urls import re_path

from callmanager.api.call_queues import CallQueueViewSet
from callmanager.api.call_simulations import CallSimulationsView
from callmanager.api.conferences import ConferenceViewSet
from callmanager.api.dial_codes import DialCodesView
from callmanager.api.greetings import GreetingViewSet
from callmanager.api.inbound_rules import InboundRuleViewSet
from callmanager.api.mailboxes import MailboxViewSet
from callmanager.api.music import MusicFileViewSet, MusicOnHoldView
from callmanager.api.number_policy import BlockedNumberViewSet, CountryCodesView, DisallowedCodeViewSet
from callmanager.api.outbound_rules import OutboundRuleViewSet
from callmanager.api.paging import PagingView
from callmanager.api.queue_callers import (
    ExclusiveAgentViewSet,
    HarassNumberViewSet,
    HarassPromptView,
    VipCallerViewSet,
)
from callmanager.api.queue_calls import QueueCallViewSet
from callmanager.api.receptionists import ReceptionistViewSet
from callmanager.api.recording_announcement import (
    RecordingAnnouncementContentView,
    RecordingAnnouncementView,
)
from callmanager.api.recordings import RecordingViewSet
from callmanager.api.ring_groups import RingGroupViewSet
from callmanager.api.routing_tests import RoutingTestViewSet
from callmanager.api.voicemails import VoicemailViewSet
from callmanager.api.wallboard import WallboardView
from callmanager.api.webhook_deliveries import WebhookDeliveryViewSet
from pbxsite.api import Router
from tenants.api.brand import BrandPictureView, BrandShownView, BrandView
from tenants.api.event_urls import EventUrlSecretView, EventUrlsView, EventUrlView
from tenants.api.mail_server import MailServerTestView, MailServerView

company_routes = [
    re_path(r"^country_codes/?$", CountryCodesView.as_view(), name="country_codes"),
    re_path(r"^wallboard/?$", WallboardView.as_view(), name="wallboard"),
    re_path(r"^paging/?$", PagingView.as_view(), name="paging"),
    re_path(r"^dial_codes/?$", DialCodesView.as_view(), name="dial_codes"),
    re_path(r"^call_simulations/?$", CallSimulationsView.as_view(), name="call_simulations"),
    re_path(
        r"^recording_announcement/?$", RecordingAnnouncementView.as_view(), name="recording_announcement"
    ),
    re_path(
        r"^recording_announcement/content/?$",
        RecordingAnnouncementContentView.as_view(),
        name="recording_announcement_content",
    ),
    re_path(
        r"^harass_prompts/(?P<level>[0-9]{1,18})/?$",
        HarassPromptView.as_view(),
        name="harass_level_prompt",
    ),
    re_path(r"^music_on_hold/?$", MusicOnHoldView.as_view(), name="music_on_hold"),
    re_path(r"^mail_server/?$", MailServerView.as_view(), name="mail_server"),
    re_path(r"^mail_server/test/?$", MailServerTestView.as_view(), name="mail_server_test"),
    re_path(r"^brand/?$", BrandView.as_view(), name="brand"),
    re_path(r"^brand/shown/?$", BrandShownView.as_view(), name="shown_brand"),
    re_path(r"^brand/(?P<kind>[a-z0-9_]{1,20})/?$", BrandPictureView.as_view(), name="brand_own_picture"),
    re_path(r"^event_urls/?$", EventUrlsView.as_view(), name="event_urls"),
    re_path(r"^event_urls/(?P<topic>[a-z0-9]{1,20})/?$", EventUrlView.as_view(), name="event_url"),
    re_path(
        r"^event_urls/(?P<topic>[a-z0-9]{1,20})/new_secret/?$",
        EventUrlSecretView.as_view(),
        name="event_url_new_secret",
    ),
]


def company_resources(router: Router) -> None:
    router.register("disallowed_codes", DisallowedCodeViewSet, basename="disallowed_codes")
    router.register("number_blacklist", BlockedNumberViewSet, basename="number_blacklist")
    router.register("inbound_rules", InboundRuleViewSet, basename="inbound_rules")
    router.register("call_queues", CallQueueViewSet, basename="call_queues")
    router.register("vip_callers", VipCallerViewSet, basename="vip_callers")
    router.register("harass_numbers", HarassNumberViewSet, basename="harass_numbers")
    router.register("exclusive_agents", ExclusiveAgentViewSet, basename="exclusive_agents")
    router.register("queue_calls", QueueCallViewSet, basename="queue_calls")
    router.register("conferences", ConferenceViewSet, basename="conferences")
    router.register("receptionists", ReceptionistViewSet, basename="receptionists")
    router.register("ring_groups", RingGroupViewSet, basename="ring_groups")
    router.register("routing_tests", RoutingTestViewSet, basename="routing_tests")
    router.register("outbound_rules", OutboundRuleViewSet, basename="outbound_rules")
    router.register("webhook_deliveries", WebhookDeliveryViewSet, basename="webhook_deliveries")
    router.register("recordings", RecordingViewSet, basename="recordings")
    router.register("voicemails", VoicemailViewSet, basename="voicemails")
    router.register("mailboxes", MailboxViewSet, basename="mailboxes")
    router.register("greetings", GreetingViewSet, basename="greetings")
    router.register("music_files", MusicFileViewSet, basename="music_files")
