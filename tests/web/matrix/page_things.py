"""Which things the pages of the consoles show: by the names of their addresses."""

from __future__ import annotations

from collections.abc import Mapping

# By the first words of a page's name.
PAGE_THINGS: Mapping[str, str] = {
    "callmanager_routingtest": "routing_tests",
    "callmanager_extension": "extensions",
    "extension": "extensions",
    "callmanager_extensiongroup": "extension_groups",
    "fleet_registration": "registrations",
    "fleet_registrationfailure": "registration_failures",
    "fleet_cdr": "cdrs",
    "fleet_recording": "recordings",
    "fleet_queuestay": "queue_calls",
    "fleet_voicemail": "voicemails",
    "fleet_trunk": "trunks",
    "fleet_trunkassignment": "did_pools",
    "fleet_deletedtenant": "deleted_tenants",
    "fleet_keptcdr": "kept_cdrs",
    "tenants_auditentry": "audit_log",
    "tenants_eventlogentry": "event_log",
    "callmanager_holiday": "holidays",
    "holiday": "holidays",
    "callmanager_disallowedcode": "disallowed_codes",
    "callmanager_blockednumber": "number_blacklist",
    "fleet_systemdisallowedcode": "system_codes",
    "fleet_systemblockednumber": "system_numbers",
    "callmanager_callqueue": "call_queues",
    "callmanager_receptionist": "receptionists",
    "callmanager_ringgroup": "ring_groups",
    "callmanager_inboundrule": "inbound_rules",
    "callmanager_outboundrule": "outbound_rules",
    "tenants_job": "jobs",
    "fleet_webhookdelivery": "webhook_deliveries",
    "music_play": "music_files",
    "voicemail_play": "voicemails",
    "greeting_play": "greetings",
    "job": "jobs",
    "live_calls_hang_up": "call_sessions",
    "live_calls_order": "call_sessions",
    "console_manage_tenant": "tenants",
    "tenants_tenant": "tenants",
    "tenants_user": "users",
    "tenants_administrator": "administrators",
}
