"""One file per noun. Tenants' rows are read through managers that raise without a scope."""

from __future__ import annotations

from callmanager.fleet.models.call_event import StoredCallEvent
from callmanager.fleet.models.cdr import Cdr, CdrStatus
from callmanager.fleet.models.deleted_tenant import DeletedTenant, KeptCdr
from callmanager.fleet.models.open_call import OpenCall
from callmanager.fleet.models.queue_callback import QueueCallback
from callmanager.fleet.models.queue_stay import QueueStay
from callmanager.fleet.models.recording import Recording, RecordingState
from callmanager.fleet.models.registration import Registration
from callmanager.fleet.models.registration_failure import RegistrationFailure
from callmanager.fleet.models.sip_directory import SipDirectoryEntry
from callmanager.fleet.models.system_number_lists import SystemBlockedNumber, SystemDisallowedCode
from callmanager.fleet.models.trunk import (
    Trunk,
    TrunkAssignment,
    TrunkAuthentication,
    TrunkCodec,
    TrunkNumberSource,
    TrunkSrtp,
    TrunkTransport,
)
from callmanager.fleet.models.trunk_parameters import TrunkCallerMapping, TrunkHeaderRule
from callmanager.fleet.models.trunk_status import TrunkStatus
from callmanager.fleet.models.voicemail import Voicemail
from callmanager.fleet.models.webhook_delivery import DeliveryState, WebhookDelivery, WebhookHealth
from callmanager.fleet.models.worker_node import WorkerNode, WorkerState

__all__ = [
    "Cdr",
    "CdrStatus",
    "DeletedTenant",
    "DeliveryState",
    "KeptCdr",
    "OpenCall",
    "QueueCallback",
    "QueueStay",
    "Recording",
    "RecordingState",
    "Registration",
    "RegistrationFailure",
    "SipDirectoryEntry",
    "StoredCallEvent",
    "SystemBlockedNumber",
    "SystemDisallowedCode",
    "Trunk",
    "TrunkAssignment",
    "TrunkAuthentication",
    "TrunkCallerMapping",
    "TrunkCodec",
    "TrunkHeaderRule",
    "TrunkNumberSource",
    "TrunkSrtp",
    "TrunkStatus",
    "TrunkTransport",
    "Voicemail",
    "WebhookDelivery",
    "WebhookHealth",
    "WorkerNode",
    "WorkerState",
]
