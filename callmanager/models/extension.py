"""A user's number and the account its phones register with.

The flat SIP directory the edge reads, the tenant's revision and the notifications are kept in step by
triggers (migrations 0002), so that bulk updates and imports can't leave them behind.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models, transaction

from callmanager.domain.forwarding import PresenceStatus
from callmanager.models.week_hours import WeekHoursField, office_week
from tenants.capacity import refuse_above_limit
from tenants.encrypted_field import EncryptedTextField
from tenants.models import Tenant
from tenants.models.tenant import validate_time_zone
from tenants.scope import current_tenant_id
from tenants.scoped_models import ScopedQuerySet, TenantSchemaManager

RING_TIMEOUT_S = (5, 300)
MAX_EXTERNAL_CALLS, MINUTES_OF_A_DAY = 1000, 24 * 60
# Names become part of SIP headers and of every page that lists calls.
NO_CONTROL_CHARACTERS = RegexValidator(
    r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*\Z", "No line breaks or control characters.", code="invalid"
)
PHONE_NUMBER = RegexValidator(
    r"^\+?[0-9][0-9 ().\/-]{1,30}\Z", "A telephone number such as +49 30 1234567.", code="phone_number"
)
# Becomes the user part of a SIP address.
CALLER_ID = RegexValidator(
    r"^\+?[0-9A-Za-z._-]{1,40}\Z", "Digits, letters, + in front, dots, hyphens and _ only.", code="caller_id"
)
DID_NUMBER = RegexValidator(r"^\+?[0-9]{2,31}\Z", "Digits only, with or without + in front.", code="did")
_HA1_INPUTS = frozenset({"number", "sip_password"})


def digest_ha1(number: str, sip_domain: str, password: str) -> str:
    """RFC 2617 A1: MD5 is what the phones speak; the password itself is stored encrypted."""
    return hashlib.md5(f"{number}:{sip_domain}:{password}".encode(), usedforsecurity=False).hexdigest()


def lock_tenant() -> Tenant:
    """The tenant, whose SIP domain and limits can't change before the transaction ends.

    The row is locked by the revision trigger at the end of the statement anyway; taking it first keeps the order
    of locks the same everywhere.
    """
    fields = ("sip_domain", "max_extensions", "max_ring_groups")
    return Tenant.objects.select_for_update().only(*fields).get(pk=current_tenant_id())


def refuse_extensions_above_limit(*, limit: int | None, added: int) -> None:
    """LimitReached; its word is final only while the tenant is locked."""
    if limit is not None:
        refuse_above_limit(limit=limit, present=Extension.objects.count(), added=added, what="extensions")


class ExtensionQuerySet(ScopedQuerySet["Extension"]):
    def bulk_create(self, objs: Iterable[Extension], *args: Any, **kwargs: Any) -> list[Extension]:
        extensions = list(objs)
        with transaction.atomic():
            tenant = lock_tenant()
            refuse_extensions_above_limit(limit=tenant.max_extensions, added=len(extensions))
            for extension in extensions:
                extension.set_ha1(tenant.sip_domain)
            return super().bulk_create(extensions, *args, **kwargs)

    def update(self, **kwargs: Any) -> int:
        if _HA1_INPUTS & kwargs.keys() and "ha1" not in kwargs:
            raise TypeError(
                "The HA1 depends on number and sip_password: change them by the service or save(), or set it, too."
            )
        return super().update(**kwargs)


class Gender(models.TextChoices):
    UNKNOWN = "", "Not given"
    FEMALE = "female", "Female"
    MALE = "male", "Male"
    OTHER = "other", "Other"


STATUSES = [
    (PresenceStatus.AVAILABLE.value, "Available"),
    (PresenceStatus.AWAY.value, "Away"),
    (PresenceStatus.DO_NOT_DISTURB.value, "Do not disturb"),
    (PresenceStatus.LUNCH.value, "Lunch"),
    (PresenceStatus.BUSINESS_TRIP.value, "Business trip"),
]


class Extension(models.Model):
    number = models.CharField(
        max_length=20,
        unique=True,
        validators=[RegexValidator(r"^[A-Za-z0-9]+\Z", "Only letters and digits.", code="number")],
    )
    first_name = models.CharField(max_length=64, blank=True, default="", validators=[NO_CONTROL_CHARACTERS])
    last_name = models.CharField(max_length=64, blank=True, default="", validators=[NO_CONTROL_CHARACTERS])
    display_name = models.CharField(
        max_length=100,
        blank=True,
        default="",
        validators=[NO_CONTROL_CHARACTERS],
        help_text="What phones and lists show. Empty: first and last name.",
    )
    gender = models.CharField(max_length=6, choices=Gender.choices, blank=True, default=Gender.UNKNOWN)
    email = models.EmailField(
        "e-mail",
        blank=True,
        default="",
        help_text="Belongs to one person in the whole system: it may be used to sign in. "
        "The welcome mail goes there, and notifications of voicemail and missed calls once those are built.",
    )
    mobile = models.CharField(
        "mobile number",
        max_length=32,
        blank=True,
        default="",
        validators=[PHONE_NUMBER],
        help_text="Forwarding rules offer it as a target.",
    )
    did = models.CharField(
        "direct inbound number (DID)",
        max_length=32,
        blank=True,
        default="",
        validators=[DID_NUMBER],
        help_text="Calls from outside to this number ring here without an inbound rule. One of the company's "
        "numbers on its trunks.",
    )
    outbound_caller_id = models.CharField(
        "outbound caller ID",
        max_length=41,
        blank=True,
        default="",
        validators=[CALLER_ID],
        help_text="Shown to people outside the company instead of the number. Used by outbound calls over trunks.",
    )
    emergency_caller_id = models.CharField(
        "caller ID for emergency calls",
        max_length=41,
        blank=True,
        default="",
        validators=[CALLER_ID],
        help_text="Sent with emergency calls, so that help finds the place. Used by emergency calls over trunks.",
    )
    is_audio_recorded = models.BooleanField(
        "record audio calls",
        default=False,
        help_text="All calls of this extension, as WAV files.",
    )
    is_video_recorded = models.BooleanField(
        "record video calls",
        default=False,
        help_text="As soon as video calls can be recorded.",
    )
    has_own_hours = models.BooleanField(
        "hours of its own",
        default=False,
        help_text="Instead of the company's office hours. The company's holidays count in any case.",
    )
    week = WeekHoursField("hours by weekday", default=office_week, blank=True)
    time_zone = models.CharField(
        max_length=64,
        blank=True,
        default="",
        validators=[validate_time_zone],
        help_text="Where this person works, such as Europe/Berlin. Empty: the company's.",
    )
    # A file of the tenant's; see `callmanager.services.extension_photo`.
    photo_id = models.BigIntegerField(null=True, editable=False)
    balance = models.DecimalField(
        max_digits=14,
        decimal_places=4,
        default=Decimal(0),
        editable=False,
        help_text="What is left for calls. Billing will change and check it.",
    )
    is_enabled = models.BooleanField("enabled", default=True)
    ring_timeout_s = models.PositiveSmallIntegerField(
        "ring time (s)",
        default=30,
        validators=[MinValueValidator(RING_TIMEOUT_S[0]), MaxValueValidator(RING_TIMEOUT_S[1])],
    )
    status = models.CharField(
        max_length=16,
        choices=STATUSES,
        default=PresenceStatus.AVAILABLE.value,
        help_text="Which of the forwarding rules hold.",
    )
    is_decline_final = models.BooleanField(
        "declining ends the call",
        default=True,
        help_text="Declining on one phone ends the ringing of all. Off: the others ring on.",
    )
    may_set_caller_id = models.BooleanField(
        "may choose its caller ID",
        default=False,
        help_text="Its programs may name the caller ID of a call themselves, by the header X-Outbound-Cli.",
    )
    max_external_calls = models.PositiveIntegerField(
        "external calls at a time",
        default=0,
        validators=[MaxValueValidator(MAX_EXTERNAL_CALLS)],
        help_text="Calls to outside at the same time, forwarded ones included. 0: no limit.",
    )
    max_external_minutes_per_day = models.PositiveIntegerField(
        "minutes of external calls a day",
        default=0,
        validators=[MaxValueValidator(MAX_EXTERNAL_CALLS * MINUTES_OF_A_DAY)],
        help_text="All calls to outside of one day together. 0: no limit.",
    )
    sip_password = EncryptedTextField("SIP password")
    ha1 = models.CharField(max_length=32, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = TenantSchemaManager.from_queryset(ExtensionQuerySet)()

    class Meta:
        ordering = (models.functions.Length("number"), "number")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(number__regex=r"^[A-Za-z0-9]+$"), name="extension_number_is_alphanumeric"
            ),
            models.CheckConstraint(
                condition=models.Q(ring_timeout_s__range=RING_TIMEOUT_S),
                name="extension_ring_timeout_in_range",
            ),
            models.CheckConstraint(
                condition=models.Q(gender__regex=r"^(female|male|other)?$"), name="extension_gender_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(status__regex=r"^(available|away|do_not_disturb|lunch|business_trip)$"),
                name="extension_status_is_known",
            ),
            models.UniqueConstraint(
                fields=["did"],
                condition=~models.Q(did=""),
                name="extension_did_is_unique",
                violation_error_message="Another extension has this number.",
            ),
            models.CheckConstraint(
                condition=models.Q(ha1__regex=r"^[0-9a-f]{32}$"), name="extension_ha1_is_md5"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.display_name}".strip()

    def clean(self) -> None:
        super().clean()
        written = {self.did, self.did.removeprefix("+"), f"+{self.did}"}
        if self.did and Extension.objects.filter(did__in=written).exclude(pk=self.pk).exists():
            raise ValidationError(
                {"did": ValidationError("Another extension has this number.", code="unique")}
            )

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    def set_ha1(self, sip_domain: str) -> None:
        self.ha1 = digest_ha1(self.number, sip_domain, self.sip_password)

    def save(self, *args: Any, **kwargs: Any) -> None:
        update_fields = kwargs.get("update_fields")
        if update_fields is not None and not _HA1_INPUTS & set(update_fields):
            super().save(*args, **kwargs)
            return
        if update_fields is not None:
            kwargs["update_fields"] = {*update_fields, "ha1"}
        with transaction.atomic():
            tenant = lock_tenant()
            if self._state.adding:
                refuse_extensions_above_limit(limit=tenant.max_extensions, added=1)
            self.set_ha1(tenant.sip_domain)
            super().save(*args, **kwargs)
