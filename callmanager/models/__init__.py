"""A tenant's PBX configuration, one file per noun, in the tenant's own schema.

What all tenants share (CDRs, registrations, workers) is in `callmanager.fleet.models`.
"""

from __future__ import annotations

from callmanager.models.extension import Extension
from callmanager.models.extension_exception import ExtensionException
from callmanager.models.extension_group import ExtensionGroup, GroupMembership, GroupMonitor
from callmanager.models.music_on_hold import MusicFile, MusicOnHold
from callmanager.models.office_hours import Holiday, OfficeHours

__all__ = [
    "Extension",
    "ExtensionException",
    "ExtensionGroup",
    "GroupMembership",
    "GroupMonitor",
    "Holiday",
    "MusicFile",
    "MusicOnHold",
    "OfficeHours",
]
