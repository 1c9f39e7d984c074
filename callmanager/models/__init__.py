"""A tenant's PBX configuration, one file per noun, in the tenant's own schema.

What all tenants share (CDRs, registrations, workers) is in `callmanager.fleet.models`.
"""

from __future__ import annotations

from callmanager.models.call_queue import (
    CallQueue,
    CallQueueManager,
    CallQueueMember,
    CallQueueSound,
    QueueAgent,
)
from callmanager.models.conference import Conference
from callmanager.models.dial_codes import DialCodeSettings
from callmanager.models.extension import Extension
from callmanager.models.extension_exception import ExtensionException
from callmanager.models.extension_forward import ExtensionForward
from callmanager.models.extension_group import ExtensionGroup, GroupMembership, GroupMonitor
from callmanager.models.import_column import ImportColumn
from callmanager.models.inbound_rule import InboundDestination, InboundRule
from callmanager.models.mailbox import Greeting, Mailbox
from callmanager.models.music_on_hold import MusicFile, MusicOnHold
from callmanager.models.number_policy import BlockedNumber, DisallowedCode, NumberSettings
from callmanager.models.office_hours import Holiday, OfficeHours
from callmanager.models.outbound_rule import OutboundRoute, OutboundRule, OutboundRuleGroup
from callmanager.models.paging import PagingSettings
from callmanager.models.queue_caller import (
    ExclusiveAgent,
    ExclusiveAgentMember,
    HarassNumber,
    HarassPrompt,
    VipCaller,
)
from callmanager.models.receptionist import MenuChoice, Receptionist, ReceptionistPrompt
from callmanager.models.receptionist_action import ReceptionistAction
from callmanager.models.recording_announcement import RecordingAnnouncement
from callmanager.models.ring_group import RingGroup, RingGroupMember
from callmanager.models.routing_test import RoutingTest

__all__ = [
    "BlockedNumber",
    "CallQueue",
    "CallQueueManager",
    "CallQueueMember",
    "CallQueueSound",
    "Conference",
    "DialCodeSettings",
    "DisallowedCode",
    "ExclusiveAgent",
    "ExclusiveAgentMember",
    "Extension",
    "ExtensionException",
    "ExtensionForward",
    "ExtensionGroup",
    "Greeting",
    "GroupMembership",
    "GroupMonitor",
    "HarassNumber",
    "HarassPrompt",
    "Holiday",
    "ImportColumn",
    "InboundDestination",
    "InboundRule",
    "Mailbox",
    "MenuChoice",
    "MusicFile",
    "MusicOnHold",
    "NumberSettings",
    "OfficeHours",
    "OutboundRoute",
    "OutboundRule",
    "OutboundRuleGroup",
    "PagingSettings",
    "QueueAgent",
    "Receptionist",
    "ReceptionistAction",
    "ReceptionistPrompt",
    "RecordingAnnouncement",
    "RingGroup",
    "RingGroupMember",
    "RoutingTest",
    "VipCaller",
]
