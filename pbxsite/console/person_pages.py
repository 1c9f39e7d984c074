"""The console of extensions whose groups allow it: its addresses and its navigation. No page of it configures a
tenant; what it shows is what REST shows the same person.
"""

from __future__ import annotations

from django.contrib.admin import AdminSite

from callmanager.admin.person import (
    ColleagueAdmin,
    OwnRegistrationAdmin,
    OwnRegistrationFailureAdmin,
    PersonCdrAdmin,
)
from callmanager.admin.recording import RecordingAdmin
from callmanager.fleet.models import Cdr, Recording, Registration, RegistrationFailure
from callmanager.models import Extension

PERSON_NAVIGATION = (
    ("", (("Dashboard", "space_dashboard", "admin:index"),)),
    (
        "Calls",
        (
            ("Live calls", "call", "admin:live_calls"),
            ("Call records", "call_log", "admin:fleet_cdr_changelist"),
            ("My recordings", "graphic_eq", "admin:fleet_recording_changelist"),
        ),
    ),
    (
        "People",
        (("Extensions", "groups", "admin:callmanager_extension_changelist"),),
    ),
    (
        "My extension",
        (
            ("My extension", "dialpad", "my_extension"),
            ("Status and forwarding", "phone_forwarded", "own_forwarding"),
            ("My queues", "support_agent", "own_queues"),
            ("Mailbox", "voicemail", "own_mailbox"),
            ("My profile", "badge", "own_extension"),
            ("Registrations", "wifi_calling_3", "admin:fleet_registration_changelist"),
            ("Refused registrations", "phonelink_erase", "admin:fleet_registrationfailure_changelist"),
            ("Why can't it register?", "troubleshoot", "admin:registration_check"),
        ),
    ),
)


def person_register(site: AdminSite) -> None:
    site.register(Extension, ColleagueAdmin)
    site.register(Cdr, PersonCdrAdmin)
    site.register(Recording, RecordingAdmin)
    site.register(Registration, OwnRegistrationAdmin)
    site.register(RegistrationFailure, OwnRegistrationFailureAdmin)
