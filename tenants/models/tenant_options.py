"""What may be set for a tenant besides its name, in the three groups of its pages: capability, options, storage."""

from __future__ import annotations

import pycountry
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

MAX_LIMIT = 1_000_000
MAX_QUOTA_MB = 100_000_000
MAX_KEEP_DAYS = 36_500


# The languages are those of the prompts.
RECORDING_ANNOUNCEMENTS = [
    ("", "No"),
    ("tone", "By a tone"),
    ("en", "In English"),
    ("es", "In Spanish"),
    ("fr", "In French"),
    ("it", "In Italian"),
    ("ru", "In Russian"),
]


def validate_country(value: str) -> None:
    if pycountry.countries.get(alpha_2=value) is None or not value.isupper():
        raise ValidationError("Not a country code of ISO 3166, such as DE.", code="country")


def validate_currency(value: str) -> None:
    if pycountry.currencies.get(alpha_3=value) is None or not value.isupper():
        raise ValidationError("Not a currency code of ISO 4217, such as EUR.", code="currency")


def country_choices() -> list[tuple[str, str]]:
    return sorted(((one.alpha_2, one.name) for one in pycountry.countries), key=lambda choice: choice[1])


def currency_choices() -> list[tuple[str, str]]:
    return [
        (one.alpha_3, f"{one.alpha_3} – {one.name}")
        for one in sorted(pycountry.currencies, key=lambda currency: str(currency.alpha_3))
    ]


def _limit(
    label: str, help_text: str = "Empty: no limit."
) -> models.PositiveIntegerField[int | None, int | None]:
    return models.PositiveIntegerField(
        label, null=True, blank=True, validators=[MaxValueValidator(MAX_LIMIT)], help_text=help_text
    )


def _switch(label: str, help_text: str, *, default: bool = False) -> models.BooleanField[bool, bool]:
    return models.BooleanField(label, default=default, help_text=help_text)


class TenantCapability(models.Model):
    """How much of everything it may have: the administrator's word. None is without a limit, 0 is none at all."""

    max_extensions = _limit("extensions at most")
    max_simultaneous_calls = _limit(
        "simultaneous calls at most",
        "Every call counts, also one between two colleagues. A call above the limit hears the busy tone. "
        "Empty: no limit.",
    )
    max_ring_groups = _limit("ring groups at most")
    max_queues = _limit("call queues at most")
    max_conference_rooms = _limit("conference rooms at most")
    max_virtual_receptionists = _limit("virtual receptionists at most")

    class Meta:
        abstract = True


class TenantOptions(models.Model):
    """What the tenant may change itself in its profile."""

    website = models.URLField("company website", blank=True, default="")
    email = models.EmailField(
        "notification e-mail", blank=True, default="", help_text="Where the PBX sends its notifications."
    )
    country = models.CharField(max_length=2, blank=True, default="", validators=[validate_country])
    currency = models.CharField(max_length=3, default="USD", validators=[validate_currency])
    is_concurrent_sign_in_allowed = _switch(
        "allow concurrent sign-ins",
        "Off: whoever signs in, to the console or by REST, ends the sign-ins of the same user elsewhere. "
        "API tokens that were made on purpose stay.",
        default=True,
    )
    is_sip_password_shown = _switch(
        "show extensions' SIP passwords",
        "On: the page of an extension and the REST API show the password its phone signs in with. "
        "Off: it can be replaced, but not read.",
    )
    may_extensions_change_sip_password = _switch(
        "extensions may change their SIP password", "On their own page and by REST."
    )
    may_extensions_delete_recordings = _switch(
        "extensions may delete recordings", "Off: only the tenant itself deletes them.", default=True
    )
    may_extensions_create_meetings = _switch(
        "extensions may create temporary meetings", "By the REST API, as soon as there are conference rooms."
    )
    are_audio_calls_recorded = _switch("record audio calls", "All calls of all extensions.")
    are_video_calls_recorded = _switch(
        "record video calls", "Of all extensions, as soon as video calls can be recorded."
    )
    is_recorded_in_two_tracks = _switch(
        "record caller and callee on tracks of their own",
        "The caller on the left track, the callee on the right one; off: both on one.",
    )
    recording_announcement = models.CharField(
        "announce recordings",
        max_length=4,
        blank=True,
        default="",
        choices=RECORDING_ANNOUNCEMENTS,
        help_text="Both sides hear it before they talk, and when a recording begins during the call. "
        "In many countries people must be told.",
    )
    may_extensions_record = _switch(
        "extensions may record their calls",
        "By a code during the call and by REST; they may pause every recording of their calls.",
        default=True,
    )
    is_outbound_billed = _switch(
        "bill outbound calls",
        "A call by a trunk needs balance, and ends when it is used up. Obeyed by billing.",
    )
    is_inbound_billed = _switch(
        "bill inbound calls",
        "A call from a trunk needs balance, and ends when it is used up. Obeyed by billing.",
    )

    class Meta:
        abstract = True


class TenantStorage(models.Model):
    """How much it may store, and what is cleaned away. Of the quota decides the administrator."""

    disk_quota_mb = models.PositiveIntegerField(
        "disk quota (MB)",
        null=True,
        blank=True,
        validators=[MaxValueValidator(MAX_QUOTA_MB)],
        help_text="For all its files together. Empty: no limit.",
    )
    recordings_keep_days = models.PositiveIntegerField(
        "delete recordings older than (days)",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(MAX_KEEP_DAYS)],
        help_text="Empty: they are kept whatever their age.",
    )
    recordings_keep_mb = models.PositiveIntegerField(
        "keep recordings of at most (MB)",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(MAX_QUOTA_MB)],
        help_text="Above it the oldest are deleted. Empty: as much as the quota allows.",
    )
    voicemails_keep_days = models.PositiveIntegerField(
        "delete voicemails older than (days)",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(MAX_KEEP_DAYS)],
        help_text="Empty: they are kept whatever their age.",
    )
    voicemails_keep_mb = models.PositiveIntegerField(
        "keep voicemails of at most (MB)",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(MAX_QUOTA_MB)],
        help_text="Above it the oldest are deleted. Empty: as much as the quota allows.",
    )

    class Meta:
        abstract = True


CAPABILITY_FIELDS = tuple(one.name for one in TenantCapability._meta.local_fields)
OPTION_FIELDS = tuple(one.name for one in TenantOptions._meta.local_fields)
CLEANING_FIELDS = tuple(one.name for one in TenantStorage._meta.local_fields if one.name != "disk_quota_mb")


def option_constraints() -> list[models.CheckConstraint]:
    """The database's own word on what validators say."""
    return [
        *(
            models.CheckConstraint(
                condition=Q(**{f"{name}__isnull": True}) | Q(**{f"{name}__lte": MAX_LIMIT}),
                name=f"tenant_{name}_in_range",
            )
            for name in CAPABILITY_FIELDS
        ),
        *(
            models.CheckConstraint(
                condition=Q(**{f"{name}__isnull": True})
                | Q(**{f"{name}__range": (1, MAX_KEEP_DAYS if name.endswith("_days") else MAX_QUOTA_MB)}),
                name=f"tenant_{name}_in_range",
            )
            for name in CLEANING_FIELDS
        ),
        models.CheckConstraint(
            condition=Q(disk_quota_mb__isnull=True) | Q(disk_quota_mb__lte=MAX_QUOTA_MB),
            name="tenant_disk_quota_mb_in_range",
        ),
        models.CheckConstraint(
            condition=Q(recording_announcement__regex=r"^(tone|en|es|fr|it|ru)?$"),
            name="tenant_recording_announcement_is_known",
        ),
        models.CheckConstraint(condition=Q(country__regex=r"^([A-Z]{2})?$"), name="tenant_country_is_a_code"),
        models.CheckConstraint(condition=Q(currency__regex=r"^[A-Z]{3}$"), name="tenant_currency_is_a_code"),
    ]
