"""What is dialled to use the system itself: a profile, and what the company has changed of it."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from callmanager.domain.dial_codes import PARK_SLOTS, PARK_TIMEOUT_S, RETURN_RING_S
from callmanager.domain.dial_features import DialProfile
from callmanager.models.office_hours import THE_ONLY_ONE
from tenants.scoped_models import TenantSchemaManager

PARK_SLOTS_MAX = 100


class DialCodeSettings(models.Model):
    """One row per tenant. `own_codes`: kind -> its codes instead of the profile's; an empty list switches it off."""

    id = models.SmallIntegerField(primary_key=True, default=THE_ONLY_ONE, editable=False)
    profile = models.CharField(
        max_length=10,
        choices=[(DialProfile.MANUAL.value, "Classic"), (DialProfile.MODERN.value, "Star codes")],
        default=DialProfile.MANUAL.value,
        db_default=DialProfile.MANUAL.value,
    )
    own_codes = models.JSONField(default=dict, db_default={}, blank=True)
    is_blf_enabled = models.BooleanField("dialog state agent", default=True, db_default=True)
    is_monitoring_enabled = models.BooleanField(
        "monitoring",
        default=False,
        db_default=False,
        help_text="The monitors of a group may listen to calls, as the group allows them.",
    )
    park_slots = models.PositiveSmallIntegerField(
        "parking places",
        default=PARK_SLOTS,
        db_default=PARK_SLOTS,
        validators=[MinValueValidator(1), MaxValueValidator(PARK_SLOTS_MAX)],
        help_text=f"Numbered from 1; at most {PARK_SLOTS_MAX}.",
    )
    park_timeout_s = models.PositiveSmallIntegerField(
        "ring back after (s)",
        default=PARK_TIMEOUT_S,
        db_default=PARK_TIMEOUT_S,
        validators=[MinValueValidator(10), MaxValueValidator(3600)],
        help_text="A parked call that nobody takes rings at who parked it. 10 to 3,600 s.",
    )
    return_ring_s = models.PositiveSmallIntegerField(
        "ring who transferred for (s)",
        default=RETURN_RING_S,
        db_default=RETURN_RING_S,
        validators=[MinValueValidator(5), MaxValueValidator(300)],
        help_text="A transfer or a parked call of which nothing came rings at whoever made it. 5 to 300 s.",
    )
    updated_at = models.DateTimeField(auto_now=True)

    objects = TenantSchemaManager["DialCodeSettings"]()

    class Meta:
        verbose_name = verbose_name_plural = "dial codes"
        constraints = [
            models.CheckConstraint(condition=Q(id=THE_ONLY_ONE), name="dial_code_settings_is_one"),
            models.CheckConstraint(
                condition=Q(profile__regex="^(manual|modern)$"), name="dial_code_profile_is_known"
            ),
        ]

    def __str__(self) -> str:
        return "Dial codes"
