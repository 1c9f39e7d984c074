"""The pages of calls in and out: their place in the navigation, and their addresses."""

from __future__ import annotations

from django.contrib.admin import AdminSite

from callmanager.admin.call_queue import CallQueueAdmin
from callmanager.admin.conference import ConferenceAdmin
from callmanager.admin.inbound_rule import InboundRuleAdmin
from callmanager.admin.outbound_rule import OutboundRuleAdmin
from callmanager.admin.queue_callers import (
    ExclusiveAgentAdmin,
    HarassNumberAdmin,
    HarassPromptAdmin,
    VipCallerAdmin,
)
from callmanager.admin.queue_calls import QueueStayAdmin
from callmanager.admin.receptionist import ReceptionistAdmin
from callmanager.admin.ring_group import RingGroupAdmin
from callmanager.fleet.models import QueueStay
from callmanager.models import (
    CallQueue,
    Conference,
    ExclusiveAgent,
    HarassNumber,
    HarassPrompt,
    InboundRule,
    OutboundRule,
    Receptionist,
    RingGroup,
    VipCaller,
)
from pbxsite.console.trunk_pages import LENT_TRUNK_ITEM

ROUTING_NAVIGATION = (
    "Calls in and out",
    (
        LENT_TRUNK_ITEM,
        ("Inbound rules", "call_received", "admin:callmanager_inboundrule_changelist"),
        ("Outbound rules", "call_made", "admin:callmanager_outboundrule_changelist"),
        ("Virtual receptionists", "dialpad", "admin:callmanager_receptionist_changelist"),
        ("Call queues", "support_agent", "admin:callmanager_callqueue_changelist"),
        ("Conferences", "groups", "admin:callmanager_conference_changelist"),
        ("Ring groups", "ring_volume", "admin:callmanager_ringgroup_changelist"),
        ("Paging and intercom", "campaign", "admin:paging"),
    ),
)

CTI_NAVIGATION = (
    "CTI",
    (
        ("Exclusive agents", "support_agent", "admin:callmanager_exclusiveagent_changelist"),
        ("VIP list", "star", "admin:callmanager_vipcaller_changelist"),
        ("Harass numbers", "phone_disabled", "admin:callmanager_harassnumber_changelist"),
        ("Harass prompts", "record_voice_over", "admin:callmanager_harassprompt_changelist"),
    ),
)


def routing_register(site: AdminSite) -> None:
    site.register(InboundRule, InboundRuleAdmin)
    site.register(OutboundRule, OutboundRuleAdmin)
    site.register(RingGroup, RingGroupAdmin)
    site.register(Receptionist, ReceptionistAdmin)
    site.register(CallQueue, CallQueueAdmin)
    site.register(Conference, ConferenceAdmin)
    site.register(QueueStay, QueueStayAdmin)
    site.register(VipCaller, VipCallerAdmin)
    site.register(HarassNumber, HarassNumberAdmin)
    site.register(HarassPrompt, HarassPromptAdmin)
    site.register(ExclusiveAgent, ExclusiveAgentAdmin)
