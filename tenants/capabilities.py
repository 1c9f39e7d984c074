"""Who may view, add, change and delete what: one table for console, REST and WebSocket.

What it does not name is refused. Which rows it may be done to is the scope's business, and an extension's groups
may narrow its rights further. A new model or resource needs a row here; a test compares the table with all pages and
routes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from django.db.models import TextChoices

from tenants.roles import Rank, Role


class Verb(StrEnum):
    VIEW = "view"
    ADD = "add"
    CHANGE = "change"
    DELETE = "delete"


class TokenScope(TextChoices):
    """What a bearer token may be used for. It cuts what its user may do and never adds to it.

    `read` and `write` reach everywhere, the others into one area each. `write` includes reading.
    """

    READ = "read", "Read everything"
    WRITE = "write", "Read and change everything"
    CALLS = "calls", "Calls in progress and live events"
    CDRS = "cdrs", "Call records"
    CONFIGURATION = "configuration", "Extensions and other settings of the telephone system"
    PEOPLE = "people", "Users and their sign-in"
    TENANTS = "tenants", "Tenants"
    LOGS = "logs", "Activity and event log"
    METRICS = "metrics", "Health and metrics"


class Area(StrEnum):
    """Where a subject belongs, for token scopes. Of one's own account only `read` and `write` tokens know more
    than whose they are.
    """

    CALLS = "calls"
    CDRS = "cdrs"
    CONFIGURATION = "configuration"
    PEOPLE = "people"
    TENANTS = "tenants"
    LOGS = "logs"
    METRICS = "metrics"
    ACCOUNT = "account"
    IDENTITY = "identity"


Verbs = frozenset[Verb]
NOTHING: Verbs = frozenset()
VIEW: Verbs = frozenset({Verb.VIEW})
CONTROL: Verbs = frozenset({Verb.VIEW, Verb.CHANGE})
DISCARD: Verbs = frozenset({Verb.VIEW, Verb.DELETE})
ALL: Verbs = frozenset(Verb)


@dataclass(frozen=True, slots=True)
class Ranks:
    """What each rank may do."""

    owner: Verbs = NOTHING
    manager: Verbs = NOTHING
    auditor: Verbs = NOTHING

    def of(self, rank: Rank) -> Verbs:
        match rank:
            case Rank.OWNER:
                return self.owner
            case Rank.MANAGER:
                return self.manager
            case Rank.AUDITOR:
                return self.auditor
            case _:
                assert_never(rank)


NOBODY = Ranks()
READERS = Ranks(VIEW, VIEW, VIEW)
WRITERS = Ranks(ALL, ALL, VIEW)
CONTROLLERS = Ranks(CONTROL, CONTROL, VIEW)
KEEPERS = Ranks(DISCARD, DISCARD, VIEW)
OWNERS = Ranks(ALL, VIEW, VIEW)
THEMSELVES = Ranks(ALL, ALL, ALL)


@dataclass(frozen=True, slots=True)
class Row:
    """`platform` holds for administrators, also while they act in a tenant."""

    area: Area
    platform: Ranks
    tenant: Ranks = NOBODY
    extension: Verbs = NOTHING

    def of(self, role: Role, rank: str) -> Verbs:
        match role:
            case Role.ADMINISTRATOR:
                return self.platform.of(Rank(rank)) if rank in Rank.values else NOTHING
            case Role.TENANT:
                return self.tenant.of(Rank(rank)) if rank in Rank.values else NOTHING
            case Role.EXTENSION:
                return self.extension
            case _:
                assert_never(role)


# By "app_label.model", as Django's permissions are named; or another word of that form for what is no model.
TABLE: Mapping[str, Row] = {
    # Everybody, of themselves
    "tenants.identity": Row(Area.IDENTITY, THEMSELVES, THEMSELVES, extension=ALL),
    "tenants.account": Row(Area.ACCOUNT, THEMSELVES, THEMSELVES, extension=ALL),
    "tenants.usersession": Row(Area.ACCOUNT, THEMSELVES, THEMSELVES, extension=ALL),
    "tenants.apitoken": Row(Area.ACCOUNT, THEMSELVES, THEMSELVES, extension=ALL),
    # An extension, of itself; the tenant's switch is asked besides
    "callmanager.ownsippassword": Row(Area.ACCOUNT, NOBODY, extension=CONTROL),
    "callmanager.ownprofile": Row(Area.ACCOUNT, NOBODY, extension=CONTROL),
    "callmanager.ownpresence": Row(Area.ACCOUNT, NOBODY, extension=CONTROL),
    # Whether it takes calls of its queues; and agents of the queues that it manages
    "callmanager.ownqueue": Row(Area.ACCOUNT, NOBODY, extension=CONTROL),
    # The platform
    "tenants.tenant": Row(Area.TENANTS, WRITERS),
    "fleet.deletedtenant": Row(Area.TENANTS, WRITERS),
    "fleet.keptcdr": Row(Area.CDRS, READERS),
    # People
    "tenants.administrator": Row(Area.PEOPLE, OWNERS),
    "tenants.signinrule": Row(Area.PEOPLE, OWNERS, OWNERS),
    "tenants.user": Row(Area.PEOPLE, WRITERS, OWNERS),
    # Logs
    "tenants.auditentry": Row(Area.LOGS, READERS, READERS),
    "tenants.eventlogentry": Row(Area.LOGS, READERS, READERS),
    "tenants.logfile": Row(Area.LOGS, READERS),
    # Figures of the whole system
    "fleet.metrics": Row(Area.METRICS, READERS),
    # The telephone system
    "callmanager.extension": Row(Area.CONFIGURATION, WRITERS, WRITERS, extension=VIEW),
    "callmanager.colleague": Row(Area.CONFIGURATION, WRITERS, WRITERS, extension=CONTROL),
    "callmanager.extensionexception": Row(Area.CONFIGURATION, WRITERS, WRITERS),
    "callmanager.extensiontable": Row(Area.CONFIGURATION, WRITERS, WRITERS),
    "callmanager.weakpassword": Row(Area.CONFIGURATION, READERS, READERS),
    "callmanager.extensiongroup": Row(Area.CONFIGURATION, WRITERS, WRITERS),
    "tenants.job": Row(Area.CONFIGURATION, CONTROLLERS, CONTROLLERS),
    "tenants.tenantprofile": Row(Area.CONFIGURATION, CONTROLLERS, CONTROLLERS),
    "callmanager.officehours": Row(Area.CONFIGURATION, CONTROLLERS, CONTROLLERS, extension=VIEW),
    "tenants.eventurl": Row(Area.CONFIGURATION, WRITERS, WRITERS),
    "callmanager.musiconhold": Row(Area.CONFIGURATION, CONTROLLERS, CONTROLLERS),
    "callmanager.recordingannouncement": Row(Area.CONFIGURATION, WRITERS, WRITERS),
    "callmanager.musicfile": Row(Area.CONFIGURATION, WRITERS, WRITERS),
    "callmanager.holiday": Row(Area.CONFIGURATION, WRITERS, WRITERS, extension=VIEW),
    "callmanager.pagingsettings": Row(Area.CONFIGURATION, CONTROLLERS, CONTROLLERS),
    "callmanager.callqueue": Row(Area.CONFIGURATION, WRITERS, WRITERS),
    "callmanager.vipcaller": Row(Area.CONFIGURATION, WRITERS, WRITERS),
    "callmanager.harassnumber": Row(Area.CONFIGURATION, WRITERS, WRITERS),
    "callmanager.harassprompt": Row(Area.CONFIGURATION, WRITERS, WRITERS),
    "callmanager.exclusiveagent": Row(Area.CONFIGURATION, WRITERS, WRITERS),
    "callmanager.conference": Row(Area.CONFIGURATION, WRITERS, WRITERS),
    "callmanager.receptionist": Row(Area.CONFIGURATION, WRITERS, WRITERS),
    "callmanager.ringgroup": Row(Area.CONFIGURATION, WRITERS, WRITERS),
    "callmanager.inboundrule": Row(Area.CONFIGURATION, WRITERS, WRITERS),
    "callmanager.outboundrule": Row(Area.CONFIGURATION, WRITERS, WRITERS),
    "callmanager.numbersettings": Row(Area.CONFIGURATION, CONTROLLERS, CONTROLLERS),
    "callmanager.dialcodesettings": Row(Area.CONFIGURATION, CONTROLLERS, CONTROLLERS),
    "callmanager.disallowedcode": Row(Area.CONFIGURATION, WRITERS, WRITERS),
    "callmanager.blockednumber": Row(Area.CONFIGURATION, WRITERS, WRITERS),
    "fleet.systemdisallowedcode": Row(Area.CONFIGURATION, WRITERS),
    "fleet.systemblockednumber": Row(Area.CONFIGURATION, WRITERS),
    "callmanager.callsimulation": Row(Area.CONFIGURATION, READERS, READERS),
    "callmanager.routingtest": Row(Area.CONFIGURATION, WRITERS, WRITERS),
    "fleet.trunk": Row(Area.CONFIGURATION, WRITERS),
    "fleet.trunkassignment": Row(Area.CONFIGURATION, WRITERS, READERS),
    "tenants.mailserver": Row(Area.CONFIGURATION, WRITERS, WRITERS),
    "tenants.brand": Row(Area.CONFIGURATION, WRITERS, WRITERS),
    "callmanager.systemextension": Row(Area.CONFIGURATION, READERS, READERS),
    "pbxsite.network": Row(Area.CONFIGURATION, READERS, READERS),
    # The machine
    "pbxsite.service": Row(Area.METRICS, READERS),
    # Calls
    "fleet.dashboard": Row(Area.CALLS, READERS, READERS),
    "fleet.livecall": Row(Area.CALLS, CONTROLLERS, CONTROLLERS, extension=CONTROL),
    # An extension sees the queues that it manages
    "callmanager.wallboard": Row(Area.CALLS, READERS, READERS, extension=VIEW),
    "fleet.registration": Row(Area.CALLS, READERS, READERS, extension=VIEW),
    "fleet.registrationfailure": Row(Area.CALLS, READERS, READERS, extension=VIEW),
    "fleet.voicemail": Row(Area.CALLS, WRITERS, WRITERS, extension=ALL),
    "callmanager.mailbox": Row(Area.CONFIGURATION, CONTROLLERS, CONTROLLERS, extension=CONTROL),
    "callmanager.greeting": Row(Area.CONFIGURATION, WRITERS, WRITERS, extension=ALL),
    "fleet.queuestay": Row(Area.CDRS, READERS, READERS),
    "fleet.cdr": Row(Area.CDRS, READERS, READERS, extension=VIEW),
    # An extension hears its own calls; whether it may delete them is the tenant's switch besides
    "fleet.recording": Row(Area.CDRS, KEEPERS, KEEPERS, extension=DISCARD),
    # Which holds call records
    "fleet.webhookdelivery": Row(Area.CDRS, CONTROLLERS, CONTROLLERS),
}


def may(role: Role, rank: str, subject: str, verb: Verb) -> bool:
    """Whether somebody may do this to such things at all."""
    row = TABLE.get(subject)
    return row is not None and verb in row.of(role, rank)


def is_permitted(role: Role, rank: str, permission: str) -> bool:
    """The same in Django's words: `app_label.verb_model`."""
    app_label, _, name = permission.partition(".")
    verb, _, model = name.partition("_")
    return verb in ALL and may(role, rank, f"{app_label}.{model}", Verb(verb))


def sees_anything_of(role: Role, rank: str, app_label: str) -> bool:
    return any(
        Verb.VIEW in row.of(role, rank)
        for subject, row in TABLE.items()
        if subject.startswith(f"{app_label}.")
    )


def token_may(scopes: Iterable[str], subject: str, verb: Verb) -> bool:
    """What the token is for; what its user may is asked besides."""
    row = TABLE.get(subject)
    if row is None:
        return False
    granted = set(scopes)
    if row.area is Area.IDENTITY or TokenScope.WRITE in granted:
        return True
    if TokenScope.READ in granted and verb is Verb.VIEW:
        return True
    return row.area.value in granted


def scopes_for(subject: str, verb: Verb) -> tuple[str, ...]:
    """The scopes of which a token needs one."""
    return tuple(scope.value for scope in TokenScope if token_may((scope,), subject, verb))
