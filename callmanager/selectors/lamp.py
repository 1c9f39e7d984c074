"""What lamps show, read from the database: mailboxes, what people say of themselves, and whether a phone is there."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db import connection
from django.db.models import Count, Q
from django.utils import timezone

from callmanager.domain.dial_codes import DialKind
from callmanager.domain.forwarding import PresenceStatus
from callmanager.domain.lamp_documents import MailboxCounts
from callmanager.domain.sip_publish import Lamp, Package
from callmanager.fleet.models import Registration, Voicemail
from callmanager.models import Extension, Mailbox
from callmanager.selectors.dial_codes import dial_code_settings_get, dial_codes_of
from tenants.models import Tenant
from tenants.scope import tenant_scope


@dataclass(frozen=True, slots=True)
class LampTenant:
    """`voicemail_code` is dialled to hear messages, `retrieve_code` before a parking place; empty: nothing is."""

    tenant_id: int
    domain: str
    is_blf_enabled: bool
    voicemail_code: str
    retrieve_code: str


@dataclass(frozen=True, slots=True)
class PersonState:
    status: PresenceStatus
    is_registered: bool


def lamp_tenant_find(*, tenant_id: int) -> LampTenant | None:
    """None for a tenant that is gone or without a domain."""
    tenant = Tenant.objects.filter(pk=tenant_id).exclude(sip_domain="").first()
    return _lamp_tenant(tenant) if tenant is not None else None


def lamp_tenant_list() -> list[LampTenant]:
    return [_lamp_tenant(tenant) for tenant in Tenant.objects.exclude(sip_domain="")]


def _lamp_tenant(tenant: Tenant) -> LampTenant:
    with tenant_scope(tenant):
        settings = dial_code_settings_get()
    codes = dial_codes_of(settings)
    voicemail, retrieve = ((*codes.codes_of(kind), "")[0] for kind in (DialKind.VOICEMAIL, DialKind.RETRIEVE))
    domain = tenant.sip_domain.lower()
    return LampTenant(tenant.pk, domain, settings.is_blf_enabled, voicemail, retrieve)


def mailbox_counts(*, tenant_id: int, numbers: Collection[str]) -> Mapping[str, MailboxCounts]:
    """Of each of them; nothing waits in a mailbox that is switched off or that nobody has."""
    with tenant_scope(Tenant.objects.get(pk=tenant_id)):
        enabled = Mailbox.objects.filter(extension__number__in=numbers, is_enabled=True)
        known = set(enabled.values_list("extension__number", flat=True))
        rows = (
            Voicemail.objects.filter(mailbox__in=known)
            .order_by()
            .values("mailbox")
            .annotate(
                new=Count("pk", filter=Q(is_new=True)),
                old=Count("pk", filter=Q(is_new=False)),
                new_urgent=Count("pk", filter=Q(is_new=True, is_urgent=True)),
                old_urgent=Count("pk", filter=Q(is_new=False, is_urgent=True)),
            )
        )
        counts = {
            row["mailbox"]: MailboxCounts(row["new"], row["old"], row["new_urgent"], row["old_urgent"])
            for row in rows
        }
    return {number: counts.get(number, MailboxCounts()) for number in numbers}


def person_states(*, tenant_id: int, numbers: Collection[str]) -> Mapping[str, PersonState]:
    """Of those that are extensions, enabled ones."""
    with tenant_scope(Tenant.objects.get(pk=tenant_id)):
        statuses = dict(
            Extension.objects.filter(number__in=numbers, is_enabled=True).values_list("number", "status")
        )
        registered = set(
            Registration.objects.filter(username__in=numbers, expires_at__gt=timezone.now()).values_list(
                "username", flat=True
            )
        )
    return {
        number: PersonState(PresenceStatus(status), number in registered)
        for number, status in statuses.items()
    }


def watched_lamp_list() -> frozenset[Lamp]:
    """By the edge's own table, which it writes every few seconds."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT presentity_uri, event FROM public.active_watchers"
            " WHERE expires > extract(epoch FROM now())"
        )
        rows = cursor.fetchall()
    return frozenset(lamp for uri, event in rows if (lamp := _lamp(uri, event)) is not None)


def _lamp(uri: str, event: str) -> Lamp | None:
    try:
        return Lamp(uri, Package(event.partition(";")[0]))
    except ValueError:
        return None
